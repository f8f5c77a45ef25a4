/** A Firmata board to test with: the far end as a child process, the driver on its port, the site between them. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { type Conversation, converse } from "../../../src/drivers/firmata/conversation.ts";
import type { Clock } from "../../../src/model/driver.ts";
import type { FirmataSite } from "../../../src/model/firmata.ts";
import type { FromFarEnd, ToFarEnd } from "../../../src/sim/wires/far-end.ts";
import type { FirmataBoardSetup } from "../../../src/sim/wires/firmata-board.ts";
import { boardLibrary } from "../../../src/site/boards.ts";
import { dataFolder } from "../../../src/site/data-folder.ts";
import { resolveFirmata } from "../../../src/site/resolve-lines.ts";
import { waitFor } from "../../waiting.ts";

export const clock: Clock = { now: () => performance.now(), unixMilliseconds: () => Date.now() };

const program = new URL("../../../src/sim/wires/firmata-board.js", import.meta.url);

/** A shipped board as the site would resolve it, named `tank-io`. */
export function boardOnPort(board: string, port: string): FirmataSite {
  const library = boardLibrary(`${dataFolder()}boards/`);
  const file = library.firmata(board);
  if (!file.ok) throw new Error(`boards/firmata/${board}: ${JSON.stringify(library.problems())}`);
  return resolveFirmata({ name: "tank-io", port, board }, file.value);
}

export const unoTank = (port: string): FirmataSite => boardOnPort("uno-tank", port);

export interface FarBoard {
  readonly port: string;
  /** Levels of the output pins as the firmware drives them, by `d8Level`. */
  readonly effects: () => Readonly<Record<string, number>>;
  send(message: ToFarEnd): void;
  truth(values: Readonly<Record<string, number>>): void;
  fault(fault: string, on: boolean, value?: number, target?: string): void;
  /** As an unhandled crash of the adapter would: nothing is closed in order. */
  kill(): Promise<void>;
  /** Starts the process again on the same port with the truth it had. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** `setup` adds to that of the far end, or replaces parts of it. */
export async function startFarBoard(
  truth: Readonly<Record<string, number>>,
  setup: Partial<FirmataBoardSetup> = {},
): Promise<FarBoard> {
  const folder = mkdtempSync(join(tmpdir(), "weir-firmata-"));
  const port = join(folder, "port");
  const held = { ...truth };
  let effects: Readonly<Record<string, number>> = {};
  let child = await launch();
  async function launch(): Promise<ChildProcess> {
    const born = fork(program, [], { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
    let ready = false;
    born.on("message", (message: FromFarEnd) => {
      if (message.type === "ready") ready = true;
      else if (message.type === "effects") effects = message.values;
    });
    born.send({ type: "setup", setup: { port, seriesOhms: { 0: 4700 }, ...setup } } satisfies ToFarEnd);
    await waitFor(() => ready, { within: 5000, what: "far end of the Firmata board ready" });
    born.send({ type: "truth", values: held } satisfies ToFarEnd);
    return born;
  }
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await waitFor(() => child.exitCode !== null || child.signalCode !== null, { within: 5000, what: "far end gone" });
  };
  const send = (message: ToFarEnd): void => void child.send(message);
  return {
    port,
    effects: () => effects,
    send,
    truth: (values) => {
      Object.assign(held, values);
      send({ type: "truth", values });
    },
    fault: (fault, on, value, target = "") =>
      send({ type: "fault", target, fault, on, ...(value === undefined ? {} : { value }) }),
    kill: end,
    restart: async () => {
      child = await launch();
    },
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Asks the board what its pins may be used for, and lets its port go. */
export async function askBoard(path: string): Promise<Conversation["offers"]> {
  const port = new SerialPort({ path, baudRate: 57_600 });
  const conversation = converse({ channels: [], contacts: [], outputs: [], requestNumbers: [] }, (bytes) =>
    port.write(bytes),
  );
  port.on("data", (chunk: Buffer) => conversation.receive(chunk));
  await waitFor(() => conversation.ready(), { within: 5000, what: "the capability reply" });
  await new Promise((resolve) => port.close(resolve));
  conversation.end();
  return conversation.offers;
}
