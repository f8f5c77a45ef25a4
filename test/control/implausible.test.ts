/** A meter and a pump that contradict themselves, through the whole core. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { run, startPlant } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const test = suite("implausible inputs");

test("a meter that tells a frequency of no grid is an alarm, counts as lost, and raises nothing", () => {
  const plant = startPlant(siteForTests({ voltages: true, currents: true }));
  run(plant, 30);
  const ceiling = plant.decision?.ceilingWatts ?? 0;
  assert.is(plant.decision?.alarms.length, 0);
  plant.forced.set("branch-1/frequencyHertz", (_, now) => good(12, now));
  run(plant, 30);
  const names = plant.decision?.alarms.map(({ name }) => name) ?? [];
  assert.ok(names.includes("meter-implausible branch-1 frequency"), names.join());
  assert.ok(names.includes("breaker-meter-lost branch-1"), names.join());
  assert.ok((plant.decision?.ceilingWatts ?? 0) <= ceiling);
});

test("a pump that says it runs while nothing flows is told beside the trip", () => {
  const plant = startPlant(siteForTests());
  run(plant, 30);
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => good(5, now));
  run(plant, 20);
  const alarm = plant.decision?.alarms.find(({ name }) => name === "pump-flow-disagree tank-1");
  assert.match(alarm?.reason.text ?? "no alarm", /says that it runs, but its flow is 5 l\/min/);
});

test.run();
