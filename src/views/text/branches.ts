/** `branches`: machines by branch, tank and phase, what they tell beside what the meter shows, and who makes the least of a watt. Pure. */
import type { BranchView, Decision } from "../../model/decision.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import { count, kilowatts, labelled, row } from "./figures.ts";

/** Machines named at each end of the ranking. Choice: a screen. */
const named = 5;
const widths = [16, 10, 10, 7, 9, 9];

export function renderBranches(snapshot: Snapshot): string[] {
  const { branches = [] } = snapshot.decision;
  if (branches.length === 0) return ["No branches."];
  const cells = (...texts: readonly string[]): [string, number][] =>
    texts.map((text, index) => [text, widths[index] ?? 0]);
  return [
    row(cells("BRANCH", "METER", "TOLD", "DRIFT", "MACHINES", "ASLEEP"), "ON L1 L2 L3"),
    ...branches.map((branch) =>
      row(
        cells(
          `${"  ".repeat(depthOf(branch, branches))}${branch.name}`,
          kilowatts(branch.meteredWatts),
          kilowatts(branch.machinesWatts),
          driftText(branch),
          String(branch.machines),
          String(branch.asleep),
        ),
        branch.onPhases?.join(" ") ?? "",
      ),
    ),
    ...snapshot.decision.alarms
      .filter(({ name }) => branches.some((branch) => name === `branch-drift ${branch.name}`))
      .flatMap(({ reason }) => labelled("!", reason.text, 2)),
    ...branches.filter(({ telling, machines }) => telling < machines).map(silentText),
    "",
    ...tankLines(branches),
    ...rankingLines(snapshot),
  ];
}

export function branchesDocument(snapshot: Snapshot): object {
  const { branches = [] } = snapshot.decision;
  return {
    branches: branches.map((branch) => ({ ...branch, driftRatio: driftOf(branch) })),
    joulesPerTerahash: ranked(snapshot),
  };
}

function depthOf({ parent }: BranchView, branches: readonly BranchView[]): number {
  const above = branches.find(({ name }) => name === parent);
  return above === undefined ? 0 : 1 + depthOf(above, branches);
}

/** How far the meter is from what the machines tell, as a share of that; null where one of them is not known. */
function driftOf({ meteredWatts, machinesWatts, machines, telling }: BranchView): number | null {
  if (meteredWatts === null || machinesWatts <= 0 || telling < machines) return null;
  return (meteredWatts - machinesWatts) / machinesWatts;
}

function driftText(branch: BranchView): string {
  const drift = driftOf(branch);
  return drift === null ? "-" : `${drift < 0 ? "-" : "+"}${Math.abs(drift * 100).toFixed(1)} %`;
}

function silentText({ name, machines, telling }: BranchView): string {
  return `  ${name}: ${count(machines - telling, "machine")} without a power of their own count with their plates`;
}

function tankLines(branches: readonly BranchView[]): string[] {
  const leaves = branches.filter(({ name }) => !branches.some(({ parent }) => parent === name));
  const tanks = new Map<string, string[]>();
  for (const { name, tanks: own } of leaves)
    for (const tank of own) tanks.set(tank, [...(tanks.get(tank) ?? []), name]);
  return [...tanks].map(([tank, names]) => `${tank}: on ${names.join(", ")}`);
}

interface Ranked {
  readonly name: string;
  readonly joulesPerTerahash: number;
}

/** Machines that hash and tell their own power, worst first. */
function ranked({
  image,
  decision,
}: {
  readonly image: Snapshot["image"];
  readonly decision: Pick<Decision, "miners">;
}): readonly Ranked[] {
  return decision.miners
    .flatMap(({ name }) => {
      const {
        powerWatts = 0,
        powerSource,
        hashrateTerahashesPerSecond: terahashes = 0,
        mode,
      } = image.miners[name] ?? {};
      const own = powerSource === "measured" || powerSource === "estimated";
      return mode === "hashing" && own && powerWatts > 0 && terahashes > 0
        ? [{ name, joulesPerTerahash: powerWatts / terahashes }]
        : [];
    })
    .sort((one, other) => other.joulesPerTerahash - one.joulesPerTerahash);
}

function rankingLines(snapshot: Snapshot): string[] {
  const all = ranked(snapshot);
  if (all.length === 0) return ["No machine hashes and tells its power."];
  const text = (part: readonly Ranked[]): string =>
    part.map(({ name, joulesPerTerahash }) => `${name} ${joulesPerTerahash.toFixed(1)}`).join(", ");
  const best = all.slice(named).slice(-named).reverse();
  return [
    ...labelled("J/TH, worst:", text(all.slice(0, named)), 13),
    ...(best.length === 0 ? [] : labelled("J/TH, best:", text(best), 13)),
  ];
}
