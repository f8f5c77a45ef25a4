/** One moment of a run, as invariants and measures look at it: the truth beside what was decided. */
import type { RemoteCommand } from "../../model/command.ts";
import type { Decision } from "../../model/decision.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import type { Container } from "./container.ts";
import type { Scan } from "./controller.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Faults } from "./faults.ts";
import type { Instruments } from "./instruments.ts";
import type { SimulatedMachine } from "./machine.ts";

/** What does not change in a run. */
export interface RunParts {
  readonly site: Site;
  readonly container: Container;
  readonly faults: Faults;
  readonly instruments: Instruments;
  readonly dispatcher: Dispatcher;
  /** Machines that somebody else had put to sleep before the start. */
  readonly foreignSleepers: ReadonlySet<string>;
}

export interface Moment {
  readonly now: Milliseconds;
  /** Null: no process is there. */
  readonly scan: Scan | null;
  /** When this process started; null: none is there. */
  readonly startedAt: Milliseconds | null;
  readonly commands: readonly RemoteCommand[];
  /** Machines told to run in this scan, and not in the one before. */
  readonly woken: readonly SimulatedMachine[];
}

/** What a rule found; null: it holds. Rules are called once a scan, in order of time. */
export type Rule = (moment: Moment) => string | null;

export interface Invariant {
  /** Stable name. */
  readonly name: string;
  /** Which invariants of the fact sheet's section 5.5 it stands for. */
  readonly covers: readonly number[];
  readonly open: (parts: RunParts) => Rule;
}

/** Newest decision of the process at hand. */
export function decisionOf({ scan }: Moment): Decision | null {
  return scan?.decision ?? null;
}

/** Follows how long a condition has held; the condition is asked once a moment. */
export function stopwatch(): (holds: boolean, now: Milliseconds) => Milliseconds {
  let since: Milliseconds | null = null;
  return (holds, now) => {
    since = holds ? (since ?? now) : null;
    return since === null ? 0 : now - since;
  };
}

/** The longest time any machine of the site may take to fall asleep, as promised. */
export function longestSleep(site: Site): Milliseconds {
  return Math.max(0, ...Object.values(site.minerModels).map(({ sleepMilliseconds }) => sleepMilliseconds));
}

export function largestMachine(site: Site): number {
  return Math.max(
    0,
    ...Object.values(site.minerModels).map(({ ratedWatts, peakWakeWatts }) => Math.max(ratedWatts, peakWakeWatts)),
  );
}

/** The first finding of several. */
export function firstOf<Item>(items: Iterable<Item>, find: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
