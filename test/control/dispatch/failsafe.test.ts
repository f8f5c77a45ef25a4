import { suite } from "uvu";
import * as assert from "uvu/assert";
import { jitterMilliseconds } from "../../../src/control/dispatch/course.ts";
import { type Bench, benchSite, startBench, words } from "./bench.ts";

const test = suite("failsafe");
const jitter = jitterMilliseconds(benchSite());

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

test.run();
