/** Far ends for the tests of the field tools: `weir` as a child process against a simulated line. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FromFarEnd, ToFarEnd } from "../../src/sim/wires/far-end.ts";
import type { LineSetup } from "../../src/sim/wires/modbus-line.ts";
import { withDeadline } from "../waiting.ts";

const program = fileURLToPath(new URL("../../src/main.js", import.meta.url));

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `weir` to its end. */
export async function weir(words: readonly string[], within = 60_000, signalOn?: RegExp): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  let signalled = false;
  child.stdout.on("data", (text: Buffer) => {
    stdout += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    stderr += text.toString();
    if (signalOn?.test(stderr) === true && !signalled) {
      signalled = true;
      child.kill("SIGINT");
    }
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  const status = await withDeadline(ended, within, () => `weir ${words.join(" ")}: ${stdout}${stderr}`).catch(
    (error) => {
      child.kill("SIGKILL");
      throw error;
    },
  );
  return { status, stdout, stderr };
}

export interface PlayedLine {
  truth(values: Readonly<Record<string, number>>): void;
  fault(target: string, fault: string, on: boolean, value?: number): void;
  stop(): Promise<void>;
}

/** Starts a simulated line; resolves when it may be opened. */
export async function playLine(setup: LineSetup): Promise<PlayedLine> {
  const child: ChildProcess = fork(new URL("../../src/sim/wires/modbus-line.js", import.meta.url), {
    stdio: "inherit",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const send = (message: ToFarEnd): void => {
    child.send(message);
  };
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (message: FromFarEnd) => {
      if (message.type === "ready") resolve();
      else if (message.type === "failed") reject(new Error(message.text));
    });
  });
  send({ type: "setup", setup });
  await withDeadline(ready, 5000, "far end ready");
  return {
    truth: (values) => send({ type: "truth", values }),
    fault: (target, fault, on, value) =>
      send({ type: "fault", target, fault, on, ...(value === undefined ? {} : { value }) }),
    stop: async () => {
      child.disconnect();
      await withDeadline(ended, 5000, "far end ended");
    },
  };
}
