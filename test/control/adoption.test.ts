/** The start takes machines over as they run: an image that is still incomplete sheds nothing, and what fits stays. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startControl } from "../../src/control/state.ts";
import type { Reading } from "../../src/model/reading.ts";
import { type Plant, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { durableForTests, good, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("adoption");

interface Restart {
  /** Machines that run; the others were put to sleep by an earlier process. */
  readonly running: number;
  /** When each point and machine is read for the first time [s after the start]. */
  readonly pointAt: readonly number[];
  readonly machineAt: readonly number[];
  /** How old each machine's report is when the core sees it [ms]. */
  readonly lag: readonly number[];
  readonly failsafeWatts: number;
  readonly hardwiredInterlock: boolean;
}

const perTank = 12;

/** A container of 24 machines whose controller starts anew, with an image that completes bit by bit. */
function restart({ running, pointAt, machineAt, lag, failsafeWatts, hardwiredInterlock }: Restart): Plant {
  const site = siteForTests({
    machinesPerTank: perTank,
    hardwiredInterlock,
    ratedWatts: 100_000,
    feederAmperes: 200,
    branchAmperes: 80,
    voltages: true,
    currents: true,
    policy: { failsafeWatts },
  });
  const asleep = site.miners.filter((_, index) => index % site.miners.length >= running).map(({ name }) => name);
  const plant = startPlant(site, 1000, startControl(site, durableForTests({ asleepByUs: asleep }), 1000));
  for (const name of asleep) {
    const machine = plant.machines.get(name);
    if (machine === undefined) continue;
    machine.mode = "asleep";
    machine.watts = 20;
    machine.target = "sleep";
  }
  const begin = plant.now;
  const points = site.branches.flatMap(({ meter, contactor }) => [
    ...(meter === null ? [] : [meter.powerWatts, ...meter.voltageVolts, ...meter.currentAmperes]),
    ...(contactor === null ? [] : [contactor.feedback]),
  ]);
  for (const { coolant, flow, level, leakDry, pump } of site.tanks)
    points.push(...coolant.sensors, flow?.point ?? "", level?.point ?? "", ...leakDry, pump?.feedback ?? "");
  for (const [index, point] of points.entries())
    plant.forced.set(point, (truth, now): Reading | null =>
      truth === null || now < begin + (pointAt[index % pointAt.length] ?? 0) * 1000
        ? null
        : { quality: "good", value: truth, at: now },
    );
  for (const [index, { name }] of site.miners.entries())
    plant.reports.set(name, (truth) =>
      plant.now < begin + (machineAt[index % machineAt.length] ?? 0) * 1000
        ? { name, mode: "unknown", powerSource: "unknown" }
        : { ...truth, at: plant.now - (lag[index % lag.length] ?? 0) },
    );
  return plant;
}

function sleepers(plant: Plant, running: number): readonly string[] {
  return plant.site.miners
    .slice(0, running)
    .map(({ name }) => name)
    .filter((name) => plant.state.targets[name]?.mode === "sleep");
}

test("machines that run at full power are not touched while the meters are still unread", () => {
  const plant = restart({
    running: 24,
    pointAt: [3, 5, 7],
    machineAt: [2, 4],
    lag: [0],
    failsafeWatts: 40_000,
    hardwiredInterlock: true,
  });
  const watts = trueWatts(plant, "feeder");
  for (let second = 0; second < 6; second += 1) {
    const decision = scan(plant);
    assert.is(decision.mode, "starting");
    assert.is(trueWatts(plant, "feeder"), watts, `second ${second}: ${decision.explanation[0]?.binding.reason.text}`);
  }
});

test("what runs and fits below the failsafe limit runs on, however the image completes", () => {
  void fc.assert(
    fc.property(
      fc.record({
        running: fc.integer({ min: 0, max: 24 }),
        pointAt: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 25 }),
        machineAt: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 24 }),
        lag: fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 5 }),
        hardwiredInterlock: fc.boolean(),
      }),
      (wanted) => {
        const failsafeWatts = 1000 + wanted.running * 3400 + 24 * 20 + 4000;
        // Points come before the hold ends: later, what is unknown sheds, as it must.
        const latest = wanted.hardwiredInterlock ? 13 : 4;
        const pointAt = wanted.pointAt.map((second) => Math.min(second, latest));
        const plant = restart({ ...wanted, pointAt, failsafeWatts });
        for (let second = 0; second < 45; second += 1) {
          const decision = scan(plant);
          const slept = sleepers(plant, wanted.running);
          assert.equal(
            slept,
            [],
            `second ${second}, ${decision.mode}: ${decision.explanation[0]?.binding.reason.text}`,
          );
        }
      },
    ),
    { seed, numRuns: 60, includeErrorInReport: true },
  );
});

test("a measured overload sheds even while the start holds, an unread meter does not", () => {
  for (const [wishes, code] of [
    [{ branchAmperes: 50 }, "breaker-continuous"],
    [{ ratedWatts: 20_000 }, "rated-power"],
  ] as const) {
    const plant = startPlant(siteForTests({ ...wishes, policy: { failsafeWatts: 100_000 }, machinesPerTank: 10 }));
    plant.forced.set("tank-1/levelPercent", null);
    plant.forced.set("feeder/powerWatts", (truth, now) => (now < 5000 ? null : good(truth ?? 0, now)));
    plant.forced.set("branch-1/powerWatts", (truth, now) => (now < 5000 ? null : good(truth ?? 0, now)));
    plant.forced.set("branch-2/powerWatts", (truth, now) => (now < 5000 ? null : good(truth ?? 0, now)));
    for (let second = 0; second < 3; second += 1) scan(plant);
    assert.equal(sleepers(plant, 20), []);
    for (let second = 0; second < 3; second += 1) scan(plant);
    assert.is(plant.decision?.mode, "starting");
    assert.ok(sleepers(plant, 20).length > 0, code);
  }
});

test("a tank in its derate band is not shed for before the start is complete", () => {
  const plant = startPlant(siteForTests());
  plant.forced.set("tank-2/levelPercent", (truth, now) => (now < 8000 ? null : good(truth ?? 0, now)));
  for (const point of plant.site.tanks[0]?.coolant.sensors ?? []) plant.forced.set(point, (_, now) => good(56, now));
  for (let second = 0; second < 5; second += 1) scan(plant);
  assert.equal(sleepers(plant, 8), []);
  for (let second = 0; second < 5; second += 1) scan(plant);
  assert.is(sleepers(plant, 8).length, 3);
});

test.run();
