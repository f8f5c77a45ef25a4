/** Courses: ceilings that move with time, as a pure function of elapsed time, and the container's own jitter. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";

/** A ceiling on its way from one level to another. */
export interface Course {
  readonly fromWatts: number;
  readonly toWatts: number;
  /** When it begins to move; null: not yet known, `fromWatts` holds. */
  readonly startsAt: Milliseconds | null;
  /** Slope upwards and downwards [W/s]; null: at once. */
  readonly upWattsPerSecond: number | null;
  readonly downWattsPerSecond: number | null;
}

/** A ceiling that stays where it is. */
export function steady(watts: number): Course {
  return { fromWatts: watts, toWatts: watts, startsAt: 0, upWattsPerSecond: null, downWattsPerSecond: null };
}

/** The ceiling at a moment [W]. */
export function courseAt(course: Course, at: Milliseconds): number {
  if (course.startsAt === null || at < course.startsAt) return course.fromWatts;
  const seconds = (at - course.startsAt) / 1000;
  if (course.toWatts >= course.fromWatts) {
    if (course.upWattsPerSecond === null) return course.toWatts;
    return Math.min(course.toWatts, course.fromWatts + course.upWattsPerSecond * seconds);
  }
  if (course.downWattsPerSecond === null) return course.toWatts;
  return Math.max(course.toWatts, course.fromWatts - course.downWattsPerSecond * seconds);
}

/** What follows when an order falls away: later by the container's jitter, and with the site's ramps, both ways. */
export function gentleCourse(fromWatts: number, toWatts: number, at: Milliseconds, site: Site): Course {
  return {
    fromWatts,
    toWatts,
    startsAt: at + jitterMilliseconds(site),
    upWattsPerSecond: site.policy.rampUpWattsPerSecond,
    downWattsPerSecond: site.policy.rampDownWattsPerSecond,
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
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
