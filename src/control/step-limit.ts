/** Step limit of a grid connection: how much may be added within one interval, inrush of closing contactors included. A generator has steps of its own. */
import type { Milliseconds } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import type { StepLimit } from "../model/supply.ts";
import { type GeneratorState, stepRoomOf } from "./envelopes/generator.ts";
import { kilowatts, seconds } from "./figures.ts";
import type { Layout } from "./layout.ts";

/** Load that was commanded to come. */
export interface AddedLoad {
  readonly at: Milliseconds;
  readonly watts: number;
}

/** What may still be added in this interval [W]; unlimited where the site has no limit. */
export function stepLeft(limit: StepLimit | undefined, added: readonly AddedLoad[], now: Milliseconds): number {
  if (limit === undefined) return Number.MAX_SAFE_INTEGER;
  return recent(limit, added, now).reduce((left, { watts }) => left - watts, limit.watts);
}

/** Writes down what this scan added; the same object where nothing changes. */
export function recordAdded(
  limit: StepLimit | undefined,
  added: readonly AddedLoad[],
  watts: number,
  now: Milliseconds,
): readonly AddedLoad[] {
  if (limit === undefined) return added;
  const kept = recent(limit, added, now);
  if (watts > 0) return [...kept, { at: now, watts }];
  return kept.length === added.length ? added : kept;
}

export interface SteppedScan {
  readonly layout: Layout;
  readonly added: readonly AddedLoad[];
  readonly generator: GeneratorState | null;
  readonly now: Milliseconds;
}

/** Why no machine may wake before the next interval, as a clause; null: one may. */
export function stepWait(
  site: Pick<Site, "policy" | "generator">,
  { layout, added, generator, now }: SteppedScan,
): string | null {
  const leastWatts = leastStep(layout);
  const room = stepRoomOf(site.generator, generator).upWatts;
  if (site.generator !== undefined && generator !== null && room < leastWatts) {
    const wait = untilNext(generator.up, site.generator.stepGapMilliseconds, now);
    return `the generator bears steps of ${kilowatts(site.generator.largestStepUpWatts)}, of which ${kilowatts(Math.max(0, room))} are left; the next may follow in ${seconds(wait)}`;
  }
  const { largestStepUp } = site.policy;
  const left = stepLeft(largestStepUp, added, now);
  if (largestStepUp === undefined || left >= leastWatts) return null;
  const wait = untilNext(recent(largestStepUp, added, now), largestStepUp.intervalMilliseconds, now);
  return `the step limit of the connection is ${kilowatts(largestStepUp.watts)} in ${seconds(largestStepUp.intervalMilliseconds)}, of which ${kilowatts(Math.max(0, left))} are left; more may follow in ${seconds(wait)}`;
}

/** The least that any machine's start adds [W]. */
function leastStep({ machines }: Layout): number {
  return machines.reduce(
    (least, { model }) => Math.min(least, Math.max(model.peakWakeWatts, model.ratedWatts) - model.asleepWatts),
    Number.MAX_SAFE_INTEGER,
  );
}

/** Until the oldest step no longer counts [ms]. */
function untilNext(steps: readonly AddedLoad[], length: Milliseconds, now: Milliseconds): Milliseconds {
  const oldest = steps.reduce((at, step) => Math.min(at, step.at), now);
  return Math.max(0, oldest + length - now);
}

function recent({ intervalMilliseconds }: StepLimit, added: readonly AddedLoad[], now: Milliseconds) {
  return added.filter(({ at }) => now - at < intervalMilliseconds);
}
