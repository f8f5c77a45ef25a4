/** The process image: everything one scan may know, frozen before it. */
import type { Command } from "./command.ts";
import type { MinerName, MinerReport } from "./miner.ts";
import type { Milliseconds, Readings } from "./reading.ts";

export interface WallClock {
  readonly unixMilliseconds: number;
  /** Synchronised since boot; while false, lowering commands are obeyed and raising ones refused. */
  readonly trusted: boolean;
}

/** The dispatcher lives. `at` on the monotonic clock; null: none since the start of this process. */
export interface Heartbeat {
  readonly at: Milliseconds | null;
  readonly epoch: number;
  readonly number: number;
}

/** Frames of a serial line that nobody here sent or asked for. `at`: when the last two came [ms, monotonic], the older one first. */
export interface ForeignFrames {
  readonly line: string;
  /** Requests of another master, with the unit that it asked last; or replies of this device, which nobody here had asked. */
  readonly kind: "request" | "reply";
  readonly from: string;
  readonly count: number;
  readonly at: readonly Milliseconds[];
}

export interface ProcessImage {
  readonly now: Milliseconds;
  readonly wallClock: WallClock;
  /** 128-bit random number of this start, hexadecimal. */
  readonly boot: string;
  readonly readings: Readings;
  readonly miners: Readonly<Record<MinerName, MinerReport>>;
  /** Newly arrived since the last scan, in order of arrival; each is seen exactly once. */
  readonly commands: readonly Command[];
  readonly heartbeat: Heartbeat;
  /** Absent, or empty: none were heard since the start of the process. */
  readonly foreignFrames?: readonly ForeignFrames[];
  /** Newest revision of `Durable` known to be on disk. */
  readonly storedRevision: number;
  /** SIGTERM has come: shed what must not run unattended, then end. */
  readonly stopping: boolean;
}
