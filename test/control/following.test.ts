/** Orders followed on the true power of a simulated container, whatever the meters lag: limits are kept, targets reached from below. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { realCore } from "../../src/commands/simulate/real-core.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { Site } from "../../src/model/site.ts";
import { buildSite } from "../../src/sim/closed-loop/build-site.ts";
import type { Moment, RunParts } from "../../src/sim/closed-loop/moment.ts";
import { randomDay } from "../../src/sim/closed-loop/random-life.ts";
import { runScenario } from "../../src/sim/closed-loop/run.ts";
import type { Scenario, ScenarioEvent } from "../../src/sim/closed-loop/scenario.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("following orders");

const builder = {
  tanks: 2,
  machinesPerTank: 10,
  tanksWithoutCommands: 0,
  sensorsPerTank: 3,
  phases: "three",
  branchMeters: true,
  interlock: true,
  breakerShareRatio: 0.9,
  hashesAfterPowerCycle: true,
  sleepSeconds: 8,
  wakeSeconds: 60,
  rampUpWattsPerSecond: 2000,
  rampDownWattsPerSecond: 20_000,
  startsPerInterval: 4,
  failsafeWatts: 71_000,
} as const;
const built = buildSite(builder);

/** The same site, with meters whose readings count for so long. */
function siteWith(ageSeconds: number): Site {
  return {
    ...built,
    branches: built.branches.map((branch) =>
      branch.meter === null
        ? branch
        : { ...branch, meter: { ...branch.meter, maximumAgeMilliseconds: ageSeconds * 1000 } },
    ),
  };
}

/** Long enough for every lag of these tests: a reading that lags by 10 s is stale at 5 s, and the container is without a meter. */
const patientSeconds = 15;
const site = siteWith(patientSeconds);
/** The plate of one machine: the smallest step of a container of whole machines [W]. */
const stepWatts = 3400;

interface Order {
  readonly atSeconds: number;
  readonly order: "limit" | "target";
  readonly watts: number;
}

interface Second {
  readonly at: number;
  readonly watts: number;
  readonly decision: Decision | null;
}

/** A mild day with these orders, and the true power of each of its seconds. */
function follow(
  daySeed: number,
  lagSeconds: number,
  orders: readonly Order[],
  seconds: number,
  ageSeconds = patientSeconds,
): readonly Second[] {
  const day = randomDay(1);
  const scenario: Scenario = {
    ...day,
    seed: daySeed,
    durationSeconds: seconds,
    site: { builder },
    plant: { deviationRatio: 0, ambientCelsius: 15, dailySwingKelvin: 0, tankCelsius: 40 },
    meterLagSeconds: lagSeconds,
    events: orders.map(
      ({ atSeconds, order, watts }): ScenarioEvent => ({
        atSeconds,
        setpoint: {
          from: "dispatch",
          order,
          watts,
          timeToLiveSeconds: 7200,
          renewed: false,
          onExpirySchedule: false,
          reason: "ecrs",
        },
      }),
    ),
  };
  const seen: Second[] = [];
  const result = runScenario(scenario, siteWith(ageSeconds), realCore, {
    each: ({ now, scan }: Moment, { container }: RunParts) =>
      seen.push({ at: now / 1000, watts: container.plant().feeder.watts, decision: scan?.decision ?? null }),
  });
  if (typeof result === "string") throw new Error(result);
  assert.equal(result.violations, []);
  return seen;
}

function meanOf(seen: readonly Second[], from: number, to: number): number {
  const window = seen.filter(({ at }) => at > from && at <= to);
  return window.reduce((sum, { watts }) => sum + watts, 0) / window.length;
}

/** From the order to the end of the way down: by the ramp, the command's way and the proven sleep [s]. */
function fallSeconds(watts: number): number {
  return watts / builder.rampDownWattsPerSecond + builder.sleepSeconds + 5;
}

/** Most turns of one machine between two orders: from run to sleep, or back. */
function mostTurns(seen: readonly Second[], from: number, to: number): number {
  let most = 0;
  for (const { name } of site.miners) {
    const told = seen
      .filter(({ at }) => at >= from && at < to)
      .map(({ decision }) => decision?.minerTargets[name]?.mode === "sleep");
    most = Math.max(most, told.filter((sleeps, index) => index > 0 && sleeps !== told[index - 1]).length);
  }
  return most;
}

const anyOrders = fc.record({
  lag: fc.integer({ min: 1, max: 10 }),
  age: fc.constantFrom(5, patientSeconds),
  daySeed: fc.integer({ min: 1, max: 10_000 }),
  first: fc.integer({ min: 15_000, max: 60_000 }),
  second: fc.integer({ min: 15_000, max: 70_000 }),
});

test("a limit that was acknowledged is never exceeded by the 5 s mean, and no machine turns back more than once", () => {
  void fc.assert(
    fc.property(anyOrders, ({ lag, age, daySeed, first, second }) => {
      const orders = [
        { atSeconds: 120, order: "limit", watts: first },
        { atSeconds: 900, order: "limit", watts: second },
      ] as const;
      const seen = follow(daySeed, lag, orders, 1800, age);
      for (const { atSeconds, watts } of orders) {
        const until = atSeconds === 120 ? 900 : 1800;
        for (let at = atSeconds + fallSeconds(site.ratedWatts) + 5; at <= until; at += 1)
          assert.ok(meanOf(seen, at - 5, at) <= watts, `${Math.round(meanOf(seen, at - 5, at))} W above ${watts} W`);
        // There and back is one reversal.
        assert.ok(mostTurns(seen, atSeconds, until) <= 2, "a machine turned back more than once");
      }
    }),
    { seed, numRuns: Number(process.env["RUNS"] ?? 3), includeErrorInReport: true },
  );
});

test("a container whose meters are all too old keeps its limit by what machines tell, with room for their being wrong", () => {
  // Machines told so little here that they drew 30,139 W: a raise had used all the room of their word.
  const seen = follow(5, 6, [{ atSeconds: 120, order: "limit", watts: 30_102 }], 600, 5);
  for (let at = 120 + fallSeconds(site.ratedWatts) + 5; at <= 600; at += 1)
    assert.ok(meanOf(seen, at - 5, at) <= 30_102, `${Math.round(meanOf(seen, at - 5, at))} W at ${at} s`);
});

test("an order sheds no machine for what its late meter still shows of those that have gone", () => {
  for (const lag of [1, 2, 4, 7, 10]) {
    const watts = 33_000;
    const seen = follow(lag, lag, [{ atSeconds: 120, order: "limit", watts }], 200);
    const least = Math.min(...seen.slice(-50).map((second) => second.watts));
    assert.ok(least > watts - 1.5 * stepWatts, `${Math.round(least)} W of ${watts} W with a lag of ${lag} s`);
  }
});

test("the noise of a meter at a ceiling wakes no machine that it would put to sleep again", () => {
  // Both were seen to do so each minute, while the lowest reading of a minute was room enough.
  for (const daySeed of [12, 30]) {
    const seen = follow(daySeed, 2, [{ atSeconds: 120, order: "limit", watts: 26_543 }], 900);
    assert.ok(mostTurns(seen, 120, 900) <= 2, `a machine turned back more than once on day ${daySeed}`);
  }
});

test("a target is followed from below, within one machine 120 s after everything has settled", () => {
  void fc.assert(
    fc.property(anyOrders, ({ lag, age, daySeed, first, second }) => {
      const seen = follow(
        daySeed,
        lag,
        [
          { atSeconds: 120, order: "target", watts: first },
          { atSeconds: 900, order: "target", watts: second },
        ],
        2100,
        age,
      );
      const watts = meanOf(seen, 2000, 2100);
      // Without a meter machines count with 5 % more than they tell, and that may be 3 % too much.
      const known = age > lag ? second : second / (1.05 * 1.03);
      const most = Math.min(known, meanOf(seen, 60, 120));
      assert.ok(watts <= second, `${Math.round(watts)} W above ${second} W`);
      // A start needs the peak of its start and a little of the ceiling beyond what runs.
      assert.ok(watts >= most - 1.05 * 1.05 * stepWatts - 0.0025 * second - 300, `${Math.round(watts)} W of ${most} W`);
    }),
    { seed, numRuns: Number(process.env["RUNS"] ?? 3), includeErrorInReport: true },
  );
});

test("ordering what availability promises yields it within 2 % of rated", () => {
  for (const daySeed of [1]) {
    const before = follow(daySeed, 2, [{ atSeconds: 120, order: "target", watts: 40_000 }], 900);
    const promised = before.at(-1)?.decision?.availability;
    if (promised === undefined) throw new Error("no availability");
    for (const watts of [promised.maximumWatts, promised.minimumWatts]) {
      const ordered = Math.min(site.ratedWatts, Math.round(watts));
      const seen = follow(
        daySeed,
        2,
        [
          { atSeconds: 120, order: "target", watts: 40_000 },
          { atSeconds: 900, order: "target", watts: ordered },
        ],
        2100,
      );
      const had = meanOf(seen, 2000, 2100);
      assert.ok(Math.abs(had - ordered) <= 0.02 * site.ratedWatts, `${Math.round(had)} W of ${ordered} W promised`);
    }
  }
});

test.run();
