/** Readings and votes, one by one. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Judged, judgeReadings, type PointState } from "../../src/control/judge.ts";
import type { JudgedPoint } from "../../src/control/judged-points.ts";
import { voteCoolant } from "../../src/control/voting.ts";
import type { Reading } from "../../src/model/reading.ts";
import { good } from "./site-for-tests.ts";

const test = suite("readings");

const plain: JudgedPoint = {
  name: "m/powerWatts",
  maximumAgeMilliseconds: 5000,
  minimum: -10,
  maximum: 100,
  contact: false,
  changePerSecond: null,
};
const slow: JudgedPoint = { ...plain, changePerSecond: 1, minimum: -40, maximum: 150 };
const contact: JudgedPoint = { ...plain, contact: true };

/** Plays readings at moments, returns the last judgement and the state after each. */
function play(
  point: JudgedPoint,
  script: readonly (readonly [number, Reading | undefined])[],
  latched: readonly string[] = [],
) {
  let states: Readonly<Record<string, PointState>> = {};
  let judged: Judged | undefined;
  let newlyLatched: readonly string[] = [];
  for (const [now, reading] of script) {
    const readings = reading === undefined ? {} : { [point.name]: reading };
    const result = judgeReadings([point], states, readings, {
      now,
      goodAgainMilliseconds: 60_000,
      latched: new Set(latched),
    });
    states = result.states;
    judged = result.judged[point.name];
    newlyLatched = result.latched;
  }
  return { judged, state: states[point.name], newlyLatched };
}

test("a good value counts with the moment it was sampled", () => {
  assert.equal(play(plain, [[1000, good(42, 900)]]).judged, { quality: "good", value: 42, at: 900 });
});

test("what was never read is bad and has no value", () => {
  const unread = play(plain, [[1000, undefined]]).judged;
  assert.equal(unread, { quality: "bad", value: null, at: 0, fault: "not-read-yet" });
  const silent = play(plain, [[1000, { quality: "bad", fault: "line-lost", at: 0 }]]).judged;
  assert.is(silent?.quality === "bad" && silent.fault, "line-lost");
});

test("each kind of nonsense has its fault", () => {
  const faults = [
    [good(Number.NaN, 900), "no-value"],
    [good(Number.POSITIVE_INFINITY, 900), "no-value"],
    [good(1, 1001), "implausible"],
    [good(1, Number.NaN), "implausible"],
    [good(1, -4001), "stale"],
    [good(101, 900), "out-of-range"],
    [good(-11, 900), "out-of-range"],
  ] as const;
  for (const [reading, fault] of faults) {
    const { judged } = play(plain, [[1000, reading]]);
    assert.is(judged?.quality === "bad" && judged.fault, fault);
  }
});

test("a contact knows only open and closed", () => {
  for (const [value, quality] of [
    [0, "good"],
    [1, "good"],
    [0.5, "bad"],
    [2, "bad"],
  ] as const)
    assert.is(play(contact, [[1000, good(value, 900)]]).judged?.quality, quality);
});

test("a value at the very edge of its age still counts, one millisecond later it is lost", () => {
  const script = [
    [1000, good(1, 1000)],
    [6000, good(1, 1000)],
  ] as const;
  assert.is(play(plain, script).judged?.quality, "good");
  const { judged } = play(plain, [
    [1000, good(1, 1000)],
    [6001, good(1, 1000)],
  ]);
  assert.is(judged?.quality === "bad" && judged.fault, "stale");
});

test("a failed reading holds the last value until that is too old", () => {
  const bad: Reading = { quality: "bad", fault: "no-reply", at: 2000 };
  assert.equal(
    play(plain, [
      [1000, good(7, 1000)],
      [2000, bad],
    ]).judged,
    { quality: "held", value: 7, at: 1000 },
  );
  const { judged } = play(plain, [
    [1000, good(7, 1000)],
    [2000, bad],
    [7000, bad],
  ]);
  assert.equal(judged, { quality: "bad", value: 7, at: 1000, fault: "no-reply" });
});

test("a gap between two good values is a loss, however late it is noticed", () => {
  const { judged, state } = play(plain, [
    [1000, good(7, 1000)],
    [9000, good(8, 9000)],
  ]);
  assert.is(judged?.quality, "bad");
  assert.equal(state?.losses, [6000]);
  assert.is(state?.goodSince, 9000);
});

test("an older reading than the last one changes nothing", () => {
  assert.equal(
    play(plain, [
      [1000, good(7, 1000)],
      [1500, good(9, 900)],
    ]).judged,
    { quality: "good", value: 7, at: 1000 },
  );
});

test("a lost point counts again after a minute of good values, and a break begins it anew", () => {
  const bad: Reading = { quality: "bad", fault: "no-reply", at: 0 };
  const lost = [
    [1000, good(1, 1000)],
    [7000, bad],
  ] as const;
  const values = (from: number, to: number) =>
    Array.from(
      { length: (to - from) / 1000 + 1 },
      (_, index) => [from + index * 1000, good(1, from + index * 1000)] as const,
    );
  assert.is(play(plain, [...lost, ...values(8000, 67_000)]).judged?.quality, "bad");
  assert.is(play(plain, [...lost, ...values(8000, 68_000)]).judged?.quality, "good");
  const broken = [...lost, ...values(8000, 60_000), [66_000, bad] as const];
  assert.is(play(plain, [...broken, ...values(67_000, 120_000)]).judged?.quality, "bad");
  assert.is(play(plain, [...broken, ...values(67_000, 127_000)]).judged?.quality, "good");
  const blip = [...lost, ...values(8000, 60_000), [61_000, bad] as const, [61_500, undefined] as const];
  assert.is(play(plain, [...blip, ...values(62_000, 68_000)]).judged?.quality, "good");
});

test("the third loss within an hour latches, an older one is forgotten", () => {
  const lives = (starts: readonly number[]) =>
    starts.flatMap((start) => [
      ...Array.from({ length: 70 }, (_, second) => [start + second * 1000, good(1, start + second * 1000)] as const),
      [start + 80_000, undefined] as const,
    ]);
  assert.equal(play(plain, lives([0, 100_000, 200_000])).newlyLatched, [plain.name]);
  assert.equal(play(plain, lives([0, 100_000, 4_000_000])).newlyLatched, []);
});

test("a point latched in the store is bad from its first reading on", () => {
  const { judged, state } = play(
    plain,
    [
      [1000, good(1, 1000)],
      [2000, good(1, 2000)],
    ],
    [plain.name],
  );
  assert.is(judged?.quality === "bad" && judged.fault, "latched-bad");
  assert.is(state?.latched, true);
});

test("a point latched in the store may fail right after its first good reading", () => {
  const script = [
    [1000, good(1, 1000)],
    [2000, undefined],
    [9000, undefined],
  ] as const;
  for (const length of [2, 3]) {
    const { judged, state } = play(plain, script.slice(0, length), [plain.name]);
    assert.is(judged?.quality, "bad");
    assert.is(state?.latched, true);
  }
});

test("a coolant reading that changes faster than coolant can is not believed, in either direction", () => {
  for (const value of [20, 60])
    assert.is(
      play(slow, [
        [1000, good(45, 1000)],
        [2000, good(value, 2000)],
      ]).judged?.quality,
      "held",
    );
  assert.is(
    play(slow, [
      [1000, good(45, 1000)],
      [3000, good(47, 3000)],
    ]).judged?.quality,
    "good",
  );
});

const at = 10_000;
const sure = (value: number): Judged => ({ quality: "good", value, at });
const held = (value: number, since = at - 2000): Judged => ({ quality: "held", value, at: since });
const gone = (value: number | null, since = at - 20_000): Judged => ({
  quality: "bad",
  value,
  at: since,
  fault: "stale",
});

test("three sensors: the middle; four: the higher middle; two: the higher; one: itself", () => {
  assert.is(voteCoolant([sure(40), sure(70), sure(45)], at).celsius, 45);
  assert.is(voteCoolant([sure(40), sure(41), sure(45), sure(46)], at).celsius, 45);
  assert.is(voteCoolant([sure(40), sure(45)], at).celsius, 45);
  assert.is(voteCoolant([sure(40), gone(null)], at).celsius, 40);
});

test("no sensor that counts: nothing is voted, the last one lost is remembered for half a minute", () => {
  assert.equal(voteCoolant([gone(50)], at), {
    celsius: null,
    cautiousCelsius: 50,
    valid: 0,
    coldestCelsius: null,
    disagree: false,
  });
  assert.is(voteCoolant([gone(50, at - 30_001)], at).cautiousCelsius, null);
  assert.is(voteCoolant([gone(null)], at).cautiousCelsius, null);
});

test("a held sensor counts with what it may have become", () => {
  const vote = voteCoolant([sure(44), held(45)], at);
  assert.is(vote.celsius, 45);
  assert.is(vote.cautiousCelsius, 45 + 1.5 + 2);
});

test("a lost third sensor neither trips nor holds down two that agree", () => {
  assert.is(voteCoolant([sure(44), sure(45), gone(80)], at).cautiousCelsius, 45);
  assert.is(voteCoolant([sure(44), gone(80)], at).cautiousCelsius, 80);
});

test("sensors further apart than five kelvin disagree", () => {
  assert.is(voteCoolant([sure(44), sure(49)], at).disagree, false);
  assert.is(voteCoolant([sure(44), sure(49.1)], at).disagree, true);
  assert.is(voteCoolant([sure(44)], at).disagree, false);
});

test.run();
