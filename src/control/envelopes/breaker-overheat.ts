/** Heat of every breaker: an overload is ended before the breaker ends it, since only a person brings a breaker back. */
import type { Milliseconds } from "../../model/reading.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import type { BranchPlace, Layout } from "../layout.ts";
import type { BranchBalance } from "../power/balance.ts";
import { derate } from "./breaker-ambient.ts";
import { heatAfter, heatToAct, tripHeat } from "./breaker-heat.ts";
import { type Finding, merge, nothingFound } from "./finding.ts";

export interface JudgedHeat {
  readonly finding: Finding;
  /** Heat of each breaker's element; 1 is what its rating brings. Aligned with branches. */
  readonly heats: readonly number[];
}

/** Lowest voltage that is believed. Source: EN 50160: supply stays within 10 % of nominal. */
const lowestVoltageRatio = 0.9;
/** No air takes more of a breaker than this leaves; also keeps a division finite. Source: choice: `weir check` refuses more. */
const leastShare = 0.5;

/** Advances and judges the heat of every breaker. */
export function judgeHeat(
  layout: Layout,
  balances: readonly BranchBalance[],
  judgedOf: (name: string) => Judged,
  before: readonly number[],
  elapsedMilliseconds: Milliseconds,
): JudgedHeat {
  const heats: number[] = [];
  const findings = layout.branches.map((place, index): Finding => {
    const balanced = certain(balances[index], "balance");
    const amperes = fullestAmperes(place, balanced, judgedOf);
    // Hot air counts as more current: the element is as much nearer to its trip.
    const { share } = derate(place.branch, judgedOf);
    const heat = heatAfter(
      certain(before[index], "heat"),
      amperes.most / Math.max(leastShare, share),
      place.branch,
      elapsedMilliseconds,
    );
    heats[index] = heat;
    return judgeBranch(layout, place, heat, amperes, share);
  });
  return { finding: merge(findings), heats };
}

interface Amperes {
  readonly most: number;
  /** It is measured, not only accounted for: a measured violation latches. */
  readonly measured: boolean;
}

/** The current of the fullest phase: as measured, and never less than the power at a low voltage. */
function fullestAmperes({ branch }: BranchPlace, balanced: BranchBalance, judgedOf: (name: string) => Judged): Amperes {
  const currents = (branch.meter?.currentAmperes ?? []).map(judgedOf);
  const good = currents.flatMap((judged) => (judged.quality === "good" ? [Math.abs(judged.value)] : []));
  const accounted = balanced.presentWatts / (branch.phases * branch.nominalVolts);
  const whole = good.length > 0 && good.length === currents.length;
  const most = whole ? Math.max(accounted, ...good) : Math.max(accounted / lowestVoltageRatio, ...good);
  // Where no meter stands, the machines' own measurements are one.
  const told = balanced.lowWatts / (branch.phases * branch.nominalVolts);
  const measured = good.length > 0 || balanced.meteredWatts !== null || told > branch.breakerAmperes;
  return { most, measured };
}

function judgeBranch(
  layout: Layout,
  { branch, scope }: BranchPlace,
  heat: number,
  amperes: Amperes,
  share: number,
): Finding {
  const act = heatToAct(branch);
  if (heat < act) return nothingFound;
  const name = `${branch.name}/heat`;
  const percent = Math.round((100 * heat) / tripHeat);
  const figures = `${Math.round(amperes.most)} A on ${branch.breakerAmperes} A`;
  const causes = { [name]: `its breaker is still warm, at ${percent} % of its trip.` };
  if (!amperes.measured || amperes.most <= branch.breakerAmperes * branch.continuousRatio * share)
    return { ...nothingFound, causes };
  const text = `Breaker ${branch.name} carries ${figures} and is at ${percent} % of its trip; its load is taken off before it trips.`;
  const violation = {
    name,
    scope: certain(layout.scopes[scope], "scope"),
    reason: { code: "breaker-heat", text },
  } as const;
  return { ...nothingFound, causes, violations: [violation] };
}
