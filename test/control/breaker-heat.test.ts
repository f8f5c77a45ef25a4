/** The heat of breakers: the model keeps the published trip times, and no overload that a contactor can end reaches the breaker's trip (invariant 19). */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { heatAfter, heatToAct, tripHeat } from "../../src/control/envelopes/breaker-heat.ts";
import type { Branch } from "../../src/model/site.ts";
import { local } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant } from "./plant-for-tests.ts";
import { good, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("heat of breakers");

function breaker(breakerAmperes: number, doubleCurrentTripSeconds?: number): Branch {
  const [, branch] = siteForTests().branches;
  if (branch === undefined) throw new Error("the site has a branch");
  return { ...branch, breakerAmperes, ...(doubleCurrentTripSeconds === undefined ? {} : { doubleCurrentTripSeconds }) };
}

/** Seconds until a breaker trips at a share of its rating, after a preload. */
function tripSeconds(branch: Branch, preload: number, ratio: number): number {
  let heat = preload ** 2;
  for (let second = 1; second < 10_000; second += 1) {
    heat = heatAfter(heat, ratio * branch.breakerAmperes, branch, 1000);
    if (heat >= tripHeat) return second;
  }
  return Number.POSITIVE_INFINITY;
}

test("a cold breaker trips at twice its rating in its calibrated time", () => {
  for (const [amperes, seconds] of [
    [63, 60],
    [250, 180],
    [1600, 300],
  ] as const)
    assert.ok(Math.abs(tripSeconds(breaker(amperes), 0, 2) - seconds) <= 1);
  assert.ok(Math.abs(tripSeconds(breaker(63, 100), 0, 2) - 100) <= 1);
});

test("the table of trip times of a large frame is met, and smaller ones act no later than theirs", () => {
  const table = [
    [0.8, 1.25, 801, 183],
    [1, 1.25, 389, 106],
    [0.8, 1.5, 364, 79],
    [0.8, 2, 155, 33],
    [1, 2, 60, 15],
    [0.8, 3, 59, 12],
  ] as const;
  for (const [preload, ratio, large, small] of table) {
    assert.ok(Math.abs(tripSeconds(breaker(1600), preload, ratio) - large) <= 1 + 0.01 * large, `${preload} ${ratio}`);
    assert.ok(tripSeconds(breaker(63), preload, ratio) <= small + 1, `${preload} ${ratio}`);
  }
});

test("the continuous load never acts, 110 % never trips, and time may be cut as one likes", () => {
  const branch = breaker(63);
  assert.is(tripSeconds(branch, 0.8, 1.099), Number.POSITIVE_INFINITY);
  let heat = 0.64;
  for (let second = 0; second < 100; second += 1) heat = heatAfter(heat, 0.8 * 63, branch, 1000);
  assert.ok(heat < heatToAct(branch));
  let pieces = 0.64;
  for (let piece = 0; piece < 20; piece += 1) pieces = heatAfter(pieces, 100, branch, 500);
  assert.ok(Math.abs(pieces - heatAfter(0.64, 100, branch, 10_000)) < 1e-9);
});

/** Deaf machines behind a small breaker; its meter tells currents or not. */
function overloaded(ratio: number, wishes: SiteWishes = {}): Plant {
  const branchAmperes = (4 * 3400) / (3 * 230) / ratio;
  const plant = startPlant(
    siteForTests({
      ...wishes,
      branchAmperes,
      ratedWatts: 100_000,
      feederAmperes: 400,
      policy: { failsafeWatts: 90_000 },
    }),
  );
  for (const machine of plant.machines.values()) machine.deaf = true;
  return plant;
}

test("no overload that a contactor can end reaches the trip of the breaker", () => {
  void fc.assert(
    fc.property(
      fc.record({
        ratio: fc.double({ min: 1.15, max: 2.5, noNaN: true }),
        currents: fc.boolean(),
        branchMeters: fc.boolean(),
        stepMilliseconds: fc.constantFrom(250, 1000),
      }),
      ({ ratio, stepMilliseconds, ...wishes }) => {
        const plant = overloaded(ratio, wishes);
        const [, branch] = plant.site.branches;
        if (branch === undefined) throw new Error("the site has a branch");
        let heat = 0.64;
        for (let passed = 0; passed < 60_000; passed += stepMilliseconds) {
          const flows = plant.contactors.get("branch-1") === true;
          heat = heatAfter(heat, flows ? ratio * branch.breakerAmperes : 0, branch, stepMilliseconds);
          assert.ok(heat < tripHeat, `breaker tripped after ${passed} ms at ${ratio}`);
          scan(plant, stepMilliseconds);
        }
        assert.is(plant.contactors.get("branch-1"), false);
      },
    ),
    { seed, numRuns: 30, includeErrorInReport: true },
  );
});

test("the trip is measured, names its figures, and is reset when the breaker has cooled", () => {
  const plant = overloaded(2.2, { currents: true, voltages: true });
  run(plant, 25);
  const trip = plant.decision?.trips.find(({ name }) => name === "branch-1/heat");
  assert.match(trip?.reason.text ?? "", /^Breaker branch-1 carries \d+ A on .* and is at \d+ % of its trip/);
  assert.is(plant.contactors.get("branch-1"), false);
  const refused = scan(plant, 1000, [local({ kind: "reset", trip: "branch-1/heat" }, plant.now)]);
  assert.match(refused.outcomes[0]?.text ?? "", /its breaker is still warm/);
  run(plant, 620);
  const reset = scan(plant, 1000, [local({ kind: "reset", trip: "branch-1/heat" }, plant.now)]);
  assert.match(reset.outcomes[0]?.text ?? "", /reset by console/);
});

test("a load nobody measures sheds, but is no measured violation", () => {
  const plant = startPlant(siteForTests({ branchMeters: false, policy: { failsafeWatts: 90_000 }, branchAmperes: 5 }));
  for (const machine of plant.machines.values()) machine.silent = true;
  plant.forced.set("feeder/powerWatts", null);
  run(plant, 18);
  assert.not.ok(plant.decision?.trips.some(({ name }) => name.endsWith("/heat")));
});

test("one current alone tells enough to act", () => {
  const plant = overloaded(1.02, { currents: true });
  plant.forced.set("branch-1/current2Amperes", null);
  plant.forced.set("branch-1/current1Amperes", (_, now) => good(70, now));
  run(plant, 15);
  assert.ok(plant.decision?.trips.some(({ name }) => name === "branch-1/heat"));
});

test.run();
