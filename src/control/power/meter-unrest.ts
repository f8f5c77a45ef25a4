/** How high the meters have read lately beside the accounts of the machines: a raise fits below that, not into the lowest moment of their noise. */
import type { Milliseconds } from "../../model/reading.ts";
import { certain } from "../impossible.ts";
import type { Layout } from "../layout.ts";
import type { Account } from "./account.ts";
import type { BranchBalance } from "./balance.ts";

/** What has been added to the accounts behind one branch: by its meter, by those behind it, by what nobody can tell apart. */
export interface MeterUnrest {
  /** The most since then [W], and the most of the spell before that. */
  readonly since: Milliseconds;
  readonly mostWatts: number;
  readonly mostBeforeWatts: number;
  /** How much more than in this moment it has been lately by noise [W]. */
  readonly unrestWatts: number;
}

/** The most of one to two spells counts [ms]. Source: choice: a minute of a meter read each second shows its noise but for one sample in a hundred, and is over soon after a shed that a slow meter still shows. */
const spellMilliseconds: Milliseconds = 60_000;

/** What has moved by more of the power has come or gone, and is no noise. Source: choice: the noise of a class 1 meter at its widest. */
const mostNoiseRatio = 0.01;

/** Nothing seen yet. */
export const unmoved: MeterUnrest = { since: 0, mostWatts: 0, mostBeforeWatts: 0, unrestWatts: 0 };

/** Aligned with `layout.branches`. */
export function watchUnrest(
  layout: Layout,
  accounts: readonly Account[],
  balances: readonly BranchBalance[],
  before: readonly MeterUnrest[],
  now: Milliseconds,
): readonly MeterUnrest[] {
  const named: number[] = [];
  const watched: MeterUnrest[] = [];
  for (const index of layout.leafFirst) {
    const { own, children } = certain(layout.branches[index], "branch");
    let sum = 0;
    for (const machine of own) {
      const { nextWatts, unknownWatts } = certain(accounts[machine], "account");
      sum += nextWatts + unknownWatts;
    }
    for (const child of children) sum += certain(named[child], "sum");
    named[index] = sum;
    const { nextWatts, unknownWatts } = certain(balances[index], "balance");
    watched[index] = note(certain(before[index], "unrest"), nextWatts + unknownWatts, sum, now);
  }
  return watched;
}

function note(before: MeterUnrest, watts: number, namedWatts: number, now: Milliseconds): MeterUnrest {
  const over = now - before.since >= spellMilliseconds;
  const added = watts - namedWatts;
  const mostWatts = over ? added : Math.max(before.mostWatts, added);
  const mostBeforeWatts = over ? before.mostWatts : before.mostBeforeWatts;
  const unrestWatts = Math.min(Math.max(mostWatts, mostBeforeWatts) - added, mostNoiseRatio * watts);
  return { since: over ? now : before.since, mostWatts, mostBeforeWatts, unrestWatts };
}
