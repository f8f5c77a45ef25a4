/** Step limit of a grid connection: whatever adds load, no interval has more than its share. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordAdded, stepLeft } from "../../src/control/step-limit.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant } from "./plant-for-tests.ts";
import { modelForTests, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("step limit");

const limit = { watts: 8000, intervalMilliseconds: 30_000 };

/** Everything asleep by an order of 1 kW, then an order of 40 kW; ramp and staggered starts would let all come within seconds. */
function raised(largestStepUp: typeof limit | undefined): Plant {
  const plant = startPlant(
    siteForTests({
      policy: {
        rampUpWattsPerSecond: 100_000,
        minimumOnMilliseconds: 0,
        minimumOffMilliseconds: 5000,
        startsPerInterval: 8,
        startIntervalMilliseconds: 1000,
        ...(largestStepUp === undefined ? {} : { largestStepUp }),
      },
      model: { wakeMilliseconds: 10_000 },
    }),
  );
  run(plant, 20);
  scan(plant, 1000, [setpoint(1200, plant.now + 1000, { timeToLiveSeconds: 3600 })]);
  run(plant, 40);
  assert.is(awake(plant), 0);
  return plant;
}

function awake(plant: Plant): number {
  return plant.site.miners.filter(({ name }) => plant.decision?.minerTargets[name]?.mode !== "sleep").length;
}

/** Machines told to run, second by second. */
function course(plant: Plant): number[] {
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000, { timeToLiveSeconds: 3600 })]);
  const counts = [awake(plant)];
  run(plant, 120, () => counts.push(awake(plant)));
  return counts;
}

test("no thirty seconds wake more than two machines where a step bears two, and all of them come", () => {
  const counts = course(raised(limit));
  for (const [second, count] of counts.entries()) {
    const before = counts[Math.max(0, second - 29)] ?? 0;
    assert.ok(
      (count - before) * (modelForTests.peakWakeWatts - modelForTests.asleepWatts) <= limit.watts,
      `${count} after ${before} at ${second} s`,
    );
  }
  assert.is(counts.at(-1), 8);
});

test("without a step limit they come at once", () => {
  const counts = course(raised(undefined));
  assert.ok((counts[20] ?? 0) > 2, `${counts[20]}`);
});

test("after a black-out no contactor closes that brings more than a step, and those that fit come one interval apart", () => {
  const closings = (watts: number): number[] => {
    const plant = startPlant(
      siteForTests({
        tanks: 3,
        machinesPerTank: 2,
        policy: {
          rampUpWattsPerSecond: 100_000,
          contactorRecloseMilliseconds: 5000,
          startIntervalMilliseconds: 1000,
          largestStepUp: { watts, intervalMilliseconds: 60_000 },
        },
      }),
    );
    run(plant, 20);
    for (const name of ["branch-1", "branch-2", "branch-3"]) plant.contactors.set(name, false);
    const seconds: number[] = [];
    let second = 0;
    run(plant, 240, () => {
      second += 1;
      if (plant.decision?.events.some(({ text }) => text.includes("closes"))) seconds.push(second);
    });
    return seconds;
  };
  assert.equal(closings(7000), [], "7.2 kW come with each");
  const apart = closings(7200);
  assert.is(apart.length, 3);
  for (const [index, second] of apart.entries())
    assert.ok(index === 0 || second - (apart[index - 1] ?? 0) >= 60, `${apart}`);
});

test("whatever is added, no interval sums up to more than the limit", () => {
  void fc.assert(
    fc.property(
      fc.array(fc.record({ gap: fc.integer({ min: 0, max: 40_000 }), watts: fc.integer({ min: 0, max: 9000 }) }), {
        maxLength: 60,
      }),
      (wishes) => {
        let added: ReturnType<typeof recordAdded> = [];
        const all: { at: number; watts: number }[] = [];
        let now = 0;
        for (const { gap, watts } of wishes) {
          now += gap;
          const taken = watts <= stepLeft(limit, added, now) ? watts : 0;
          added = recordAdded(limit, added, taken, now);
          all.push({ at: now, watts: taken });
          const sum = all
            .filter(({ at }) => now - at < limit.intervalMilliseconds)
            .reduce((total, step) => total + step.watts, 0);
          assert.ok(sum <= limit.watts, `${sum} W`);
        }
      },
    ),
    { seed, numRuns: 300 },
  );
});

test("what is over is forgotten, and nothing is made anew where nothing changes", () => {
  const one = recordAdded(limit, [], 8000, 0);
  assert.is(stepLeft(limit, one, 29_999), 0);
  assert.is(stepLeft(limit, one, 30_000), 8000);
  assert.is(recordAdded(limit, one, 0, 29_999), one);
  assert.equal(recordAdded(limit, one, 0, 30_000), []);
  assert.is(recordAdded(undefined, one, 5, 0), one);
});

test("while an interval is used up, for more power says so, and for how long", () => {
  const plant = raised(limit);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000, { timeToLiveSeconds: 3600 })]);
  run(plant, 10);
  const text = plant.decision?.explanation.find(({ scope }) => scope === "container")?.forMore ?? "";
  assert.match(
    text,
    /6 machines that weir may wake sleep, and the step limit of the connection is 8 kW in 30 s, of which 0\.8 kW are left; more may follow in 2\d s\.$/,
  );
});

test.run();
