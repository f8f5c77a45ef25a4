/** What hearing a reply costs, and nothing else: the same request over and over again, heard by serialport's stream, by each piece, or once at its expected end. */
import { setTimeout as pause } from "node:timers/promises";
import { SerialPort } from "serialport";
import { hold } from "../../../src/drivers/serial/hold.ts";
import { type KeptPort, keepPortOpen } from "../../../src/drivers/serial/port.ts";
import { encodeRequest } from "../../../src/protocol/modbus/frame.ts";
import { type ClientOutcome, type ClientTask, givenTask, processorMilliseconds } from "./work.ts";

/** Asks `request`; resolves when all of the reply has been heard. */
type Ask = (request: Uint8Array) => Promise<void>;

/** The reply to 60 registers, whole, as every client of the bench gets it. */
const registers = 60;
const replyBytes = 5 + 2 * registers;
/** Timers count whole milliseconds: the rest is waited for by a hold. */
const leadMilliseconds = 1;

async function byStream({ port: path, baudRate }: ClientTask): Promise<Ask> {
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  let missing = 0;
  let heard = (): void => undefined;
  port.on("data", (bytes: Buffer) => {
    missing -= bytes.length;
    if (missing <= 0) heard();
  });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(error)));
  });
  return (request) =>
    new Promise((resolve) => {
      missing = replyBytes;
      heard = resolve;
      port.write(Buffer.from(request));
    });
}

async function byOurPort({ client, port: path, baudRate }: ClientTask): Promise<Ask> {
  let port: KeptPort | null = null;
  let missing = 0;
  let heard = (): void => undefined;
  const look = (): void => {
    missing -= port?.read().length ?? 0;
    if (missing <= 0) heard();
    else port?.listen();
  };
  const line = { name: "bench", port: path, baudRate, parity: "none", stopBits: 1, devices: [] } as const;
  const opened = new Promise<void>((resolve, reject) => {
    heard = resolve;
    port = keepPortOpen(line, {
      onOpened: () => heard(),
      onReadable: look,
      onLost: (problem) => reject(new Error(problem)),
    });
  });
  await opened;
  const character = 10_000 / baudRate;
  const silence = Math.max(3.5 * character, 1.75);
  return (request) =>
    new Promise((resolve) => {
      missing = replyBytes;
      heard = resolve;
      const endsAt = performance.now() + (request.length + replyBytes) * character + silence;
      port?.write(request);
      if (client === "pieces") port?.listen();
      else
        setTimeout(
          () => {
            const now = performance.now();
            hold(endsAt - now, now);
            look();
          },
          Math.ceil(endsAt - leadMilliseconds - performance.now()),
        );
    });
}

const task = givenTask();
const ask = await (task.client === "stream" ? byStream(task) : byOurPort(task));
const request = encodeRequest({ mode: "read", unit: 1, function: 4, address: 0, count: registers });

async function askUntil(endsAt: number): Promise<number> {
  let asked = 0;
  for (; performance.now() < endsAt; asked += 1) {
    await ask(request);
    // The silence between frames, and some.
    await pause(3);
  }
  return asked;
}

await askUntil(performance.now() + task.warmUpMilliseconds);
const [begunAt, used] = [performance.now(), processorMilliseconds()];
const good = await askUntil(begunAt + task.windowMilliseconds);
const outcome: ClientOutcome = {
  good,
  errors: 0,
  wrong: 0,
  milliseconds: performance.now() - begunAt,
  processorMilliseconds: processorMilliseconds() - used,
};
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
