/** Fans: enough for the heat, up at once, down late, all of them in doubt. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFans, type FansInput, sharesOf, stepFans } from "../../../src/control/cooling/fans.ts";
import type { LoopState } from "../../../src/control/cooling/state.ts";
import { fanForTests, loopForTests, stateForTests } from "./loop-for-tests.ts";

const test = suite("fans");
const driven = loopForTests({
  fans: [1, 2].map((number) => fanForTests(number, { speed: `drive-${number}/speedPercent` })),
});

function level(input: Partial<FansInput>, state: Partial<LoopState> = {}): ReturnType<typeof stepFans> {
  const loop = input.loop ?? loopForTests();
  return stepFans(stateForTests(loop, state), {
    loop,
    hottestCelsius: 42,
    ambientCelsius: 25,
    heatWatts: 0,
    everything: false,
    now: 0,
    ...input,
  });
}

test("everything runs while a trip stands, at the start, and while a temperature is not known", () => {
  assert.is(level({ everything: true, hottestCelsius: 10 }, { level: 0 }).level, 4);
  assert.is(level({ hottestCelsius: null }, { level: 0 }).level, 4);
  assert.is(level({}, { level: Number.MAX_SAFE_INTEGER }).level, 4, "the start commands all there are");
});

test("the temperature asks for half of them at the target, and for all four kelvin above", () => {
  assert.is(level({}, { level: 0 }).level, 2);
  assert.is(level({ hottestCelsius: 46 }, { level: 0 }).level, 4);
  assert.is(level({ hottestCelsius: 37 }, { level: 0 }).level, 0);
});

test("heat asks for its fans before the fluid is hot, but not in cold fluid", () => {
  // 27.2 kW over 17 K: 1.6 kW/K with the exchanger, 2.67 kW/K of cooler: more than there is.
  assert.is(level({ heatWatts: 27_200, hottestCelsius: 37 }, { level: 0 }).level, 4);
  // 13.6 kW: 0.8 kW/K with the exchanger, 1 kW/K of cooler: 1.5 fans.
  assert.is(level({ heatWatts: 13_600, hottestCelsius: 37 }, { level: 0 }).level, 2);
  assert.is(level({ heatWatts: 13_600, hottestCelsius: 37, ambientCelsius: 41.95 }, { level: 0 }).level, 4);
  assert.is(level({ heatWatts: 27_200, hottestCelsius: 33 }, { level: 0 }).level, 0);
  assert.is(level({ heatWatts: 500, hottestCelsius: 37 }, { level: 0 }).level, 0, "the cooler carries that itself");
});

test("what a heat customer takes, and a cooler better or worse than its plate, count", () => {
  const half = { level: 0, customerRatio: 1 };
  assert.is(level({ heatWatts: 13_600, hottestCelsius: 37 }, half).level, 0);
  assert.is(level({ heatWatts: 13_600, hottestCelsius: 37 }, { level: 0, factorRatio: 0.7 }).level, 3);
});

test("one stops at a time, after five minutes of needing clearly less; more start at once", () => {
  const first = level({ hottestCelsius: 40 }, { level: 4 });
  assert.equal(first, { level: 4, lowSince: 0 });
  assert.equal(level({ hottestCelsius: 40, now: 299_000 }, first), { level: 4, lowSince: 0 });
  assert.equal(level({ hottestCelsius: 40, now: 300_000 }, first), { level: 3, lowSince: 300_000 });
  // 2.9 of 4 are needed: three would do, but not clearly.
  assert.equal(level({ hottestCelsius: 43.8, now: 300_000 }, first), { level: 4, lowSince: null });
  assert.equal(level({ hottestCelsius: 46, now: 300_000 }, { level: 3, lowSince: 0 }), { level: 4, lowSince: null });
  assert.equal(level({ hottestCelsius: 37, now: 300_000 }, { level: 1, lowSince: 0 }), { level: 0, lowSince: 300_000 });
});

test("9: noise of the temperature switches no fan to and fro", () => {
  let state = stateForTests(loopForTests(), { level: 2 });
  let changes = 0;
  for (let second = 0; second < 7200; second += 1) {
    const next = {
      ...state,
      ...level({ hottestCelsius: 42 + (second % 2 === 0 ? 0.2 : -0.2), now: second * 1000 }, state),
    };
    changes += next.level === state.level ? 0 : 1;
    state = next;
  }
  assert.is(changes, 1);
});

test("drives, and fans over cold fluid, come down faster", () => {
  assert.is(level({ loop: driven, hottestCelsius: 40, now: 30_000 }, { level: 20, lowSince: 0 }).level, 19);
  assert.is(level({ hottestCelsius: 10, now: 30_000 }, { level: 4, lowSince: 0 }).level, 3);
  assert.is(level({ hottestCelsius: 35, now: 30_000 }, { level: 4, lowSince: 0 }).level, 4);
});

test("healthy fans are counted, and one that failed is told to run with the others", () => {
  const loop = loopForTests();
  const { fans } = stateForTests(loop);
  const failed = fans.map((fan, index) => ({ ...fan, healthy: index !== 0 }));
  assert.equal(commandFans(loop, fans, 2), { "loop/fan1": 1, "loop/fan2": 1, "loop/fan3": 0, "loop/fan4": 0 });
  assert.equal(commandFans(loop, failed, 2), { "loop/fan1": 1, "loop/fan2": 1, "loop/fan3": 1, "loop/fan4": 0 });
  assert.equal(sharesOf(loop, failed, 0), [0, 0, 0, 0]);
});

test("drives turn together, never more slowly than their least speed; a mixed group is switched", () => {
  const { fans } = stateForTests(driven);
  assert.equal(commandFans(driven, fans, 10), {
    "loop/fan1": 1,
    "drive-1/speedPercent": 50,
    "loop/fan2": 1,
    "drive-2/speedPercent": 50,
  });
  assert.is(commandFans(driven, fans, 1)["drive-1/speedPercent"], 20);
  assert.equal(Object.values(commandFans(driven, fans, 0)), [0, 0, 0, 0]);
  const mixed = loopForTests({
    fans: [fanForTests(1), fanForTests(2, { output: null, speed: "drive-2/speedPercent" })],
  });
  assert.equal(commandFans(mixed, stateForTests(mixed).fans, 2), { "loop/fan1": 1, "drive-2/speedPercent": 100 });
});

test.run();
