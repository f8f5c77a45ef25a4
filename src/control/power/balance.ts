/** Power of every branch as the core believes it: machines' own accounts, checked and closed by the meters, never trusting a low meter. */
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import type { BranchPlace, Layout } from "../layout.ts";
import type { Account } from "./account.ts";

/** One branch with everything behind it [W]. */
export interface BranchBalance {
  /** Metered; null while the meter is not good or there is none. */
  readonly meteredWatts: number | null;
  /** Drawn in this moment, as far as it can be told. */
  readonly presentWatts: number;
  /** Bounds of what is drawn by those who can be told apart. */
  readonly lowWatts: number;
  readonly highWatts: number;
  /** Of the lower bound, what a meter above must show by now. */
  readonly settledWatts: number;
  /** May come or go between the samples of two meters. */
  readonly inFlightWatts: number;
  /** What to plan with for them. */
  readonly nextWatts: number;
  /** May be drawn by machines and auxiliaries that nobody can tell apart; bounded by a meter where one stands above them. */
  readonly unknownWatts: number;
  /** The meter reads less than what is behind it accounts for: it is not believed. */
  readonly meterBelowAccount: boolean;
  /** A lower bound of the present power that no lost input raises: where ramps start from. */
  readonly provenWatts: number;
  /** Promised to waking machines. */
  readonly reservedWatts: number;
  /** What is drawn beyond all accounts, as a share of them, when last nothing was coming or going. */
  readonly excessRatio: number;
}

/** Source: DESIGN section 3: the meter may lower the estimate by 5 % at most. */
const meterMayLowerRatio = 0.05;
/** Source: DESIGN section 3: below 90 % of the machines' own account a meter is at fault. */
const meterFaultRatio = 0.9;
/** A meter may read this much below the sum of the meters behind it. Source: two class 1 meters that sample at different moments; choice: 3 %. */
const branchSumTolerance = 0.03;
/** Nothing draws more than this beyond its account: beside next to nothing a ratio means nothing. Source: choice. */
const mostExcessRatio = 10;

/** Balances every branch, leaves first. Aligned with `layout.branches`. */
export function balance(
  layout: Layout,
  accounts: readonly Account[],
  meters: readonly (Judged | null)[],
  excessRatios: readonly number[],
): readonly BranchBalance[] {
  const balances: BranchBalance[] = [];
  for (const index of layout.leafFirst) {
    const sum = sumBehind(certain(layout.branches[index], "branch"), accounts, balances);
    balances[index] = balanceBranch(sum, meters[index] ?? null, certain(excessRatios[index], "ratio"));
  }
  return balances;
}

function balanceBranch(sum: Sum, meter: Judged | null, excessRatio: number): BranchBalance {
  const { low, high, next, unknown, settled } = sum;
  const metered = meter === null || meter.quality === "bad" ? null : meter.value;
  const belowAccount = metered !== null && metered < meterFaultRatio * settled;
  const belowBehind = metered !== null && metered < (1 - branchSumTolerance) * sum.meteredBehind;
  // Two meters sample at different moments: what is on its way may be seen by one of them only.
  const atFault = belowBehind && metered < (1 - branchSumTolerance) * (sum.meteredBehind - sum.inFlight);
  const meterBelowAccount = belowAccount || atFault;
  const provenWatts = provenOf(sum.proven, meter);
  // Each written out: this is made for every branch in every scan, and a spread takes ten times as long.
  if (metered === null || belowAccount || belowBehind)
    return {
      meteredWatts: metered,
      meterBelowAccount,
      inFlightWatts: sum.inFlight,
      reservedWatts: sum.reserved,
      provenWatts,
      excessRatio,
      presentWatts: sum.present,
      lowWatts: low,
      settledWatts: settled,
      highWatts: high,
      nextWatts: next,
      unknownWatts: unknown,
    };
  const presentWatts = Math.max(metered, (1 - meterMayLowerRatio) * settled);
  const settledWatts = Math.max(0, presentWatts - sum.inFlight);
  const still = sum.inFlight === 0;
  // Below: an estimate too high, lowered a little. Above: something draws that nobody owned up to; it is added.
  if (metered < settled) {
    const nextWatts = next + presentWatts - settled;
    return {
      meteredWatts: metered,
      meterBelowAccount,
      inFlightWatts: sum.inFlight,
      reservedWatts: sum.reserved,
      provenWatts,
      excessRatio: still ? 0 : excessRatio,
      presentWatts,
      lowWatts: presentWatts,
      settledWatts,
      highWatts: presentWatts,
      nextWatts,
      unknownWatts: 0,
    };
  }
  const seen = Math.max(0, metered - high - unknown);
  const bounded = Math.min(unknown, metered - settled);
  // What machines promise or have promised hides what the others draw beyond their account: it is remembered meanwhile.
  const excess = still ? seen : Math.max(seen, Math.min(excessRatio * settled, metered - settled - bounded));
  return {
    meteredWatts: metered,
    meterBelowAccount,
    inFlightWatts: sum.inFlight,
    reservedWatts: sum.reserved,
    provenWatts,
    excessRatio: still && settled > 0 ? Math.min(mostExcessRatio, seen / settled) : excessRatio,
    presentWatts,
    lowWatts: metered - bounded,
    settledWatts: Math.max(0, settledWatts - bounded),
    highWatts: Math.min(high + seen, metered),
    nextWatts: next + excess,
    unknownWatts: bounded,
  };
}

/** Source: DESIGN principle 5: a lost meter may not raise what ramps start from, so the lost one counts as if it had lowered the estimate. */
function provenOf(sum: number, meter: Judged | null): number {
  if (meter === null) return sum;
  const lowered = (1 - meterMayLowerRatio) * sum;
  return meter.quality === "good" ? Math.max(meter.value, lowered) : lowered;
}

interface Sum {
  readonly low: number;
  readonly settled: number;
  readonly inFlight: number;
  readonly high: number;
  readonly next: number;
  readonly unknown: number;
  readonly reserved: number;
  readonly present: number;
  readonly proven: number;
  readonly meteredBehind: number;
}

function sumBehind(place: BranchPlace, accounts: readonly Account[], balances: readonly BranchBalance[]): Sum {
  const { auxiliaryWatts } = place;
  const sum = {
    low: 0,
    settled: 0,
    inFlight: 0,
    high: 0,
    next: 0,
    unknown: auxiliaryWatts,
    reserved: 0,
    present: auxiliaryWatts,
    proven: 0,
    meteredBehind: 0,
  };
  for (const machine of place.own) {
    const account = certain(accounts[machine], "account");
    sum.low += account.lowWatts;
    sum.settled += account.settledWatts;
    sum.inFlight += account.inFlightWatts;
    sum.high += account.highWatts;
    sum.next += account.nextWatts;
    sum.unknown += account.unknownWatts;
    sum.reserved += account.reservedWatts;
    sum.present += account.lowWatts + account.unknownWatts;
    sum.proven += account.settledWatts;
  }
  for (const child of place.children) {
    const behind = certain(balances[child], "balance");
    sum.low += behind.lowWatts;
    sum.settled += behind.settledWatts;
    sum.inFlight += behind.inFlightWatts;
    sum.high += behind.highWatts;
    sum.next += behind.nextWatts;
    sum.unknown += behind.unknownWatts;
    sum.reserved += behind.reservedWatts;
    sum.present += behind.presentWatts;
    sum.proven += behind.provenWatts;
    sum.meteredBehind += behind.meteredWatts ?? 0;
  }
  return sum;
}
