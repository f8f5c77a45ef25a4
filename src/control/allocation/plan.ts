/** The working sheet of one allocation: what every scope will draw as commanded so far, and its ceilings. Lives within one scan. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Scope } from "../../model/reason.ts";
import { ceilingsOf, type ScopeCeilings, unlimitedWatts } from "../arbitration.ts";
import { certain } from "../impossible.ts";
import type { Layout } from "../layout.ts";
import type { MachineState } from "../machines/machine.ts";
import type { Account } from "../power/account.ts";
import type { BranchBalance } from "../power/balance.ts";
import type { MeterUnrest } from "../power/meter-unrest.ts";
import type { RampState } from "../ramp.ts";

/** A little of every ceiling is left free: the noise of a meter will be higher than it has been lately. Source: choice: the short-term noise of a class 0.5 meter, rounded up. */
const freeShare = 0.0025;

export interface Plan {
  readonly now: Milliseconds;
  readonly layout: Layout;
  readonly machines: MachineState[];
  readonly accounts: readonly Account[];
  /** What each scope will draw [W]; changed as machines are shed and woken. */
  readonly nextWatts: number[];
  /** The smallest limit of each scope, whatever the ramp: where it all leads to [W]. */
  readonly limitWatts: readonly number[];
  /** No raise above these [W]. */
  readonly raiseWatts: readonly number[];
  /** Shed at once above these [W]. */
  readonly safetyWatts: readonly number[];
  /** What sheds have promised and nobody has proven gone yet: no raise may count on it [W]. */
  readonly pendingWatts: number[];
  /** How much more than in this moment the meters of each scope have shown lately: nothing wakes into it [W]. */
  readonly unrestWatts: readonly number[];
  /** Machines of the container may draw so much more than is planned with, and no meter tells yet: some sleep for it, none wakes into it, and no contactor opens for it [W]. */
  doubtWatts: number;
  /** What wakes may draw so much more in the container than it will tell, as a share: where no meter tells. */
  readonly doubtRatio: number;
  /** The container's ceiling by orders, on its way down [W]. */
  readonly gentleWatts: number;
}

/** Aligned with `layout.branches`. */
interface Metered {
  readonly balances: readonly BranchBalance[];
  readonly unrest: readonly MeterUnrest[];
}

/** Opens the sheet. */
export function openPlan(
  layout: Layout,
  machines: readonly MachineState[],
  accounts: readonly Account[],
  { balances, unrest }: Metered,
  ceilings: ReadonlyMap<Scope, ScopeCeilings>,
  ramp: RampState,
  adopting: boolean,
  now: Milliseconds,
): Plan {
  const each = layout.scopes.map((scope) => ceilingsOf(ceilings, scope));
  const plan: Plan = {
    now,
    layout,
    machines: [...machines],
    accounts,
    nextWatts: nextOfScopes(layout, accounts, balances, adopting),
    limitWatts: each.map(({ raiseWatts }) => raiseWatts),
    raiseWatts: each.map(({ raiseWatts }, scope) => (scope === 0 ? Math.min(raiseWatts, ramp.raiseWatts) : raiseWatts)),
    safetyWatts: each.map(({ safetyWatts }) => safetyWatts),
    pendingWatts: layout.scopes.map(() => 0),
    unrestWatts: unrestOfScopes(layout, unrest),
    // What a breaker carries is counted down itself where its meter is lost; nothing else stands for the container's.
    doubtWatts: certain(balances[layout.root], "root").doubtWatts,
    doubtRatio: certain(balances[layout.root], "root").doubtRatio,
    // Source: DESIGN section 3: while running machines are taken over, orders and fallbacks shed nothing.
    gentleWatts: adopting ? unlimitedWatts : ramp.gentleWatts,
  };
  for (let machine = 0; machine < machines.length; machine += 1) {
    const { highWatts, nextWatts } = certain(accounts[machine], "account");
    if (highWatts > nextWatts) spread(plan.pendingWatts, layout, machine, highWatts - nextWatts);
  }
  return plan;
}

/** What every scope will draw as commanded [W]. While the image completes, what is unknown and not metered does not count yet. */
function nextOfScopes(
  layout: Layout,
  accounts: readonly Account[],
  balances: readonly BranchBalance[],
  adopting: boolean,
): number[] {
  const next = layout.scopes.map(() => 0);
  for (const [index, place] of layout.branches.entries()) {
    const balanced = certain(balances[index], "balance");
    const { nextWatts } = balanced;
    const unknownWatts = adopting && balanced.meteredWatts === null ? 0 : balanced.unknownWatts;
    next[place.scope] = nextWatts + unknownWatts;
    if (place.phases.length === 0) continue;
    // What cannot be told apart, and what the meter adds, is taken to lie evenly on the phases.
    const named = place.behind.reduce((sum, machine) => sum + certain(accounts[machine], "account").nextWatts, 0);
    for (const phase of place.phases) next[phase] = (nextWatts + unknownWatts - named) / 3;
  }
  for (let machine = 0; machine < layout.machines.length; machine += 1) {
    const place = certain(layout.machines[machine], "machine");
    const account = certain(accounts[machine], "account");
    const { scope: tank, loopScope } = certain(layout.tanks[place.tank], "tank");
    add(next, tank, account.nextWatts + account.unknownWatts);
    if (loopScope !== null) add(next, loopScope, account.nextWatts + account.unknownWatts);
    for (const { scope, share } of place.phases) add(next, scope, account.nextWatts * share);
  }
  return next;
}

/** A tank has no meter. */
function unrestOfScopes(layout: Layout, unrest: readonly MeterUnrest[]): number[] {
  const watts = layout.scopes.map(() => 0);
  for (const [index, { scope, phases }] of layout.branches.entries()) {
    watts[scope] = certain(unrest[index], "unrest").unrestWatts;
    for (const phase of phases) watts[phase] = certain(watts[scope], "scope") / 3;
  }
  return watts;
}

/** Changes what a machine will draw, in every scope that covers it. */
export function change(plan: Plan, machine: number, byWatts: number): void {
  spread(plan.nextWatts, plan.layout, machine, byWatts);
  if (byWatts >= 0) return;
  // Power is gone when that is proven, not when it is ordered.
  spread(plan.pendingWatts, plan.layout, machine, -byWatts);
  plan.doubtWatts = Math.max(0, plan.doubtWatts + byWatts * plan.doubtRatio);
}

/** Changes what one scope will draw. */
export function move(plan: Plan, scope: number, byWatts: number): void {
  add(plan.nextWatts, scope, byWatts);
  if (byWatts < 0) add(plan.pendingWatts, scope, -byWatts);
}

/** What a raise in a scope may add at most [W]. */
export function roomIn(plan: Plan, scope: number): number {
  return roomUnder(plan, scope, certain(plan.raiseWatts[scope], "ceiling"));
}

/** What stays free below a ceiling [W]. */
export function roomUnder(plan: Plan, scope: number, ceilingWatts: number): number {
  return ceilingWatts - mostIn(plan, scope) - certain(plan.pendingWatts[scope], "pending");
}

/** What a scope may draw at most as commanded so far [W]. */
export function mostIn(plan: Plan, scope: number): number {
  return certain(plan.nextWatts[scope], "next") + (scope === 0 ? plan.doubtWatts : 0);
}

/** What a scope can take below a ceiling without the noise of its meter, or a word that proves too low, putting a machine just woken to sleep again [W]. */
export function quietRoomUnder(plan: Plan, scope: number, ceilingWatts: number): number {
  const room = roomUnder(plan, scope, ceilingWatts * (1 - freeShare)) - certain(plan.unrestWatts[scope], "unrest");
  return scope === 0 ? room / (1 + plan.doubtRatio) : room;
}

/** How much more may be drawn in the tightest of a machine's scopes [W]. */
export function roomFor(plan: Plan, machine: number): number {
  let room = Number.MAX_SAFE_INTEGER;
  for (const { scope, share } of certain(plan.layout.machines[machine], "machine").scopes)
    room = Math.min(room, quietRoomUnder(plan, scope, certain(plan.raiseWatts[scope], "ceiling")) / share);
  return room;
}

function spread(watts: number[], layout: Layout, machine: number, byWatts: number): void {
  for (const { scope, share } of certain(layout.machines[machine], "machine").scopes)
    add(watts, scope, byWatts * share);
}

function add(watts: number[], scope: number, byWatts: number): void {
  watts[scope] = certain(watts[scope], "scope") + byWatts;
}
