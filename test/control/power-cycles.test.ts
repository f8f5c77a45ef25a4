/** What lies behind a contactor that closes again: whose sleep it is, and who comes back. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { type SiteWishes, siteForTests } from "./site-for-tests.ts";

const test = suite("power cycles");

const hashing: SiteWishes = {
  policy: { minimumOffMilliseconds: 5000, coolDownMilliseconds: 10_000, contactorRecloseMilliseconds: 60_000 },
  model: { wakeMilliseconds: 10_000, hashesAfterPowerCycle: true },
};

/** The site says of its machines that they hash when power returns; they do not. */
function misjudged(): Plant {
  const plant = startPlant(siteForTests(hashing));
  plant.sleepsAfterPower = true;
  run(plant, 20);
  return plant;
}

test("machines that come up asleep although the site says that they hash are woken: their load is not lost", () => {
  for (const orderedAsleep of [false, true]) {
    const plant = misjudged();
    if (orderedAsleep) {
      scan(plant, 1000, [setpoint(2000, plant.now + 1000)]);
      run(plant, 30);
      scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
    }
    plant.contactors.set("branch-1", false);
    run(plant, 300);
    assert.ok(plant.contactors.get("branch-1"));
    assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
  }
});

test("machines that a person put to sleep before a power cycle stay asleep behind it", () => {
  const plant = misjudged();
  for (const machine of plant.machines.values()) machine.target = "sleep";
  run(plant, 60);
  plant.contactors.set("branch-1", false);
  run(plant, 300);
  assert.ok(plant.contactors.get("branch-1"));
  assert.ok(trueWatts(plant, "branch-1") < 100);
});

test.run();
