/** AI racks on the same feeder: their rises are covered by room kept free, machines give way at once and come back slowly. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startControl } from "../../src/control/state.ts";
import type { Decision } from "../../src/model/decision.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("protected load");

interface Racks {
  readonly plant: Plant;
  watts: number;
}

/** A feeder of 55.2 kW for 20 machines of 3.4 kW and racks rated 30 kW. */
function withRacks(watts: number, riseWatts?: number, ratedWatts = 30_000): Racks {
  const site = siteForTests({
    machinesPerTank: 10,
    ratedWatts: 200_000,
    branchAmperes: 80,
    protectedLoad: { ratedWatts, ...(riseWatts === undefined ? {} : { riseWatts }) },
    policy: {
      failsafeWatts: 200_000,
      minimumOffMilliseconds: 5000,
      startsPerInterval: 4,
      rampUpWattsPerSecond: 50_000,
    },
    model: { wakeMilliseconds: 5000 },
  });
  const racks: Racks = { plant: startPlant(site), watts };
  racks.plant.forced.set("ai/powerWatts", (_, now) => good(racks.watts, now));
  racks.plant.forced.set("feeder/powerWatts", (truth, now) => good((truth ?? 0) + racks.watts, now));
  return racks;
}

function total({ plant, watts }: Racks): number {
  return trueWatts(plant, "feeder") + watts;
}

function roomText(decision: Decision): string {
  return decision.limits.find(({ reason }) => reason.code.startsWith("protected-load"))?.reason.text ?? "";
}

test("room for the fastest rise is kept free of the breaker", () => {
  const racks = withRacks(10_000, 6000);
  const decision = run(racks.plant, 40);
  assert.ok(total(racks) <= 55_200 - 6000, `${total(racks)}`);
  assert.ok(total(racks) > 55_200 - 6000 - 3600);
  assert.is(roomText(decision), "6 kW are kept free of 55.2 kW: ai draws 10 kW and may rise by 6 kW within 9 s.");
  assert.not.ok(decision.alarms.some(({ name }) => name.startsWith("protected")));
});

test("a load that no meter shows counts with its rating", () => {
  const { site } = withRacks(10_000, 6000).plant;
  const branches = site.branches.map((branch) => (branch.name === "ai" ? { ...branch, meter: null } : branch));
  const decision = run(startPlant({ ...site, branches }), 40);
  assert.match(roomText(decision), /30 kW/);
});

test("what was never measured may rise to its rating, and never beyond", () => {
  const racks = withRacks(10_000);
  assert.match(roomText(run(racks.plant, 40)), /^20 kW are kept free/);
  const full = withRacks(30_000, 6000);
  assert.match(roomText(run(full.plant, 40)), /^0 kW are kept free/);
});

test("a faster rise that is seen counts from then on", () => {
  const racks = withRacks(10_000, 2000);
  run(racks.plant, 40);
  racks.watts = 18_000;
  run(racks.plant, 2);
  assert.match(roomText(scan(racks.plant)), /may rise by 8 kW/);
  run(racks.plant, 100);
  assert.match(roomText(scan(racks.plant)), /may rise by 8 kW/);
});

test("the fastest rise that was seen outlives the process, and is written once", () => {
  const racks = withRacks(10_000, 2000);
  run(racks.plant, 40);
  const before = racks.plant.state.durable.revision;
  assert.is(racks.plant.state.durable.protectedRises, undefined);
  racks.watts = 18_000;
  run(racks.plant, 5);
  assert.equal(racks.plant.state.durable.protectedRises, { ai: 8400 });
  const { durable } = racks.plant.state;
  racks.watts = 10_000;
  run(racks.plant, 30);
  racks.watts = 18_100;
  run(racks.plant, 20);
  assert.is(racks.plant.state.durable.protectedRises, durable.protectedRises, "what is stored was rounded up");
  assert.ok(durable.revision > before);
  const next = startPlant(racks.plant.site, 1000, startControl(racks.plant.site, durable, 1000));
  next.forced.set("ai/powerWatts", (_, now) => good(10_000, now));
  assert.match(roomText(run(next, 40)), /may rise by 8.4 kW/);
});

test("one reading that is missing raises nothing and sheds nothing", () => {
  const racks = withRacks(20_000, 6000);
  run(racks.plant, 60);
  const before = trueWatts(racks.plant, "feeder");
  const ceilingWatts = scan(racks.plant).ceilingWatts;
  racks.plant.forced.set("ai/powerWatts", null);
  const blip = scan(racks.plant);
  assert.ok(blip.ceilingWatts < ceilingWatts, "the load may have fallen unseen, and rise again");
  assert.is(trueWatts(racks.plant, "feeder"), before);
});

test("what falls is given back only after a minute", () => {
  const racks = withRacks(20_000, 6000);
  run(racks.plant, 60);
  const before = trueWatts(racks.plant, "feeder");
  racks.watts = 5000;
  run(racks.plant, 55);
  assert.is(trueWatts(racks.plant, "feeder"), before);
  run(racks.plant, 60);
  assert.ok(trueWatts(racks.plant, "feeder") > before + 10_000);
});

test("a lost meter counts with the rating, as far as the feeder's does not tell more", () => {
  const racks = withRacks(20_000, 6000);
  run(racks.plant, 40);
  const before = total(racks);
  racks.plant.forced.set("ai/powerWatts", null);
  const decision = run(racks.plant, 20);
  assert.match(
    roomText(decision),
    /^10\.\d kW are kept free .* the meter of ai is not good, so its rated 30 kW count\.$/,
  );
  assert.ok(total(racks) <= before - 3400);
  assert.ok(decision.alarms.some(({ name }) => name.startsWith("protected-load-unknown")));
  racks.plant.forced.set("feeder/powerWatts", null);
  assert.match(roomText(run(racks.plant, 20)), /^30 kW are kept free/);
});

test("racks alone on the feeder open no contactor", () => {
  const racks = withRacks(10_000, 30_000, 80_000);
  racks.plant.forced.set("ai/powerWatts", null);
  racks.plant.forced.set("feeder/powerWatts", null);
  const decision = run(racks.plant, 60);
  assert.is(decision.explanation[0]?.binding.ceilingWatts, 1);
  assert.match(decision.explanation[0]?.forMore ?? "", /^The meter of the protected load must be read again/);
  for (const name of ["branch-1", "branch-2"]) assert.is(racks.plant.contactors.get(name), true);
});

test("no rise up to the fastest one overloads the feeder for longer than a shed takes", () => {
  void fc.assert(
    fc.property(
      fc.array(
        fc.record({ after: fc.integer({ min: 15, max: 90 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
      (swings) => {
        const racks = withRacks(10_000, 8000);
        run(racks.plant, 40);
        for (const { after, share } of swings) {
          // Up by the fastest rise at most, down as far as it likes.
          racks.watts = Math.min(racks.watts + 8000, 30_000 * share);
          for (let second = 0; second < after; second += 1) {
            scan(racks.plant);
            assert.ok(total(racks) <= 55_200, `${Math.round(total(racks))} W`);
          }
        }
      },
    ),
    { seed, numRuns: 10, includeErrorInReport: true },
  );
});

test.run();
