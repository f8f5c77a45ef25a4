/** The choice of machines under nested ceilings: never above a room, never far from the best, always the same. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { choose } from "../../../src/control/allocation/choose.ts";
import { type Load, roundingWatts } from "../../../src/control/allocation/sheet.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("choose");

/** Container 0, branches 1 and 2, tanks 3 and 4, phases 5 to 7. */
function loadOf(watts: number, joulesPerTerahash: number, place: number, leastRatio = 1): Load {
  const phase =
    place % 4 === 3 ? [5, 6, 7].map((scope) => ({ scope, share: 1 / 3 })) : [{ scope: 5 + (place % 4), share: 1 }];
  return {
    watts,
    leastWatts: watts * leastRatio,
    worth: watts / joulesPerTerahash,
    scopes: [
      { scope: 3 + (Math.floor(place / 2) % 2), share: 1 },
      ...phase,
      { scope: 1 + (place % 2), share: 1 },
      { scope: 0, share: 1 },
    ],
  };
}

const anyLoad = fc
  .record({
    watts: fc.integer({ min: 2700, max: 5500 }),
    joules: fc.integer({ min: 13, max: 35 }),
    place: fc.integer({ min: 0, max: 15 }),
    least: fc.constantFrom(1, 1, 0.6),
  })
  .map(({ watts, joules, place, least }) => loadOf(watts, joules, place, least));

/** Ceilings as shares of all that is there. */
const anyShares = fc.array(fc.double({ min: -0.1, max: 1.1, noNaN: true }), { minLength: 8, maxLength: 8 });

function roomsOf(loads: readonly Load[], shares: readonly number[]): readonly number[] {
  const all = loads.reduce((sum, { watts }) => sum + watts, 0);
  return shares.map((share) => share * all);
}

function drawnOf(loads: readonly Load[], chosen: ArrayLike<number>, scopes: number): readonly number[] {
  const drawn = Array.from({ length: scopes }, () => 0);
  for (const [index, load] of loads.entries())
    for (const { scope, share } of load.scopes) drawn[scope] = (drawn[scope] ?? 0) + share * (chosen[index] ?? 0);
  return drawn;
}

function worthOf(loads: readonly Load[], chosen: ArrayLike<number>): number {
  return loads.reduce((sum, { worth, watts }, index) => sum + (worth * (chosen[index] ?? 0)) / watts, 0);
}

test("no scope gets more than its room, and no machine less than it can be trimmed to", () => {
  void fc.assert(
    fc.property(fc.array(anyLoad, { maxLength: 60 }), anyShares, (loads, shares) => {
      const rooms = roomsOf(loads, shares);
      const chosen = choose(loads, rooms);
      for (const [scope, watts] of drawnOf(loads, chosen, rooms.length).entries())
        assert.ok(watts <= Math.max(0, rooms[scope] ?? 0) + 60 * roundingWatts, `scope ${scope}: ${watts} W`);
      for (const [index, { watts, leastWatts }] of loads.entries()) {
        const allowed = chosen[index] ?? 0;
        assert.ok(allowed === 0 || (allowed >= leastWatts - roundingWatts && allowed <= watts), `${allowed} W`);
      }
    }),
    { seed, numRuns: Number(process.env["RUNS"] ?? 300), includeErrorInReport: true },
  );
});

test("nothing that sleeps would still fit", () => {
  void fc.assert(
    fc.property(fc.array(anyLoad, { maxLength: 60 }), anyShares, (loads, shares) => {
      const rooms = roomsOf(loads, shares);
      const chosen = choose(loads, rooms);
      const drawn = drawnOf(loads, chosen, rooms.length);
      for (const [index, { leastWatts, scopes }] of loads.entries()) {
        if ((chosen[index] ?? 0) > 0) continue;
        const fits = scopes.every(
          ({ scope, share }) => leastWatts * share < (rooms[scope] ?? 0) - (drawn[scope] ?? 0) - 60 * roundingWatts,
        );
        assert.not.ok(fits, `machine ${index} would fit`);
      }
    }),
    { seed, numRuns: Number(process.env["RUNS"] ?? 300), includeErrorInReport: true },
  );
});

/** The best choice of whole machines, by trying all. */
function bestOf(loads: readonly Load[], rooms: readonly number[]): number {
  let best = 0;
  for (let mask = 0; mask < 1 << loads.length; mask += 1) {
    const chosen = loads.map(({ watts }, index) => ((mask >> index) & 1) * watts);
    if (drawnOf(loads, chosen, rooms.length).every((watts, scope) => watts <= Math.max(0, rooms[scope] ?? 0)))
      best = Math.max(best, worthOf(loads, chosen));
  }
  return best;
}

test("of a few machines the choice is the best there is in nearly every case, and never far from it", () => {
  const ratios: number[] = [];
  void fc.assert(
    fc.property(fc.array(anyLoad, { minLength: 6, maxLength: 10 }), anyShares, (mixed, shares) => {
      const loads = mixed.map((load) => ({ ...load, leastWatts: load.watts }));
      const rooms = roomsOf(loads, shares);
      const best = bestOf(loads, rooms);
      const ratio = best === 0 ? 1 : worthOf(loads, choose(loads, rooms)) / best;
      assert.ok(ratio > 0.9 && ratio < 1 + 1e-9, `${ratio} of the best`);
      ratios.push(ratio);
    }),
    { seed, numRuns: Number(process.env["RUNS"] ?? 100), includeErrorInReport: true },
  );
  const best = ratios.filter((ratio) => ratio > 1 - 1e-9).length / ratios.length;
  assert.ok(best >= 0.95, `the best in ${best} of all cases`);
});

test("a machine that can be trimmed takes what is left over", () => {
  const loads = [loadOf(3000, 20, 0), loadOf(3000, 20, 1), loadOf(3000, 20, 2, 0.5)];
  assert.equal([...choose(loads, [8000, 9e9, 9e9, 9e9, 9e9, 9e9, 9e9, 9e9])], [3000, 3000, 2000]);
});

test("one is trimmed so that another one fits", () => {
  const loads = [loadOf(3000, 20, 0, 0.5), loadOf(3000, 20, 0)];
  const chosen = choose(loads, [5000, 9e9, 9e9, 9e9, 9e9, 9e9, 9e9, 9e9]);
  assert.equal([...chosen], [2000, 3000]);
});

test("machines that hash nothing sleep, even where there is room", () => {
  const loads = [{ ...loadOf(3000, 20, 0), worth: 0 }, loadOf(3000, 20, 1)];
  assert.equal([...choose(loads, [9000, 9000, 9000, 9000, 9000, 9000, 9000, 9000])], [0, 3000]);
});

test("the same machines under the same ceilings give the same choice", () => {
  const loads = Array.from({ length: 40 }, (_, index) => loadOf(3000 + ((index * 137) % 900), 15 + (index % 7), index));
  const rooms = [60_000, 40_000, 35_000, 50_000, 30_000, 30_000, 25_000, 28_000];
  assert.equal([...choose(loads, rooms)], [...choose(loads, rooms)]);
});

test.run();
