/** What the miners' bench has done: the machines, the phases, and what a client tells of each. */
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";

/** `first` reads each machine with nothing known; `read` again with everything known; `sleep` and `run` are proven by a read-back. */
export type Phase = "first" | "read" | "sleep" | "run";

export type ClientName = "probe" | "weir";

export const access = { user: "root", password: "bench-password" } as const;

/** From a request to its reply [ms]. Source: control trials, section 5, which this bench repeats. */
export const replyMilliseconds = 20;

/** Half Antminers, half WhatsMiners, each on an address of its own in the block `prefix`; the odd ones are WhatsMiners. */
export function machinesOf(count: number, prefix: string): readonly SimulatedMiner[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `m${index}`,
    kind: index % 2 === 0 ? "antminer" : "whatsminer",
    host: `${prefix}.${Math.floor(index / 250) + 1}.${(index % 250) + 1}`,
    port: 14_028,
    webPort: 18_080,
    ratedWatts: 3_300,
    sleepSeconds: 0.2,
    wakeSeconds: 0.5,
  }));
}

/** How a phase ended for one machine: done and proven, and when [ms, monotonic]. */
export interface Outcome {
  readonly done: boolean;
  readonly at: number;
}

/** One client under measurement: a promise for each machine. */
export interface MinersClient {
  act(phase: Phase): readonly Promise<Outcome>[];
  /** What is to be ready ahead of need: tokens. */
  warm(): Promise<void>;
  stop(): Promise<void>;
}

export type ToClient =
  | { readonly type: "setup"; readonly machines: readonly SimulatedMiner[] }
  | { readonly type: "warm" }
  /** `apart`: asked as all are; they are not among the others, and where they are silent nobody waits for them. */
  | { readonly type: "phase"; readonly phase: Phase; readonly apart: readonly string[]; readonly silent: boolean }
  | { readonly type: "stop" };

export interface Measured {
  /** Until the last machine that answers has done it. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Those that are not apart, whether the ones apart are silent or not: until the last and until the middle one has done it. */
  readonly othersLastSeconds: number;
  readonly othersMiddleSeconds: number;
  readonly done: number;
  readonly sockets: number;
  readonly socketsAtOnce: number;
  readonly residentMegabytes: number;
}
