/** What meters that average show late of machines that have gone or come, branch by branch and age by age. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Judged } from "../../../src/control/judge.ts";
import { layoutOf } from "../../../src/control/layout.ts";
import { type MachineState, unseenMachine } from "../../../src/control/machines/machine.ts";
import { passingOf } from "../../../src/control/power/passing.ts";
import { modelForTests, siteForTests } from "../site-for-tests.ts";

const test = suite("what meters show late");

const layout = layoutOf(siteForTests({ machinesPerTank: 1 }));
const now = 1_000_000;
const ran: MachineState = { ...unseenMachine(modelForTests, false, 0), phase: "hashing", lastWatts: 3400, since: 0 };
const gone = (secondsAgo: number): MachineState => {
  const at = now - secondsAgo * 1000;
  return { ...ran, phase: "asleep", since: at, asleepSince: at, baselineWatts: 3400 };
};
const come = (secondsAgo: number): MachineState => {
  const since = now - secondsAgo * 1000;
  return { ...ran, since, wokenAt: since - 60_000 };
};
/** Ages of the meters of the feeder and both branches [s]; null: it is lost. */
function meters(ages: readonly (number | null)[]): readonly Judged[] {
  return ages.map((age) =>
    age === null
      ? { quality: "bad", fault: "stale", value: 0, at: 0 }
      : { quality: "good", value: 0, at: now - age * 1000 },
  );
}

function passing(machines: readonly MachineState[], ages: readonly (number | null)[], powered = [true, true]) {
  return passingOf(layout, machines, powered, meters(ages), now).map(({ goneWatts, comeWatts }) => [
    Math.round(goneWatts),
    Math.round(comeWatts),
  ]);
}

test("a machine that has gone fades from every meter above it as fast as that meter follows", () => {
  const seen = passing([gone(4), ran], [2, 8, 2]);
  assert.equal(seen, [
    [Math.round(3400 * Math.exp(-2)), 0],
    [Math.round(3400 * Math.exp(-0.5)), 0],
    [0, 0],
  ]);
});

test("it is over after seven ages, and a meter that is lost shows nothing late", () => {
  assert.equal(passing([gone(13), ran], [2, 1, 2])[0], [Math.round(3400 * Math.exp(-6.5)), 0]);
  assert.equal(passing([gone(15), ran], [2, 2, 60]), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  assert.equal(passing([gone(1), ran], [null, 1, 1])[0], [0, 0]);
});

test("one that has woken comes as slowly, and one that ran before us is shown already", () => {
  assert.equal(passing([come(3), { ...come(3), wokenAt: null }], [3, 3, 3]), [
    [0, Math.round(3400 * Math.exp(-1))],
    [0, Math.round(3400 * Math.exp(-1))],
    [0, 0],
  ]);
});

test("behind a contactor that has opened what ran has gone, and what slept had gone before", () => {
  const off = { ...ran, phase: "unreachable", since: now - 2000 } as const;
  const watts = Math.round(3400 * Math.exp(-1));
  assert.equal(passing([off, { ...off, asleepSince: 0 }], [2, 2, 2], [false, false]), [
    [watts, 0],
    [watts, 0],
    [0, 0],
  ]);
  assert.equal(passing([off, ran], [2, 2, 2])[0], [0, 0], "out of reach it may draw on");
});

test.run();
