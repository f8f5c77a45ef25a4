/** Schedules: what holds while nobody dispatches, when it begins, moves and ends, and who may give one. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { jitterMilliseconds } from "../../../src/control/dispatch/course.ts";
import { listSchedules } from "../../../src/control/dispatch/schedule.ts";
import type { ScheduleMessage } from "../../../src/model/command.ts";
import { type Bench, benchSite, startBench, startUnix, words } from "./bench.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("schedules");
const jitter = jitterMilliseconds(benchSite());

/** Controlled at 300 kW for two and a half hours, with a schedule of the dispatcher. */
function scheduled(levels: readonly (readonly [number, number])[], endsSeconds = 7200): Bench {
  const bench = startBench();
  bench.takeControl(300_000);
  assert.equal(words(bench.scan(bench.schedule(levels, endsSeconds)))[0], "accepted");
  return bench;
}

test("while a dispatcher lives its schedule limits nothing", () => {
  const bench = scheduled([[0, 150_000]]);
  for (let minute = 0; minute < 10; minute += 1) {
    bench.beat();
    bench.run(50_000);
  }
  assert.equal([bench.scan().mode, bench.scan().ceilingWatts], ["controlled", 300_000]);
});

test("a lost heartbeat leads to the schedule instead of the failsafe limit, later by the jitter and along the ramp", () => {
  const bench = scheduled([
    [0, 150_000],
    [600, 50_000],
    [1200, 250_000],
  ]);
  bench.run(60_000);
  bench.now += 1;
  const lost = bench.scan();
  assert.equal([lost.mode, lost.ceilingWatts], ["failsafe", 300_000]);
  assert.match(lost.limits.map(({ reason }) => reason.text).join(), /the schedule of dispatch is 150 kW/);
  assert.ok(lost.limits.some(({ reason }) => reason.code === "schedule"));
  bench.now = 60_000 + jitter + 5000;
  assert.is(bench.scan().ceilingWatts, 250_000, "down with 10 kW/s");
  bench.now += 30_000;
  assert.is(bench.scan().ceilingWatts, 150_000);
  bench.now = 600_000 + jitter;
  assert.is(bench.scan().ceilingWatts, 150_000);
  bench.now += 4000;
  assert.is(bench.scan().ceilingWatts, 110_000);
  bench.now = 1_200_000 + jitter + 50_000;
  assert.is(bench.scan().ceilingWatts, 150_000, "up with 2 kW/s");
  bench.now += 50_000;
  assert.is(bench.scan().ceilingWatts, 250_000);
});

test("before its first level the failsafe limit holds, and after its end what was said, never above the failsafe limit", () => {
  for (const [afterWatts, holds] of [
    [60_000, 60_000],
    [200_000, 100_000],
  ] as const) {
    const bench = startBench();
    bench.takeControl(300_000);
    bench.scan(bench.schedule([[600, 150_000]], 1200, { afterEnd: { mode: "limit", watts: afterWatts } }));
    bench.run(200_000, 10_000);
    assert.is(bench.scan().ceilingWatts, 100_000);
    bench.run(700_000, 10_000);
    assert.is(bench.scan().ceilingWatts, 150_000);
    bench.run(600_000, 10_000);
    assert.is(bench.scan().ceilingWatts, holds);
    assert.ok(bench.scan().limits.some(({ reason }) => reason.code === "schedule-end"));
  }
});

test("off after its end sheds everything", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.scan(bench.schedule([[0, 150_000]], 300, { afterEnd: { mode: "off" } }));
  bench.run(600_000, 10_000);
  assert.is(bench.scan().ceilingWatts, 0);
});

test("of the schedules of two sources the smaller level holds", () => {
  const bench = scheduled([[0, 150_000]]);
  bench.scan(bench.schedule([[0, 120_000]], 600, {}, { source: "operator" }));
  bench.scan(bench.schedule([[0, 130_000]], 600, {}, { source: "site" }));
  bench.run(200_000, 10_000);
  assert.is(bench.scan().ceilingWatts, 120_000);
});

test("a schedule that comes when the heartbeat is lost already changes nothing: that takes a heartbeat and a setpoint", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.run(200_000, 10_000);
  bench.scan(bench.schedule([[0, 250_000]]));
  bench.run(300_000, 10_000);
  assert.is(bench.scan().ceilingWatts, 100_000);
  const fresh = startBench();
  fresh.scan(fresh.schedule([[0, 250_000]]));
  fresh.run(300_000, 10_000);
  assert.equal([fresh.scan().mode, fresh.scan().ceilingWatts], ["failsafe", 100_000]);
});

test("an expired setpoint is followed by its sender's schedule where it says so, up and down along the ramps", () => {
  const bench = scheduled([
    [0, 150_000],
    [900, 200_000],
  ]);
  const body = { watts: 90_000, timeToLiveSeconds: 100, onExpiry: { mode: "schedule" as const } };
  bench.scan(bench.setpoint(body));
  const step = (seconds: number) => {
    for (let second = 0; second < seconds; second += 10) {
      bench.beat();
      bench.run(10_000, 10_000);
    }
    return bench.scan();
  };
  assert.is(step(90).ceilingWatts, 90_000);
  const after = step(80);
  assert.is(after.ceilingWatts, 150_000);
  assert.is(after.setpoints[0]?.watts, 150_000);
  assert.match(after.limits[0]?.reason.text ?? "", /its schedule says 150 kW/);
  assert.is(after.limits[0]?.reason.code, "schedule");
  assert.is(step(900).ceilingWatts, 200_000);
  // Whoever withdraws the schedule leaves the failsafe limit behind.
  bench.scan(bench.setpoint({ ...body, timeToLiveSeconds: 10 }));
  step(100);
  assert.equal(words(bench.scan(bench.control("release"))), ["accepted", "cancelled"]);
  step(100);
  assert.is(bench.scan().ceilingWatts, 400_000, "nothing of this source is left");
});

test("before its first level an expired setpoint is followed by the failsafe limit", () => {
  const bench = startBench();
  bench.takeControl(300_000);
  bench.scan(bench.schedule([[900, 150_000]], 1800, { reference: "day-ahead 7" }));
  bench.scan(bench.setpoint({ watts: 90_000, timeToLiveSeconds: 10, onExpiry: { mode: "schedule" } }));
  for (let minute = 0; minute < 4; minute += 1) {
    bench.beat();
    bench.run(50_000, 10_000);
  }
  assert.equal([bench.scan().mode, bench.scan().ceilingWatts], ["controlled", 100_000]);
});

test("without trust in the clock what follows by schedule may not raise either", () => {
  const bench = scheduled([[0, 350_000]]);
  bench.trusted = false;
  bench.scan(bench.setpoint({ watts: 90_000, timeToLiveSeconds: 10, onExpiry: { mode: "schedule" } }));
  bench.beat();
  bench.run(200_000, 10_000);
  assert.ok(bench.scan().ceilingWatts <= 300_000);
});

test("it is refused where it could not be followed", () => {
  const cases: readonly (readonly [string, Partial<ScheduleMessage>])[] = [
    [
      "range",
      {
        entries: [
          { startsAt: startUnix + 9000, watts: 1 },
          { startsAt: startUnix + 9000, watts: 2 },
        ],
      },
    ],
    ["range", { endsAt: startUnix + 1000 }],
    ["range", { endsAt: startUnix + 8 * 86_400_000 }],
    ["range", { entries: [{ startsAt: startUnix - 9_000_000, watts: 1 }], endsAt: startUnix - 1 }],
    ["range", { entries: [{ startsAt: startUnix, watts: 400_001 }] }],
    ["range", { afterEnd: { mode: "limit" } }],
    ["range", { afterEnd: { mode: "limit", watts: 400_001 } }],
    ["range", { expiresAt: startUnix, issuedAt: startUnix }],
  ];
  for (const [rejection, change] of cases) {
    const bench = startBench();
    const base = bench.schedule([[5, 100_000]], 600, change);
    const late = change.expiresAt === undefined ? base : { ...base, body: base.body };
    assert.match(
      words(bench.scan(late))[0] ?? "",
      new RegExp(`rejected (${rejection}|expired)`),
      JSON.stringify(change),
    );
  }
  const untrusted = startBench();
  untrusted.trusted = false;
  assert.equal(words(untrusted.scan(untrusted.schedule([[0, 1]]))), ["rejected clock"]);
  const group = startBench();
  assert.equal(words(group.scan(group.schedule([[0, 1]], 60, {}, { addressee: "group" }))), ["rejected unsupported"]);
  const broken = startBench();
  broken.storedOk = false;
  broken.run(4000);
  assert.equal(words(broken.scan(broken.schedule([[0, 1]]))), ["rejected store"]);
  const named = startBench();
  assert.equal(words(named.scan(named.setpoint({ onExpiry: { mode: "schedule" } }))), ["rejected range"]);
  const over = startBench();
  over.scan(over.schedule([[0, 1000]], 10));
  over.run(20_000);
  const after = { watts: 80_000, timeToLiveSeconds: 5, onExpiry: { mode: "schedule" as const } };
  assert.is(words(over.scan(over.setpoint(after)))[0], "accepted", "what follows its end follows the setpoint");
  over.run(100_000);
  assert.is(over.scan().setpoints[0]?.watts, 60_000);
});

test("each has one end: expired, superseded or cancelled", () => {
  const bench = startBench();
  assert.equal(words(bench.scan(bench.schedule([[10, 1000]], 100))), ["accepted"]);
  assert.equal(words(bench.run(20_000)), ["active"]);
  assert.equal(words(bench.scan(bench.schedule([[0, 2000]], 100))), ["accepted", "superseded"]);
  assert.equal(words(bench.run(200_000, 10_000)), ["active", "expired"]);
  assert.equal(words(bench.scan(bench.schedule([[0, 2000]], 100))), ["accepted"], "what is over has its end");
  bench.beat();
  assert.equal(words(bench.scan(bench.control("release"))), ["active", "accepted", "cancelled"]);
  assert.equal(words(bench.run(200_000, 10_000)), []);
});

test("no jump of the clock moves a schedule once it is taken", () => {
  const bench = scheduled([
    [0, 150_000],
    [600, 50_000],
  ]);
  const failsafeWatts = () => bench.scan().limits.find(({ source }) => source === "failsafe")?.ceilingWatts;
  bench.unixOffset += 31_536_000_000;
  bench.run(300_000, 10_000);
  assert.is(failsafeWatts(), 150_000);
  bench.unixOffset -= 63_072_000_000;
  bench.run(400_000, 10_000);
  assert.is(failsafeWatts(), 50_000);
});

test("cutting the time into other pieces changes nothing", () => {
  void fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 400 })), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.array(fc.integer({ min: 100, max: 90_000 }), { minLength: 1, maxLength: 20 }),
      (gaps, pieces) => {
        let seconds = 0;
        const levels = gaps.map(([gap, kilowatts]) => {
          seconds += gap;
          return [seconds, kilowatts * 1000] as const;
        });
        const whole = scheduled(levels, seconds + 300);
        const cut = scheduled(levels, seconds + 300);
        const end = pieces.reduce((sum, piece) => sum + piece, 0);
        whole.now += end;
        for (const piece of pieces) {
          cut.now += piece;
          cut.scan();
        }
        assert.ok(Math.abs(whole.scan().ceilingWatts - cut.scan().ceilingWatts) < 1e-6);
      },
    ),
    { seed, numRuns: 200, includeErrorInReport: true },
  );
});

test("the state lists what a schedule says, what follows and when, until its end", () => {
  const bench = scheduled(
    [
      [600, 150_000],
      [1200, 50_000],
    ],
    1800,
  );
  const listed = () => {
    const [schedule] = listSchedules(bench.state().schedules, bench.now);
    return schedule === undefined ? null : [schedule.source, schedule.watts, schedule.nextWatts];
  };
  const accepted = bench.now;
  assert.equal(listed(), ["dispatch", null, 150_000]);
  bench.now = accepted + 600_000;
  assert.equal(listed(), ["dispatch", 150_000, 50_000]);
  const [standing] = listSchedules(bench.state().schedules, bench.now);
  assert.is(standing?.nextMilliseconds, 600_000);
  assert.is(standing?.remainingMilliseconds, 1_200_000);
  bench.now = accepted + 1_799_000;
  assert.is(listed()?.[1], 50_000);
  bench.now = accepted + 1_801_000;
  bench.scan();
  assert.equal(listSchedules(bench.state().schedules, bench.now), []);
});

test.run();
