import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { judgeMeter, type MeterMoment } from "../../../src/control/plausibility/meter-sense.ts";

const test = suite("whether a meter's word can be true");
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
console.log(`seed ${seed}`);

/** A meter on three phases; `angles` are what its transformers turn the currents by [rad]. */
function meter(apparent: readonly number[], angles: readonly number[] = [0, 0, 0], factor = 0.98): MeterMoment {
  const powers = apparent.map((own, index) => own * Math.cos(Math.acos(factor) + (angles[index] ?? 0)));
  return {
    powerWatts: powers.reduce((sum, watts) => sum + watts, 0),
    frequencyHertz: 50,
    powerFactorRatio: factor,
    phases: apparent.map((own, index) => ({
      voltageVolts: 230,
      currentAmperes: own / 230,
      powerWatts: powers[index] ?? 0,
    })),
  };
}

const kinds = (moment: MeterMoment) => judgeMeter(moment).map(({ kind }) => kind);
const third = (2 * Math.PI) / 3;

test("nothing is wrong with a sound meter, however uneven its load and whatever its power factor above a tenth", () => {
  void fc.assert(
    fc.property(
      fc.array(fc.double({ min: 300, max: 50_000, noNaN: true }), { minLength: 3, maxLength: 3 }),
      fc.double({ min: 0.12, max: 1, noNaN: true }),
      (apparent, factor) => {
        fc.pre(Math.min(...apparent) > 0.03 * Math.max(...apparent));
        assert.equal(kinds(meter(apparent, [0, 0, 0], factor)), []);
      },
    ),
    { seed },
  );
});

test("missing values find nothing", () => {
  const whole = meter([4000, 4000, 4000]);
  assert.equal(kinds({ powerWatts: null, frequencyHertz: null, powerFactorRatio: null, phases: [] }), []);
  assert.equal(kinds({ ...whole, powerWatts: null }), []);
  for (const gone of ["voltageVolts", "currentAmperes", "powerWatts"] as const)
    assert.equal(
      kinds({
        ...whole,
        phases: whole.phases.map((phase, index) => (index === 1 ? { ...phase, [gone]: null } : phase)),
      }),
      [],
    );
  assert.equal(kinds({ ...whole, powerFactorRatio: null }), []);
});

test("a frequency of no grid, and a total that is not the sum of its phases", () => {
  const sound = meter([4000, 4000, 4000]);
  assert.equal(kinds({ ...sound, frequencyHertz: 44.9 }), ["frequency"]);
  assert.equal(kinds({ ...sound, frequencyHertz: 65.1 }), ["frequency"]);
  assert.equal(kinds({ ...sound, frequencyHertz: 60 }), []);
  assert.equal(kinds({ ...sound, powerWatts: 11_000 }), ["phase-sum"]);
});

test("a power that voltage and current do not make", () => {
  const sound = meter([4000, 4000, 4000]);
  const scaled = (factor: number, known: boolean): MeterMoment => ({
    ...sound,
    powerWatts: 11_760 * factor,
    powerFactorRatio: known ? 0.98 : null,
    phases: sound.phases.map((phase) => ({ ...phase, powerWatts: 3920 * factor })),
  });
  for (const known of [true, false]) {
    assert.equal(kinds(scaled(1, known)), []);
    assert.equal(kinds(scaled(0.001, known)), ["power-mismatch"]);
    assert.equal(kinds(scaled(1000, known)), ["power-mismatch"]);
  }
  assert.equal(kinds(scaled(0.5, true)), ["power-mismatch"]);
  assert.equal(kinds(scaled(0.5, false)), []);
  assert.equal(kinds(meter([40, 40, 40])), [], "too little load to tell");
});

test("transformers that are lost, turned, or on another phase", () => {
  const load = [4000, 4200, 3900];
  for (const phase of [1, 2, 3]) {
    const at = (value: number, other: number) => [1, 2, 3].map((each) => (each === phase ? value : other));
    const lost = load.map((own, index) => (index + 1 === phase ? 0 : own));
    assert.equal(judgeMeter(meter(lost)), [{ kind: "no-current", phase }]);
    assert.equal(judgeMeter(meter(load, at(Math.PI, 0))), [{ kind: "reversed-transformer", phase }]);
  }
  assert.equal(judgeMeter(meter(load, [Math.PI, Math.PI, Math.PI])), [{ kind: "all-reversed" }]);
  assert.equal(judgeMeter(meter(load, [third, -third, 0])), [{ kind: "swapped-transformers", phases: [1, 2] }]);
  assert.equal(judgeMeter(meter(load, [0, third, -third])), [{ kind: "swapped-transformers", phases: [2, 3] }]);
  assert.equal(kinds(meter(load, [third, third, third])), ["swapped-transformers"]);
  assert.equal(kinds(meter(load, [-third, -third, -third])), ["swapped-transformers"]);
});

test("a load on one phase only is told, and an unloaded meter is not", () => {
  assert.equal(kinds(meter([4000, 0, 0])), []);
  assert.equal(kinds(meter([0, 0, 0])), []);
});

test.run();
