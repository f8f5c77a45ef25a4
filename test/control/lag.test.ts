/** Reports lag behind the meter: a shed raises no alarm for it, a low meter still does, and a curtailment in mid-ramp stays below its limit. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Decision } from "../../src/model/decision.ts";
import type { MinerReport } from "../../src/model/miner.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("lag");

/** Each machine is read every so often, and tells in between what it told then; its power is off by a ratio. */
function pollEvery(plant: Plant, milliseconds: number, toldRatio: number): void {
  for (const [index, { name }] of plant.site.miners.entries()) {
    let newest: MinerReport | null = null;
    let due = index * 370;
    plant.reports.set(name, (truth) => {
      if (newest === null || plant.now >= due) {
        newest = { ...truth, powerWatts: (truth.powerWatts ?? 0) * toldRatio };
        due = plant.now + milliseconds;
      }
      return newest;
    });
  }
}

/** 20 machines that all run, read every few seconds. */
function laggingPlant(milliseconds: number, wakeRatio = 0.9, toldRatio = 1): Plant {
  const plant = startPlant(
    siteForTests({
      machinesPerTank: 10,
      ratedWatts: 100_000,
      feederAmperes: 200,
      branchAmperes: 80,
      policy: {
        failsafeWatts: 100_000,
        minimumOffMilliseconds: 5000,
        startsPerInterval: 4,
        rampUpWattsPerSecond: 5000,
      },
      model: { wakeMilliseconds: 9000 },
    }),
  );
  plant.wakeRatio = wakeRatio;
  pollEvery(plant, milliseconds, toldRatio);
  run(plant, 20);
  return plant;
}

function disagreements({ alarms }: Decision): readonly string[] {
  return alarms.filter(({ name }) => name.startsWith("meter-below-account")).map(({ reason }) => reason.text);
}

test("a shed raises no alarm about the meter, however late the machines tell of it", () => {
  const plant = laggingPlant(6000);
  const told: string[] = [];
  scan(plant, 1000, [setpoint(20_000, plant.now + 1000)]);
  run(plant, 40, (decision) => told.push(...disagreements(decision)));
  assert.equal(told, []);
  assert.ok(trueWatts(plant, "feeder") <= 20_000);
});

test("a meter that reads too low raises the alarm during a shed and after it", () => {
  const plant = laggingPlant(6000);
  for (const branch of ["feeder", "branch-1", "branch-2"])
    plant.forced.set(`${branch}/powerWatts`, (truth, now) => good((truth ?? 0) * 0.6, now));
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  let told = 0;
  run(plant, 40, (decision) => {
    if (disagreements(decision).length > 0) told += 1;
  });
  assert.is(told, 40);
  assert.ok(trueWatts(plant, "feeder") <= 40_000, "a low meter is no headroom");
});

test("a curtailment in mid-ramp is kept on the true meter, whatever the lag and however long machines need", () => {
  void fc.assert(
    fc.property(
      fc.record({
        lag: fc.integer({ min: 500, max: 7000 }),
        wakeRatio: fc.constantFrom(0.9, 1.3),
        toldRatio: fc.constantFrom(1, 0.96, 1.04),
        first: fc.integer({ min: 5000, max: 40_000 }),
        rising: fc.integer({ min: 1, max: 45 }),
        later: fc.integer({ min: 5000, max: 60_000 }),
      }),
      ({ lag, wakeRatio, toldRatio, first, rising, later }) => {
        const plant = laggingPlant(lag, wakeRatio, toldRatio);
        scan(plant, 1000, [setpoint(first, plant.now + 1000)]);
        run(plant, 30);
        scan(plant, 1000, [setpoint(90_000, plant.now + 1000)]);
        run(plant, rising);
        scan(plant, 1000, [setpoint(later, plant.now + 1000)]);
        // The way down by the ramp, and the proven time of a shed.
        run(plant, Math.ceil(80_000 / 20_000) + 5 + 1);
        let highest = 0;
        run(plant, 60, () => {
          highest = Math.max(highest, trueWatts(plant, "feeder"));
        });
        assert.ok(highest <= later + 1e-6, `${Math.round(highest)} W above ${later} W`);
      },
    ),
    { seed, numRuns: Number(process.env["RUNS"] ?? 20), includeErrorInReport: true },
  );
});

test.run();
