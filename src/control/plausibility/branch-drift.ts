/** What the machines of a branch tell, summed, against its meter: drift of either, or somebody who draws and is not known. Tells; limits nothing. */
import type { BranchView } from "../../model/decision.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Warning } from "../envelopes/finding.ts";
import { kilowatts } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { BranchPlace, Layout } from "../layout.ts";
import type { Fleet } from "../machines/fleet.ts";
import type { BranchBalance } from "../power/balance.ts";

/** Sum and meter may differ by this share. Source: miners.md 0.4: what machines tell of themselves is off by 5 to 20 %; choice: the lower half of that is not worth an alarm. */
const driftShare = 0.12;
/** And by this at least [W]. Choice: a fan or a switch that nobody wrote down. */
const driftWatts = 1000;
/** For so long [ms]. Choice: longer than any start, so that nothing that is on its way counts. */
const lastingMilliseconds: Milliseconds = 600_000;

export interface JudgedDrift {
  /** Since when each branch's sum and meter have differed; null: they do not, or cannot be compared. Aligned with branches. */
  readonly since: readonly (Milliseconds | null)[];
  readonly views: readonly BranchView[];
  readonly warnings: readonly Warning[];
}

/** Compares every branch with what its machines tell. */
export function judgeDrift(
  layout: Layout,
  fleet: Fleet,
  balances: readonly BranchBalance[],
  before: readonly (Milliseconds | null)[],
  now: Milliseconds,
): JudgedDrift {
  const views = layout.branches.map((place, index) =>
    viewOf(layout, place, fleet, certain(balances[index], "balance")),
  );
  const since = views.map((view, index) =>
    isOff(view, platesOf(layout, index), certain(balances[index], "balance").inFlightWatts)
      ? (before[index] ?? now)
      : null,
  );
  const warnings = views.flatMap((view, index): readonly Warning[] => {
    const from = since[index] ?? null;
    if (from === null || now - from < lastingMilliseconds || view.meteredWatts === null) return [];
    const text = `The meter of ${view.name} shows ${kilowatts(view.meteredWatts)}, its machines tell ${kilowatts(view.machinesWatts)}: look for a wrong transformer ratio, a machine that tells wrong watts, or a load that nobody wrote down.`;
    return [{ name: `branch-drift ${view.name}`, severity: "warning", reason: { code: "branch-drift", text } }];
  });
  return { since, views, warnings };
}

function viewOf(
  layout: Layout,
  place: BranchPlace,
  { machines, accounts, sightings }: Fleet,
  balance: BranchBalance,
): BranchView {
  let machinesWatts = 0;
  let telling = 0;
  let asleep = 0;
  for (const index of place.behind) {
    const { lowWatts, unknownWatts } = certain(accounts[index], "account");
    if (certain(sightings[index], "sighting").ownPower) telling += 1;
    if (machines[index]?.phase === "asleep") asleep += 1;
    machinesWatts += lowWatts + unknownWatts;
  }
  return {
    name: place.branch.name,
    parent: place.parent === null ? null : certain(layout.branches[place.parent], "parent").branch.name,
    meteredWatts: balance.meteredWatts,
    machinesWatts,
    machines: place.behind.length,
    telling,
    asleep,
    tanks: [...place.tankNames],
    onPhases: place.onPhases,
  };
}

/** Only where every machine tells its own power is a difference somebody's error. */
function isOff(
  { meteredWatts, machinesWatts, machines, telling }: BranchView,
  platesWatts: number,
  inFlightWatts: number,
): boolean {
  if (meteredWatts === null || machines === 0 || telling < machines || inFlightWatts > 0) return false;
  const allowed = Math.max(driftWatts, driftShare * machinesWatts);
  return meteredWatts < machinesWatts - allowed || meteredWatts > machinesWatts + platesWatts + allowed;
}

/** What may be drawn behind a branch by whom no machine tells [W]. */
function platesOf(layout: Layout, branch: number): number {
  const { auxiliaryWatts, children } = certain(layout.branches[branch], "branch");
  return children.reduce((sum, child) => sum + platesOf(layout, child), auxiliaryWatts);
}
