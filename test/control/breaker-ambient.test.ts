/** Breakers in hot air carry less, and a thermometer that is lost allows nothing more. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { derate } from "../../src/control/envelopes/breaker-ambient.ts";
import type { Judged } from "../../src/control/judge.ts";
import type { Limit } from "../../src/model/reason.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("breakers in hot air");

const derating = {
  point: "io/cabinetCelsius",
  maximumAgeMilliseconds: 60_000,
  calibratedCelsius: 40,
  lossPerKelvinRatio: 0.01,
  hottestCelsius: 60,
};

function settled(wishes: Parameters<typeof siteForTests>[0] = {}): Plant {
  const plant = startPlant(siteForTests({ derating, branchAmperes: 20, ...wishes }));
  run(plant, 20);
  return plant;
}

function limitOf(plant: Plant): Limit | undefined {
  return plant.decision?.limits.find(
    ({ scope, reason }) => scope === "branch/branch-1" && reason.code.startsWith("breaker"),
  );
}

/** Warms as air does: no faster than is believed of a sensor. */
function warm(plant: Plant, celsius: number): void {
  let air = 25;
  plant.forced.set("io/cabinetCelsius", (_, now) => {
    air = Math.min(celsius, air + 0.2);
    return good(air, now);
  });
  run(plant, 200);
}

test("up to its calibration a breaker carries its whole rating, above it the share that the site names", () => {
  const plant = settled();
  assert.is(limitOf(plant)?.ceilingWatts, 20 * 0.8 * 690);
  warm(plant, 50);
  assert.ok(Math.abs((limitOf(plant)?.ceilingWatts ?? 0) - 0.9 * 20 * 0.8 * 690) < 1);
  assert.match(limitOf(plant)?.reason.text ?? "", /14.4 A at 230 V in air of 50 °C continuously: 9.9 kW/);
  run(plant, 10);
  assert.ok(trueWatts(plant, "branch-1") <= 0.9 * 20 * 0.8 * 690);
  const told = plant.decision?.explanation.find(({ scope }) => scope === "branch/branch-1");
  assert.is(told?.binding.reason.code, "breaker-continuous");
});

test("a lost thermometer counts as the hottest air, or hotter where it was read hotter; a blip sheds nothing", () => {
  const plant = settled();
  const before = limitOf(plant)?.ceilingWatts ?? 0;
  plant.forced.set("io/cabinetCelsius", null);
  scan(plant);
  assert.is(limitOf(plant)?.reason.code, "breaker-meter-lost");
  assert.match(limitOf(plant)?.reason.text ?? "", /^The air around the breaker of branch-1 is not known/);
  assert.ok((limitOf(plant)?.withinMilliseconds ?? 0) > 50_000, "as long as it is not too old");
  run(plant, 70);
  assert.is(limitOf(plant)?.withinMilliseconds, 0);
  assert.ok(Math.abs((limitOf(plant)?.ceilingWatts ?? 0) - 0.8 * before) < 1);
  assert.ok(trueWatts(plant, "branch-1") <= 0.8 * before);
});

test("where no thermometer stands the hottest air counts for ever", () => {
  const plant = settled({ derating: { ...derating, point: null } });
  assert.ok(Math.abs((limitOf(plant)?.ceilingWatts ?? 0) - 0.8 * 20 * 0.8 * 690) < 1);
  assert.is(limitOf(plant)?.reason.code, "breaker-continuous");
});

test("the element of a breaker in hot air comes nearer to its trip", () => {
  const cool = settled();
  const hot = settled({ derating: { ...derating, point: null } });
  for (const plant of [cool, hot]) {
    for (const machine of plant.machines.values()) machine.deaf = true;
    plant.forced.set("branch-1/powerWatts", (_, now) => good(20 * 690 * 1.05, now));
    run(plant, 60);
  }
  const heats = [cool, hot].map((plant) => plant.state.breakerHeats[1] ?? 0);
  assert.ok((heats[1] ?? 0) > (heats[0] ?? 0), `${heats}`);
});

test("no reading, and no missing reading, ever leaves more than a hotter one", () => {
  const branch = { ...siteForTests().branches[1], derating };
  void fc.assert(
    fc.property(
      fc.double({ min: -40, max: 90, noNaN: true }),
      fc.constantFrom("held" as const, "bad" as const),
      (value, quality) => {
        const share = (judged: Judged) => derate(branch as never, () => judged).share;
        const read = share({ quality: "good", value, at: 0 });
        const lost: Judged =
          quality === "held" ? { quality: "held", value, at: 0 } : { quality: "bad", value, at: 0, fault: "no-reply" };
        assert.ok(share(lost) <= read);
        assert.ok(share({ quality: "bad", value: null, at: 0, fault: "no-reply" }) <= 0.8);
        assert.ok(share({ quality: "good", value: value + 1, at: 0 }) <= read);
        assert.ok(read >= 0 && read <= 1);
      },
    ),
    { seed, numRuns: 500 },
  );
});

test.run();
