/** Overload that shedding does not end: machines that do not obey may not hold a branch above its breaker; its contactor has to help. */
import type { Milliseconds } from "../../model/reading.ts";
import { kilowatts, seconds } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { Layout } from "../layout.ts";
import { shedWindow } from "../machines/observe.ts";
import type { BranchBalance } from "../power/balance.ts";
import { type Finding, merge, nothingFound } from "./finding.ts";

/** Time for a shed to help, where no machine needs longer [ms]. Source: grid-and-safety 5.3: a full 63 A breaker trips after 39 s at 150 %. */
const shedTimeMilliseconds: Milliseconds = 20_000;

export interface JudgedOverload {
  readonly finding: Finding;
  /** Since when each branch has been above its breaker; null: it is not. Aligned with branches. */
  readonly since: readonly (Milliseconds | null)[];
}

/** Judges every branch against the ceilings its breaker gave in this scan. */
export function judgeOverload(
  layout: Layout,
  balances: readonly BranchBalance[],
  feeder: Finding,
  before: readonly (Milliseconds | null)[],
  now: Milliseconds,
): JudgedOverload {
  const since: (Milliseconds | null)[] = [];
  const findings = layout.branches.map((place, index): Finding => {
    const scope = certain(layout.scopes[place.scope], "scope");
    const drawnWatts = surelyDrawn(certain(balances[index], "balance"));
    const ceilingWatts = feeder.limits
      .filter((limit) => limit.scope === scope && limit.withinMilliseconds <= 0)
      .reduce((least, limit) => Math.min(least, limit.ceilingWatts), Number.MAX_VALUE);
    const above = drawnWatts > ceilingWatts ? (before[index] ?? now) : null;
    since[index] = above;
    if (above === null) return nothingFound;
    const name = `${place.branch.name}/overload`;
    const figures = `${kilowatts(drawnWatts)} above ${kilowatts(ceilingWatts)}`;
    const causes = { [name]: `it draws ${figures}.` };
    const windows = place.behind.map((machine) => shedWindow(certain(layout.machines[machine], "machine").model));
    if (now - above < Math.max(shedTimeMilliseconds, ...windows)) return { ...nothingFound, causes };
    const text = `Branch ${place.branch.name} has drawn ${figures} for ${seconds(now - above)}; shedding did not help.`;
    return { ...nothingFound, causes, violations: [{ name, scope, reason: { code: "breaker-overload", text } }] };
  });
  return { finding: merge(findings), since };
}

/** What a believed meter shows, or the machines' own account: what merely may flow limits, and is no violation that latches. */
function surelyDrawn({ meteredWatts, meterBelowAccount, lowWatts }: BranchBalance): number {
  return meteredWatts === null || meterBelowAccount ? lowWatts : Math.max(meteredWatts, lowWatts);
}
