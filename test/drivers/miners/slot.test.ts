/** The slot of one machine in virtual time: when it writes, reads back, retries, pauses. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  beginWrite,
  emptySlot,
  endWrite,
  expireReadBack,
  machineAccepted,
  machineReturned,
  nextAction,
  observeSetting,
  replaceTarget,
  type Slot,
  type SlotTiming,
} from "../../../src/drivers/miners/slot.ts";

const test = suite("miner slot");

const timing: SlotTiming = {
  attempts: 3,
  retryMilliseconds: [2_000, 10_000],
  readBackMilliseconds: 15_000,
  pauseMilliseconds: 60_000,
  refusedPauseMilliseconds: 900_000,
};
const sleep = { mode: "sleep" } as const;
const run = { mode: "run" } as const;
const seen = (setting: "run" | "sleep" | "unknown", startedAt: number) => ({ setting, startedAt });

/** One whole attempt that is acknowledged and has no effect, begun at `now`. */
const vain = (slot: Slot, now: number): Slot => {
  const written = endWrite(beginWrite(slot, now), slot.target, { ok: true }, now + 100, timing);
  return expireReadBack(written, now + 100 + timing.readBackMilliseconds, timing);
};

test("nobody asked: nothing happens, whatever is seen", () => {
  assert.equal(nextAction(emptySlot, seen("run", 1), 2), { kind: "nothing" });
  const left = replaceTarget(replaceTarget(emptySlot, sleep, 0), { mode: "leave" }, 1);
  assert.equal(nextAction(left, seen("run", 1), 2), { kind: "nothing" });
  assert.is(left.command, null);
});

test("a shed is written at once, without a read before; a wake is read first", () => {
  assert.equal(nextAction(replaceTarget(emptySlot, sleep, 0), undefined, 0), { kind: "write", setting: "sleep" });
  const waking = replaceTarget(emptySlot, run, 0);
  assert.equal(nextAction(waking, undefined, 0), { kind: "read" });
  assert.equal(nextAction(waking, seen("sleep", 1), 2), { kind: "write", setting: "run" });
  assert.equal(nextAction(waking, seen("unknown", 1), 2), { kind: "write", setting: "run" });
});

test("the same target again changes nothing", () => {
  const slot = replaceTarget(emptySlot, sleep, 0);
  assert.is(replaceTarget(slot, { mode: "sleep" }, 5), slot);
  const limit = replaceTarget(emptySlot, { mode: "limit", watts: 3000 }, 0);
  assert.is(replaceTarget(limit, { mode: "limit", watts: 3000 }, 5), limit);
  assert.is.not(replaceTarget(limit, { mode: "limit", watts: 2900 }, 5), limit);
});

test("where the firmware takes limits, one is read first, written once, and shown by a limit near it", () => {
  const able = { ...emptySlot, limits: true };
  const slot = replaceTarget(able, { mode: "limit", watts: 3000 }, 0);
  assert.equal(nextAction(slot, undefined, 0), { kind: "read" });
  assert.equal(nextAction(slot, seen("run", 1), 2), { kind: "limit", watts: 3000 });
  const shown = (limitWatts: number): boolean => {
    const after = observeSetting(slot, { ...seen("sleep", 1), limitWatts }, 2, timing);
    return after.command?.readBackAt !== undefined;
  };
  assert.is(shown(3029), true);
  assert.is(shown(2971), true);
  assert.is(shown(3031), false);
  assert.is(shown(2969), false);
  assert.is(observeSetting(slot, seen("run", 1), 2, timing).command?.readBackAt, undefined);
});

test("a power limit is refused, not ignored", () => {
  const slot = replaceTarget(emptySlot, { mode: "limit", watts: 3000 }, 7);
  assert.is(slot.command?.fault, "command-refused");
  assert.is(slot.command?.failedAt, 7);
  assert.equal(nextAction(slot, seen("run", 1), 8), { kind: "nothing" });
});

test("only a read that began after the acknowledgement proves the command", () => {
  let slot = beginWrite(replaceTarget(emptySlot, sleep, 0), 0);
  assert.equal(nextAction(slot, seen("run", 0), 50), { kind: "nothing" });
  slot = endWrite(slot, slot.target, { ok: true }, 100, timing);
  assert.equal(nextAction(slot, seen("sleep", 50), 101), { kind: "read" });
  assert.is(observeSetting(slot, seen("sleep", 50), 110, timing).command?.readBackAt, undefined);
  const proven = observeSetting(slot, seen("sleep", 120), 130, timing);
  assert.is(proven.command?.readBackAt, 130);
  assert.is(proven.command?.acknowledgedAt, 100);
  assert.equal(nextAction(proven, seen("sleep", 120), 140), { kind: "nothing" });
});

test("acknowledged without effect: three attempts with growing waits, then a pause, then again", () => {
  let slot = vain(replaceTarget(emptySlot, sleep, 0), 0);
  assert.equal(nextAction(slot, undefined, 15_100), { kind: "wait", until: 17_100 });
  slot = vain(slot, 17_100);
  assert.equal(nextAction(slot, undefined, 33_000), { kind: "wait", until: 42_200 });
  slot = vain(slot, 42_200);
  assert.is(slot.command?.attempts, 3);
  assert.is(slot.command?.failedAt, 57_300);
  assert.is(slot.command?.acknowledgedAt, 42_300);
  assert.equal(nextAction(slot, undefined, 57_301), { kind: "wait", until: 117_300 });
  assert.equal(nextAction(slot, undefined, 117_300), { kind: "write", setting: "sleep" });
  slot = beginWrite(slot, 117_300);
  assert.is(slot.command?.attempts, 1);
  assert.is(slot.command?.failedAt, undefined);
});

test("an effect seen during the pause ends it", () => {
  let slot = replaceTarget(emptySlot, sleep, 0);
  for (const now of [0, 20_000, 50_000]) slot = vain(slot, now);
  slot = observeSetting(slot, seen("sleep", 70_000), 70_100, timing);
  assert.is(slot.command?.readBackAt, 70_100);
  assert.is(slot.command?.failedAt, undefined);
});

test("refused credentials end the attempts at once, for long", () => {
  const writing = beginWrite(replaceTarget(emptySlot, sleep, 0), 0);
  const slot = endWrite(writing, writing.target, { ok: false, fault: "credentials-refused" }, 100, timing);
  assert.is(slot.command?.failedAt, 100);
  assert.equal(nextAction(slot, undefined, 200), { kind: "wait", until: 900_100 });
  assert.is(machineReturned(slot), slot);
});

test("a newer target does not try refused credentials again before the pause is over, and says so at once", () => {
  const writing = beginWrite(replaceTarget(emptySlot, sleep, 0), 0);
  const refused = { ok: false, fault: "credentials-refused" } as const;
  const pausing = endWrite(writing, writing.target, refused, 100, timing);
  const superseded = endWrite(replaceTarget(writing, run, 50), writing.target, refused, 100, timing);
  for (let slot of [pausing, superseded])
    for (const [now, target] of [
      [200, run],
      [300, sleep],
      [400, { mode: "leave" }],
      [500, sleep],
    ] as const) {
      slot = replaceTarget(slot, target, now);
      assert.is(slot.command?.fault, target.mode === "leave" ? undefined : "credentials-refused");
      assert.is(["wait", "nothing"].includes(nextAction(slot, seen("run", now), now).kind), true, `${now}`);
      if (now !== 500) continue;
      assert.equal(nextAction(slot, undefined, now), { kind: "wait", until: 900_100 });
      assert.equal(nextAction(slot, undefined, 900_100), { kind: "write", setting: "sleep" });
      assert.equal(nextAction(machineAccepted(slot), undefined, 600), { kind: "write", setting: "sleep" });
    }
  assert.equal(superseded.command, {
    target: run,
    sentAt: 50,
    attempts: 0,
    failedAt: 100,
    fault: "credentials-refused",
  });
});

test("a machine that answers again is not kept waiting", () => {
  const writing = beginWrite(replaceTarget(emptySlot, sleep, 0), 0);
  const slot = endWrite(writing, writing.target, { ok: false, fault: "unreachable" }, 100, timing);
  assert.is(nextAction(slot, undefined, 200).kind, "wait");
  assert.equal(nextAction(machineReturned(slot), undefined, 200), { kind: "write", setting: "sleep" });
});

test("a newer target during a write: its end says nothing about the newer one", () => {
  const writing = beginWrite(replaceTarget(emptySlot, run, 0), 0);
  const newer = replaceTarget(writing, sleep, 50);
  assert.equal(nextAction(newer, undefined, 60), { kind: "nothing" });
  const ended = endWrite(newer, run, { ok: true }, 100, timing);
  assert.is(ended.command?.acknowledgedAt, undefined);
  assert.equal(nextAction(ended, seen("run", 20), 110), { kind: "write", setting: "sleep" });
  const back = endWrite(replaceTarget(newer, { mode: "run" }, 70), run, { ok: true }, 100, timing);
  assert.is(back.command?.acknowledgedAt, 100);
  assert.is(back.command?.attempts, 1);
});

test("a machine that changed by itself: a shed is asserted again at once, a wake after the pause", () => {
  const asleep = observeSetting(replaceTarget(emptySlot, sleep, 0), seen("sleep", 1), 2, timing);
  const awake = observeSetting(asleep, seen("run", 5_000), 5_100, timing);
  assert.equal(nextAction(awake, seen("run", 5_000), 5_100), { kind: "write", setting: "sleep" });
  const running = observeSetting(replaceTarget(emptySlot, run, 0), seen("run", 1), 2, timing);
  const switchedOff = observeSetting(running, seen("sleep", 5_000), 5_100, timing);
  assert.equal(nextAction(switchedOff, seen("sleep", 5_000), 5_100), { kind: "wait", until: 60_000 });
  assert.is(observeSetting(asleep, seen("unknown", 5_000), 5_100, timing), asleep);
});

test("run puts the limit from before ours back: awake first, then the limit, and only both are proof", () => {
  const trimmed: Slot = { ...emptySlot, limits: true, ownLimitWatts: 3_400 };
  let slot = replaceTarget(trimmed, run, 0);
  assert.equal(nextAction(slot, undefined, 0), { kind: "read" });
  slot = observeSetting(slot, { ...seen("sleep", 1), limitWatts: 2_000 }, 2, timing);
  assert.equal(nextAction(slot, seen("sleep", 1), 2), { kind: "write", setting: "run" });
  slot = endWrite(beginWrite(slot, 3), run, { ok: true }, 4, timing);
  slot = observeSetting(slot, { ...seen("run", 5), limitWatts: 2_000 }, 6, timing);
  assert.is(slot.command?.readBackAt, undefined);
  assert.equal(nextAction(slot, seen("run", 5), 6), { kind: "limit", watts: 3_400 });
  slot = endWrite(beginWrite(slot, 7, true), run, { ok: true }, 8, timing);
  slot = observeSetting(slot, { ...seen("run", 9), limitWatts: 2_000 }, 10, timing);
  assert.equal(nextAction(slot, seen("run", 9), 10), { kind: "read" });
  slot = observeSetting(slot, { ...seen("run", 11), limitWatts: 3_400 }, 12, timing);
  assert.is(slot.command?.readBackAt, 12);
  assert.is(slot.ownLimitWatts, null);
});

test("a machine that had no limit has none again when it tells none", () => {
  const slot = replaceTarget({ ...emptySlot, limits: true, ownLimitWatts: 99_999 }, run, 0);
  const limited = observeSetting(slot, { ...seen("run", 1), limitWatts: 2_000 }, 2, timing);
  assert.is(limited.command?.readBackAt, undefined);
  assert.is(observeSetting(slot, seen("run", 1), 2, timing).command?.readBackAt, 2);
});

test.run();
