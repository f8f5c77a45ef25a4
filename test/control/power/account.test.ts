/** What a machine counts for after it was told to sleep: gone until its time is over, then what it was read to draw. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type MachineState, type Sighting, unseenMachine } from "../../../src/control/machines/machine.ts";
import { accountOf } from "../../../src/control/power/account.ts";
import { modelForTests } from "../site-for-tests.ts";

const test = suite("accounts of machines");

/** Told at 100 s; 5 s until its power is gone, 5 s to prove it. */
const told: MachineState = {
  ...unseenMachine(modelForTests, true, 0),
  phase: "curtailing",
  command: "sleep",
  commandedAt: 100_000,
  baselineWatts: 3400,
  responseMilliseconds: 5000,
};
const rests: MachineState = { ...told, phase: "asleep", asleepSince: 104_000 };

function sighting(atSeconds: number, mode: Sighting["mode"], watts: number | null): Sighting {
  return {
    fresh: true,
    at: atSeconds * 1000,
    mode,
    watts,
    ownPower: watts !== null,
    terahashesPerSecond: 0,
    inletCelsius: null,
    powerMode: null,
    limitWatts: null,
    limitIsOurs: false,
    refused: false,
    responseMilliseconds: 5000,
  };
}

const next = (machine: MachineState, seen: Sighting, seconds: number): number =>
  accountOf(machine, seen, modelForTests, true, seconds * 1000).nextWatts;

test("one that was not read as awake since its time is counted on for the time of one more read", () => {
  for (const unread of [sighting(104, "hashing", 3400), sighting(106, "asleep", 2000)]) {
    assert.is(next(told, unread, 110), 20);
    assert.is(next(told, unread, 114.9), 20);
  }
  assert.is(next(told, sighting(104, "hashing", 3400), 115), 3400);
});

test("one that was read as awake after its time counts with all that it told, as soon as it is late", () => {
  assert.is(next(told, sighting(106, "hashing", 3300), 109.9), 20);
  assert.is(next(told, sighting(106, "hashing", 3300), 110), 3300);
  assert.is(next(told, sighting(105, "hashing", 3300), 110), 3300, "at the very end of its time");
  assert.is(next(told, sighting(106, "hashing", null), 110), 3400, "without a power of its own it counts as before");
});

test("late and on its way out it counts with what it was read to draw", () => {
  assert.is(next(told, sighting(106, "asleep", 2000), 115), 2000);
  assert.is(next(told, sighting(106, "asleep", 5), 115), 20);
});

test("one that was read at less than half is gone, and until a read after its time may tell it may draw that", () => {
  const read = sighting(104, "asleep", 1500);
  const account = accountOf(rests, read, modelForTests, true, 114_900);
  assert.equal([account.lowWatts, account.highWatts, account.nextWatts, account.settledWatts], [1500, 1500, 20, 0]);
  assert.is(account.inFlightWatts, 1500);
  assert.is(next(rests, read, 115), 1500);
  assert.is(next({ ...rests, asleepSince: 40_000 }, read, 110), 1500, "who slept before draws it for another reason");
  assert.is(next(rests, sighting(104, "asleep", 15), 110), 15);
});

test("a waking machine is known to draw what it tells, and no meter must show it yet", () => {
  const waking: MachineState = { ...told, phase: "waking", command: "run" };
  const account = accountOf(waking, sighting(110, "starting", 1500), modelForTests, true, 111_000);
  assert.equal([account.provenWatts, account.settledWatts, account.reservedWatts], [1500, 0, 2100]);
});

test.run();
