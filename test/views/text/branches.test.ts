/** The page of the branches. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BranchView } from "../../../src/model/decision.ts";
import type { MinerReport } from "../../../src/model/miner.ts";
import type { Snapshot } from "../../../src/model/snapshot.ts";
import { branchesDocument, renderBranches } from "../../../src/views/text/branches.ts";
import { exampleSnapshot } from "./example.ts";

const test = suite("branches page");

const view = (name: string, parent: string | null, parts: Partial<BranchView> = {}): BranchView => ({
  name,
  parent,
  meteredWatts: 13_000,
  machinesWatts: 12_500,
  machines: 4,
  telling: 4,
  asleep: 1,
  tanks: ["tank-1"],
  onPhases: [2, 1, 1],
  ...parts,
});

function shown(branches: readonly BranchView[], miners: readonly MinerReport[] = []): Snapshot {
  const example = exampleSnapshot();
  const views = miners.map(({ name }) => ({ name, phase: "hashing", since: 0, accountedWatts: 3000 }) as const);
  return {
    ...example,
    image: { ...example.image, miners: Object.fromEntries(miners.map((report) => [report.name, report])) },
    decision: { ...example.decision, branches, miners: views },
  };
}

const hashing = (name: string, powerWatts: number, terahashes: number): MinerReport => ({
  name,
  mode: "hashing",
  powerWatts,
  powerSource: "measured",
  hashrateTerahashesPerSecond: terahashes,
});

test("every branch stands below its own, with meter, machines and drift", () => {
  const lines = renderBranches(shown([view("feeder", null, { onPhases: null }), view("branch-1", "feeder")]));
  assert.match(lines[1] ?? "", /^feeder {11}13\.0 kW {4}12\.5 kW {4}\+4\.0 % {2}4 {9}1\s*$/);
  assert.match(lines[2] ?? "", /^ {2}branch-1 {7}13\.0 kW.*2 1 1$/);
  assert.ok(lines.includes("tank-1: on branch-1"));
  assert.ok(lines.every((line) => line.length <= 80));
});

test("where a machine tells nothing there is no drift, and the page says why", () => {
  const lines = renderBranches(shown([view("feeder", null, { telling: 3 })]));
  assert.match(lines[1] ?? "", /12\.5 kW {4}- /);
  assert.ok(lines.includes("  feeder: 1 machine without a power of their own count with their plates"));
});

test("the ranking is measured, worst first, and leaves out who does not hash or tells no power", () => {
  const miners = [
    hashing("good", 2000, 100),
    hashing("bad", 3500, 100),
    { ...hashing("silent", 3000, 100), powerSource: "nameplate" } as const,
    { ...hashing("asleep", 20, 0), mode: "asleep" } as const,
  ];
  const document = branchesDocument(shown([view("feeder", null)], miners)) as { joulesPerTerahash: unknown };
  assert.equal(document.joulesPerTerahash, [
    { name: "bad", joulesPerTerahash: 35 },
    { name: "good", joulesPerTerahash: 20 },
  ]);
});

test("a meter that drifts from its machines is told below the table, and long names keep to the page", () => {
  const miners = Array.from({ length: 12 }, (_, index) => hashing(`container-row-north-${index}`, 3000 + index, 100));
  const snapshot = shown([view("feeder", null)], miners);
  const text =
    "The meter of feeder shows 13.0 kW where its machines tell 12.5 kW for ten minutes; look at its transformers.";
  const drift = {
    name: "branch-drift feeder",
    severity: "warning",
    since: 0,
    reason: { code: "branch-drift", text },
  } as const;
  const other = {
    ...drift,
    name: "branch-drift elsewhere",
    reason: { code: "branch-drift", text: "elsewhere" },
  } as const;
  const lines = renderBranches({ ...snapshot, decision: { ...snapshot.decision, alarms: [drift, other] } });
  assert.ok(
    lines.every((line) => line.length <= 80),
    lines.join("\n"),
  );
  assert.match(lines[2] ?? "", /^! The meter of feeder/);
  assert.match(lines.join(" "), /look at +its transformers/);
  assert.is(lines.join(" ").includes("elsewhere"), false);
  assert.match(lines.join(" "), /container-row-north-0 30\.0/);
});

test.run();
