/** A Firmata board to test with: the far end as a child process, the driver on its port, the site between them. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../src/model/driver.ts";
import type { FirmataSite } from "../../../src/model/firmata.ts";
import type { FirmataBoardFile } from "../../../src/model/generated/firmata-board.ts";
import type { FromFarEnd, ToFarEnd } from "../../../src/sim/wires/far-end.ts";
import { waitFor } from "../../waiting.ts";

export const clock: Clock = { now: () => performance.now(), unixMilliseconds: () => Date.now() };

const program = new URL("../../../src/sim/wires/firmata-board.js", import.meta.url);
const boardFile = new URL("../../../../boards/firmata/uno-tank.json", import.meta.url);

/** The shipped board as the site would resolve it, named `tank-io`. */
export function unoTank(port: string): FirmataSite {
  const file = JSON.parse(readFileSync(boardFile, "utf8")) as FirmataBoardFile;
  return {
    name: "tank-io",
    port,
    board: "firmata/uno-tank",
    baudRate: file.baudRate,
    points: file.points.map((point) => ({
      name: `tank-io/${point.name}`,
      kind: point.kind,
      pin: point.pin,
      minimum: point.minimum ?? null,
      maximum: point.maximum ?? null,
      thermistor: point.thermistor ?? null,
    })),
  };
}

export interface FarBoard {
  readonly port: string;
  /** Levels of the output pins as the firmware drives them, by `d8Level`. */
  readonly effects: () => Readonly<Record<string, number>>;
  send(message: ToFarEnd): void;
  truth(values: Readonly<Record<string, number>>): void;
  fault(fault: string, on: boolean, value?: number): void;
  /** As an unhandled crash of the adapter would: nothing is closed in order. */
  kill(): Promise<void>;
  /** Starts the process again on the same port with the truth it had. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startFarBoard(truth: Readonly<Record<string, number>>): Promise<FarBoard> {
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
    born.send({ type: "setup", setup: { port, seriesOhms: { 0: 4700 } } } satisfies ToFarEnd);
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
    fault: (fault, on, value) =>
      send({ type: "fault", target: "", fault, on, ...(value === undefined ? {} : { value }) }),
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
