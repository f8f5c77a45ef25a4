/** What must change for more power: a sentence that is true and of use, for every limit and where room is left free. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Decision } from "../../src/model/decision.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const test = suite("explanation");

function forMore(decision: Decision, scope: string): string {
  return decision.explanation.find((found) => found.scope === scope)?.forMore ?? "";
}

function running(): Plant {
  const plant = startPlant(siteForTests({ policy: { minimumOffMilliseconds: 1e9 }, branchAmperes: 25 }));
  run(plant, 20);
  return plant;
}

test("where every machine is awake the free room is nobody's fault", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  const text = forMore(scan(plant), "branch/branch-1");
  assert.is(text, "21.2 kW are free: every machine here that weir may wake is awake.");
});

test("a breaker that is full says what would allow more", () => {
  assert.match(
    forMore(scan(running()), "branch/branch-1"),
    /^Only a larger breaker, more voltage, more even phases or, where hot air derates it, cooler air allow more; nothing else limits it then\.$/,
  );
});

test("room left by machines that sleep names how they wake", () => {
  const plant = startPlant(siteForTests({ policy: { minimumOffMilliseconds: 1e9 } }));
  run(plant, 20);
  scan(plant, 1000, [setpoint(25_500, plant.now + 1000)]);
  run(plant, 20);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  const one = forMore(run(plant, 20), "container");
  assert.match(one, /^\d+(\.\d)? kW are free: one machine that weir may wake sleeps; as minimum off-times/);
  scan(plant, 1000, [setpoint(10_000, plant.now + 1000)]);
  run(plant, 20);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  assert.match(
    forMore(run(plant, 20), "container"),
    /: 6 machines that weir may wake sleep; as minimum off-times, ramp/,
  );
  plant.storedRevision = plant.state.durable.revision - 1;
  assert.match(
    forMore(scan(plant), "container"),
    /: 6 machines that weir may wake sleep, and the store is behind .*; nothing is raised\.$/,
  );
});

test("every limit of an envelope says what must improve", () => {
  const seen: string[] = [];
  for (const [point, value] of [
    ["tank-1/flowLitersPerMinute", 0],
    ["tank-1/flowLitersPerMinute", null],
    ["tank-1/pumpRuns", 0],
    ["tank-1/floorDry", 0],
    ["tank-1/floorDry", null],
    ["tank-1/levelPercent", 10],
    ["tank-1/levelPercent", null],
  ] as const) {
    const plant = startPlant(siteForTests({ policy: { failsafeWatts: 100_000 } }));
    run(plant, 20);
    plant.forced.set(point, value === null ? null : (_, now) => good(value, now));
    run(plant, 15);
    seen.push(forMore(scan(plant), "tank/tank-1").split(";")[0] ?? "");
  }
  assert.equal(seen, [
    "Its flow must be proven again",
    "Its flow must be read again",
    "Its pump must be proven to run",
    "Its leak detectors must be dry",
    "Its leak detectors must be read again",
    "Its level must rise",
    "Its level must be read again",
  ]);
});

test("room that no sleeping machine fits into is not told as free: the breaker is what holds them", () => {
  const plant = startPlant(
    siteForTests({ policy: { minimumOffMilliseconds: 1e9, failsafeWatts: 100_000 }, branchAmperes: 22 }),
  );
  run(plant, 40);
  const found = plant.decision?.explanation.find(({ scope }) => scope === "branch/branch-1");
  assert.ok((found?.binding.ceilingWatts ?? 0) - (found?.accountedWatts ?? 0) > 1500, "a tenth and more is free");
  assert.match(found?.forMore ?? "", /^Only a larger breaker/);
});

test("a phase tells its own figure, not its breaker's", () => {
  const plant = startPlant(siteForTests({ phases: "rotate", branchAmperes: 20 }));
  run(plant, 20);
  const found = plant.decision?.explanation.find(({ scope }) => scope === "phase/branch-1-l2");
  assert.is(found?.binding.reason.text, "L2 of breaker branch-1 carries 16 A at 230 V: 3.7 kW.");
});

test.run();
