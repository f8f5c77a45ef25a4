/** Restart after an outage (invariants 11, 19 and 20 of grid-and-safety 5.5) as a property: one branch at a time, best first, within steps, gaps and every ceiling. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { layoutOf } from "../../src/control/layout.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("restart after an outage");

interface Outage {
  readonly machinesPerTank: number;
  readonly hashesAfterPowerCycle: boolean;
  readonly branchAmperes: number;
  readonly ratedShare: number;
  readonly gapSeconds: number;
  readonly startsPerInterval: number;
  /** What each tank's machines hash with [TH/s]. */
  readonly terahashes: readonly [number, number, number];
}

const outages: fc.Arbitrary<Outage> = fc.record({
  machinesPerTank: fc.integer({ min: 1, max: 4 }),
  hashesAfterPowerCycle: fc.boolean(),
  branchAmperes: fc.constantFrom(26, 63),
  ratedShare: fc.double({ min: 0.5, max: 1.2, noNaN: true }),
  gapSeconds: fc.integer({ min: 5, max: 30 }),
  startsPerInterval: fc.integer({ min: 1, max: 3 }),
  terahashes: fc.constantFrom([80, 100, 120] as const, [120, 100, 80] as const, [100, 120, 80] as const),
});

const names = ["branch-1", "branch-2", "branch-3"];

/** Runs, loses the supply of every branch, and is ready to come back. */
function dark(outage: Outage): Plant {
  const { machinesPerTank, branchAmperes, ratedShare, gapSeconds, startsPerInterval, hashesAfterPowerCycle } = outage;
  const machinesWatts = 3 * machinesPerTank * 3400 + 1000;
  const ratedWatts = Math.max(6000, machinesWatts * ratedShare);
  const plant = startPlant(
    siteForTests({
      tanks: 3,
      machinesPerTank,
      branchAmperes,
      ratedWatts,
      policy: {
        failsafeWatts: ratedWatts,
        minimumOffMilliseconds: 5000,
        contactorRecloseMilliseconds: 20_000,
        startIntervalMilliseconds: gapSeconds * 1000,
        startsPerInterval,
      },
      model: { wakeMilliseconds: 8000, hashesAfterPowerCycle },
    }),
  );
  for (const { name, tank } of plant.site.miners)
    plant.reports.set(name, (truth) => ({
      ...truth,
      ...(truth.mode === "hashing"
        ? { hashrateTerahashesPerSecond: outage.terahashes[Number(tank.at(-1)) - 1] ?? 0 }
        : {}),
    }));
  run(plant, 25);
  for (const name of names) plant.contactors.set(name, false);
  run(plant, 6);
  return plant;
}

test("20 and 11: branches close one by one with the gap between them, starts are staggered, and no ceiling is broken", () => {
  let closings = 0;
  void fc.assert(
    fc.property(outages, (outage) => {
      const plant = dark(outage);
      const { ratedWatts, policy } = plant.site;
      let closedAt = Number.NEGATIVE_INFINITY;
      let starts: number[] = [];
      let before = plant.state;
      for (let second = 0; second < 240; second += 1) {
        const open = names.filter((name) => plant.contactors.get(name) === false);
        const decision = scan(plant);
        const closed = open.filter((name) => plant.contactors.get(name) === true);
        assert.ok(closed.length <= 1, `${closed.join()} close together`);
        if (closed.length === 1) {
          assert.ok(plant.now - closedAt >= policy.startIntervalMilliseconds, "the gap between two");
          closedAt = plant.now;
          closings += 1;
        }
        const woken = plant.state.machines.filter(
          ({ command }, index) => command === "run" && before.machines[index]?.command !== "run",
        );
        before = plant.state;
        starts = [
          ...starts.filter((at) => plant.now - at < policy.startIntervalMilliseconds),
          ...woken.map(() => plant.now),
        ];
        assert.ok(starts.length <= policy.startsPerInterval, `${starts.length} starts within an interval`);
        assert.ok(trueWatts(plant, "feeder") <= ratedWatts * 1.001, `${trueWatts(plant, "feeder")} W flow`);
        for (const { scope, binding } of decision.explanation)
          if (scope.startsWith("branch/") && binding.reason.code === "breaker-continuous")
            assert.ok(trueWatts(plant, scope.slice("branch/".length)) <= binding.ceilingWatts * 1.001);
      }
    }),
    { seed, numRuns: 25, includeErrorInReport: true },
  );
  assert.ok(closings > 20, `${closings} contactors closed in all`);
});

test("20: where all of them fit they close in the order of their joules per terahash", () => {
  void fc.assert(
    fc.property(outages, (wanted) => {
      const plant = dark({ ...wanted, branchAmperes: 63, ratedShare: 1.2 });
      const merit = new Map<string, number>();
      const layout = layoutOf(plant.site);
      for (const [index, { miner }] of layout.machines.entries())
        merit.set(miner.branch, plant.state.machines[index]?.joulesPerTerahash ?? 0);
      const order: string[] = [];
      run(plant, 200, () => {
        for (const name of names) if (plant.contactors.get(name) === true && !order.includes(name)) order.push(name);
      });
      assert.equal(
        order,
        [...names].sort((a, b) => (merit.get(a) ?? 0) - (merit.get(b) ?? 0)),
      );
    }),
    { seed, numRuns: 10, includeErrorInReport: true },
  );
});

test.run();
