/** One machine under a limit: what counts for it, when it is believed, when it is not, and what is left alone. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sendToSleep, targetOf, wake } from "../../src/control/machines/command.ts";
import { type MachineState, type Sighting, sight, unseenMachine } from "../../src/control/machines/machine.ts";
import { observe } from "../../src/control/machines/observe.ts";
import {
  isRefusing,
  isSettling,
  leastWatts,
  limitTo,
  mayChange,
  mayReturn,
  restore,
} from "../../src/control/machines/trimming.ts";
import { accountOf } from "../../src/control/power/account.ts";
import type { MinerReport } from "../../src/model/miner.ts";
import type { MinerModel } from "../../src/model/site.ts";
import { modelForTests } from "./site-for-tests.ts";

const test = suite("machines under a limit");

const model: MinerModel = {
  ...modelForTests,
  trim: { minimumWatts: 2000, restarts: false, settleMilliseconds: 30_000 },
};

function told(at: number, powerWatts: number, parts: Partial<MinerReport> = {}): MinerReport {
  return {
    name: "a-001",
    at,
    mode: "hashing",
    powerWatts,
    powerSource: "measured",
    hashrateTerahashesPerSecond: powerWatts / 34,
    ...parts,
  };
}

function seen(at: number, report: MinerReport): Sighting {
  return sight(report, model, at, 0);
}

/** The machine after a report at that moment. */
function after(machine: MachineState, at: number, report: MinerReport, of: MinerModel = model): MachineState {
  return observe(machine, sight(report, of, at, 0), of, { now: at, powered: true, meterProof: "none" });
}

/** A machine that hashes with 3300 W. */
function running(): MachineState {
  return after(unseenMachine(model, false, 0), 100_000, told(100_000, 3300));
}

const ours = { limitIsOurs: true, limitWatts: 2700 } as const;

/** Under a limit since 100 s, seen obeying at 136 s with that power. */
function obeying(watts: number): MachineState {
  return after(limitTo(running(), model, 2700, 1, 100_000), 136_000, told(136_000, watts, ours));
}

test("the first limit is told lower than its share of the order, for nobody knows what its firmware makes of it", () => {
  const machine = limitTo(running(), model, 2700, 1, 100_000);
  assert.equal(targetOf(machine), { mode: "limit", watts: 2610 });
  assert.is(machine.phase, "trimmed");
});

test("the second limit follows what a watt of the first has brought", () => {
  const machine = limitTo(obeying(2740), model, 2600, 1, 140_000);
  assert.equal(targetOf(machine), { mode: "limit", watts: 2470 });
  assert.is(Math.round(leastWatts(machine, model)), 2100);
});

test("a limit below what the firmware takes is told as its lowest", () => {
  assert.equal(targetOf(limitTo(running(), model, 1500, 1, 100_000)), { mode: "limit", watts: 2000 });
});

test("until its power is proven under the limit what it drew may still flow, and nothing counts on the rest", () => {
  const machine = limitTo(running(), model, 2700, 1, 100_000);
  const account = accountOf(machine, seen(101_000, told(101_000, 3300)), model, true, 101_000);
  assert.is(account.nextWatts, 2700);
  assert.is(account.highWatts, 3300);
  assert.is(account.settledWatts, 2700);
  assert.is(account.inFlightWatts, 600);
});

test("after that its own power counts, whatever the limit", () => {
  const account = accountOf(obeying(2790), seen(160_000, told(160_000, 2790, ours)), model, true, 160_000);
  assert.is(account.nextWatts, 2790);
  assert.is(account.highWatts, 2790);
  assert.is(account.inFlightWatts, 0);
});

test("a limit that is raised counts at once, before anything flows", () => {
  const machine = limitTo(obeying(2610), model, 3000, 1, 140_000);
  const account = accountOf(machine, seen(141_000, told(141_000, 2610, ours)), model, true, 141_000);
  assert.is(account.nextWatts, 3000);
  assert.is(account.reservedWatts, 390);
  assert.is(account.settledWatts, 2610);
});

test("while its own limit comes back it counts with what it drew before ours", () => {
  const machine = restore(obeying(2610), 1, 140_000);
  assert.equal(targetOf(machine), { mode: "run" });
  assert.is(accountOf(machine, seen(141_000, told(141_000, 2610, ours)), model, true, 141_000).nextWatts, 3300);
});

test("one that rises above what it was raised to counts with what it draws", () => {
  const raised = limitTo(obeying(2610), model, 3000, 1, 140_000);
  assert.is(accountOf(raised, seen(150_000, told(150_000, 3100, ours)), model, true, 150_000).nextWatts, 3100);
  const restored = restore(obeying(2610), 1, 140_000);
  const above = told(150_000, 3700, ours);
  assert.is(accountOf(restored, seen(150_000, above), model, true, 150_000).nextWatts, 3700);
});

test("out of reach for a while as its own limit comes back, it is trimmed again as soon as it answers: its rise is still promised", () => {
  const restored = restore(obeying(2610), 1, 140_000);
  const lost = observe(restored, sight(undefined, model, 150_000, 0), model, {
    now: 150_000,
    powered: true,
    meterProof: "none",
  });
  assert.is(lost.phase, "unreachable");
  const report = told(160_000, 2610, ours);
  const back = after(lost, 160_000, report);
  assert.is(back.phase, "trimmed");
  assert.is(accountOf(back, seen(160_000, report), model, true, 160_000).nextWatts, 3300);
});

test("a machine that draws as before gets its own limit back, is told of, and is not asked again for an hour", () => {
  const machine = obeying(3290);
  assert.equal(targetOf(machine), { mode: "run" });
  assert.ok(machine.trim !== null && isRefusing(machine.trim, 3_700_000));
  assert.not.ok(machine.trim !== null && isRefusing(machine.trim, 3_800_000));
});

test("an estimate above its target is no refusal, where it has come down with it", () => {
  assert.is(obeying(2860).command, "limit");
  assert.is(obeying(3100).command, "limit");
});

test("a machine without its own power proves nothing, and is not kept under a limit", () => {
  const machine = limitTo(running(), model, 2700, 1, 100_000);
  assert.is(after(machine, 136_000, told(136_000, 2700, { ...ours, powerSource: "nameplate" })).command, "restore");
});

test("nothing is judged before its settling time is over", () => {
  const machine = limitTo(running(), model, 2700, 1, 100_000);
  assert.is(after(machine, 134_000, told(134_000, 3300, ours)).command, "limit");
  assert.ok(isSettling(machine, model, 154_000));
  assert.not.ok(isSettling(machine, model, 155_000));
});

test("a machine that starts mining anew under a limit is not trimmed again", () => {
  const machine = limitTo(running(), model, 2700, 1, 100_000);
  const started = after(machine, 110_000, told(110_000, 1000, { ...ours, mode: "starting" }));
  assert.is(started.phase, "waking");
  assert.ok(started.trim !== null && isRefusing(started.trim, 110_000));
  assert.is(accountOf(started, seen(110_000, told(110_000, 1000)), model, true, 110_000).nextWatts, 3600);
});

test("a machine that boots long after its limit came is taken as any that boots", () => {
  const started = after(obeying(2610), 500_000, told(500_000, 1000, { ...ours, mode: "starting" }));
  assert.is(started.phase, "waking");
  assert.ok(started.trim !== null && !isRefusing(started.trim, 500_000));
});

test("the own limit is back when the link says so; until then it is not left", () => {
  const machine = restore(obeying(2610), 1, 140_000);
  assert.is(after(machine, 176_000, told(176_000, 3300, ours)).command, "restore");
  const back = after(machine, 176_000, told(176_000, 3300));
  assert.is(back.command, "leave");
  assert.is(back.phase, "hashing");
});

test("one whose own limit never comes back is taken as it is, and told of", () => {
  const machine = after(restore(obeying(2610), 1, 140_000), 250_000, told(250_000, 2610, ours));
  assert.is(machine.command, "limit");
  assert.is(accountOf(machine, seen(250_000, told(250_000, 2610, ours)), model, true, 250_000).nextWatts, 2610);
  assert.ok(machine.trim !== null && isRefusing(machine.trim, 250_000));
});

test("a limit of ours from before a restart is taken over as it is", () => {
  const machine = after(unseenMachine(model, false, 0), 100_000, told(100_000, 2650, ours));
  assert.is(machine.command, "limit");
  assert.equal(targetOf(machine), { mode: "limit", watts: 2700 });
  assert.is(accountOf(machine, seen(100_000, told(100_000, 2650, ours)), model, true, 100_000).nextWatts, 2650);
  assert.is(machine.trim?.wholeWatts, 3400);
});

test("where the site does not trim it any more, a limit of ours is given back", () => {
  const untold: MinerModel = { ...model, trim: null };
  const machine = after(unseenMachine(untold, false, 0), 100_000, told(100_000, 2650, ours), untold);
  assert.equal(targetOf(machine), { mode: "run" });
});

test("a limit that somebody else set is left alone", () => {
  const machine = after(unseenMachine(model, false, 0), 100_000, told(100_000, 2650, { limitWatts: 2700 }));
  assert.is(machine.command, "leave");
  assert.is(machine.phase, "trimmed");
});

test("a machine that somebody puts to sleep under our limit is not woken by its end", () => {
  const machine = after(obeying(2610), 150_000, told(150_000, 20, { ...ours, mode: "asleep" }));
  assert.is(machine.command, "leave");
  assert.is(machine.phase, "asleep");
  assert.is(machine.ours, false);
});

test("a shed takes a trimmed machine whole, and its wake gives back its own limit first", () => {
  const shed = sendToSleep(obeying(2610), model, 150_000);
  assert.equal(targetOf(shed), { mode: "sleep" });
  const slept = after(shed, 160_000, told(160_000, 20, { ...ours, mode: "asleep" }));
  assert.is(slept.phase, "asleep");
  const woken = after(wake(slept, 500_000), 561_000, told(561_000, 2600, ours));
  assert.is(woken.command, "restore");
  assert.is(accountOf(woken, seen(562_000, told(562_000, 2600, ours)), model, true, 562_000).nextWatts, 3300);
});

test("for one order a machine turns back once, for the next one it may again", () => {
  const up = { ...limitTo(obeying(2610), model, 3000, 1, 140_000) };
  const settled = after(up, 176_000, told(176_000, 2990, { ...ours, limitWatts: 2890 }));
  assert.ok(mayChange(settled, "up", 1, 180_000));
  assert.not.ok(mayChange(settled, "down", 1, 180_000));
  assert.ok(mayChange(settled, "down", 2, 180_000));
  assert.not.ok(mayReturn(settled, 1));
  assert.ok(mayReturn(settled, 2));
});

test("a machine that slept and was woken for one order is not lowered for it; one that slept before may, and stays there", () => {
  const woken = { ...running(), sleptSince: 45_000, wokenAt: 50_000 };
  assert.ok(mayChange(woken, "down", 60_000, 100_000));
  assert.ok(mayReturn(woken, 60_000));
  assert.not.ok(mayChange(woken, "down", 40_000, 100_000));
  assert.ok(mayChange(woken, "down", 47_000, 100_000));
  assert.not.ok(mayReturn(woken, 47_000));
  const limited = after(limitTo(woken, model, 2700, 47_000, 100_000), 136_000, told(136_000, 2610, ours));
  assert.ok(mayChange(limited, "down", 47_000, 140_000));
  assert.not.ok(mayChange(limited, "up", 47_000, 140_000));
});

test("a machine that was lowered and put to sleep for one order is not lowered again once it wakes for it", () => {
  const woken = {
    ...obeying(2610),
    command: "leave",
    phase: "hashing",
    sleptSince: 160_000,
    wokenAt: 200_000,
  } as const;
  assert.not.ok(mayChange(woken, "down", 1, 300_000));
});

test("after four limits for one order the next comes ten minutes later: each is written to flash", () => {
  let machine = running();
  let now = 100_000;
  for (let change = 0; change < 4; change += 1) {
    assert.ok(mayChange(machine, "down", 1, now));
    machine = limitTo(machine, model, 3000 - 200 * change, 1, now);
    now += 36_000;
    const limitWatts = machine.trim?.limitWatts ?? 0;
    machine = after(machine, now, told(now, limitWatts, { limitIsOurs: true, limitWatts }));
  }
  assert.not.ok(mayChange(machine, "down", 1, now));
  assert.ok(mayChange(machine, "down", 1, now + 600_000));
});

test.run();
