/** Each fault of a line once, on a paced pseudo-terminal: what it does, that no value comes from elsewhere, and that all is well again soon after. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSerialLine } from "../../../src/drivers/serial/serial-line.ts";
import type { DeviceHealth, PointDriver } from "../../../src/model/driver.ts";
import type { LineSite, PointSite } from "../../../src/model/site.ts";
import { device, point } from "../../protocol/modbus/points.ts";
import { waitFor } from "../../waiting.ts";
import { clock, type DeviceWords, type FarLine, startFarLine, temporaryFolder } from "./line-under-test.ts";

const test = suite("faults of a serial line, one by one");
const folder = temporaryFolder();
test.after(folder.remove);

const baudRate = 57_600;
const timeoutMilliseconds = 100;
/** Each quantity of each meter has a value of its own; io's input is 1 and its output is as commanded. */
const truths: Readonly<Record<string, number>> = {
  "a/voltage1Volts": 231,
  "a/powerWatts": 50_000,
  "a/frequencyHertz": 50,
  "b/voltage1Volts": 119,
  "b/voltage2Volts": 118,
  "b/powerWatts": 70_000,
  "b/frequencyHertz": 60,
  "io/input1": 1,
};
const addresses: Readonly<Record<string, number>> = {
  voltage1Volts: 19_000,
  voltage2Volts: 19_002,
  powerWatts: 19_026,
  frequencyHertz: 19_050,
};
const kinds: DeviceWords[] = [
  { name: "a", board: "janitza-umg96rm", address: 7 },
  { name: "b", board: "janitza-umg96rm", address: 20 },
  { name: "io", board: "waveshare-io8", address: 4 },
];

/** Replies of `a` all look alike; those of `b` come in two lengths. */
function lineOf(port: string, pollMilliseconds: number): LineSite {
  const pointsOf = (unit: string): PointSite[] =>
    Object.keys(truths).flatMap((name) => {
      const [of, quantity = ""] = name.split("/");
      const address = addresses[quantity];
      if (of !== unit || address === undefined) return [];
      return [point({ name, function: 3, address, type: "float32", pollMilliseconds })];
    });
  const more = { responseTimeoutMilliseconds: timeoutMilliseconds, maximumRegisters: 20 };
  const bit = { type: "bit", pollMilliseconds: Math.max(100, pollMilliseconds) } as const;
  const io = [
    point({ name: "io/input1", function: 2, address: 0, ...bit }),
    point({ name: "io/output1", function: 1, address: 0, writeFunction: 5, ...bit }),
  ];
  const devices = [
    device(pointsOf("a"), { name: "a", address: 7, ...more }),
    device(pointsOf("b"), { name: "b", address: 20, ...more }),
    device(io, { name: "io", address: 4, ...more }),
  ];
  return { name: "scenarios", port, baudRate, parity: "none", stopBits: 1, devices };
}

type Count = "timeouts" | "badFrames" | "exceptions";

interface Bench {
  readonly driver: PointDriver;
  readonly far: FarLine;
  readonly health: (name: string) => DeviceHealth;
  readonly good: (name: string) => number | null;
  readonly until: (condition: () => boolean, within?: number) => Promise<unknown>;
  /** All values are good, right, and younger than this call. */
  readonly well: (within?: number) => Promise<unknown>;
}

/** Runs `body` while every value is looked at all the time. */
async function bench(name: string, pollMilliseconds: number, body: (bench: Bench) => Promise<void>): Promise<void> {
  const port = folder.path(name);
  const far = await startFarLine(port, baudRate, kinds);
  far.truth(truths);
  const driver = openSerialLine(lineOf(port, pollMilliseconds), clock);
  const told = (): string => JSON.stringify({ health: driver.health(), readings: driver.readings() });
  const until = (condition: () => boolean, within = 4000) => waitFor(condition, { within, what: told });
  const wrong = new Set<string>();
  let seen = 0;
  const looking = setInterval(() => {
    for (const [of, value] of Object.entries(truths)) {
      const reading = driver.readings()[of];
      seen += 1;
      if (reading?.quality === "good" && reading.value !== value) wrong.add(`${of} ${reading.value}`);
    }
  }, 2);
  driver.start();
  const well = (within = 4000) => {
    const since = clock.now();
    return until(
      () => Object.values(driver.readings()).every(({ quality, at }) => quality === "good" && at > since),
      within,
    );
  };
  await well();
  await body({
    driver,
    far,
    until,
    well,
    health: (of) => {
      const found = driver.health().devices.find((one) => one.name === of);
      assert.ok(found !== undefined);
      return found;
    },
    good: (of) => {
      const reading = driver.readings()[of];
      return reading?.quality === "good" ? reading.value : null;
    },
  });
  await well(12_000);
  clearInterval(looking);
  assert.equal([...wrong], []);
  assert.ok(seen > 100);
  await driver.stop();
  await far.kill();
}

/** Faults of one reply, what each counts as, and a unit that it meets. */
const single: readonly (readonly [
  name: string,
  fault: string,
  value: number | undefined,
  unit: string,
  count: Count | null,
])[] = [
  ["late, of the same shape as the next", "late-once", 150, "a", "timeouts"],
  ["late, of another shape than the next", "late-once", 150, "b", "timeouts"],
  ["very late", "late-once", 600, "b", "timeouts"],
  ["lost", "mute-once", undefined, "b", "timeouts"],
  ["truncated", "truncate-once", undefined, "a", "badFrames"],
  ["corrupted", "corrupt-once", undefined, "b", "badFrames"],
  ["with fewer registers than asked", "short-once", undefined, "b", "badFrames"],
  ["of another unit", "wrong-unit-once", undefined, "a", "badFrames"],
  ["that is an exception", "exception-once", 6, "a", "exceptions"],
  ["with noise in front", "garbage-once", 6, "a", null],
];

test("one reply late, lost, truncated, corrupted, short, refused, noisy, or of another unit: counted, and every value is its own", () =>
  bench("single", 20, async ({ far, health, until, well }) => {
    for (const [, fault, value, unit, count] of single) {
      const before = health(unit);
      far.fault(unit, fault, true, value);
      if (count === null) await well();
      else await until(() => health(unit)[count] > before[count]);
      await well();
    }
  }));

test("a late reply that comes while the line is idle is dropped", () =>
  bench("idle", 1000, async ({ far, health, until, well }) => {
    const before = health("a").timeouts;
    // Given up after 100 ms and asked again; all of that is over when it comes.
    far.fault("a", "late-once", true, 450);
    await until(() => health("a").timeouts > before);
    await well();
    assert.is(health("a").unaskedReplies, 0);
  }));

test("a unit that is always too late is waited for from then on", () =>
  bench("always", 20, async ({ far, health, well }) => {
    const before = health("a").timeouts;
    far.fault("a", "late", true, timeoutMilliseconds + 40);
    await well(15_000);
    assert.ok(health("a").timeouts > before);
    const learned = health("a").timeouts;
    await well();
    await well();
    assert.is(health("a").timeouts, learned, "its lateness is known");
  }));

test("noise alone instead of a reply is a bad frame", () =>
  bench("noise", 20, async ({ far, health, until }) => {
    const before = health("a").badFrames + health("b").badFrames;
    for (const unit of ["a", "b", "io"]) far.fault(unit, "mute", true);
    far.fault("line", "noise", true, 12);
    await until(() => health("a").badFrames + health("b").badFrames > before);
    far.fault("line", "noise", false);
    for (const unit of ["a", "b", "io"]) far.fault(unit, "mute", false);
  }));

test("a babbling device: nothing counts while it lasts, and all is well after it", () =>
  bench("babble", 20, async ({ far, driver, until }) => {
    far.fault("line", "babble", true);
    await until(() => Object.values(driver.readings()).every(({ quality }) => quality === "bad"), 12_000);
    far.fault("line", "babble", false);
  }));

test("with an adapter that hears itself a dead module neither answers reads nor acknowledges a write", () =>
  bench("echo", 20, async ({ far, driver, health, good, until, well }) => {
    far.fault("line", "echo", true);
    await well();
    far.fault("io", "mute", true);
    await until(() => good("io/input1") === null && good("io/output1") === null);
    const { timeouts, badFrames } = health("io");
    driver.command({ "io/output1": 1 });
    await until(() => health("io").timeouts + health("io").badFrames > timeouts + badFrames);
    assert.is(far.effects()["io/output1"], 0);
    assert.is(good("io/output1"), null);
    far.fault("io", "mute", false);
    await until(() => good("io/output1") === 1 && far.effects()["io/output1"] === 1, 12_000);
    far.fault("line", "echo", false);
  }));

test("a write that is acknowledged and not obeyed is found out by reading back, and written again until it stands", () =>
  bench("disobey", 200, async ({ far, driver, good, until }) => {
    far.fault("io", "disobey", true);
    const commanded = clock.now();
    driver.command({ "io/output1": 1 });
    await until(() => (driver.readings()["io/output1"]?.at ?? 0) > commanded + 300);
    assert.is(good("io/output1"), 0, "the acknowledgement proves nothing");
    far.fault("io", "disobey", false);
    await until(() => good("io/output1") === 1, 2000);
    assert.ok(clock.now() - commanded < 4500, "sooner than the usual repetition");
  }));

test("unplugged while a reply is waited for: it fails at once; replugged: all is well again", () =>
  bench("unplugged", 20, async ({ far, driver, until, well }) => {
    for (let time = 0; time < 2; time += 1) {
      // Nobody answers: a request is nearly always under way, and has 100 ms.
      for (const unit of ["a", "b", "io"]) far.fault(unit, "mute", true);
      const silentAt = clock.now();
      await until(() => driver.health().devices.some(({ timeouts }) => timeouts > 0) && clock.now() > silentAt + 60);
      far.fault("line", "hangup", true);
      await until(() => driver.health().state === "lost", 1000);
      await until(
        () => Object.values(driver.readings()).every((each) => each.quality === "bad" && each.fault === "line-lost"),
        300,
      );
      for (const unit of ["a", "b", "io"]) far.fault(unit, "mute", false);
      far.fault("line", "hangup", false);
      await well(8000);
    }
  }));

test("fewer registers than asked is a bad frame of every length of block", async () => {
  const port = folder.path("short");
  const words: DeviceWords[] = [{ name: "meter", board: "eastron-sdm630-v2", address: 1 }];
  const far = await startFarLine(port, baudRate, words);
  far.truth({ "meter/powerWatts": 50_000 });
  // Blocks of 18, 20 and 2 registers: 20 becomes 18, which is the length of another one, and 2 becomes an odd one, which this meter refuses to be asked for.
  for (const [first, last] of [
    [0, 16],
    [52, 70],
    [342, 342],
  ] as const) {
    const points = [...new Set([first, last])].map((address) =>
      point({ name: `meter/${address}`, address, type: "float32", pollMilliseconds: 50 }),
    );
    const between = Array.from({ length: (last - first) / 2 }, (_, index) => first + 2 * index).slice(1);
    points.push(
      ...between.map((address) => point({ name: `meter/${address}`, address, type: "float32", pollMilliseconds: 50 })),
    );
    const site = device(points, {
      name: "meter",
      responseTimeoutMilliseconds: timeoutMilliseconds,
      alignmentRegisters: 2,
    });
    const driver = openSerialLine(
      { name: "short", port, baudRate, parity: "none", stopBits: 1, devices: [site] },
      clock,
    );
    const told = (): string => JSON.stringify(driver.health());
    driver.start();
    const well = (since: number) => () =>
      Object.values(driver.readings()).every(({ quality, at }) => quality === "good" && at > since);
    await waitFor(well(0), { within: 4000, what: told });
    far.fault("meter", "short-once", true);
    await waitFor(() => driver.health().devices[0]?.badFrames === 1, { within: 2000, what: told });
    // A device of a single shape of reply would wait until the missing one cannot come any more: 6 s.
    if (first !== last) await waitFor(well(clock.now()), { within: 2000, what: told });
    assert.is(driver.health().devices[0]?.exceptions, 0);
    assert.is(driver.health().devices[0]?.unaskedReplies, 0, "short is not unasked");
    await driver.stop();
  }
  await far.kill();
});

test.run();
