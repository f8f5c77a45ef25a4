/** Step limit of a grid connection: how much may be added within one interval, inrush of closing contactors included. A generator has steps of its own. */
import type { Milliseconds } from "../model/reading.ts";
import type { StepLimit } from "../model/supply.ts";

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

function recent({ intervalMilliseconds }: StepLimit, added: readonly AddedLoad[], now: Milliseconds) {
  return added.filter(({ at }) => now - at < intervalMilliseconds);
}
