/** Invariants 6 and 9 as properties of the votes and of the coolant's envelope: one sensor of three may say anything. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Judged } from "../../src/control/judge.ts";
import { voteCoolant } from "../../src/control/voting.ts";
import { local } from "./commands-for-tests.ts";
import { run, scan, startPlant } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
const test = suite("votes of the coolant");
const now = 1_000_000;
const tripCelsius = 60;

const believable = fc.double({ min: 20, max: 80, noNaN: true });
const anything: fc.Arbitrary<Judged> = fc.oneof(
  fc.double({ min: -40, max: 150, noNaN: true }).map((value): Judged => ({ quality: "good", value, at: now })),
  fc
    .record({ value: fc.double({ min: -40, max: 150, noNaN: true }), age: fc.nat({ max: 15_000 }) })
    .map(({ value, age }): Judged => ({ quality: "held", value, at: now - age })),
  fc
    .record({ value: fc.option(fc.double({ min: -40, max: 150, noNaN: true })), age: fc.nat({ max: 100_000 }) })
    .map(({ value, age }): Judged => ({ quality: "bad", value, at: now - age, fault: "stale" })),
);

function sound(value: number): Judged {
  return { quality: "good", value, at: now };
}

test("6: of three sensors one may say anything: it neither hides a trip of the two others nor makes one", () => {
  void fc.assert(
    fc.property(believable, believable, anything, fc.nat({ max: 2 }), (one, other, third, place) => {
      const sensors = [sound(one), sound(other)];
      sensors.splice(place, 0, third);
      const { celsius, cautiousCelsius } = voteCoolant(sensors, now);
      assert.ok(celsius !== null && cautiousCelsius !== null, "two that count are enough");
      assert.ok(celsius >= Math.min(one, other) && celsius <= Math.max(one, other), `${celsius} lies between the two`);
      if (one >= tripCelsius && other >= tripCelsius) assert.ok(celsius >= tripCelsius, "a needed trip is not hidden");
      if (one < tripCelsius && other < tripCelsius) assert.ok(celsius < tripCelsius, "none is made");
    }),
    { seed, numRuns: 2000 },
  );
});

test("6: of two sensors the worse wins, whatever the other says, and far apart they are an alarm", () => {
  void fc.assert(
    fc.property(believable, believable, (one, other) => {
      const { celsius, disagree } = voteCoolant([sound(one), sound(other)], now);
      assert.is(celsius, Math.max(one, other));
      assert.is(disagree, Math.abs(one - other) > 5);
    }),
    { seed, numRuns: 1000 },
  );
});

test("4 and 6: losing a sensor never makes what power is limited by cooler than the sensors that are left", () => {
  void fc.assert(
    fc.property(fc.array(anything, { minLength: 1, maxLength: 4 }), fc.nat({ max: 3 }), (sensors, index) => {
      const left = sensors.filter((_, place) => place !== index % sensors.length);
      const { celsius, cautiousCelsius } = voteCoolant(left, now);
      if (celsius !== null) assert.ok(cautiousCelsius !== null && cautiousCelsius >= celsius - 1e-9);
      if (left.every(({ quality }) => quality === "bad")) assert.is(celsius, null);
    }),
    { seed, numRuns: 1000 },
  );
});

test("9: noise smaller than half of the hysteresis makes at most one passage, however often a person resets", () => {
  void fc.assert(
    fc.property(
      fc.double({ min: 50, max: 60, noNaN: true }),
      fc.array(fc.double({ min: -4.9, max: 4.9, noNaN: true }), { minLength: 60, maxLength: 60 }),
      (centre, noise) => {
        const site = siteForTests({ tanks: 1, machinesPerTank: 1, policy: { coolDownMilliseconds: 5000 } });
        const plant = startPlant(site);
        let at = 0;
        // As fast as coolant can change at most.
        let celsius = 45;
        for (const sensor of site.tanks[0]?.coolant.sensors ?? [])
          plant.forced.set(sensor, (_, moment) => good(celsius, moment));
        const standing: boolean[] = [];
        run(plant, 20);
        for (const part of noise) {
          const wanted = centre + part;
          celsius += Math.max(-2, Math.min(2, wanted - celsius));
          at += 1;
          const reset = at % 3 === 0 ? [local({ kind: "reset", trip: "tank-1/coolant" }, plant.now + 1000)] : [];
          const { trips } = scan(plant, 1000, reset);
          standing.push(trips.some(({ name }) => name === "tank-1/coolant"));
        }
        const passages = standing.filter((stands, index) => stands !== (standing[index - 1] ?? false)).length;
        assert.ok(passages <= 1, `${passages} passages around ${centre} °C`);
      },
    ),
    { seed, numRuns: 8 },
  );
});

test.run();
