/** What the runtime asks of every driver. Drivers store; the scan acts. A driver never decides and never throws into the scan. */
import type { MinerName, MinerReport, MinerTarget } from "./miner.ts";
import type { Milliseconds, PointName, Readings } from "./reading.ts";

/** A serial line or a Firmata board: points in, outputs out. */
export interface PointDriver {
  readonly name: string;
  start(): void;
  /** Newest reading of every point of the site, good or bad; never missing one. Age is judged in control. */
  readings(): Readings;
  /**
   * Replaces the wanted outputs: 0 or 1 for a switch, a number in the unit of the point for a speed reference. The driver writes at
   * once, reads back, and re-asserts after every reconnect; but a contactor that it had closed and finds open stays open until it is
   * commanded to open and then to close again. What an output cannot take is refused and changes nothing: the answer names it.
   */
  command(outputs: Readonly<Record<PointName, number>>): readonly OutputRefusal[];
  /** Start of the oldest report among its devices: every device has said something, good or bad, since then. */
  reportedAt(): Milliseconds;
  health(): LineHealth;
  /** Releases the port; outputs stay as last commanded. */
  stop(): Promise<void>;
}

/** A commanded value that its output cannot take; what was commanded before stands. */
export interface OutputRefusal {
  readonly point: PointName;
  readonly value: number;
  /** What it takes: 0 and 1 where it is a switch. */
  readonly minimum: number;
  readonly maximum: number;
}

export interface LineHealth {
  readonly name: string;
  readonly port: string;
  readonly state: "open" | "opening" | "lost";
  /** Since when [ms, monotonic]. */
  readonly since: Milliseconds;
  /** Why it is not open, in the words of the system; absent while it is. */
  readonly problem?: string;
  readonly devices: readonly DeviceHealth[];
  /** Requests of a second master heard on the line, since the start of the process; absent where none can be. */
  readonly foreignRequests?: number;
  /** When the last two of them came [ms, monotonic], the older one first, and the unit that the last one asked. */
  readonly foreignAt?: readonly Milliseconds[];
  readonly foreignUnit?: number | null;
  /** Reads that began more than a whole poll time after they were due; absent where nothing is polled. */
  readonly lateReads?: number;
}

/** Counters since the start of the process. */
export interface DeviceHealth {
  readonly name: string;
  readonly state: "good" | "unsure" | "silent";
  readonly requests: number;
  readonly timeouts: number;
  readonly badFrames: number;
  readonly exceptions: number;
  readonly strayBytes: number;
  /** Whole replies in its name that nobody here asked for: it talks unasked, or answers a second master. Absent where that cannot be told. */
  readonly unaskedReplies?: number;
  /** When the last two of them came [ms, monotonic], the older one first. */
  readonly unaskedAt?: readonly Milliseconds[];
  readonly latencyMilliseconds: number;
}

/** One miner's link: a slot with the newest target, bounded retries, read-back. */
export interface MinerDriver {
  readonly name: MinerName;
  start(): void;
  report(): MinerReport;
  /** Replaces the target; the same target again changes nothing. */
  target(target: MinerTarget): void;
  /** A person says that the machine that answers is the right one: it may be sent passwords and commands. */
  accept(): void;
  stop(): Promise<void>;
}

/** Monotonic and wall-clock time, made once in the runtime and handed to every driver. */
export interface Clock {
  /** [ms] since an arbitrary start; never goes back. */
  now(): Milliseconds;
  unixMilliseconds(): number;
}
