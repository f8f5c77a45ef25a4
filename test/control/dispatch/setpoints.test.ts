import { suite } from "uvu";
import * as assert from "uvu/assert";
import { jitterMilliseconds } from "../../../src/control/dispatch/course.ts";
import type { Limit } from "../../../src/model/reason.ts";
import { type Bench, benchSite, startBench, startUnix, words } from "./bench.ts";

const test = suite("setpoints and failsafe");
const jitter = jitterMilliseconds(benchSite());

function hot(ceilingWatts: number): Limit {
  const reason = { code: "coolant-derate", text: "Tank 1 is hot." } as const;
  return { scope: "container", ceilingWatts, withinMilliseconds: 0, source: "envelope", reason };
}

test("it starts in failsafe; a setpoint alone does not leave it, nor does a heartbeat alone", () => {
  const bench = startBench();
  assert.equal([bench.scan().mode, bench.scan().ceilingWatts], ["failsafe", 100_000]);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 200_000 }))), ["accepted", "limited failsafe-start"]);
  bench.now += 1000;
  bench.beat();
  const scan = bench.run(5000);
  assert.equal([scan.mode, scan.ceilingWatts], ["failsafe", 100_000]);
  bench.scan(bench.setpoint({ watts: 200_000 }));
  bench.scan();
  assert.equal([bench.scan().mode, bench.scan().ceilingWatts], ["controlled", 200_000]);
});

test("failsafe is left only while heartbeats keep coming", () => {
  const bench = startBench();
  bench.beat();
  bench.run(60_001);
  assert.is(bench.scan(bench.setpoint()).mode, "failsafe");
});

test("a group setpoint does not leave failsafe", () => {
  const bench = startBench();
  bench.beat();
  bench.scan();
  bench.scan(bench.setpoint({}, { addressee: "group" }));
  assert.equal([bench.scan().mode, bench.scan().ceilingWatts], ["failsafe", 100_000]);
});

test("a lost heartbeat leads to the failsafe limit after the jitter and down the ramp", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.run(60_000);
  assert.is(bench.scan().mode, "controlled");
  bench.now += 1;
  assert.equal([bench.scan().mode, bench.scan().ceilingWatts], ["failsafe", 300_000]);
  bench.now = 60_000 + jitter;
  assert.is(bench.scan().ceilingWatts, 300_000);
  bench.now += 5000;
  assert.is(bench.scan().ceilingWatts, 250_000);
  bench.now += 60_000;
  assert.is(bench.scan().ceilingWatts, 100_000);
});

test("failsafe begins from the ceiling of the moment the heartbeat was lost, though a later scan finds it", () => {
  const bench = startBench();
  bench.takeControl();
  bench.scan(bench.setpoint({ watts: 10_000 }));
  const onExpiry = { mode: "limit" as const, watts: 400_000 };
  bench.scan(bench.setpoint({ watts: 400_000, timeToLiveSeconds: 62, rampUpWattsPerSecond: 3000, onExpiry }));
  bench.scan();
  bench.now = 62_000;
  assert.is(bench.scan().ceilingWatts, 10_000 + 60 * 3000);
});

test("a lost heartbeat never raises above an unexpired setpoint", () => {
  const bench = startBench();
  bench.takeControl(60_000);
  assert.equal([bench.run(300_000).mode, bench.scan().ceilingWatts], ["failsafe", 60_000]);
});

test("after a lost heartbeat a heartbeat and then a fresh setpoint are needed again", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.run(61_000);
  bench.scan(bench.setpoint());
  assert.is(bench.scan().mode, "failsafe");
  bench.beat();
  bench.run(1000);
  assert.is(bench.scan().mode, "failsafe");
  bench.scan(bench.setpoint());
  assert.is(bench.scan().mode, "controlled");
});

/** A minute and more of heartbeats, each as told; then whether it is still controlled. */
function beatOn(bench: Bench, beat: () => void): string {
  for (let second = 0; second < 70; second += 1) {
    bench.now += 1000;
    beat();
    bench.scan();
  }
  return bench.scan().mode;
}

test("heartbeats of a fenced dispatcher do not count, those of its successor do", () => {
  for (const [epoch, mode] of [
    [4, "failsafe"],
    [5, "controlled"],
  ] as const) {
    const bench = startBench();
    bench.takeControl();
    bench.scan(bench.setpoint({ epoch: 5 }));
    bench.heartbeatEpoch = epoch;
    assert.is(
      beatOn(bench, () => bench.beat()),
      mode,
    );
  }
});

test("a heartbeat heard twice counts once", () => {
  const bench = startBench();
  bench.takeControl();
  assert.is(
    beatOn(bench, () => bench.beat(1)),
    "failsafe",
  );
});

test("an operator's command resets the heartbeats' order too", () => {
  const bench = startBench();
  bench.heartbeatEpoch = 2 ** 53 - 1;
  bench.takeControl();
  bench.heartbeatEpoch = 1;
  bench.scan(bench.setpoint({}, { source: "operator" }));
  assert.is(
    beatOn(bench, () => bench.beat()),
    "controlled",
  );
});

test("heartbeats further apart than the limit mean failsafe even where both fell between two scans", () => {
  const bench = startBench();
  bench.takeControl();
  bench.now = 60_001;
  bench.beat();
  bench.now = 60_500;
  assert.is(bench.scan().mode, "failsafe");
});

test("a heartbeat lost during a stop leaves at most the failsafe limit for the release", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.scan(bench.control("stop"));
  bench.run(60_001);
  bench.scan(bench.control("release"));
  bench.scan();
  assert.is(bench.scan().ceilingWatts, 100_000);
});

test("while the disk fails failsafe is not left", () => {
  const bench = startBench();
  bench.storedOk = false;
  bench.run(3000);
  bench.beat();
  bench.scan();
  assert.equal(bench.scan(bench.setpoint({ watts: 50_000 })).mode, "failsafe");
});

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

test("active, reached on the meter after 10 s, then superseded: told once each and at most every 10 s", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.measuredWatts = 290_000;
  assert.equal(words(bench.scan(bench.setpoint({ watts: 200_000 }))), ["accepted", "superseded", "active"]);
  bench.run(20_000);
  bench.measuredWatts = 204_000;
  assert.equal(words(bench.run(9999)), []);
  assert.equal(words(bench.run(2)), ["reached"]);
  bench.beat();
  assert.equal(words(bench.run(60_000)), []);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 200_000 }))), ["accepted", "superseded", "active"]);
});

test("a meter that leaves the tolerance or goes bad starts the 10 s anew", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.scan(bench.setpoint({ watts: 200_000 }));
  bench.run(10_000);
  for (const outside of [204_001, null]) {
    bench.measuredWatts = 200_000;
    assert.equal(words(bench.run(8000)), []);
    bench.measuredWatts = outside;
    bench.now += 1000;
    bench.scan();
  }
  bench.measuredWatts = 200_000;
  bench.now += 1000;
  assert.equal(words(bench.run(9000)), []);
  assert.equal(words(bench.run(1000)), ["reached"]);
});

test("a target is reached from below only when the meter is near it", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.measuredWatts = 100_000;
  bench.scan(bench.setpoint({ kind: "target", watts: 200_000 }));
  assert.equal(words(bench.run(30_000)), []);
  bench.measuredWatts = 197_000;
  assert.equal(words(bench.run(10_000)), ["reached"]);
});

test("limited says by what, and active again when it is over", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.scan(bench.setpoint({ kind: "target", watts: 200_000 }));
  bench.run(10_000);
  bench.envelope = hot(150_000);
  const [limited] = bench.scan().acknowledgements;
  assert.equal([limited?.state, limited?.limitedBy, limited?.watts], ["limited", "coolant-derate", 150_000]);
  assert.is(bench.run(9000).setpoints[0]?.state, "limited");
  bench.envelope = null;
  assert.equal(words(bench.scan()), []);
  assert.equal(words(bench.run(1000)), ["active"]);
});

test("reachBySeconds missed: failed once, nothing more is said, and the limit stays in force", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.measuredWatts = 250_000;
  bench.scan(bench.setpoint({ watts: 200_000, reachBySeconds: 30 }));
  assert.equal(words(bench.run(29_000)), []);
  assert.equal(words(bench.run(1000)), ["failed"]);
  bench.measuredWatts = 150_000;
  assert.equal(words(bench.run(20_000)), []);
  assert.equal([bench.scan().ceilingWatts, bench.scan().setpoints[0]?.state], [200_000, "failed"]);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 100_000 }))), ["accepted", "active"]);
});

test("reached just in time is not failed while its 10 s run", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.measuredWatts = 250_000;
  bench.scan(bench.setpoint({ watts: 200_000, reachBySeconds: 30 }));
  bench.run(28_000);
  bench.measuredWatts = 200_000;
  assert.equal(words(bench.run(12_000)), ["reached"]);
});

test("reached between two scans after its time is failed, reached and left again is not", () => {
  const late = startBench();
  late.takeControl(300_000);
  late.measuredWatts = 250_000;
  late.scan(late.setpoint({ watts: 200_000, reachBySeconds: 30 }));
  late.run(29_500);
  late.now += 1000;
  late.measuredWatts = 200_000;
  assert.equal(words(late.scan()), ["failed"]);
  const left = startBench();
  left.takeControl(300_000);
  left.measuredWatts = 200_000;
  left.scan(left.setpoint({ watts: 200_000, reachBySeconds: 30 }));
  assert.equal(words(left.run(20_000)), ["reached"]);
  left.measuredWatts = 250_000;
  assert.equal(words(left.run(20_000)), []);
});

test("the ramp on its way is not a limit", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.envelope = { ...hot(150_000), source: "ramp" };
  assert.equal(words(bench.scan(bench.setpoint({ watts: 200_000 }))), ["accepted", "superseded", "active"]);
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
