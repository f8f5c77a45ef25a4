/** `weir run` as a child process of a test: the real program, its log, its end. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { waitFor } from "../waiting.ts";
import { dyingWithThis } from "./dying-with-this.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface WeirProcess {
  readonly pid: number;
  /** Lines of the log, parsed where they are JSON. */
  log(): readonly string[];
  ended(): Ended | null;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with how it ended. */
  end(within: number): Promise<Ended>;
}

/** Starts the program with its words; nothing is awaited. */
export function startWeir(words: readonly string[], environment: Readonly<Record<string, string>> = {}): WeirProcess {
  return start(new URL("../../src/main.js", import.meta.url), words, environment);
}

/** Starts a program beside this module, as `weir` is started. */
export function startProgram(name: string, words: readonly string[]): WeirProcess {
  return start(new URL(`./${name}.js`, import.meta.url), words, {});
}

function start(program: URL, words: readonly string[], environment: Readonly<Record<string, string>>): WeirProcess {
  const [command = "", ...parameters] = dyingWithThis([
    process.execPath,
    "--enable-source-maps",
    fileURLToPath(program),
    ...words,
  ]);
  const child: ChildProcess = spawn(command, parameters, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  let text = "";
  let ended: Ended | null = null;
  child.stdout?.on("data", (bytes: Buffer) => {
    text += bytes.toString("utf8");
  });
  child.stderr?.on("data", (bytes: Buffer) => {
    text += bytes.toString("utf8");
  });
  // `close`, not `exit`: the log is complete then.
  child.on("close", (code, signal) => {
    ended = { code, signal };
  });
  return {
    pid: child.pid ?? 0,
    log: () => text.split("\n").filter((line) => line !== ""),
    ended: () => ended,
    signal: (signal) => void child.kill(signal),
    end: (within) => waitFor(() => ended, { within, what: () => `end of weir; its log:\n${text.slice(-3_000)}` }),
  };
}
