/** Courses: ceilings that move with time, as a pure function of elapsed time, and the container's own jitter. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";

/** A ceiling on its way from one level to another. */
export interface Course {
  readonly fromWatts: number;
  readonly toWatts: number;
  /** When it begins to move; null: not yet known, `fromWatts` holds. */
  readonly startsAt: Milliseconds | null;
  /** Slope, whichever way it goes [W/s]; null: at once. */
  readonly wattsPerSecond: number | null;
}

/** A ceiling that stays where it is. */
export function steady(watts: number): Course {
  return { fromWatts: watts, toWatts: watts, startsAt: 0, wattsPerSecond: null };
}

/** The ceiling at a moment [W]. */
export function courseAt(course: Course, at: Milliseconds): number {
  if (course.startsAt === null || at < course.startsAt) return course.fromWatts;
  if (course.wattsPerSecond === null) return course.toWatts;
  const movedWatts = ((at - course.startsAt) / 1000) * course.wattsPerSecond;
  if (course.toWatts >= course.fromWatts) return Math.min(course.toWatts, course.fromWatts + movedWatts);
  return Math.max(course.toWatts, course.fromWatts - movedWatts);
}

/** What follows when an order falls away: later by the container's jitter, and with the site's ramps, both ways. */
export function gentleCourse(fromWatts: number, toWatts: number, at: Milliseconds, site: Site): Course {
  const { rampUpWattsPerSecond, rampDownWattsPerSecond } = site.policy;
  return {
    fromWatts,
    toWatts,
    startsAt: at + jitterMilliseconds(site),
    wattsPerSecond: toWatts >= fromWatts ? rampUpWattsPerSecond : rampDownWattsPerSecond,
  };
}

/** This container's fixed share of the jitter window, made from its name, so that a fleet never moves as one. */
export function jitterMilliseconds(site: Site): Milliseconds {
  return Math.floor(site.policy.jitterMilliseconds * shareOfName(site.container));
}

/** A name to a number in 0 .. 1, spread evenly even over names that differ in their last digit only. */
function shareOfName(name: string): number {
  // FNV-1a, 32 bit (offset basis and prime: Fowler, Noll, Vo), then the finalizer of MurmurHash3 against its weak last byte.
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
