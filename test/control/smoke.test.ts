/** Smoke: everything sleeps and contactors help; pumps stop once the power is proven gone; a person resets it in clear air. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { local } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const test = suite("smoke");
const detectors = ["io/smokeAClear", "io/smokeBClear"];

function watched(): Plant {
  const plant = startPlant(siteForTests({ smokeClear: detectors, policy: { coolDownMilliseconds: 1000 } }));
  run(plant, 20);
  return plant;
}

test("either detector sheds everything and latches; fans run on, pumps stop when the power is gone", () => {
  for (const detector of detectors) {
    const plant = watched();
    assert.ok(trueWatts(plant, "feeder") > 20_000);
    plant.forced.set(detector, (_, now) => good(0, now));
    run(plant, 7);
    assert.is(plant.decision?.outputs["tank-1/pumpOn"], 1);
    const decision = run(plant, 20);
    assert.ok(decision.trips.some(({ name }) => name === "smoke"));
    assert.is(decision.mode, "stopped");
    assert.ok(trueWatts(plant, "feeder") < 1300);
    assert.is(decision.outputs["io/fanOn"], 1);
    for (const pump of ["tank-1/pumpOn", "tank-2/pumpOn"]) assert.is(decision.outputs[pump], 0);
  }
});

test("machines that do not obey lose their power", () => {
  const plant = watched();
  for (const machine of plant.machines.values()) machine.deaf = true;
  plant.forced.set("io/smokeAClear", (_, now) => good(0, now));
  run(plant, 15);
  for (const name of ["branch-1", "branch-2"]) assert.is(plant.contactors.get(name), false);
});

test("a blip is no fire, a cut wire to the module sheds and does not latch", () => {
  const plant = watched();
  plant.forced.set("io/smokeAClear", (_, now) => good(0, now));
  run(plant, 3);
  plant.forced.delete("io/smokeAClear");
  assert.equal(run(plant, 10).trips, []);
  plant.forced.set("io/smokeAClear", null);
  const decision = run(plant, 15);
  assert.equal(decision.trips, []);
  assert.is(decision.binding.reason.code, "smoke-unknown");
  assert.match(decision.explanation[0]?.forMore ?? "", /^The smoke detectors must be read again/);
  assert.ok(trueWatts(plant, "feeder") < 1300);
});

test("the trip is reset in clear air only", () => {
  const plant = watched();
  plant.forced.set("io/smokeAClear", (_, now) => good(0, now));
  run(plant, 20);
  const refused = scan(plant, 1000, [local({ kind: "reset", trip: "smoke" }, plant.now)]);
  assert.match(refused.outcomes[0]?.text ?? "", /smoke detector io\/smokeAClear is not clear/);
  plant.forced.delete("io/smokeAClear");
  run(plant, 5);
  const reset = scan(plant, 1000, [local({ kind: "reset", trip: "smoke" }, plant.now)]);
  assert.is(reset.outcomes[0]?.done, true);
});

test("a detector unread at the start waits for the image", () => {
  const plant = startPlant(siteForTests({ smokeClear: detectors }));
  plant.forced.set("io/smokeBClear", (truth, now) => (now < 12_000 ? null : good(truth ?? 1, now)));
  run(plant, 25);
  assert.ok(trueWatts(plant, "feeder") > 20_000);
});

test.run();
