import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Snapshot } from "../../../src/model/snapshot.ts";
import { duration, valueWithUnit, wrap } from "../../../src/views/text/figures.ts";
import { renderStatus } from "../../../src/views/text/status.ts";
import { renderEvents, renderLines, renderMiners, renderPoints } from "../../../src/views/text/tables.ts";
import { renderWhy } from "../../../src/views/text/why.ts";
import { exampleSnapshot } from "./example.ts";

const test = suite("text pages");

const pages: Readonly<Record<string, (snapshot: Snapshot) => string[]>> = {
  status: renderStatus,
  why: (snapshot) => renderWhy(snapshot, "container"),
  points: (snapshot) => renderPoints(snapshot, ""),
  miners: (snapshot) => renderMiners(snapshot, ""),
  lines: renderLines,
  events: (snapshot) => renderEvents(snapshot, 20),
};

/** Text without its line breaks, as one reads it. */
const read = (lines: readonly string[]): string => lines.join(" ").replaceAll(/\s+/g, " ");

test("no page is wider than 80 columns, whatever the names and texts", () => {
  const long = "a-very-long-name-of-a-thing-that-somebody-thought-of/withAQuantityThatNeverEndsWatts";
  const usual = exampleSnapshot();
  const wide: Snapshot = {
    ...usual,
    container: long,
    image: { ...usual.image, readings: { [long]: { quality: "bad", fault: "refused-by-device", at: 0 } } },
    decision: {
      ...usual.decision,
      miners: [{ name: long, phase: "unreachable", since: 0, accountedWatts: 1e9 }],
      binding: { ...usual.decision.binding, reason: { code: "setpoint", text: `${long}${long} ${long}` } },
      trips: usual.decision.trips.map((trip) => ({ ...trip, name: long })),
    },
    lines: usual.lines.map((line) => ({ ...line, name: long })),
  };
  for (const snapshot of [usual, wide])
    for (const [name, page] of Object.entries(pages))
      for (const line of page(snapshot)) assert.ok(line.length <= 80, `${name}: ${line}`);
});

test("the status names power, ceiling, what holds it, and how to leave a trip", () => {
  const text = read(renderStatus(exampleSnapshot()));
  for (const part of [
    "wolf-c07 CONTROLLED",
    "2026-11-12 14:03:22 UTC",
    "218.4 kW measured",
    "ceiling 220.0 kW",
    "Held by Dispatch limits the container to 220.0 kW",
    "3: 1 hashing, 1 unreachable, 1 defiant",
    "3 min 34 s left",
    "TRIPS 1 latched",
    "Then: reset tank-2/flow",
    "5 good, 2 BAD: cooling/tank2FlowLitersPerMinute (no-reply)",
    "cooling 1 of 2 devices silent, tank-io LOST",
  ])
    assert.ok(text.includes(part), `${part} is not in: ${text}`);
});

test("the status says lockout, remote stop, an unknown power and a clock without trust", () => {
  const usual = exampleSnapshot();
  const text = read(
    renderStatus({
      ...usual,
      image: { ...usual.image, wallClock: { unixMilliseconds: 0, trusted: false } },
      decision: {
        ...usual.decision,
        power: { ...usual.decision.power, measuredWatts: null },
        trips: [],
        durable: {
          ...usual.decision.durable,
          lockout: { by: "console", sinceUnixMilliseconds: 0 },
          remoteStop: { source: "dispatch", id: "1" },
        },
      },
    }),
  );
  for (const part of ["LOCKOUT by console", "STOPPED by dispatch", "unknown measured", "(not trusted)", "Trips none"])
    assert.ok(text.includes(part), part);
});

test("the status tells of the frequency where the site has something for it", () => {
  const usual = exampleSnapshot();
  const page = (frequency: NonNullable<typeof usual.decision.frequency>): string =>
    read(renderStatus({ ...usual, decision: { ...usual.decision, frequency } }));
  assert.not.match(read(renderStatus(usual)), /Frequency/);
  const quiet = {
    hertz: 59.9812,
    stage: 0,
    relay: null,
    lastResponseMilliseconds: null,
    worstResponseMilliseconds: null,
  };
  assert.match(page(quiet), /Frequency 59\.981 Hz, no stage holds; no response yet/);
  assert.match(
    page({ hertz: null, stage: 2, relay: "tripped", lastResponseMilliseconds: 940, worstResponseMilliseconds: 1400 }),
    /not known, stage 2 holds, relay tripped; the newest response took 0\.9 s from sample to last command, the slowest 1\.4 s/,
  );
});

test("why lists the limits of one scope, lowest first", () => {
  const lines = renderWhy(exampleSnapshot(), "container");
  assert.ok(
    lines.findIndex((line) => line.includes("220.0 kW    Dispatch")) <
      lines.findIndex((line) => line.includes("348.0 kW    80")),
  );
  assert.not.ok(read(lines).includes("Tank 2"));
  assert.ok(read(renderWhy(exampleSnapshot(), "tank/tank-2")).includes("12 L/min"));
  assert.ok(read(renderWhy(exampleSnapshot(), "tank/tank-9")).includes("Scopes with limits: container, tank/tank-2"));
});

test("points show value, unit, quality, age and what an output is told to be", () => {
  const text = read(renderPoints(exampleSnapshot(), ""));
  for (const part of [
    "feeder-meter/powerWatts 218400 W good 0.4 s",
    "tank-io/coolantCelsius 45.3 °C good 0.2 s",
    "cooling/tank2LevelPercent - BAD no-reply, 12 s",
    "tank-io/contactorClosed 1 good 0.1 s commanded 1",
    "tank-io/heartbeat - output commanded 0",
  ])
    assert.ok(text.includes(part), part);
  assert.is(renderPoints(exampleSnapshot(), "TANK-IO").length, 5);
  assert.equal(renderPoints(exampleSnapshot(), "nonsense"), ['No point matches "nonsense".']);
});

test("miners show what they do, since when, and what went wrong", () => {
  const text = read(renderMiners(exampleSnapshot(), ""));
  for (const part of [
    "m-001 hashing 1 h 03 min 3.4 kW 201 44 °C",
    "m-002 unreachable 1 min 04 s unknown",
    "sleep failed: write-access-disabled",
    "3 machines, counted 10.4 kW",
  ])
    assert.ok(text.includes(part), `${part} is not in: ${text}`);
  assert.is(renderMiners(exampleSnapshot(), "defiant").at(-1), "1 machine, counted 3.5 kW");
});

test("lines show state, port and counters; events the newest last", () => {
  const lines = read(renderLines(exampleSnapshot()));
  assert.ok(lines.includes("flow-ai8 silent 38990 12 0 0 4 38 ms"));
  assert.ok(lines.includes("tank-io lost for 1.5 s /dev/ttyACM0"));
  assert.ok(read(renderEvents(exampleSnapshot(), 1)).startsWith(" 312 2026-11-12 14:01:11 !! Tank 2"));
});

test("schedules stand on the status page with what they say, what follows and when they end", () => {
  const usual = exampleSnapshot();
  const lasts = { source: "dispatch", id: "7", remainingMilliseconds: 7_200_000, reason: "price" };
  const schedules = [
    { ...lasts, watts: 100_000, nextWatts: 60_000, nextMilliseconds: 2_400_000 },
    { ...lasts, source: "site", watts: null, nextWatts: 50_000, nextMilliseconds: 30_000 },
  ];
  const text = read(renderStatus({ ...usual, decision: { ...usual.decision, schedules } }));
  assert.ok(
    text.includes(
      "Schedules dispatch: 100.0 kW, 60.0 kW in 40 min 00 s; ends in 2 h 00 min (price) site: nothing yet, 50.0 kW in 30 s;",
    ),
    text,
  );
  assert.not.match(read(renderStatus(usual)), /Schedules/);
});

test("an empty container renders too", () => {
  const usual = exampleSnapshot();
  const empty: Snapshot = {
    ...usual,
    image: { ...usual.image, readings: {}, miners: {} },
    decision: {
      ...usual.decision,
      miners: [],
      outputs: {},
      limits: [],
      explanation: [],
      trips: [],
      alarms: [],
      setpoints: [],
    },
    lines: [],
    events: [],
  };
  for (const page of Object.values(pages)) assert.ok(page(empty).length > 0);
});

test("figures", () => {
  assert.equal([400, 9_940, 12_400, 59_700, 214_000, 3_600_000, 90_000_000, Infinity].map(duration), [
    "0.4 s",
    "9.9 s",
    "12 s",
    "1 min 00 s",
    "3 min 34 s",
    "1 h 00 min",
    "1 d 1 h",
    "never",
  ]);
  assert.equal(
    [
      ["m/powerWatts", 1234.5],
      ["m/energyWattHours", 12],
      ["m/currentAmperes", 1.25],
      ["t/levelPercent", 85],
      ["t/leakDry", 1],
      ["x/y", 0.12345],
    ].map(([name, value]) => valueWithUnit(String(name), Number(value))),
    ["1235 W", "12 Wh", "1.3 A", "85.0 %", "1", "0.123"],
  );
  assert.equal(wrap("aaa bb cccccc", 4), ["aaa", "bb", "cccc", "cc"]);
});

test.run();
