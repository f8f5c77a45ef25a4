/** The working sheet of one allocation: what every scope will draw as commanded so far, and its ceilings. Lives within one scan. */
import type { Scope } from "../../model/reason.ts";
import { ceilingsOf, type ScopeCeilings } from "../arbitration.ts";
import { certain } from "../impossible.ts";
import type { Layout } from "../layout.ts";
import type { MachineState } from "../machines/machine.ts";
import type { Account } from "../power/account.ts";
import type { BranchBalance } from "../power/balance.ts";
import type { RampState } from "../ramp.ts";

export interface Plan {
  readonly layout: Layout;
  readonly machines: MachineState[];
  readonly accounts: readonly Account[];
  /** What each scope will draw [W]; changed as machines are shed and woken. */
  readonly nextWatts: number[];
  /** No raise above these [W]. */
  readonly raiseWatts: readonly number[];
  /** Shed at once above these [W]. */
  readonly safetyWatts: readonly number[];
  /** The container's ceiling by orders, on its way down [W]. */
  readonly gentleWatts: number;
}

/** Opens the sheet. */
export function openPlan(
  layout: Layout,
  machines: readonly MachineState[],
  accounts: readonly Account[],
  balances: readonly BranchBalance[],
  ceilings: ReadonlyMap<Scope, ScopeCeilings>,
  ramp: RampState,
): Plan {
  const each = layout.scopes.map((scope) => ceilingsOf(ceilings, scope));
  return {
    layout,
    machines: [...machines],
    accounts,
    nextWatts: nextOfScopes(layout, accounts, balances),
    raiseWatts: each.map(({ raiseWatts }, scope) => (scope === 0 ? Math.min(raiseWatts, ramp.raiseWatts) : raiseWatts)),
    safetyWatts: each.map(({ safetyWatts }) => safetyWatts),
    gentleWatts: ramp.gentleWatts,
  };
}

/** What every scope will draw as commanded [W]. */
export function nextOfScopes(
  layout: Layout,
  accounts: readonly Account[],
  balances: readonly BranchBalance[],
): number[] {
  const next = layout.scopes.map(() => 0);
  for (const [index, place] of layout.branches.entries()) {
    const { nextWatts, unknownWatts } = certain(balances[index], "balance");
    next[place.scope] = nextWatts + unknownWatts;
    if (place.phases.length === 0) continue;
    // What cannot be told apart, and what the meter adds, is taken to lie evenly on the phases.
    const named = place.behind.reduce((sum, machine) => sum + certain(accounts[machine], "account").nextWatts, 0);
    for (const phase of place.phases) next[phase] = (nextWatts + unknownWatts - named) / 3;
  }
  for (const [machine, place] of layout.machines.entries()) {
    const account = certain(accounts[machine], "account");
    add(next, certain(layout.tanks[place.tank], "tank").scope, account.nextWatts + account.unknownWatts);
    for (const { scope, share } of place.phases) add(next, scope, account.nextWatts * share);
  }
  return next;
}

/** Changes what a machine will draw, in every scope that covers it. */
export function change(plan: Plan, machine: number, byWatts: number): void {
  for (const { scope, share } of certain(plan.layout.machines[machine], "machine").scopes)
    add(plan.nextWatts, scope, byWatts * share);
}

/** How much more may be drawn in the tightest of a machine's scopes [W]. */
export function roomFor(plan: Plan, machine: number, reservedShare: number): number {
  let room = Number.MAX_SAFE_INTEGER;
  for (const { scope, share } of certain(plan.layout.machines[machine], "machine").scopes) {
    const ceiling = certain(plan.raiseWatts[scope], "ceiling");
    room = Math.min(room, (ceiling * (1 - reservedShare) - certain(plan.nextWatts[scope], "next")) / share);
  }
  return room;
}

function add(watts: number[], scope: number, byWatts: number): void {
  watts[scope] = certain(watts[scope], "scope") + byWatts;
}
