/** Machines' sum against the branch meter: told when it lasts, and only where it can be told. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { setpoint } from "../commands-for-tests.ts";
import { type Plant, run, scan, startPlant } from "../plant-for-tests.ts";
import { good, siteForTests } from "../site-for-tests.ts";

const test = suite("branch drift");

function settled(factor: number): Plant {
  const plant = startPlant(siteForTests({ phases: "rotate" }));
  plant.forced.set("branch-1/powerWatts", (truth, now) => good((truth ?? 0) * factor, now));
  run(plant, 20);
  return plant;
}

const drifts = ({ decision }: Plant): readonly string[] =>
  (decision?.alarms ?? []).flatMap(({ name }) => (name.startsWith("branch-drift") ? [name] : []));

test("a meter that shows more or less than its machines tell is named after ten minutes, not before", () => {
  for (const factor of [1.2, 0.85]) {
    const plant = settled(factor);
    run(plant, 570);
    assert.equal(drifts(plant), []);
    run(plant, 30);
    assert.equal(drifts(plant), ["branch-drift branch-1"]);
  }
});

test("what meters and machines usually differ by is no drift, nor are auxiliaries that are written down", () => {
  const plant = settled(1.05);
  run(plant, 700);
  assert.equal(drifts(plant), []);
});

test("a machine that tells no power of its own leaves nothing to compare", () => {
  const plant = settled(1.2);
  plant.reports.set("a-001", (report) => ({ ...report, powerSource: "nameplate" }));
  run(plant, 700);
  assert.equal(drifts(plant), []);
  const view = plant.decision?.branches?.find(({ name }) => name === "branch-1");
  assert.equal([view?.machines, view?.telling], [4, 3]);
});

test("a drift that ends is told no more", () => {
  const plant = settled(1.2);
  run(plant, 620);
  plant.forced.clear();
  run(plant, 5);
  assert.equal(drifts(plant), []);
});

test("branches name their machines, who sleeps, their tanks and phases", () => {
  const plant = settled(1);
  scan(plant, 1000, [setpoint(25_000, plant.now + 1000)]);
  run(plant, 20);
  const [feeder, first, second] = plant.decision?.branches ?? [];
  assert.equal([feeder?.machines, feeder?.asleep, feeder?.tanks], [8, 1, ["tank-1", "tank-2"]]);
  assert.equal([first?.parent, first?.onPhases, first?.tanks], ["feeder", [2, 1, 1], ["tank-1"]]);
  assert.is((first?.asleep ?? 0) + (second?.asleep ?? 0), 1);
  assert.is(Math.round(first?.meteredWatts ?? 0), 13_600);
});

test.run();
