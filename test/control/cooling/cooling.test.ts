/** Cooling in the whole core: limits, outputs and alarms of a site with a cooling loop; invariants 2 and 3 of its outputs. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { step } from "../../../src/control/step.ts";
import type { Decision } from "../../../src/model/decision.ts";
import { setpoint } from "../commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "../plant-for-tests.ts";
import { good, type SiteWishes, siteForTests } from "../site-for-tests.ts";
import { greenhouse, loopForTests } from "./loop-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("cooling");
const policy = { minimumOffMilliseconds: 1000, minimumOnMilliseconds: 1000 };
const pump = { output: "tank-1/pumpOn", feedback: "tank-1/pumpRuns" };

function settled(wishes: SiteWishes = {}): Plant {
  const plant = startPlant(siteForTests({ coolingLoops: [loopForTests()], policy, ...wishes }));
  run(plant, 20);
  return plant;
}

function set(plant: Plant, point: string, value: number): void {
  plant.forced.set(point, (_, now) => good(value, now));
}

function fans(decision: Decision | null): number {
  return [1, 2, 3, 4].reduce((sum, number) => sum + (decision?.outputs[`loop/fan${number}`] ?? 0), 0);
}

function drive(plant: Plant, from: number, to: number, seconds: number): void {
  for (let second = 1; second <= seconds; second += 1) {
    for (const point of ["probe-1/tank1Celsius", "probe-2/tank1Celsius"])
      set(plant, point, from + ((to - from) * second) / seconds);
    scan(plant);
  }
}

test("hot air limits the loop, sheds for it, and is told as a warning", () => {
  const plant = settled();
  for (let air = 25; air <= 44; air += 0.5) {
    set(plant, "loop/airCelsius", air);
    scan(plant);
  }
  run(plant, 30);
  const limit = plant.decision?.limits.find(({ scope }) => scope === "coolingLoop/cooler");
  assert.is(limit?.reason.code, "cooling-capacity");
  assert.ok(trueWatts(plant, "branch-1") + trueWatts(plant, "branch-2") <= (limit?.ceilingWatts ?? 0));
  const alarm = plant.decision?.alarms.find(({ name }) => name === "cooling-capacity cooler");
  assert.is(alarm?.severity, "warning");
  assert.ok(plant.decision?.explanation.some(({ scope }) => scope === "coolingLoop/cooler"));
});

test("fans come down in a cool container, and all run at once when a tank trips or is not known", () => {
  const plant = settled();
  plant.forced.set("loop/airCelsius", (_, now) => good(10, now));
  drive(plant, 45, 40, 30);
  for (const point of ["probe-1/tank2Celsius", "probe-2/tank2Celsius"]) set(plant, point, 40);
  run(plant, 1500);
  const calm = fans(plant.decision);
  assert.ok(calm < 4);
  const before = plant.state;
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => good(0, now));
  run(plant, 10);
  assert.is(plant.decision?.trips.length, 1);
  assert.is(fans(plant.decision), 4);
  plant.state = before;
  plant.forced.delete("tank-1/flowLitersPerMinute");
  for (const point of ["probe-1/tank2Celsius", "probe-2/tank2Celsius"]) plant.forced.set(point, null);
  run(plant, 20);
  assert.is(fans(plant.decision), 4);
});

test("2: an order never lowers a fan in its scan, however low it is", () => {
  void fc.assert(
    fc.property(fc.integer({ min: 30, max: 48 }), fc.integer({ min: 0, max: 40_000 }), (celsius, watts) => {
      const plant = settled();
      drive(plant, 45, celsius, 40);
      run(plant, 100);
      const { image, site, state } = plant;
      if (image === null) throw new Error("there was a scan");
      const alone = step(state, { ...image, now: image.now + 1000 }, site).decision;
      const commands = [setpoint(watts, plant.now)];
      const ordered = step(state, { ...image, now: image.now + 1000, commands }, site).decision;
      for (const [output, level] of Object.entries(alone.outputs))
        if (/fan|pump/.test(output)) assert.ok((ordered.outputs[output] ?? 0) >= level, output);
    }),
    { seed, numRuns: 5 },
  );
});

test("a pump rests when everything sleeps, and runs and proves itself before anything wakes", () => {
  const plant = settled({ tank: { pump: { ...pump, afterRunMilliseconds: 60_000 } }, tanks: 1, coolingLoops: [] });
  scan(plant, 1000, [setpoint(0, plant.now, { timeToLiveSeconds: 3600 })]);
  run(plant, 40);
  assert.is(plant.decision?.outputs[pump.output], 1);
  run(plant, 80);
  assert.is(plant.decision?.outputs[pump.output], 0);
  set(plant, "tank-1/flowLitersPerMinute", 0);
  set(plant, pump.feedback, 0);
  run(plant, 30);
  assert.is(plant.decision?.trips.length, 0, "nobody misses it");
  scan(plant, 1000, [setpoint(40_000, plant.now, { timeToLiveSeconds: 3600 })]);
  run(plant, 12);
  assert.is(plant.decision?.outputs[pump.output], 1);
  assert.is(plant.decision?.trips.length, 0, "it gets its time to start");
  assert.ok(plant.decision?.limits.some(({ reason }) => reason.code === "cooling-prerun"));
  assert.equal(plant.decision?.minerTargets["a-001"], { mode: "sleep" });
  plant.forced.clear();
  run(plant, 5);
  assert.not.ok(plant.decision?.limits.some(({ reason }) => reason.code === "cooling-prerun"));
  run(plant, 200);
  assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
});

test("a resting pump stays at rest while a lockout or a limit of its tank stands", () => {
  const warmUp = { coldCelsius: 60, warmCelsius: 70, coldLitersPerMinute: 50, watts: 0 };
  const rested = { pump: { ...pump, afterRunMilliseconds: 60_000 }, warmUp };
  const plant = settled({ tank: rested, tanks: 1, coolingLoops: [] });
  run(plant, 120);
  assert.is(plant.decision?.outputs[pump.output], 0, "its tank is allowed nothing");
  plant.stopping = true;
  run(plant, 5);
  assert.is(plant.decision?.outputs[pump.output], 0, "nothing rises at the end");
});

test("a standby runs in place of a pump that stands; its tank does not trip, a leak stops both", () => {
  const standby = { output: "tank-1/standbyOn", feedback: "tank-1/standbyRuns" };
  const plant = settled({ tank: { pump: { ...pump, standby } }, tanks: 1, coolingLoops: [] });
  assert.is(plant.decision?.outputs[standby.output], 0);
  set(plant, pump.feedback, 0);
  run(plant, 2);
  assert.is(plant.decision?.outputs[standby.output], 1);
  set(plant, standby.feedback, 1);
  run(plant, 60);
  assert.is(plant.decision?.trips.length, 0);
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "pump-standby tank-1"));
  assert.not.ok(plant.decision?.alarms.some(({ name }) => name.startsWith("pump-flow-disagree")));
  set(plant, "tank-1/floorDry", 0);
  run(plant, 20);
  assert.equal([plant.decision?.outputs[pump.output], plant.decision?.outputs[standby.output]], [0, 0]);
});

test("a heat customer gets its valve, asks for power, and loses both at a trip", () => {
  const plant = settled({ coolingLoops: [loopForTests({ heat: greenhouse })] });
  assert.is(plant.decision?.outputs[greenhouse.valve], 0);
  set(plant, greenhouse.ready, 1);
  run(plant, 60);
  assert.is(plant.decision?.outputs[greenhouse.valve], 100);
  assert.ok(plant.decision?.requests.some(({ source, kind }) => source === "heat" && kind === "atLeast"));
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => good(0, now));
  run(plant, 6);
  assert.is(plant.decision?.trips.length, 1);
  assert.is(plant.decision?.outputs[greenhouse.valve], 0);
  run(plant, 2);
  assert.equal(plant.decision?.requests, []);
});

test.run();
