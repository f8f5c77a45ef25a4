/** What the core remembers of dispatch between scans: slots, stops, failsafe, order, answers. Plain data. */
import type { Acknowledgement, Encoding } from "../../model/command.ts";
import type { Durable, OrderRegisters, RemoteStop } from "../../model/durable.ts";
import type { Heartbeat } from "../../model/image.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import { type Course, courseAt, steady } from "./course.ts";
import type { Schedule } from "./schedule.ts";

export type SlotName = "dispatch" | "site" | "operator" | "group";

/** What has been told about a setpoint since it was accepted. */
export interface Progress {
  readonly toldAt: Milliseconds | null;
  readonly activeTold: boolean;
  /** Last `limitedBy` told; null: not limited. */
  readonly limitedTold: string | null;
  /** Since when the meter has been within tolerance; null: it is not. */
  readonly withinSince: Milliseconds | null;
  readonly reachedTold: boolean;
}

/** The newest setpoint of a source, or of the group; after its expiry, what follows it. */
export interface Slot {
  readonly name: SlotName;
  readonly id: string;
  readonly encoding: Encoding;
  readonly epoch: number;
  readonly sequence: number;
  readonly kind: "limit" | "target";
  readonly watts: number;
  readonly purpose: string;
  /** An ordinary order, which waits for minimum on-times. */
  readonly patient: boolean;
  /** Steepest way down that was asked for [W/s]; null: the site's own. */
  readonly rampDownWattsPerSecond: number | null;
  readonly expiresAtUnixMilliseconds: number;
  /** Valid before this; only ever moved earlier. */
  readonly deadline: Milliseconds;
  /** The meter must have reached the setpoint by then; null: not asked for. */
  readonly reachBy: Milliseconds | null;
  /** What follows its expiry, or, where its source's schedule does, the most that may [W]. */
  readonly onExpiryWatts: number;
  readonly followsSchedule: boolean;
  readonly toleranceWatts: number;
  readonly course: Course;
  /** A raise moves only when this revision of the durable state is on disk; null: it need not wait. */
  readonly waitsForRevision: number | null;
  /** Released: holds until this revision is on disk, then falls away; null: not released. */
  readonly endsWithRevision: number | null;
  readonly expired: boolean;
  /** Its one end has been told; nothing more is said about it. */
  readonly ended: boolean;
  readonly progress: Progress;
}

/** A stop of one source; holds 0 W until that source's release is on disk. */
export interface Stop {
  readonly source: string;
  readonly id: string;
  readonly acknowledge: { readonly encoding: Encoding; readonly epoch: number; readonly sequence: number } | null;
  readonly activeTold: boolean;
  readonly endsWithRevision: number | null;
}

/** A self-test of the firm power that runs. */
export interface SelfTest {
  readonly id: string;
  readonly acknowledge: { readonly encoding: Encoding; readonly epoch: number; readonly sequence: number };
  readonly activeTold: boolean;
  readonly since: Milliseconds;
  /** On the meter when it began [W]. */
  readonly baselineWatts: number;
  readonly promisedWatts: number;
}

export interface Failsafe {
  readonly cause: "start" | "heartbeat";
  readonly since: Milliseconds;
  /** First heartbeat since it was entered, while heartbeats keep coming; null: none. */
  readonly heartbeatSince: Milliseconds | null;
  readonly course: Course;
}

/** An answered command: the same bytes again get the same answer again. */
export interface Answer {
  readonly id: string;
  readonly digest: string;
  readonly acknowledgement: Acknowledgement;
}

/** Refusals since a moment: those told as events, and those only counted. */
export interface Refusals {
  readonly since: Milliseconds;
  readonly told: number;
  readonly untold: number;
}

export interface DispatchState {
  readonly order: OrderRegisters;
  /** Oldest first, at most 256. */
  readonly answers: readonly Answer[];
  readonly slots: readonly Slot[];
  readonly stops: readonly Stop[];
  /** A self-test that runs; null: none. */
  readonly selfTest: SelfTest | null;
  /** At most one a source. */
  readonly schedules: readonly Schedule[];
  /** Newest heartbeat that counted. */
  readonly heartbeat: Heartbeat;
  /** Since when the disk has not kept up; null: it does. */
  readonly storeBehindSince: Milliseconds | null;
  readonly refusals: Refusals;
  /** Null: controlled. */
  readonly failsafe: Failsafe | null;
}

/** The state at the start: failsafe, no setpoint whatever was stored; order and stops as they were on disk. */
export function startDispatch(durable: Durable | null, now: Milliseconds): DispatchState {
  const stop = durable?.remoteStop ?? null;
  const stops = stop === null ? [] : [{ source: stop.source, id: stop.id }, ...(stop.others ?? [])];
  return {
    order: durable?.order ?? {},
    answers: [],
    slots: [],
    schedules: [],
    selfTest: null,
    stops: stops.map(({ source, id }) => ({ source, id, acknowledge: null, activeTold: true, endsWithRevision: null })),
    heartbeat: { at: null, epoch: 0, number: -1 },
    storeBehindSince: null,
    refusals: { since: now, told: 0, untold: 0 },
    // The level comes with the site, at the first scan; nothing is allowed before.
    failsafe: { cause: "start", since: now, heartbeatSince: null, course: steady(0) },
  };
}

/** The stops as they are stored: those whose release has been accepted are left out already. */
export function remoteStopOf(state: DispatchState): RemoteStop | null {
  const [first, ...others] = state.stops
    .filter((stop) => stop.endsWithRevision === null)
    .map(({ source, id }) => ({ source, id }));
  if (first === undefined) return null;
  return others.length === 0 ? first : { ...first, others };
}

/** The smallest ceiling that commands set at a moment [W], failsafe aside; never above the rated power. */
export function commandedCeilingAt(state: DispatchState, at: Milliseconds, site: Site): number {
  if (state.stops.length > 0) return 0;
  return Math.min(site.ratedWatts, ...state.slots.map((slot) => courseAt(slot.course, at)));
}
