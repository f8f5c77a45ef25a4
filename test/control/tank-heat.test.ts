/** Heat that is on its way: the slope, what is held after a derate, the difference over a tank, cold fluid. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { noSlope, takeSample, timeToTrip } from "../../src/control/envelopes/coolant-slope.ts";
import { type HeldCeiling, hold, holdTime } from "../../src/control/envelopes/held-ceiling.ts";
import type { Decision } from "../../src/model/decision.ts";
import { local } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("heat of a tank");
const scope = "tank/tank-1";
const probes = ["probe-1/tank1Celsius", "probe-2/tank1Celsius"];
const ratedWatts = 4 * 3400;

function settled(wishes: SiteWishes = {}): Plant {
  const plant = startPlant(siteForTests(wishes));
  run(plant, 20);
  return plant;
}

function limitOf(decision: Decision | null, code: string) {
  return decision?.limits.find((limit) => limit.scope === scope && limit.reason.code === code);
}

function set(plant: Plant, points: readonly string[], value: number): void {
  for (const point of points) plant.forced.set(point, (_, now) => good(value, now));
}

/** Moves the probes in a straight line, second by second. */
function drive(plant: Plant, from: number, kelvinPerSecond: number, seconds: number): Decision {
  let decision = scan(plant);
  for (let second = 1; second <= seconds; second += 1) {
    set(plant, probes, from + kelvinPerSecond * second);
    decision = scan(plant);
  }
  return decision;
}

function slopeOf(values: readonly number[], counted = 2): ReturnType<typeof takeSample> {
  return values.reduce((slope, celsius, index) => takeSample(slope, celsius, counted, index * 5000), noSlope);
}

test("a slope needs three estimates of 45 seconds, and tells the time to the trip", () => {
  const rising = Array.from({ length: 11 }, (_, index) => 45 + 0.25 * index);
  assert.is(slopeOf(rising.slice(0, 10)).kelvinPerSecond, null);
  const slope = slopeOf(rising);
  assert.ok(Math.abs((slope.kelvinPerSecond ?? 0) - 0.05) < 1e-9);
  assert.is(Math.round(timeToTrip(slope, 47.5, 60) / 1000), 250);
  assert.is(timeToTrip(slope, 61, 60), 0);
  assert.is(timeToTrip(slopeOf(rising.map((celsius) => -celsius)), 47, 60), Number.POSITIVE_INFINITY);
  assert.is(timeToTrip(noSlope, 47, 60), Number.POSITIVE_INFINITY);
});

test("a tank that begins to warm is believed when three estimates in a row show it, not at the first", () => {
  const calm = Array.from({ length: 13 }, () => 45);
  const warming = (samples: number): readonly number[] => [
    ...calm,
    ...Array.from({ length: samples }, (_, index) => 46 + index),
  ];
  // Of 78 pairs of 13 samples more than half rise when four of the samples are warmer.
  assert.is(slopeOf(warming(4)).kelvinPerSecond, 0);
  assert.is(slopeOf(warming(5)).kelvinPerSecond, 0);
  assert.ok((slopeOf(warming(6)).kelvinPerSecond ?? 0) > 0);
});

test("a slope begins anew with another set of sensors, after a gap and after an unknown temperature", () => {
  const slope = slopeOf(Array.from({ length: 13 }, (_, index) => 45 + index));
  assert.is(takeSample(slope, 70, 1, 65_000).kelvinPerSecond, null);
  assert.is(takeSample(slope, 70, 2, 95_000).kelvinPerSecond, null);
  assert.is(takeSample(slope, null, 0, 65_000), noSlope);
  assert.is(takeSample(slope, 70, 2, 62_000), slope, "between two samples nothing changes");
});

test("9: no noise of a sensor in a well-cooled tank makes a slope that limits", () => {
  const noise = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 30, maxLength: 60 });
  void fc.assert(
    fc.property(noise, fc.integer({ min: 30, max: 50 }), (values, celsius) => {
      let slope = noSlope;
      for (const [index, value] of values.entries()) {
        slope = takeSample(slope, celsius + 0.5 * value, 2, index * 5000);
        assert.ok(timeToTrip(slope, celsius + 0.5 * value, 60) > 180_000);
      }
    }),
    { seed, numRuns: 100 },
  );
});

test("a fast rise derates long before the derate point, and tells the seconds that are left", () => {
  const plant = settled();
  const decision = drive(plant, 45, 0.075, 70);
  const rising = limitOf(decision, "coolant-rising");
  assert.ok(rising !== undefined && rising.ceilingWatts < 0.8 * ratedWatts && rising.ceilingWatts > 0);
  assert.match(rising.reason.text, /reaches its trip at 60 °C in 1[0-9]{2} s/);
  assert.ok(decision.alarms.some(({ name }) => name === "coolant-rising tank-1"));
  assert.is(decision.explanation.find((each) => each.scope === scope)?.binding.reason.code, "coolant-rising");
  assert.ok(trueWatts(plant, "branch-1") <= 0.8 * ratedWatts, "machines sleep already");
});

test("once it limits, the slope only lowers, and ends when there is time again", () => {
  const plant = settled();
  const first = limitOf(drive(plant, 45, 0.075, 70), "coolant-rising")?.ceilingWatts ?? 0;
  // 0.04 K/s leave more than 180 s here: the limit stays as it is.
  const second = limitOf(drive(plant, 50.25, 0.04, 40), "coolant-rising")?.ceilingWatts ?? ratedWatts;
  assert.ok(second <= first);
  const decision = drive(plant, 51.8, -0.02, 60);
  assert.is(limitOf(decision, "coolant-rising"), undefined);
  assert.ok((limitOf(decision, "coolant-hold")?.withinMilliseconds ?? 0) > 0, "what remains keeps from waking only");
});

test("a rise that leaves no minute stops the tank, but opens no contactor before the machines had their time", () => {
  const plant = settled();
  for (const [name, machine] of plant.machines) machine.deaf = name.startsWith("a-");
  drive(plant, 45, 0.16, 55);
  assert.is(limitOf(plant.decision, "coolant-rising")?.ceilingWatts, 0);
  assert.is(plant.contactors.get("branch-1"), true);
  assert.is(plant.decision?.trips.length, 0);
});

test("a lost temperature keeps what the slope lowered", () => {
  const plant = settled();
  drive(plant, 45, 0.075, 70);
  const before = plant.state.tanks[0]?.risingWatts;
  for (const point of probes) plant.forced.set(point, null);
  run(plant, 25);
  assert.is(limitOf(plant.decision, "coolant-rising")?.ceilingWatts, before);
});

const room = {
  allowedWatts: 1000,
  value: 45,
  limit: 52,
  spanAtRated: 30,
  presentWatts: 500,
  ratedWatts: 1000,
} as const;

test("a held ceiling falls at once and rises after ten minutes, by the room that the highest value left", () => {
  const first = hold(null, { ...room, allowedWatts: 600, value: 54, now: 0 }) as HeldCeiling;
  const memory = { fellAt: 0, risen: false, relapses: 0 };
  assert.equal(first, { ceilingWatts: 600, since: 0, highest: 54, ...memory });
  assert.is(hold(first, { ...room, allowedWatts: 500, value: 55, now: 1000 })?.ceilingWatts, 500);
  assert.is(hold(first, { ...room, value: 45, now: 599_000 }), first, "nothing changes before the time is over");
  const watched = hold({ ...first, highest: 48 }, { ...room, value: 48.5, now: 300_000 }) as HeldCeiling;
  assert.equal(watched, { ceilingWatts: 600, since: 0, highest: 48.5, ...memory });
  const risen = hold(watched, { ...room, value: 47, now: 600_000 }) as HeldCeiling;
  assert.ok(Math.abs((risen.ceilingWatts ?? 0) - (500 + (3 / 30) * 1000)) < 1e-9, "from what is drawn, by 3 K of 30 K");
  assert.is(risen.since, 600_000);
  assert.is(hold(watched, { ...room, presentWatts: 100, value: 48, now: 600_000 })?.ceilingWatts, 600, "never below");
  const hot = hold(watched, { ...room, value: 51.5, now: 600_000 });
  assert.equal(
    hot,
    { ceilingWatts: 600, since: 600_000, highest: 51.5, ...memory },
    "too near the limit the time begins anew",
  );
});

test("a held ceiling ends at the rated power, and waits while the value is not known", () => {
  const memory = { fellAt: 0, risen: false, relapses: 0 };
  const held = { ceilingWatts: 900, since: 0, highest: 45, ...memory };
  const ended = hold(held, { ...room, presentWatts: 900, now: 600_000 }) as HeldCeiling;
  assert.is(ended.ceilingWatts, null);
  assert.is(hold(ended, { ...room, now: 21_599_999 }), ended);
  assert.is(hold(ended, { ...room, now: 21_600_000 }), null, "after six hours the fall is forgotten");
  assert.is(hold(null, { ...room, now: 0 }), null);
  const waiting = hold(held, { ...room, value: null, now: 600_000 });
  assert.equal(waiting, { ceilingWatts: 900, since: 600_000, highest: 51.5, ...memory });
});

test("a ceiling that falls again after it has risen waits twice as long each time, until six hours pass without a fall", () => {
  const down = { ...room, allowedWatts: 600, value: 54 };
  const up = { ...room, value: 35, presentWatts: 900 };
  // What is watched is the time after the heat.
  const fallen = (before: HeldCeiling | null, at: number): HeldCeiling => {
    const held = hold(before, { ...down, now: at }) as HeldCeiling;
    return { ...held, highest: up.value };
  };
  let held = fallen(null, 0);
  let now = 0;
  for (const minutes of [10, 20, 40, 80, 160, 160]) {
    assert.is(holdTime(held), minutes * 60_000);
    now = held.fellAt + minutes * 60_000;
    held = hold(held, { ...up, now: now - 1 }) as HeldCeiling;
    assert.is(held.ceilingWatts, 600, "not a moment earlier");
    held = hold(held, { ...up, now }) as HeldCeiling;
    assert.is(held.ceilingWatts, null);
    held = fallen(held, now + 1000);
    assert.is(
      hold(held, { ...down, allowedWatts: 500, now: now + 2000 })?.relapses,
      held.relapses,
      "the same fall goes on",
    );
  }
  now = held.fellAt + 160 * 60_000;
  held = hold(held, { ...up, now }) as HeldCeiling;
  assert.is(holdTime(hold(held, { ...down, now: held.fellAt + 21_600_000 }) as HeldCeiling), 600_000);
});

test("9: after a derate a temperature that stays near the derate point wakes nobody, however long", () => {
  const plant = settled({ policy: { minimumOffMilliseconds: 1000 } });
  drive(plant, 45, 0.02, 445);
  const asleep = () => [...plant.machines.values()].filter(({ mode }) => mode === "asleep").length;
  assert.is(asleep(), 1);
  drive(plant, 53.9, -0.1, 20);
  let wakes = 0;
  for (let second = 0; second < 3600; second += 1) {
    set(plant, probes, 51.5 + (second % 2));
    scan(plant);
    wakes += asleep() === 1 ? 0 : 1;
  }
  assert.is(wakes, 0);
  // Cooler by more than a machine's worth, it wakes after the time.
  drive(plant, 51, -0.04, 200);
  run(plant, 1500);
  assert.is(asleep(), 0);
});

const inlet = { point: "probe-3/inletCelsius", maximumAgeMilliseconds: 15_000, derateKelvin: 15, tripKelvin: 25 };

function withInlet(): Plant {
  const plant = startPlant(siteForTests({ tank: { inlet }, policy: { minimumOffMilliseconds: 1000 } }));
  set(plant, [inlet.point], 37);
  run(plant, 20);
  return plant;
}

/** The inlet moves by at most half a kelvin a second. */
function driveInlet(plant: Plant, from: number, to: number): Decision {
  const steps = Math.ceil(Math.abs(to - from) / 0.5);
  let decision = scan(plant);
  for (let step = 1; step <= steps; step += 1) {
    set(plant, [inlet.point], from + ((to - from) * step) / steps);
    decision = scan(plant);
  }
  return decision;
}

test("a large difference of hot side and inlet derates, is held, and trips at its end", () => {
  const plant = withInlet();
  assert.is(
    plant.decision?.limits.some((limit) => limit.scope === scope),
    false,
  );
  const derated = limitOf(driveInlet(plant, 37, 25), "coolant-difference");
  assert.is(derated?.ceilingWatts, ratedWatts / 2);
  assert.match(derated?.reason.text ?? "", /20 K above its inlet.*15 K.*too little flows/);
  driveInlet(plant, 25, 37);
  const held = limitOf(plant.decision, "coolant-hold");
  assert.ok(Math.abs((held?.ceilingWatts ?? 0) - ratedWatts / 2) < 1);
  run(plant, 2700);
  assert.is(limitOf(plant.decision, "coolant-hold"), undefined);
  driveInlet(plant, 37, 19.5);
  assert.ok(plant.decision?.trips.some(({ name }) => name === "tank-1/difference"));
  run(plant, 700);
  const reset = (): string =>
    scan(plant, 1000, [local({ kind: "reset", trip: "tank-1/difference" }, plant.now)]).outcomes[0]?.text ?? "";
  assert.match(reset(), /25.5 K above its inlet/);
  driveInlet(plant, 19.5, 37);
  assert.match(reset(), /Trip tank-1\/difference reset/);
  assert.is(plant.state.tanks[0]?.heldDifference, null, "a trip ends what was held");
});

test("an inlet that fails derates by what it may be, and one that is lost keeps what was lowered", () => {
  const plant = withInlet();
  driveInlet(plant, 37, 32);
  assert.is(limitOf(plant.decision, "coolant-difference"), undefined);
  plant.forced.set(inlet.point, null);
  run(plant, 8);
  const cautious = limitOf(plant.decision, "coolant-difference");
  assert.ok((cautious?.withinMilliseconds ?? 0) > 0, "it keeps from waking only");
  run(plant, 10);
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "coolant-difference-unknown tank-1"));
  assert.is(plant.decision?.trips.length, 0);
  for (const point of probes) plant.forced.set(point, null);
  run(plant, 20);
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "coolant-difference-unknown tank-1"));
});

test("a start that waits for an inlet raises no alarm", () => {
  const plant = startPlant(siteForTests({ tank: { inlet } }));
  run(plant, 5);
  assert.not.ok(plant.decision?.alarms.some(({ name }) => name.startsWith("coolant-difference")));
});

test("a hot side colder than the inlet while machines run is told after some minutes", () => {
  const plant = withInlet();
  driveInlet(plant, 37, 50);
  const told = () => plant.decision?.alarms.some(({ name }) => name === "coolant-reversed tank-1") === true;
  run(plant, 150);
  assert.not.ok(told());
  run(plant, 60);
  assert.ok(told());
  for (const machine of plant.machines.values()) machine.watts = 20;
  for (const machine of plant.machines.values()) machine.mode = "asleep";
  run(plant, 5);
  assert.not.ok(told(), "without heat nothing can be told");
});

const warmUp = { coldCelsius: 10, warmCelsius: 25, coldLitersPerMinute: 40, watts: 5000 };

function cold(celsius: number, flow: number): Plant {
  const plant = startPlant(siteForTests({ tank: { warmUp } }));
  set(plant, probes, celsius);
  set(plant, ["tank-1/flowLitersPerMinute"], flow);
  run(plant, 20);
  return plant;
}

test("cold fluid needs less flow and gets less power", () => {
  const plant = cold(5, 45);
  assert.is(plant.decision?.trips.length, 0);
  const limits = plant.decision?.limits.filter(
    ({ reason }) => reason.code === "warm-up" && reason.text.includes("tank-1"),
  );
  assert.equal(
    limits?.map(({ ceilingWatts, withinMilliseconds }) => [ceilingWatts, withinMilliseconds > 0]),
    [
      [5000, true],
      [5000, false],
    ],
  );
  assert.match(limits?.[0]?.reason.text ?? "", /at 5 °C, and thick; it is warmed with 5 kW/);
  run(plant, 60);
  assert.ok(trueWatts(plant, "branch-1") <= 5000 && trueWatts(plant, "branch-1") > 3000);
});

test("the flow that is needed grows with the temperature, and so does the power", () => {
  const plant = cold(17.5, 69);
  assert.match(plant.decision?.trips[0]?.reason.text ?? "", /70 l\/min are needed/);
  const wakes = limitOf(cold(17.5, 75).decision, "warm-up");
  assert.is(wakes?.ceilingWatts, (5000 + ratedWatts) / 2);
  const warm = cold(23, 150).decision;
  assert.is(warm?.limits.filter((limit) => limit.scope === scope && limit.withinMilliseconds === 0).length, 0);
  assert.is(limitOf(cold(25, 150).decision, "warm-up"), undefined);
});

test("cold fluid whose temperature is lost inhibits and does not latch; real loss of flow does", () => {
  const plant = cold(5, 45);
  for (const point of probes) plant.forced.set(point, null);
  run(plant, 17);
  assert.is(limitOf(plant.decision, "warm-up")?.ceilingWatts, 5000);
  assert.match(limitOf(plant.decision, "warm-up")?.reason.text ?? "", /not known to be warm/);
  run(plant, 40);
  assert.is(plant.decision?.trips.length, 0);
  assert.ok(limitOf(plant.decision, "flow-unknown"));
  set(plant, ["tank-1/flowLitersPerMinute"], 20);
  run(plant, 2);
  assert.equal(
    plant.decision?.trips.map(({ name }) => name),
    ["tank-1/flow"],
  );
});

test("a tank that needs no more than the warm-up power is not limited by it", () => {
  const plant = startPlant(siteForTests({ tank: { warmUp: { ...warmUp, watts: 20_000 } } }));
  set(plant, probes, 5);
  run(plant, 20);
  assert.is(limitOf(plant.decision, "warm-up"), undefined);
});

test.run();
