/** One lost reading is a blip: nothing rises for it, nothing is shed for it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const test = suite("blips");

test("a coolant sensor that misses a few readings near the derate point sheds nothing", () => {
  const plant = startPlant(siteForTests());
  const probes = ["probe-1/tank1Celsius", "probe-2/tank1Celsius"];
  for (const probe of probes) plant.forced.set(probe, (_, now) => good(51.5, now));
  run(plant, 20);
  for (const probe of probes) plant.forced.set(probe, null);
  const limits = scan(plant).limits.filter(({ scope }) => scope === "tank/tank-1");
  assert.ok(limits.every(({ withinMilliseconds }) => withinMilliseconds > 0) && limits.length > 0);
  run(plant, 8);
  for (const probe of probes) plant.forced.set(probe, (_, now) => good(51.5, now));
  run(plant, 10);
  assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
});

test("a machine whose reports stop counts as out of reach after half a minute, not before", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  const frozen = plant.now;
  plant.reports.set("a-001", (report) => ({ ...report, at: frozen }));
  run(plant, 30);
  assert.is(plant.decision?.miners[0]?.phase, "hashing");
  run(plant, 2);
  assert.is(plant.decision?.miners[0]?.phase, "unreachable");
});

test.run();
