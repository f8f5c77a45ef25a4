/** Pumps: a standby takes over, one rests only when nothing needs it, and machines wait until it circulates. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type PumpInput, prerunLimit, standbyWarning, stepPump } from "../../../src/control/cooling/pumps.ts";
import { type PumpState, startCooling } from "../../../src/control/cooling/state.ts";
import type { Judged } from "../../../src/control/judge.ts";
import type { Tank } from "../../../src/model/site.ts";
import { siteForTests } from "../site-for-tests.ts";
import { held, lost, seeing, sure } from "./loop-for-tests.ts";

const test = suite("pumps");
const flow = "tank-1/flowLitersPerMinute";
const runs = "tank-1/pumpRuns";
const standby = { output: "tank-1/standbyOn", feedback: "tank-1/standbyRuns" };

function tankOf(parts: Partial<NonNullable<Tank["pump"]>> = {}, tank: Partial<Tank> = {}): Tank {
  const [found] = siteForTests({
    tank: { pump: { output: "tank-1/pumpOn", feedback: runs, ...parts }, ...tank },
  }).tanks;
  if (found === undefined) throw new Error("the site has a tank");
  return found;
}

const begun = startCooling(siteForTests(), 0).pumps[0] as PumpState;

function stepped(
  input: Partial<PumpInput>,
  state: Partial<PumpState> = {},
  points: Readonly<Record<string, Judged>> = {},
): PumpState {
  return stepPump(
    { ...begun, ...state },
    {
      tank: tankOf({ standby, afterRunMilliseconds: 600_000 }),
      judgedOf: seeing({ [flow]: sure(150), ...points }),
      celsius: 40,
      dead: false,
      wanted: false,
      mustRun: false,
      stopped: false,
      now: 20_000,
      ...input,
    },
  );
}

test("a pump that stands gives way to its standby after a second, and it stays", () => {
  const stands = { [runs]: sure(0) };
  const first = stepped({}, {}, stands);
  assert.is(first.failingSince, 20_000);
  assert.is(first.standby, false);
  const over = stepped({ now: 21_000 }, first, stands);
  assert.is(over.standby, true);
  assert.is(stepped({ now: 90_000 }, over, {}).standby, true);
  assert.is(stepped({ now: 21_000 }, { failingSince: 20_000 }).failingSince, null, "it runs again");
  assert.match(standbyWarning(tankOf(), over)[0]?.reason.text ?? "", /failed and its standby runs/);
  assert.equal(standbyWarning(tankOf(), begun), []);
});

test("so does one that turns and moves nothing; a lost value is no failure", () => {
  assert.is(stepped({ now: 21_000 }, { failingSince: 20_000 }, { [flow]: sure(20) }).standby, true);
  assert.is(stepped({}, {}, { [flow]: lost(20) }).failingSince, null);
  assert.is(stepped({}, {}, { [flow]: held(20), [runs]: held(0) }).failingSince, null);
  assert.is(stepped({ tank: tankOf({ standby }, { flow: null }) }, {}, { [runs]: lost(1) }).failingSince, null);
});

test("without a standby, or while it starts, nothing takes over", () => {
  const stands = { [runs]: sure(0) };
  assert.is(stepped({ tank: tankOf(), now: 30_000 }, { failingSince: 20_000 }, stands).standby, false);
  assert.is(stepped({ now: 25_000 }, { startedAt: 20_000 }, stands).failingSince, null);
  assert.is(stepped({ now: 26_000 }, { startedAt: 20_000 }, stands).failingSince, 26_000);
  const stopped = stepped({ stopped: true, now: 30_000 }, { failingSince: 20_000 }, stands);
  assert.is(stopped.standby, false, "a leak stops it on purpose");
  assert.is(stepped({ tank: tankOf({}, { pump: null }) }, {}, stands).standby, false);
});

test("a running pump that changes nothing is the same state", () => {
  const state = stepped({});
  assert.is(stepPump(state, { ...same(), judgedOf: seeing({ [flow]: sure(150) }) }), state);
});

function same(): PumpInput {
  return {
    tank: tankOf({ standby }),
    judgedOf: seeing({}),
    celsius: 40,
    dead: false,
    wanted: false,
    mustRun: false,
    stopped: false,
    now: 21_000,
  };
}

test("it rests when its time is over with everything asleep, cool and known", () => {
  const quiet = stepped({ dead: true, now: 30_000 });
  assert.is(quiet.quietSince, 30_000);
  assert.is(quiet.resting, false);
  assert.is(stepped({ dead: true, now: 629_000 }, quiet).resting, false);
  const resting = stepped({ dead: true, now: 630_000 }, quiet);
  assert.is(resting.resting, true);
  for (const need of [
    { dead: false },
    { dead: true, wanted: true },
    { dead: true, mustRun: true },
    { dead: true, celsius: null },
    { dead: true, celsius: 50 },
    { dead: true, tank: tankOf({ standby }) },
    { dead: true, tank: tankOf({}, { pump: null }) },
  ]) {
    const woken = stepped({ ...need, now: 631_000 }, resting);
    assert.is(woken.resting, false, JSON.stringify(need));
    assert.is(woken.quietSince, null);
    assert.is(woken.startedAt, 631_000);
  }
});

test("after a rest it must prove itself before anything wakes, and a rest forgives the standby", () => {
  const resting = stepped({ dead: true, now: 700_000 }, { quietSince: 0, standby: true });
  assert.equal([resting.resting, resting.proven, resting.standby], [true, false, false]);
  assert.match(prerunLimit(tankOf(), resting)[0]?.reason.text ?? "", /rests; it runs first/);
  const dry = { [flow]: sure(0), [runs]: sure(0) };
  const started = stepped({ wanted: true, dead: true, now: 701_000 }, resting, dry);
  assert.is(started.proven, false);
  assert.match(prerunLimit(tankOf(), started)[0]?.reason.text ?? "", /must prove itself first/);
  assert.is(prerunLimit(tankOf(), started)[0]?.ceilingWatts, 0);
  assert.ok((prerunLimit(tankOf(), started)[0]?.withinMilliseconds ?? 0) > 0, "it sheds nothing");
  assert.is(stepped({ wanted: true, now: 702_000 }, started, { [flow]: lost(150) }).proven, false);
  const proven = stepped({ wanted: true, now: 703_000 }, started);
  assert.is(proven.proven, true);
  assert.equal(prerunLimit(tankOf(), proven), []);
});

test("a standby proves itself by its own contact", () => {
  const state = { standby: true, proven: false };
  assert.is(stepped({}, state, { [standby.feedback]: sure(0) }).proven, false);
  assert.is(stepped({}, state, { [runs]: sure(0) }).proven, true);
  const mute = tankOf({ standby: { ...standby, feedback: null } }, {});
  assert.is(stepped({ tank: mute }, state, { [runs]: sure(0) }).proven, true, "by the flow alone");
});

test.run();
