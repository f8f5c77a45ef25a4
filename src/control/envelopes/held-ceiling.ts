/** A ceiling that falls at once and comes back late: only after a time in which the measured value has left room for more, and only as far as that room. */
import type { Milliseconds } from "../../model/reading.ts";

export interface HeldCeiling {
  readonly ceilingWatts: number;
  /** Since when the value has been watched for the next step up. */
  readonly since: Milliseconds;
  /** Highest value in this time. */
  readonly highest: number;
}

export interface HeldInput {
  /** What the value allows in this moment [W]; the rated power where it does not limit. */
  readonly allowedWatts: number;
  /** The value that limits: a temperature or a difference; null: not known, and nothing comes back. */
  readonly value: number | null;
  /** Above this the value limits. */
  readonly limit: number;
  /** How much the value rises from no power to the rated power, at most. */
  readonly spanAtRated: number;
  /** Drawn in this moment at most: where the way up starts, if it is below the held ceiling [W]. */
  readonly presentWatts: number;
  readonly ratedWatts: number;
  readonly now: Milliseconds;
}

/** The value must have left room for this long before power comes back [ms]. Source: choice: tanks settle within some minutes (1,500 l turn over in 180 s, grid-and-safety 5.2), and a wake costs wear. */
export const holdMilliseconds: Milliseconds = 600_000;
/** Left free below the limit, in the unit of the value. Source: choice: above the noise of a Pt100. */
const margin = 0.5;

/** Advances a held ceiling; null: nothing is held. */
export function hold(before: HeldCeiling | null, input: HeldInput): HeldCeiling | null {
  const { allowedWatts, value, ratedWatts, now } = input;
  const ceilingWatts = Math.min(allowedWatts, before?.ceilingWatts ?? ratedWatts);
  if (ceilingWatts >= ratedWatts) return null;
  const most = input.limit - margin;
  if (before === null || allowedWatts < before.ceilingWatts || value === null || value >= most)
    return { ceilingWatts, since: now, highest: value ?? most };
  const highest = Math.max(before.highest, value);
  if (now - before.since < holdMilliseconds)
    return highest === before.highest ? before : { ceilingWatts, since: before.since, highest };
  const room = (most - highest) / input.spanAtRated;
  const risenWatts = Math.min(ceilingWatts, input.presentWatts) + room * ratedWatts;
  if (risenWatts >= ratedWatts) return null;
  return { ceilingWatts: Math.max(ceilingWatts, risenWatts), since: now, highest: value };
}

/** The straight line from everything at `derate` to nothing at `trip` [W]. */
export function derated(value: number, derate: number, trip: number, ratedWatts: number): number {
  if (value <= derate) return ratedWatts;
  return ratedWatts * Math.max(0, (trip - value) / (trip - derate));
}
