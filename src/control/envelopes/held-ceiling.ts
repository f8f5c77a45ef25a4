/** A ceiling that falls at once and comes back late: only after a time in which the measured value has left room for more, and only as far as that room. What has to be taken away again soon comes back later each time. */
import type { Milliseconds } from "../../model/reading.ts";

export interface HeldCeiling {
  /** Null: nothing is held any more, and only what fell is remembered. */
  readonly ceilingWatts: number | null;
  /** Since when the value has been watched for the next step up. */
  readonly since: Milliseconds;
  /** Highest value in this time. */
  readonly highest: number;
  /** When it last fell. */
  readonly fellAt: Milliseconds;
  /** It has risen since. */
  readonly risen: boolean;
  /** Falls soon after a rise, in a row. */
  readonly relapses: number;
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

/** The value must have left room for this long before power comes back the first time [ms]. Source: choice: tanks settle within some minutes (1,500 l turn over in 180 s, grid-and-safety 5.2), and a wake costs wear. */
const holdMilliseconds: Milliseconds = 600_000;
/** A fall after a rise doubles that time, up to so often: 160 minutes. Source: choice: clouds of a hot day pass in half an hour, its evening lasts; 2 starts a day are allowed a machine. */
const mostRelapses = 4;
/** A fall this long ago is forgotten [ms]. Source: choice: from one afternoon to the next night. */
const rememberedMilliseconds: Milliseconds = 21_600_000;
/** Left free below the limit, in the unit of the value. Source: choice: above the noise of a Pt100. */
const margin = 0.5;

/** How long the value must have left room before more comes back [ms]. */
export function holdTime({ relapses }: HeldCeiling): Milliseconds {
  return holdMilliseconds * 2 ** relapses;
}

/** Advances a held ceiling; null: nothing is held or remembered. */
export function hold(before: HeldCeiling | null, input: HeldInput): HeldCeiling | null {
  const { allowedWatts, value, ratedWatts, now } = input;
  const heldWatts = before?.ceilingWatts ?? ratedWatts;
  const most = input.limit - margin;
  if (allowedWatts < heldWatts) return fall(before, allowedWatts, value ?? most, now);
  if (before === null || before.ceilingWatts === null || heldWatts >= ratedWatts) return remember(before, now);
  if (value === null || value >= most) return { ...before, since: now, highest: value ?? most };
  const highest = Math.max(before.highest, value);
  if (now - before.since < holdTime(before)) return highest === before.highest ? before : { ...before, highest };
  const room = (most - highest) / input.spanAtRated;
  const risenWatts = Math.min(heldWatts, input.presentWatts) + room * ratedWatts;
  if (risenWatts >= ratedWatts) return { ...before, ceilingWatts: null, since: now, highest: value, risen: true };
  const risen = before.risen || risenWatts > heldWatts;
  return { ...before, ceilingWatts: Math.max(heldWatts, risenWatts), since: now, highest: value, risen };
}

function fall(before: HeldCeiling | null, ceilingWatts: number, highest: number, now: Milliseconds): HeldCeiling {
  const recent = before !== null && now - before.fellAt < rememberedMilliseconds;
  const relapses = recent ? Math.min(mostRelapses, before.relapses + (before.risen ? 1 : 0)) : 0;
  return { ceilingWatts, since: now, highest, fellAt: now, risen: false, relapses };
}

function remember(before: HeldCeiling | null, now: Milliseconds): HeldCeiling | null {
  return before !== null && now - before.fellAt < rememberedMilliseconds ? before : null;
}

/** The straight line from everything at `derate` to nothing at `trip` [W]. */
export function derated(value: number, derate: number, trip: number, ratedWatts: number): number {
  if (value <= derate) return ratedWatts;
  return ratedWatts * Math.max(0, (trip - value) / (trip - derate));
}
