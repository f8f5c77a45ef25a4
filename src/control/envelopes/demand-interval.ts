/** Contract power: the mean over each demand interval stays below what is contracted. Clock-aligned while the clock is known, sliding while it is not. */
import type { WallClock } from "../../model/image.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import type { Site } from "../../model/site.ts";
import type { Contract } from "../../model/supply.ts";
import { kilowatts, seconds } from "../figures.ts";

export interface DemandState {
  /** When the interval ends, on the monotonic clock; null: the clock was never trusted. */
  readonly endsAt: Milliseconds | null;
  /** Energy of the interval so far [J]. */
  readonly usedJoules: number;
  /** Energy of the last pieces of time, whole ones, newest last [J]. */
  readonly pieces: readonly number[];
  readonly pieceStartedAt: Milliseconds;
  /** Energy of the piece that is running [J]. */
  readonly pieceJoules: number;
}

/** What a scan adds. */
export interface DemandInput {
  readonly site: Site;
  readonly now: Milliseconds;
  readonly elapsedMilliseconds: Milliseconds;
  readonly wallClock: WallClock;
  /** Drawn by the container, as far as it can be told; never too low [W]. */
  readonly presentWatts: number;
  readonly holdMilliseconds: Milliseconds;
}

/** Share of the contract that is planned with. Source: choice: the error of a class 0.5 meter. */
const plannedShare = 0.995;
/** A sliding interval is kept in this many pieces. Source: choice: a piece of 15 min is 30 s. */
const pieceCount = 30;
/** What is left is spread over at least this long [s]. Source: choice: a shed takes 10 to 30 s; shorter, noise at the end would shed everything. */
const shortestHorizonSeconds = 60;
/** A sliding interval that is above is brought back within this share of it. Source: choice. */
const recoveryShare = 1 / 3;
/** A clock that moves by more than this has jumped [ms]. Source: choice: what a clock is slewed by within an interval stays far below. */
const jumpMilliseconds: Milliseconds = 2000;

/** Before anything is known: whoever ran the container before kept the contract, with nothing to spare. */
export function demandAtStart(contract: Contract | undefined, now: Milliseconds): DemandState | null {
  if (contract === undefined) return null;
  const pieces = Array.from({ length: pieceCount }, () => plannedWatts(contract) * pieceSeconds(contract));
  return { endsAt: null, usedJoules: 0, pieces, pieceStartedAt: now, pieceJoules: 0 };
}

/** Advances the interval, and the limit it gives. Null and none where there is no contract. */
export function judgeDemand(
  before: DemandState | null,
  input: DemandInput,
): { readonly demand: DemandState | null; readonly limits: readonly Limit[] } {
  const { contract } = input.site;
  if (before === null || contract === undefined) return { demand: null, limits: [] };
  const demand = slide(align(before, contract, input), contract, input);
  const planned = plannedWatts(contract);
  const recoverySeconds = (contract.intervalMilliseconds / 1000) * recoveryShare;
  const excess =
    demand.pieces.reduce((sum, joules) => sum + joules, 0) - planned * (contract.intervalMilliseconds / 1000);
  const sliding = planned - Math.max(0, excess) / recoverySeconds;
  const aligned = alignedWatts(demand, contract, input);
  const watts = aligned === null ? sliding : input.wallClock.trusted ? aligned : Math.min(aligned, sliding);
  const ceilingWatts = Math.max(0, watts);
  const minutes = contract.intervalMilliseconds / 60_000;
  const rest =
    demand.endsAt === null || !input.wallClock.trusted
      ? "any such time counts, since the clock is not trusted"
      : `${seconds(demand.endsAt - input.now)} are left of it`;
  const text = `The contract allows ${kilowatts(contract.watts)} in the mean of ${minutes} min; ${rest}: ${kilowatts(ceilingWatts)}.`;
  const limit: Limit = {
    scope: "container",
    ceilingWatts,
    withinMilliseconds: input.holdMilliseconds,
    source: "site",
    reason: { code: "contract-power", text },
  };
  return { demand, limits: [limit] };
}

/** The interval of the clock. It ends by the monotonic clock; a clock that jumps may only move its end, never forget what was used. */
function align(before: DemandState, contract: Contract, input: DemandInput): DemandState {
  const { now, elapsedMilliseconds, presentWatts, wallClock } = input;
  const length = contract.intervalMilliseconds;
  const over = before.endsAt === null ? -1 : now - before.endsAt;
  // A scan that crosses the end belongs to the new interval with its part after it.
  const began = over >= 0;
  const usedJoules = began
    ? (presentWatts * Math.min(elapsedMilliseconds, over)) / 1000
    : before.usedJoules + (presentWatts * elapsedMilliseconds) / 1000;
  const endsAt = began ? now - (over % length) + length : before.endsAt;
  if (!wallClock.trusted) return { ...before, usedJoules, endsAt };
  const byClock = now + length - (wallClock.unixMilliseconds % length);
  if (endsAt !== null && Math.abs(byClock - endsAt) <= jumpMilliseconds)
    return { ...before, usedJoules, endsAt: byClock };
  const elapsedSeconds = (wallClock.unixMilliseconds % length) / 1000;
  return { ...before, usedJoules: Math.max(usedJoules, plannedWatts(contract) * elapsedSeconds), endsAt: byClock };
}

/** Whole pieces of time fall out at the far end as new ones come. */
function slide(before: DemandState, contract: Contract, input: DemandInput): DemandState {
  const length = pieceSeconds(contract) * 1000;
  let { pieces, pieceStartedAt, pieceJoules } = before;
  let from = input.now - input.elapsedMilliseconds;
  while (pieceStartedAt + length <= input.now) {
    const whole = pieceJoules + (input.presentWatts * (pieceStartedAt + length - from)) / 1000;
    pieces = [...pieces.slice(1), whole];
    pieceStartedAt += length;
    from = pieceStartedAt;
    pieceJoules = 0;
  }
  pieceJoules += (input.presentWatts * (input.now - from)) / 1000;
  return { ...before, pieces, pieceStartedAt, pieceJoules };
}

/** What is left of the interval's energy, spread over what is left of its time; never more than the ramp could bring down again by its end. */
function alignedWatts(demand: DemandState, contract: Contract, { now, site }: DemandInput): number | null {
  if (demand.endsAt === null) return null;
  const planned = plannedWatts(contract);
  const leftSeconds = (demand.endsAt - now) / 1000;
  const horizonSeconds = Math.max(leftSeconds, shortestHorizonSeconds);
  const leftJoules = planned * (contract.intervalMilliseconds / 1000) - demand.usedJoules;
  const spread = (leftJoules + planned * (horizonSeconds - leftSeconds)) / horizonSeconds;
  return Math.min(spread, planned + site.policy.rampUpWattsPerSecond * leftSeconds);
}

function plannedWatts(contract: Contract): number {
  return contract.watts * plannedShare;
}

function pieceSeconds(contract: Contract): number {
  return contract.intervalMilliseconds / 1000 / pieceCount;
}
