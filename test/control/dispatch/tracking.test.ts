import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Limit } from "../../../src/model/reason.ts";
import { startBench, words } from "./bench.ts";

const test = suite("tracking of setpoints");

function hot(ceilingWatts: number): Limit {
  const reason = { code: "coolant-derate", text: "Tank 1 is hot." } as const;
  return { scope: "container", ceilingWatts, withinMilliseconds: 0, source: "envelope", reason };
}

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

test.run();
