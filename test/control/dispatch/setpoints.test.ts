import { suite } from "uvu";
import * as assert from "uvu/assert";
import { jitterMilliseconds } from "../../../src/control/dispatch/course.ts";
import { benchSite, startBench, startUnix, words } from "./bench.ts";

const test = suite("setpoints");
const jitter = jitterMilliseconds(benchSite());

test("at its expiry a setpoint holds for the jitter, then moves by the ramp to what follows, down", () => {
  const bench = startBench();
  bench.takeControl();
  const beats = (): void => {
    bench.beat();
    bench.scan();
  };
  bench.scan(bench.setpoint({ watts: 200_000, timeToLiveSeconds: 30, onExpiry: { mode: "limit", watts: 50_000 } }));
  bench.run(29_999);
  beats();
  assert.is(bench.scan().setpoints[0]?.state, "active");
  bench.now += 1;
  const expired = bench.scan();
  assert.equal(words(expired), ["expired"]);
  assert.equal([expired.setpoints[0]?.state, expired.ceilingWatts], ["expired", 200_000]);
  bench.now = 30_000 + jitter + 10_000;
  beats();
  assert.is(bench.scan().ceilingWatts, 100_000);
  bench.now += 10_000;
  assert.is(bench.scan().ceilingWatts, 50_000);
});

test("at its expiry a setpoint moves up by the ramp, and `off` means 0 W", () => {
  const bench = startBench();
  bench.takeControl();
  bench.scan(bench.setpoint({ watts: 100_000, timeToLiveSeconds: 5, onExpiry: { mode: "limit", watts: 200_000 } }));
  bench.run(5000 + jitter + 10_000);
  assert.is(bench.scan().ceilingWatts, 120_000);
  bench.scan(bench.setpoint({ watts: 20_000, timeToLiveSeconds: 5, onExpiry: { mode: "off" } }));
  bench.run(5000 + jitter + 10_000);
  assert.is(bench.scan().ceilingWatts, 0);
});

test("jumps of the wall clock never extend a setpoint", () => {
  for (const years of [-10, 10]) {
    const bench = startBench();
    bench.takeControl();
    bench.scan(bench.setpoint({ watts: 250_000, expiresAt: startUnix + 60_000, timeToLiveSeconds: 300 }));
    bench.unixOffset += years * 365 * 86_400_000;
    bench.run(59_000);
    bench.unixOffset = startUnix;
    bench.now = 60_000;
    bench.scan();
    assert.is(bench.scan().setpoints[0]?.state, "expired", `${years} years`);
  }
});

test("a wall clock that leaps ahead ends a setpoint, and what follows is as gentle as ever", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.unixOffset += 10 * 365 * 86_400_000;
  bench.now += 1000;
  assert.equal(words(bench.scan()), ["expired"]);
  assert.is(bench.scan().ceilingWatts, 300_000);
});

test("a clock that becomes trusted shortens what it had accepted", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.trusted = false;
  bench.scan(bench.setpoint({ watts: 100_000, expiresAt: startUnix + 10_000, timeToLiveSeconds: 300 }));
  bench.run(20_000);
  assert.is(bench.scan().setpoints[0]?.state, "active");
  bench.trusted = true;
  assert.equal(words(bench.scan()), ["expired"]);
});

test("one slot a source and one for the group: the smallest wins", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.scan(bench.setpoint({ watts: 250_000 }, { source: "site" }));
  assert.is(bench.scan().ceilingWatts, 250_000);
  bench.scan(bench.setpoint({ watts: 180_000 }, { addressee: "group" }));
  assert.is(bench.scan().ceilingWatts, 180_000);
  bench.scan(bench.setpoint({ watts: 350_000 }, { source: "operator" }));
  assert.is(bench.scan().ceilingWatts, 180_000);
  assert.equal(
    bench.scan().limits.map(({ source, reason }) => `${source} ${reason.code}`),
    ["dispatch setpoint", "site setpoint", "group group-setpoint", "operator setpoint"],
  );
});

test("a group setpoint lowers and never raises, not even its predecessor", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 1_000_000 }, { addressee: "group" })))[0], "accepted");
  assert.is(bench.scan().ceilingWatts, 300_000);
  bench.scan(bench.setpoint({ watts: 100_000 }, { addressee: "group" }));
  assert.equal(words(bench.scan(bench.setpoint({ watts: 100_001 }, { addressee: "group" }))), ["rejected range"]);
  assert.is(bench.scan().ceilingWatts, 100_000);
});

test("what follows an expired group setpoint ends with the next order to this container", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  const group = { watts: 100_000, timeToLiveSeconds: 5, onExpiry: { mode: "limit" as const, watts: 80_000 } };
  bench.scan(bench.setpoint(group, { addressee: "group" }));
  bench.run(50_000);
  assert.is(bench.scan().ceilingWatts, 80_000);
  bench.scan(bench.setpoint({ watts: 300_000 }));
  assert.is(bench.scan().ceilingWatts, 300_000);
});

test("an order that proves no fresh time does not end what followed the group's", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  const group = { watts: 100_000, timeToLiveSeconds: 5, onExpiry: { mode: "limit" as const, watts: 80_000 } };
  bench.scan(bench.setpoint(group, { addressee: "group" }));
  bench.run(50_000);
  bench.trusted = false;
  assert.equal(words(bench.scan(bench.setpoint({ watts: 200_000 })))[0], "accepted");
  assert.is(bench.run(2000).ceilingWatts, 80_000);
});

test("a target is a ceiling and a request to follow from below, until it expires", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.scan(bench.setpoint({ kind: "target", watts: 120_000, timeToLiveSeconds: 5 }));
  const scan = bench.scan();
  assert.is(scan.ceilingWatts, 120_000);
  assert.equal(
    scan.requests.map(({ kind, watts, source }) => [kind, watts, source]),
    [["follow", 120_000, "dispatch"]],
  );
  assert.equal(bench.run(6000).requests, []);
});

test("a raise waits until its order is on disk", () => {
  const bench = startBench();
  bench.takeControl(200_000);
  bench.storeKeepsUp = false;
  assert.equal(words(bench.scan(bench.setpoint({ watts: 300_000 }))), ["accepted", "superseded", "limited store"]);
  assert.is(bench.run(10_000).ceilingWatts, 200_000);
  bench.storeKeepsUp = true;
  bench.scan();
  assert.is(bench.scan().ceilingWatts, 300_000);
});

test("leaving failsafe is a raise and waits for the disk as well", () => {
  const bench = startBench();
  bench.storeKeepsUp = false;
  bench.beat();
  bench.scan();
  bench.scan(bench.setpoint({ watts: 300_000 }));
  assert.is(bench.run(5000).ceilingWatts, 100_000);
  bench.storeKeepsUp = true;
  bench.scan();
  assert.is(bench.scan().ceilingWatts, 300_000);
});

test("a raise keeps its own ramp", () => {
  const bench = startBench();
  bench.takeControl(200_000);
  bench.scan(bench.setpoint({ watts: 300_000, rampUpWattsPerSecond: 1000 }));
  const scan = bench.run(10_000);
  assert.equal([scan.ceilingWatts, words(scan)], [210_000, ["active"]]);
});

test("a released setpoint has ended, also while the release waits for the disk", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.scan(bench.setpoint({ watts: 200_000, timeToLiveSeconds: 20 }));
  bench.storeKeepsUp = false;
  assert.equal(words(bench.scan(bench.control("release"))), ["accepted", "cancelled"]);
  assert.equal(words(bench.run(30_000)), []);
});

test("stop sheds everything until the same source releases it; release cancels the setpoint too", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  const stop = bench.control("stop");
  assert.equal(words(bench.scan(stop)), ["accepted", "active"]);
  const stopped = bench.scan();
  assert.equal([stopped.ceilingWatts, stopped.limits[0]?.reason.code], [0, "remote-stop"]);
  assert.equal(stopped.remoteStop, { source: "dispatch", id: stop.id });
  bench.scan(bench.control("release", { source: "operator" }));
  assert.is(bench.scan().ceilingWatts, 0);
  bench.storeKeepsUp = false;
  const released = bench.scan(bench.control("release"));
  assert.equal(words(released), ["accepted", "cancelled", "cancelled"]);
  assert.is(released.remoteStop, null);
  assert.is(bench.run(3000).ceilingWatts, 0);
  bench.storeKeepsUp = true;
  bench.scan();
  assert.equal([bench.scan().ceilingWatts, bench.scan().setpoints], [400_000, []]);
});

test("stops of two sources each need their own release, and stand after a restart", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.scan(bench.control("stop"));
  const both = bench.scan(bench.control("stop", { source: "operator" }));
  assert.equal([both.remoteStop?.source, both.remoteStop?.others?.[0]?.source], ["dispatch", "operator"]);
  const durable = { revision: 1, trips: [], lockout: null, remoteStop: both.remoteStop, order: {}, asleepByUs: [] };
  const again = startBench(undefined, { ...durable, contactorOperations: {} });
  assert.equal([again.scan().ceilingWatts, words(again.scan())], [0, []]);
  assert.equal(words(again.scan(again.control("release"))), ["accepted"]);
  assert.is(again.run(2000).ceilingWatts, 0);
  again.scan(again.control("release", { source: "operator" }));
  assert.is(again.run(2000).ceilingWatts, 100_000);
});

test("the stop of one source alone stands after a restart", () => {
  const remoteStop = { source: "dispatch", id: "1".repeat(32) };
  const durable = { revision: 1, trips: [], lockout: null, remoteStop, order: {}, asleepByUs: [] };
  const bench = startBench(undefined, { ...durable, contactorOperations: {} });
  assert.equal([bench.scan().ceilingWatts, bench.scan().remoteStop], [0, remoteStop]);
});

test("orders of the market are patient, and a setpoint's own ramp down goes with its limit", () => {
  const bench = startBench();
  const limitOf = (change: Parameters<typeof bench.setpoint>[0]) => {
    bench.scan(bench.setpoint(change));
    const limit = bench.scan().limits.find(({ source }) => source === "dispatch");
    return [limit?.patient, limit?.rampDownWattsPerSecond];
  };
  assert.equal(limitOf({ reason: "price", rampDownWattsPerSecond: 500 }), [true, 500]);
  assert.equal(limitOf({ reason: "emergency" }), [undefined, undefined]);
});

test("resync is accepted and changes nothing", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  const before = bench.state().slots;
  assert.equal(words(bench.scan(bench.control("resync"))), ["accepted"]);
  assert.equal(bench.state().slots, before);
});

test("no setpoint survives a restart", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  const durable = { revision: 1, trips: [], lockout: null, remoteStop: null, order: bench.state().order };
  const again = startBench(undefined, { ...durable, asleepByUs: [], contactorOperations: {} });
  assert.equal([again.scan().mode, again.scan().ceilingWatts, again.scan().setpoints], ["failsafe", 100_000, []]);
});

test("containers of one fleet spread over the jitter window", () => {
  const shares = Array.from({ length: 1000 }, (_, index) => jitterMilliseconds(benchSite(`wolf-${index}`)));
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const count = shares.filter((share) => Math.floor(share / 3000) === tenth).length;
    assert.ok(count > 60 && count < 140, `${count} of 1000 in tenth ${tenth}`);
  }
});

test.run();
