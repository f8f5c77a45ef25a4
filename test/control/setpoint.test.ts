/** Setpoints end to end through the core, on a small plant. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { schedule, setpoint } from "./commands-for-tests.ts";
import { run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { siteForTests } from "./site-for-tests.ts";

const test = suite("setpoints through the core");

test("a setpoint lowers the meter below it and no further than a machine", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  assert.is(Math.round(trueWatts(plant, "feeder")), 28_200);
  scan(plant, 1000, [setpoint(15_000, plant.now + 1000)]);
  run(plant, 30);
  assert.ok(trueWatts(plant, "feeder") <= 15_000);
  assert.ok(trueWatts(plant, "feeder") > 15_000 - 3600);
});

test("a higher setpoint brings the machines back", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  scan(plant, 1000, [setpoint(5000, plant.now + 1000)]);
  run(plant, 400);
  assert.ok(trueWatts(plant, "feeder") <= 5000);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  run(plant, 300);
  assert.is(Math.round(trueWatts(plant, "feeder")), 28_200);
});

test("a schedule is listed with what it says and what follows, until it is over", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  scan(plant, 1000, [schedule(20_000, 30, plant.now + 1000)]);
  const listed = run(plant, 5).schedules ?? [];
  assert.equal(
    listed.map(({ source, watts, nextWatts }) => ({ source, watts, nextWatts })),
    [{ source: "dispatch", watts: 20_000, nextWatts: 0 }],
  );
  assert.is(run(plant, 60).schedules, undefined);
});

test.run();
