/** The grid's frequency: droop, stages that hold and come back one by one, a relay that is not fought, and the time it all takes. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { frequencyAtStart, judgeFrequency } from "../../src/control/envelopes/grid-frequency.ts";
import type { Judged } from "../../src/control/judge.ts";
import type { GridFrequency } from "../../src/model/supply.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, modelForTests, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("frequency of the grid");

const point = "fast-meter/frequencyHertz";
/** A machine awake less the same asleep, and how much its start takes above its rating. */
const wakeWatts = modelForTests.ratedWatts - modelForTests.asleepWatts;
const startPeakWatts = modelForTests.peakWakeWatts - modelForTests.ratedWatts;
const response: NonNullable<GridFrequency["response"]> = {
  point,
  maximumAgeMilliseconds: 1000,
  nominalHertz: 60,
  deadbandHertz: 0.036,
  droopRatio: 0.05,
  headroomWatts: 0,
  stages: [
    { belowHertz: 59.7, confirmMilliseconds: 500, keepRatio: 0.6 },
    { belowHertz: 59.3, confirmMilliseconds: 500, keepRatio: 0.2 },
  ],
  restoreAboveHertz: 59.95,
  holdMilliseconds: 100_000,
  returnMilliseconds: 60_000,
  respondWithinMilliseconds: 3000,
};

/** 20 machines of 3.4 kW, rated 70 kW, on a grid with the frequency given. */
function onGrid(frequency: GridFrequency, hertz: () => number | null, wishes: SiteWishes = {}): Plant {
  const plant = startPlant(
    siteForTests({
      machinesPerTank: 10,
      ratedWatts: 70_000,
      feederAmperes: 200,
      branchAmperes: 80,
      frequency,
      ...wishes,
      policy: {
        failsafeWatts: 70_000,
        minimumOffMilliseconds: 5000,
        startsPerInterval: 20,
        rampUpWattsPerSecond: 50_000,
        rampDownWattsPerSecond: 50_000,
        ...wishes.policy,
      },
      model: { wakeMilliseconds: 5000, ...wishes.model },
    }),
  );
  plant.forced.set(point, (_, now) => {
    const at = hertz();
    return at === null ? null : good(at, now);
  });
  run(plant, 5);
  return plant;
}

function limitOf(plant: Plant, code: string): number | undefined {
  return plant.decision?.limits.find(({ reason }) => reason.code === code)?.ceilingWatts;
}

test("within the deadband nothing is done, and half a machine more or less is no reason to shed one", () => {
  let hertz = 60;
  const plant = onGrid({ response }, () => hertz);
  for (const at of [59.964, 60.036, 59.9]) {
    hertz = at;
    run(plant, 3);
    assert.is(limitOf(plant, "frequency-droop"), undefined, `${at} Hz`);
  }
  // 0.073 Hz beyond the band are 2.4 % of 70 kW: half of 3.4 kW.
  hertz = 59.964 - 0.0735;
  run(plant, 3);
  assert.ok((limitOf(plant, "frequency-droop") ?? 1e9) < 69_000 - 1700);
});

test("below it droop takes off in proportion, of what was drawn as the frequency fell", () => {
  void fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 0.25, noNaN: true }),
      fc.integer({ min: 30_000, max: 70_000 }),
      (low, order) => {
        let hertz = 60;
        const plant = onGrid({ response: { ...response, stages: [] } }, () => hertz);
        scan(plant, 1000, [setpoint(order, plant.now + 1000)]);
        run(plant, 20);
        const base = trueWatts(plant, "feeder");
        hertz = 59.964 - low;
        run(plant, 8);
        const wanted = base - (low / 3) * 70_000;
        assert.ok(Math.abs((limitOf(plant, "frequency-droop") ?? 0) - wanted) < 1);
        assert.ok(trueWatts(plant, "feeder") <= wanted);
        assert.ok(trueWatts(plant, "feeder") > wanted - 2 * 3400);
        assert.is(plant.decision?.binding.source, "frequency");
        hertz = 59.97;
        run(plant, 60);
        const missing = base - trueWatts(plant, "feeder");
        // Where the start's peak and what is kept free for noise exceed what the order leaves, one machine may not wake again.
        const tight = order - base < startPeakWatts + 0.0025 * order;
        assert.ok(
          Math.abs(missing) < 1 || (tight && Math.abs(missing - wakeWatts) < 1),
          `of ${base} W ${missing} W do not come back`,
        );
      },
    ),
    { seed, numRuns: 8, includeErrorInReport: true },
  );
});

test("a stage sheds after its time, holds, and comes back late and one after the other", () => {
  let hertz = 60;
  const plant = onGrid({ response: { ...response, droopRatio: 0 } }, () => hertz);
  const base = trueWatts(plant, "feeder");
  hertz = 59.6;
  scan(plant, 400);
  hertz = 60;
  run(plant, 8);
  assert.is(trueWatts(plant, "feeder"), base, "a dip shorter than its time is none");
  hertz = 59.2;
  run(plant, 8);
  assert.ok(trueWatts(plant, "feeder") <= 0.2 * base);
  assert.is(plant.decision?.frequency?.stage, 2);
  assert.match(
    plant.decision?.binding.reason.text ?? "",
    /^The frequency fell below 59.3 Hz \(59.2 Hz\): 13.8 kW until it has held 59.95 Hz for 100 s\.$/,
  );
  // Between the stages and the way back nothing changes, and the hold counts anew after every dip.
  hertz = 59.94;
  run(plant, 120);
  hertz = 60;
  run(plant, 95);
  hertz = 59.94;
  scan(plant);
  hertz = 60;
  run(plant, 98);
  assert.is(plant.decision?.frequency?.stage, 2);
  run(plant, 5);
  assert.is(plant.decision?.frequency?.stage, 1);
  run(plant, 50);
  assert.ok(trueWatts(plant, "feeder") <= 0.6 * base);
  assert.ok(trueWatts(plant, "feeder") > 0.5 * base);
  run(plant, 40);
  assert.is(plant.decision?.frequency?.stage, 0);
  assert.ok(Math.abs(trueWatts(plant, "feeder") - base) < 1);
});

test("containers come back from a stage at moments of their own", () => {
  const backAfter = (container: string): number => {
    let hertz = 60;
    const plant = onGrid({ response }, () => hertz, { policy: { jitterMilliseconds: 100_000 } });
    const named = { ...plant.site, container };
    const other = startPlant(named);
    other.forced.set(point, (_, now) => good(hertz, now));
    run(other, 5);
    hertz = 59.6;
    run(other, 5);
    hertz = 60;
    for (let second = 0; second < 300; second += 1) if (scan(other).frequency?.stage === 0) return second;
    return 300;
  };
  assert.is(new Set(["test-c01", "test-c02", "test-c03"].map(backAfter)).size, 3);
});

test("a frequency that is lost sheds nothing, gives nothing back, and is told", () => {
  let hertz: number | null = 60;
  const plant = onGrid({ response }, () => hertz);
  const base = trueWatts(plant, "feeder");
  hertz = null;
  run(plant, 10);
  assert.is(trueWatts(plant, "feeder"), base);
  assert.is(plant.decision?.frequency?.hertz, null);
  assert.match(
    plant.decision?.alarms.find(({ name }) => name === "grid-frequency-unknown")?.reason.text ?? "",
    /no stage holds/,
  );
  hertz = 60;
  run(plant, 70);
  hertz = 59.6;
  run(plant, 8);
  const held = trueWatts(plant, "feeder");
  assert.ok(held <= 0.6 * base);
  hertz = null;
  run(plant, 300);
  assert.is(trueWatts(plant, "feeder"), held);
  assert.match(
    plant.decision?.alarms.find(({ name }) => name === "grid-frequency-unknown")?.reason.text ?? "",
    /stage 1 goes on/,
  );
  assert.match(plant.decision?.binding.reason.text ?? "", /not known by now/);
});

test("a high frequency asks for more, and never above a limit", () => {
  let hertz = 60;
  const plant = onGrid({ response: { ...response, headroomWatts: 14_000 } }, () => hertz);
  run(plant, 10);
  assert.ok(trueWatts(plant, "feeder") <= 56_000, "the headroom is kept free");
  assert.equal(plant.decision?.requests, []);
  hertz = 60.336;
  run(plant, 30);
  assert.is(plant.decision?.requests[0]?.source, "frequency");
  assert.is(plant.decision?.requests[0]?.kind, "follow");
  assert.ok(Math.abs((limitOf(plant, "frequency-droop") ?? 0) - 63_000) < 1);
  assert.ok(trueWatts(plant, "feeder") > 58_000 && trueWatts(plant, "feeder") <= 63_000);
  hertz = 62;
  run(plant, 30);
  assert.is(limitOf(plant, "frequency-droop"), 70_000);
  assert.ok((plant.decision?.requests[0]?.watts ?? 1e9) <= 70_000);
  scan(plant, 1000, [setpoint(30_000, plant.now + 1000)]);
  run(plant, 20);
  assert.ok(trueWatts(plant, "feeder") <= 30_000);
});

const relay: NonNullable<GridFrequency["relay"]> = { clear: "relay/underFrequencyClear", keepWatts: 0 };

test("a relay that trips is not fought: everything sleeps, contactors stay, and nothing restarts before its release", () => {
  const plant = onGrid({ relay }, () => 60, { policy: { jitterMilliseconds: 100_000 } });
  let clear: number | null = 1;
  plant.forced.set(relay.clear, (_, now) => (clear === null ? null : good(clear, now)));
  run(plant, 3);
  assert.is(plant.decision?.frequency?.relay, "clear");
  clear = 0;
  scan(plant);
  scan(plant);
  assert.ok(trueWatts(plant, "feeder") > 60_000, "a single wrong reading sheds nothing");
  run(plant, 10);
  assert.is(plant.decision?.frequency?.relay, "tripped");
  assert.match(plant.decision?.binding.reason.text ?? "", /^The under-frequency relay has tripped: 0 kW/);
  assert.match(plant.decision?.explanation[0]?.forMore ?? "", /^The under-frequency relay must be released/);
  run(plant, 400);
  assert.ok(trueWatts(plant, "feeder") < 1500);
  for (const name of ["branch-1", "branch-2"]) assert.is(plant.contactors.get(name), true);
  assert.equal(plant.decision?.trips, [], "its release is the grid's matter, no person's");
  clear = 1;
  run(plant, 10);
  assert.match(plant.decision?.binding.reason.text ?? "", /was released a moment ago/);
  assert.ok(trueWatts(plant, "feeder") < 1500, "the container's jitter passes first");
  run(plant, 150);
  assert.ok(trueWatts(plant, "feeder") > 60_000);
  clear = null;
  run(plant, 15);
  assert.match(plant.decision?.binding.reason.text ?? "", /is not known and counts as tripped/);
  assert.ok(trueWatts(plant, "feeder") < 1500);
});

test("a relay whose contact has not been read yet sheds nothing while the start holds", () => {
  const plant = startPlant(siteForTests({ frequency: { relay } }));
  plant.forced.set(relay.clear, null);
  run(plant, 10);
  assert.ok(trueWatts(plant, "feeder") > 20_000);
  run(plant, 20);
  assert.ok(trueWatts(plant, "feeder") < 1500);
});

/** Machines whose link sends a command this much after it was told. */
function lagging(plant: Plant, milliseconds: (name: string) => number): void {
  const told = new Map<string, { readonly mode: string; readonly at: number }>();
  for (const { name } of plant.site.miners)
    plant.reports.set(name, (truth) => {
      const target = plant.state.targets[name];
      if (target === undefined) return truth;
      if (told.get(name)?.mode !== target.mode) told.set(name, { mode: target.mode, at: plant.state.now });
      const sentAt = (told.get(name)?.at ?? 0) + milliseconds(name);
      return sentAt > plant.now ? truth : { ...truth, command: { target, sentAt, attempts: 1 } };
    });
}

test("the time from the sample to the last command is measured, and told where it is too long", () => {
  let hertz = 60;
  const plant = onGrid({ response: { ...response, stages: [] } }, () => hertz);
  lagging(plant, (name) => (name.endsWith("9") ? 2400 : 300));
  plant.forced.set(point, (_, now) => good(hertz, now - 80));
  run(plant, 3);
  assert.is(plant.decision?.frequency?.lastResponseMilliseconds, null);
  hertz = 59.75;
  run(plant, 10);
  assert.is(plant.decision?.frequency?.lastResponseMilliseconds, 2400 + 80);
  assert.not.ok(plant.decision?.alarms.some(({ name }) => name === "frequency-slow"));
  lagging(plant, () => 4000);
  hertz = 59.5;
  run(plant, 12);
  assert.is(plant.decision?.frequency?.lastResponseMilliseconds, 4000 + 80);
  assert.is(plant.decision?.frequency?.worstResponseMilliseconds, 4000 + 80);
  assert.match(
    plant.decision?.alarms.find(({ name }) => name === "frequency-slow")?.reason.text ?? "",
    /went out 4 s after the sample; 3 s are wanted/,
  );
});

test("a link that never sends ends the measurement as what it is: too long", () => {
  let hertz = 60;
  const plant = onGrid({ response }, () => hertz);
  lagging(plant, (name) => (name === "b-010" ? 1e9 : 300));
  hertz = 59.2;
  run(plant, 120);
  assert.ok((plant.decision?.frequency?.lastResponseMilliseconds ?? 0) >= 90_000);
});

test("sheds that something else asks for are no response to the frequency", () => {
  const plant = onGrid({ response }, () => 60);
  lagging(plant, () => 100);
  scan(plant, 1000, [setpoint(10_000, plant.now + 1000)]);
  run(plant, 20);
  assert.is(plant.decision?.frequency?.lastResponseMilliseconds, null);
});

test("a lost frequency never raises what the last good one allowed, however long it is lost", () => {
  const site = siteForTests({ frequency: { response: { ...response, headroomWatts: 2000 } }, ratedWatts: 70_000 });
  const hertz = fc.double({ min: 59, max: 60.6, noNaN: true });
  void fc.assert(
    fc.property(
      fc.array(fc.record({ hertz, seconds: fc.integer({ min: 1, max: 20 }) }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom("held" as const, "bad" as const),
      fc.integer({ min: 1, max: 600 }),
      (lives, quality, lostSeconds) => {
        let now = 0;
        let state = frequencyAtStart(site, now);
        const at = (judged: Judged): number => {
          now += 1000;
          const input = { site, judgedOf: () => judged, now, adopting: false, presentWatts: 60_000 };
          const next = judgeFrequency(state, { ...input, smallestStepWatts: 3400 });
          state = next.state;
          return Math.min(...next.finding.limits.map(({ ceilingWatts }) => ceilingWatts), site.ratedWatts);
        };
        let allowed = site.ratedWatts;
        for (const { hertz: value, seconds } of lives)
          for (let second = 0; second < seconds; second += 1) allowed = at({ quality: "good", value, at: now });
        const value = lives.at(-1)?.hertz ?? 60;
        const lost: Judged =
          quality === "held" ? { quality, value, at: now } : { quality, value, at: now, fault: "no-reply" };
        for (let second = 0; second < lostSeconds; second += 1) {
          const ceiling = at(lost);
          assert.ok(ceiling <= allowed, `${ceiling} W after ${allowed} W`);
        }
      },
    ),
    { seed, numRuns: 200, includeErrorInReport: true },
  );
});

test.run();
