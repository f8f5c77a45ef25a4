/** Power of every branch as the core believes it: machines' own accounts, checked and closed by the meters, never trusting a low meter. */
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import type { BranchPlace, Layout } from "../layout.ts";
import type { Account } from "./account.ts";
import type { Passing } from "./passing.ts";

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
  /** They may draw more than that, and no meter tells yet: no part of what the branch above plans with, whose own meter may know. */
  readonly doubtWatts: number;
  /** May be drawn by machines and auxiliaries that nobody can tell apart; bounded by a meter where one stands above them. */
  readonly unknownWatts: number;
  /** The meter reads less than what is behind it accounts for: it is not believed. */
  readonly meterBelowAccount: boolean;
  /** A lower bound of the present power that no lost input raises: where ramps start from. */
  readonly provenWatts: number;
  /** Promised to waking machines. */
  readonly reservedWatts: number;
  /** What counts with the lower bound, and no meter that is believed shows it [W]. */
  readonly untoldWatts: number;
  /** Settled power of the largest machine [W]. */
  readonly largestWatts: number;
  /** A machine that wakes here may draw so much more than it tells, as a share. */
  readonly doubtRatio: number;
  readonly memory: BalanceMemory | null;
}

/** What a meter has told of a branch when last nothing was coming or going. */
export interface BalanceMemory {
  /** Drawn beyond what machines and auxiliaries account for; negative: they account for more [W]. */
  readonly beyondWatts: number;
  /** What they accounted for then: those that can be told apart, and the others [W]. */
  readonly settledWatts: number;
  readonly unknownWatts: number;
}

/** Source: DESIGN section 3: the meter may lower the estimate by 5 % at most. */
const meterMayLowerRatio = 0.05;
/** Source: DESIGN section 3: below 90 % of the machines' own account a meter is at fault. */
const meterFaultRatio = 0.9;
/** A meter may read this much below the sum of the meters behind it. Source: two class 1 meters that sample at different moments; choice: 3 %. */
const branchSumTolerance = 0.03;
/** Machines may draw this much more than they tell, where no meter has told otherwise. Source: miners.md 0.4: what machines tell of themselves is off by 5 to 20 %; choice: the lower end, for it is the sum of many. */
const untoldRatio = 0.05;

/** Balances every branch, leaves first. Aligned with `layout.branches`, as all that is handed in but the accounts; a memory is null where no meter has told anything yet. */
export function balance(
  layout: Layout,
  accounts: readonly Account[],
  meters: readonly (Judged | null)[],
  passing: readonly Passing[],
  memories: readonly (BalanceMemory | null)[],
): readonly BranchBalance[] {
  const balances: BranchBalance[] = [];
  for (const index of layout.leafFirst) {
    const place = certain(layout.branches[index], "branch");
    const sum = sumBehind(place, accounts, balances);
    balances[index] = balanceBranch(
      place,
      sum,
      meters[index] ?? null,
      certain(passing[index], "passing"),
      memories[index] ?? null,
    );
  }
  return balances;
}

function balanceBranch(
  place: BranchPlace,
  sum: Sum,
  meter: Judged | null,
  passing: Passing,
  memory: BalanceMemory | null,
): BranchBalance {
  const metered = meter === null || meter.quality === "bad" ? null : meter.value;
  const settled = Math.max(0, sum.settled - passing.comeWatts);
  const belowAccount = metered !== null && metered < meterFaultRatio * settled;
  const belowBehind = metered !== null && metered < (1 - branchSumTolerance) * sum.meteredBehind;
  // Two meters sample at different moments: what is on its way may be seen by one of them only.
  const onItsWay = sum.inFlight + passing.comeWatts + passing.goneWatts;
  const atFault = belowBehind && metered < (1 - branchSumTolerance) * (sum.meteredBehind - onItsWay);
  const provenWatts = provenOf(sum.proven, meter);
  if (metered === null || belowAccount || belowBehind) {
    const asked = meter !== null || place.parent === null;
    return unclosed(sum, metered, { meterBelowAccount: belowAccount || atFault, provenWatts }, asked, memory);
  }
  return onItsWay === 0 ? still(sum, metered, provenWatts) : moving(sum, metered, provenWatts, passing, memory);
}

/** No meter closes the balance: accounts count, with what a meter has told beyond them, or what they may be off by. `asked`: this is where a meter would stand. */
function unclosed(
  sum: Sum,
  meteredWatts: number | null,
  judged: Pick<BranchBalance, "meterBelowAccount" | "provenWatts">,
  asked: boolean,
  memory: BalanceMemory | null,
): BranchBalance {
  const seen = asked && memory !== null ? Math.max(0, memory.beyondWatts) : 0;
  const unproven = Math.max(0, sum.untold - (memory === null ? 0 : memory.settledWatts));
  // Each written out: this is made for every branch in every scan, and a spread takes ten times as long.
  return {
    meteredWatts,
    meterBelowAccount: judged.meterBelowAccount,
    inFlightWatts: sum.inFlight,
    reservedWatts: sum.reserved,
    provenWatts: judged.provenWatts,
    presentWatts: sum.present,
    lowWatts: sum.low,
    settledWatts: sum.settled,
    highWatts: sum.high + seen,
    nextWatts: sum.next + seen,
    // Machines that tell more than a meter shows do not tell too little as well.
    doubtWatts: asked && meteredWatts === null ? untoldRatio * unproven : 0,
    unknownWatts: sum.unknown,
    untoldWatts: sum.untold,
    largestWatts: sum.largest,
    doubtRatio: asked && meteredWatts === null ? untoldRatio : 0,
    memory,
  };
}

/** Nothing comes or goes: the meter tells what is drawn, but for what it may lower. */
function still(sum: Sum, metered: number, provenWatts: number): BranchBalance {
  const { settled, unknown } = sum;
  const presentWatts = Math.max(metered, (1 - meterMayLowerRatio) * settled);
  // Below: an estimate too high, lowered a little. Above: something draws that nobody owned up to; it is added.
  const lowered = Math.max(0, settled - presentWatts);
  const bounded = Math.min(unknown, Math.max(0, metered - settled));
  const seen = Math.max(0, metered - sum.high - unknown);
  const beyondWatts = seen - lowered - (unknown - bounded);
  return {
    meteredWatts: metered,
    meterBelowAccount: false,
    inFlightWatts: 0,
    reservedWatts: sum.reserved,
    provenWatts,
    presentWatts,
    lowWatts: presentWatts - bounded,
    settledWatts: Math.max(0, presentWatts - bounded),
    highWatts: Math.min(sum.high + seen, presentWatts),
    nextWatts: sum.next + seen - lowered,
    doubtWatts: 0,
    unknownWatts: bounded,
    untoldWatts: 0,
    largestWatts: sum.largest,
    doubtRatio: 0,
    memory: { beyondWatts, settledWatts: settled, unknownWatts: unknown },
  };
}

/** Machines come or go: what the meter told before is remembered, and only what nobody's coming or going explains is added. */
function moving(
  sum: Sum,
  metered: number,
  provenWatts: number,
  passing: Passing,
  memory: BalanceMemory | null,
): BranchBalance {
  const settled = Math.max(0, sum.settled - passing.comeWatts);
  const presentWatts = Math.max(metered, (1 - meterMayLowerRatio) * settled);
  const remembered = memory === null ? 0 : recall(sum, memory);
  const bounded = Math.min(Math.max(0, sum.unknown + Math.min(0, remembered)), Math.max(0, metered - settled));
  // What auxiliaries do not draw is taken off them first.
  const beyond = remembered >= 0 ? remembered : Math.min(0, remembered + sum.unknown);
  const explained = sum.high + sum.unknown + remembered + passing.goneWatts;
  const excess = beyond + Math.max(0, metered - explained);
  const onItsWay = sum.inFlight + passing.goneWatts + passing.comeWatts;
  return {
    meteredWatts: metered,
    meterBelowAccount: false,
    inFlightWatts: onItsWay,
    reservedWatts: sum.reserved,
    provenWatts,
    presentWatts,
    lowWatts: Math.max(0, metered - bounded),
    settledWatts: Math.max(0, presentWatts - bounded - onItsWay),
    highWatts: sum.high + excess,
    nextWatts: sum.next + excess,
    doubtWatts: memory === null ? untoldRatio * sum.settled : spreadOf(sum, memory),
    unknownWatts: bounded,
    untoldWatts: 0,
    largestWatts: sum.largest,
    doubtRatio: 0,
    memory,
  };
}

/**
 * What those who stay may draw beyond their part of what the meter told of all [W]: each machine is off by its own share, and of n
 * among N the sum by the root of n (1 - n / N).
 */
function spreadOf({ settled, largest }: Sum, { settledWatts }: BalanceMemory): number {
  // What sleepers drew that wake is no machine that went.
  if (settledWatts - settled <= largest / 2) return 0;
  return untoldRatio * Math.sqrt(largest * settled * (1 - settled / settledWatts));
}

/** What is drawn beyond the accounts by what a meter told last [W]: all of an excess, and no more of the contrary than those can be at fault who still count. */
function recall(sum: Sum, memory: BalanceMemory): number {
  const { beyondWatts, settledWatts, unknownWatts } = memory;
  if (beyondWatts >= 0) return beyondWatts;
  const left = settledWatts > 0 ? Math.min(1, sum.settled / settledWatts) : 0;
  // Who has answered since is no part of what was not drawn.
  const known = Math.max(0, unknownWatts - sum.unknown);
  const least = -sum.unknown - meterMayLowerRatio * sum.settled;
  return Math.max(least, Math.min(0, beyondWatts * left + known));
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
  readonly untold: number;
  /** The largest machine. */
  readonly largest: number;
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
    untold: 0,
    largest: 0,
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
    sum.proven += account.provenWatts;
    sum.untold += account.settledWatts;
    sum.largest = Math.max(sum.largest, account.settledWatts);
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
    sum.untold += behind.untoldWatts;
    sum.largest = Math.max(sum.largest, behind.largestWatts);
  }
  return sum;
}
