/** The processes of the miners' bench: a far end that plays the machines, and the client under measurement. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { FromFarEnd, ToFarEnd } from "../../../src/sim/wires/far-end.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { access, type ClientName, type Measured, replyMilliseconds, type ToClient } from "./work.ts";

export interface PlayedFleet {
  fault(targets: readonly string[], fault: string, on: boolean, value?: number): void;
  /** True power of all machines at their plugs [W], four times a second. */
  watts(): number;
  wattsOf(names: readonly string[]): number;
  /** Their contactor. */
  supply(names: readonly string[], on: boolean): void;
  /** Processor time of the far end so far [s]. */
  cpuSeconds(): number;
  kill(): Promise<void>;
}

export async function playFleet(machines: readonly SimulatedMiner[]): Promise<PlayedFleet> {
  const farEnd = fork(new URL("../../../src/sim/wires/miners.js", import.meta.url));
  const tell = (message: ToFarEnd): void => void farEnd.send(message);
  const watts: Record<string, number> = {};
  farEnd.on("message", (message: FromFarEnd) => {
    if (message.type !== "effects") return;
    for (const [name, value] of Object.entries(message.values)) if (name.endsWith("/powerWatts")) watts[name] = value;
  });
  const ready = readyOf(farEnd);
  tell({ type: "setup", setup: { machines, ...access, replyMilliseconds } });
  await ready;
  return {
    fault: (targets, fault, on, value) => {
      const more = value === undefined ? {} : { value };
      for (const target of targets) tell({ type: "fault", target, fault, on, ...more });
    },
    wattsOf: (names) => names.reduce((sum, name) => sum + (watts[`${name}/powerWatts`] ?? 0), 0),
    supply: (names, on) =>
      tell({ type: "truth", values: Object.fromEntries(names.map((name) => [`${name}/supplied`, on ? 1 : 0])) }),
    watts: () => Object.values(watts).reduce((sum, one) => sum + one, 0),
    cpuSeconds: () => cpuSecondsOf(farEnd.pid ?? 0),
    kill: async () => {
      farEnd.kill("SIGKILL");
      if (farEnd.exitCode === null && farEnd.signalCode === null) await once(farEnd, "exit");
    },
  };
}

/** USER_HZ of /proc/PID/stat on every Linux of today. Source: proc(5). */
const ticksPerSecond = 100;

function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold blanks; utime and stime are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function readyOf(farEnd: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    farEnd.on("message", (message: FromFarEnd) => {
      if (message.type === "ready") resolve();
      else if (message.type === "failed") reject(new Error(message.text));
    });
  });
}

export function openClient(client: ClientName): (message: ToClient) => Promise<Measured | null> {
  // Further flags for Node: `--cpu-prof --cpu-prof-dir=FOLDER`.
  const execArgv = [...process.execArgv, ...(process.env["WEIR_BENCH_NODE_FLAGS"]?.split(" ") ?? [])];
  const child = fork(new URL("./client.js", import.meta.url), [client], { execArgv });
  return async (message) => {
    child.send(message);
    const ended = once(child, "exit").then(() => {
      throw new Error(`the client ${client} has ended`);
    });
    const answered = once(child, "message") as Promise<[{ answer: Measured | null }]>;
    const [{ answer }] = await Promise.race([answered, ended]);
    ended.catch(() => {});
    return answer;
  };
}
