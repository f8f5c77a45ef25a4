/** Overload that shedding does not end: machines that do not obey may not hold a branch above its breaker; its contactor has to help. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Scope } from "../../model/reason.ts";
import { kilowatts, seconds } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { BranchPlace, Layout } from "../layout.ts";
import type { Fleet } from "../machines/fleet.ts";
import { shedWindow } from "../machines/observe.ts";
import type { Account } from "../power/account.ts";
import type { BranchBalance } from "../power/balance.ts";
import type { JudgedFeeder } from "./feeder.ts";
import { type Finding, merge, nothingFound } from "./finding.ts";

/** Time for a shed to help, where no machine needs longer [ms]. Source: grid-and-safety 5.3: a full 63 A breaker trips after 39 s at 150 %. */
const shedTimeMilliseconds: Milliseconds = 20_000;

export interface JudgedOverload {
  readonly finding: Finding;
  /** Since when each branch has been above its breaker; null: it is not. Aligned with branches. */
  readonly since: readonly (Milliseconds | null)[];
}

/** Judges every branch, and each of its phases, against the ceilings its breaker gave in this scan. */
export function judgeOverload(
  layout: Layout,
  balances: readonly BranchBalance[],
  { accounts, machines }: Pick<Fleet, "accounts" | "machines">,
  { finding: feeder, surelyWatts }: Pick<JudgedFeeder, "finding" | "surelyWatts">,
  before: readonly (Milliseconds | null)[],
  now: Milliseconds,
): JudgedOverload {
  const since: (Milliseconds | null)[] = [];
  const ceilings = ceilingsAtOnce(feeder);
  // A ceiling that only a lost reading narrows sheds; it is no violation that latches.
  for (const [index, watts] of surelyWatts.entries())
    if (watts !== null) widen(ceilings, layout, certain(layout.branches[index], "branch"), watts);
  const findings = layout.branches.map((place, index): Finding => {
    const scope = certain(layout.scopes[place.scope], "scope");
    const drawnWatts = surelyDrawn(certain(balances[index], "balance"));
    const ceilingWatts = ceilings.get(scope) ?? Number.MAX_VALUE;
    const over =
      drawnWatts > ceilingWatts
        ? { what: place.branch.name, drawnWatts, ceilingWatts }
        : fullPhase(layout, place, accounts, ceilings);
    const above = over === null ? null : (before[index] ?? now);
    since[index] = above;
    if (over === null || above === null) return nothingFound;
    const name = `${place.branch.name}/overload`;
    const figures = `${kilowatts(over.drawnWatts)} above ${kilowatts(over.ceilingWatts)}`;
    const causes = { [name]: `it draws ${figures}.` };
    const windows = place.behind.map((machine) => shedWindow(certain(machines[machine], "machine")));
    if (now - above < Math.max(shedTimeMilliseconds, ...windows)) return { ...nothingFound, causes };
    const text = `Branch ${over.what} has drawn ${figures} for ${seconds(now - above)}; shedding did not help.`;
    return { ...nothingFound, causes, violations: [{ name, scope, reason: { code: "breaker-overload", text } }] };
  });
  return { finding: merge(findings), since };
}

function widen(ceilings: Map<Scope, number>, { scopes }: Layout, { scope, phases }: BranchPlace, watts: number): void {
  ceilings.set(certain(scopes[scope], "scope"), watts);
  for (const phase of phases) ceilings.set(certain(scopes[phase], "scope"), watts / phases.length);
}

/** The smallest limit of each scope that holds at once [W]. */
function ceilingsAtOnce(feeder: Finding): Map<Scope, number> {
  const ceilings = new Map<Scope, number>();
  for (const { scope, ceilingWatts, withinMilliseconds } of feeder.limits)
    if (withinMilliseconds <= 0) ceilings.set(scope, Math.min(ceilings.get(scope) ?? Number.MAX_VALUE, ceilingWatts));
  return ceilings;
}

/** A phase on which the machines' own account lies above what the breaker carries there; null: none. Where currents are measured the branch's own ceiling tells it too. */
function fullPhase(
  layout: Layout,
  { branch, phases, behind }: BranchPlace,
  accounts: readonly Account[],
  ceilings: ReadonlyMap<Scope, number>,
): { readonly what: string; readonly drawnWatts: number; readonly ceilingWatts: number } | null {
  if (phases.length === 0) return null;
  const drawn = phases.map(() => 0);
  for (const machine of behind) {
    const { lowWatts } = certain(accounts[machine], "account");
    for (const { scope, share } of certain(layout.machines[machine], "machine").phases) {
      const index = phases.indexOf(scope);
      if (index >= 0) drawn[index] = certain(drawn[index], "phase") + lowWatts * share;
    }
  }
  for (const [index, drawnWatts] of drawn.entries()) {
    const scope = certain(layout.scopes[certain(phases[index], "phase")], "scope");
    const ceilingWatts = ceilings.get(scope);
    if (ceilingWatts === undefined) continue;
    if (drawnWatts > ceilingWatts) return { what: `${branch.name}, L${index + 1},`, drawnWatts, ceilingWatts };
  }
  return null;
}

/** What a believed meter shows, or the machines' own account: what merely may flow limits, and is no violation that latches. */
function surelyDrawn({ meteredWatts, meterBelowAccount, lowWatts }: BranchBalance): number {
  return meteredWatts === null || meterBelowAccount ? lowWatts : Math.max(meteredWatts, lowWatts);
}
