/** What a loop carries: air, fans, what was learned, and how it is held. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { conductance, judgeLoop, type LoopInput } from "../../../src/control/cooling/capacity.ts";
import type { LoopState } from "../../../src/control/cooling/state.ts";
import type { Judged } from "../../../src/control/judge.ts";
import { layoutOf } from "../../../src/control/layout.ts";
import type { CoolingLoop } from "../../../src/model/cooling.ts";
import { siteForTests } from "../site-for-tests.ts";
import { fanForTests, held, loopForTests, lost, placeForTests, seeing, stateForTests, sure } from "./loop-for-tests.ts";

const test = suite("capacity of a cooling loop");
const air = "loop/airCelsius";

interface Wishes {
  readonly loop?: Partial<CoolingLoop>;
  readonly state?: Partial<LoopState>;
  readonly points?: Readonly<Record<string, Judged>>;
  readonly input?: Partial<LoopInput>;
}

function judged({ loop = {}, state = {}, points = {}, input = {} }: Wishes) {
  const now = input.now ?? 0;
  return judgeLoop({
    place: placeForTests(loop),
    before: stateForTests(loopForTests(loop), state),
    judgedOf: seeing({ [air]: sure(25), ...points }, now),
    commanded: (loop.fans ?? loopForTests().fans).map(() => 1),
    hottestCelsius: 45,
    slope: 0,
    presentWatts: 27_200,
    now,
    elapsedMilliseconds: 1000,
    holdMilliseconds: 0,
    ...input,
  });
}

function ceiling(wishes: Wishes): number {
  return judged(wishes).finding.limits[0]?.ceilingWatts ?? Number.POSITIVE_INFINITY;
}

test("mild air limits nothing; hot air limits to where cooler and derate band meet", () => {
  assert.equal(judged({}).finding.limits, []);
  const { finding } = judged({ points: { [air]: sure(44) } });
  // 1.54 kW/K against a band of 3.4 kW/K that ends a kelvin early: 1.54 * (55.4 - 44).
  const wattsPerKelvin = conductance(loopForTests(), 4);
  const settled = (3400 * 59 + wattsPerKelvin * 44) / (3400 + wattsPerKelvin);
  assert.ok(Math.abs((finding.limits[0]?.ceilingWatts ?? 0) - wattsPerKelvin * (settled - 44)) < 1e-6);
  assert.is(finding.limits[0]?.scope, "coolingLoop/cooler");
  assert.match(finding.limits[0]?.reason.text ?? "", /carries 1[0-9.]+ kW: air of 44 °C counts, and 4 of 4 fans/);
  assert.is(ceiling({ points: { [air]: sure(75) } }), 0);
});

test("of tanks with different fluids the one that must be derated first decides, wherever it stands", () => {
  const site = siteForTests({ coolingLoops: [loopForTests()] });
  const [plain] = layoutOf(site).loops;
  for (const hardy of [0, 1]) {
    const tanks = site.tanks.map((tank, index) => {
      const { coolant } = tank;
      const hardier = { derateCelsius: coolant.derateCelsius + 3, tripCelsius: coolant.tripCelsius + 5 };
      return index === hardy ? { ...tank, coolant: { ...coolant, ...hardier } } : tank;
    });
    const [mixed] = layoutOf({ ...site, tanks }).loops;
    assert.equal([mixed?.derateCelsius, mixed?.tripCelsius], [plain?.derateCelsius, plain?.tripCelsius]);
  }
});

test("air that is not measured, or lost, counts as the hottest, and never cooler than it was", () => {
  const hottest = ceiling({ points: { [air]: sure(40) } });
  assert.is(ceiling({ loop: { ambient: null } }), hottest);
  assert.is(ceiling({ points: { [air]: lost(20) } }), hottest);
  assert.is(ceiling({ points: { [air]: lost(null) } }), hottest);
  assert.is(ceiling({ points: { [air]: lost(44) } }), ceiling({ points: { [air]: sure(44) } }));
  assert.is(
    ceiling({ points: { [air]: held(41, 0) }, input: { now: 5000 } }),
    ceiling({ points: { [air]: sure(41 + 1.5 + 5) } }),
  );
});

test("a fan that is told to run and does not counts no more, and is told of; it counts again when it runs", () => {
  const stands = { "loop/fan2Runs": sure(0), [air]: sure(40) };
  const waiting = judged({ points: stands, input: { now: 15_000 } });
  assert.is(waiting.state.fans[1]?.healthy, true);
  const failed = judged({ points: stands, input: { now: 15_001 } });
  assert.is(failed.state.fans[1]?.healthy, false);
  assert.match(failed.finding.warnings[0]?.reason.text ?? "", /told to run and do not: loop\/fan2/);
  assert.ok((failed.finding.limits[0]?.ceilingWatts ?? 0) < ceiling({ points: { [air]: sure(40) } }));
  const unknown = { ...stands, "loop/fan2Runs": lost(1) };
  assert.is(judged({ points: unknown, input: { now: 15_001 } }).state.fans[1]?.healthy, false);
  const fans = failed.state.fans;
  assert.is(judged({ state: { fans }, points: stands, input: { now: 20_000 } }).state.fans[1]?.healthy, false);
  const runs = { "loop/fan2Runs": sure(1, 20_000) };
  assert.is(judged({ state: { fans }, points: runs, input: { now: 20_000 } }).state.fans[1]?.healthy, true);
  const heldRuns = { "loop/fan2Runs": held(1, 20_000) };
  assert.is(judged({ state: { fans }, points: heldRuns, input: { now: 20_000 } }).state.fans[1]?.healthy, false);
});

test("a fan that is not told to run stays what it was; one without a contact counts", () => {
  const stands = { "loop/fan1Runs": sure(0) };
  const resting = judged({ points: stands, input: { now: 60_000, commanded: [0, 1, 1, 1] } });
  assert.equal(resting.state.fans[0], { provenAt: 60_000, healthy: true });
  const again = judged({
    state: { fans: resting.state.fans },
    points: stands,
    input: { now: 60_000, commanded: [0, 1, 1, 1] },
  });
  assert.is(again.state.fans[0], resting.state.fans[0]);
  const mute = { fans: [fanForTests(1, { output: null, speed: "drive/speedPercent", feedback: null })] };
  assert.equal(judged({ loop: mute, input: { now: 60_000 } }).finding.warnings, []);
});

test("a fan that failed before it rested counts only when it has run again", () => {
  const fans = [0, 1, 2, 3].map((index) => ({ provenAt: 60_000, healthy: index !== 0 }));
  const input = { now: 61_000 };
  assert.is(
    judged({ state: { fans }, points: { "loop/fan1Runs": sure(0, 61_000) }, input }).state.fans[0]?.healthy,
    false,
  );
  assert.is(
    judged({ state: { fans }, points: { "loop/fan1Runs": sure(1, 61_000) }, input }).state.fans[0]?.healthy,
    true,
  );
});

test("a fan without a switch is named by its speed", () => {
  const fans = [fanForTests(1, { output: null, speed: "drive/speedPercent" })];
  const { finding } = judged({ loop: { fans }, points: { "loop/fan1Runs": sure(0) }, input: { now: 16_000 } });
  assert.match(finding.warnings[0]?.reason.text ?? "", /drive\/speedPercent/);
});

test("the ceiling falls at once and rises after half an hour, to the lowest of that time", () => {
  const first = judged({ points: { [air]: sure(44) } }).state.capacity;
  assert.is(first?.since, 0);
  const cloud = judged({ state: { capacity: first }, points: { [air]: sure(36) }, input: { now: 600_000 } });
  assert.is(cloud.state.capacity?.ceilingWatts, first?.ceilingWatts);
  assert.is(cloud.state.capacity?.lowestWatts, ceiling({ points: { [air]: sure(36) } }));
  const same = judged({
    state: { capacity: cloud.state.capacity },
    points: { [air]: sure(36) },
    input: { now: 601_000 },
  });
  assert.is(same.state.capacity, cloud.state.capacity);
  const later = judged({
    state: { capacity: cloud.state.capacity },
    points: { [air]: sure(30) },
    input: { now: 1_800_000 },
  });
  assert.is(later.state.capacity?.ceilingWatts, cloud.state.capacity?.lowestWatts);
  assert.is(later.state.capacity?.since, 1_800_000);
  const deeper = judged({ state: { capacity: first }, points: { [air]: sure(46) }, input: { now: 1000 } });
  assert.ok((deeper.state.capacity?.ceilingWatts ?? 0) < (first?.ceilingWatts ?? 0));
});

test("a little more is no reason to wake anyone; enough ends the limit", () => {
  const first = judged({ points: { [air]: sure(44) } }).state.capacity;
  const little = judged({ state: { capacity: first }, points: { [air]: sure(43.9) }, input: { now: 1_800_000 } });
  assert.is(little.state.capacity?.ceilingWatts, first?.ceilingWatts);
  const evening = judged({ state: { capacity: first }, points: { [air]: sure(20) }, input: { now: 1_800_000 } });
  assert.is(evening.state.capacity, null);
});

test("a cooler that carries less than its plate is learned while all fans run and everything is settled", () => {
  const hot = (input: Partial<LoopInput> = {}, parts: Wishes = {}) =>
    judged({ ...parts, input: { hottestCelsius: 55, elapsedMilliseconds: 600_000, ...input } }).state.factorRatio;
  assert.ok(hot() < 0.95 && hot() > 0.6);
  assert.is(hot({ commanded: [1, 1, 1, 0] }), 1, "not all fans run");
  assert.ok(hot({ commanded: [1, 1, 1, 0] }, { state: failedLast() }) < 1, "but one that failed is known");
  assert.is(hot({}, { points: { [air]: lost(25) } }), 1);
  assert.is(hot({}, { loop: { ambient: null } }), 1);
  assert.is(hot({ hottestCelsius: null }), 1);
  assert.is(hot({ slope: null }), 1);
  assert.is(hot({ slope: 0.01 }), 1);
  assert.is(hot({ hottestCelsius: 29 }), 1, "too near the air");
  assert.is(hot({ presentWatts: 5000 }), 1, "too little heat");
  assert.is(hot({}, { state: { customerRatio: 0.5 } }), 1, "a customer takes heat");
  assert.ok(hot({ elapsedMilliseconds: 1e9, hottestCelsius: 90 }) >= 0.6);
  assert.ok(hot({ elapsedMilliseconds: 1e9, hottestCelsius: 31 }) <= 1.2);
});

function failedLast(): Partial<LoopState> {
  return { fans: [0, 1, 2, 3].map((index) => ({ provenAt: 0, healthy: index < 3 })) };
}

test("what was learned limits", () => {
  const plain = ceiling({ points: { [air]: sure(40) } });
  assert.ok(ceiling({ points: { [air]: sure(40) }, state: { factorRatio: 0.8 } }) < plain);
});

test.run();
