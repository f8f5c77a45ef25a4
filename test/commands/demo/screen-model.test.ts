import { readFileSync } from "node:fs";
import { encode } from "cbor-x";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { demoSitePath, makeRunFolder } from "../../../src/commands/demo/run-folder.ts";
import { type Heard, isComplete, screenModel, tripNames } from "../../../src/commands/demo/screen-model.ts";
import { openUplink } from "../../../src/commands/demo/uplink.ts";
import type { Site } from "../../../src/model/site.ts";
import { dataFolder } from "../../../src/site/data-folder.ts";
import { loadSite } from "../../../src/site/load-site.ts";

const test = suite("what the demo's screen is told");

function demoSite(): Site {
  const folder = makeRunFolder(demoSitePath());
  const loaded = loadSite(folder.sitePath);
  folder.remove();
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

const site = demoSite();
const keys = JSON.parse(readFileSync(`${dataFolder()}schemas/keys.json`, "utf8")) as {
  telemetry: Record<string, number>;
};

function telemetryBytes(fields: Readonly<Record<string, unknown>>): Uint8Array {
  return encode(new Map(Object.entries(fields).map(([name, value]) => [keys.telemetry[name], value])));
}

const goodPages = {
  status: { mode: "controlled", points: { total: 3, bad: 0 }, trips: [{ name: "tank-2/flow" }], setpoints: [] },
  points: {
    points: [
      { name: "io/pump1Running", quality: "good", value: 1 },
      { name: "io/pump2Running", quality: "bad", fault: "no-reply" },
      { name: "branch-1-meter/powerWatts", quality: "good", value: 91_000 },
      { name: "io/tank1Dry", quality: "good", value: 1 },
      { name: "uno-tank/leakDry", quality: "good", value: 0 },
    ],
  },
  miners: { miners: [{ name: "w-001", phase: "waking", fault: null, ageMilliseconds: 12 }] },
  lines: {
    lines: [
      { name: "feeder", state: "lost", devices: [] },
      {
        name: "cooling",
        state: "open",
        devices: [
          { name: "io", state: "silent" },
          { name: "ai8", state: "good" },
        ],
      },
    ],
  },
};

function heard(): Heard {
  const uplink = openUplink(() => 1000);
  uplink.take(
    "weir/v1/wolf-c07/telemetry",
    telemetryBytes({
      powerWatts: 200_000,
      ceilingWatts: 220_000,
      coolantCentidegrees: [4512, null],
      flowMillilitersPerSecond: [11_500, 0],
    }),
  );
  return {
    site,
    seconds: 3,
    telemetry: uplink.telemetry,
    state: uplink.state,
    events: uplink.events,
    pages: goodPages,
    brokerOnline: true,
    socketOnline: true,
    power: [],
    coolant: [[], []],
  };
}

test("the demo's site file passes every check and names what the demo wires", () => {
  assert.is(site.miners.length, 100);
  assert.equal(
    site.lines.map((line) => line.name),
    ["feeder", "branches", "cooling"],
  );
});

test("telemetry with integer keys becomes power, temperatures and flows", () => {
  const model = screenModel(heard());
  assert.is(model.watts, 200_000);
  assert.is(model.tanks[0]?.coolantCelsius, 45.12);
  assert.is(model.tanks[0]?.flowLitersPerMinute, 690);
  assert.is(model.tanks[1]?.coolantCelsius, null);
});

test("a bad point is unknown, never off; one leaking detector of two is a leak", () => {
  const [first, second] = screenModel(heard()).tanks;
  assert.is(first?.pumpRunning, true);
  assert.is(second?.pumpRunning, null);
  assert.is(first?.dry, false);
  assert.is(first?.watts, 91_000);
  assert.is(second?.trip, "flow");
});

test("a lost line and a silent device are told apart", () => {
  const wires = screenModel(heard()).wires;
  assert.equal(
    wires.map((wire) => `${wire.name} ${wire.state}`),
    ["feeder lost", "cooling unsure", "machines good", "broker good"],
  );
});

test("an image is complete when no point is bad and every machine has answered", () => {
  assert.ok(isComplete(goodPages));
  assert.not.ok(isComplete({ ...goodPages, status: { points: { total: 3, bad: 1 } } }));
  assert.not.ok(isComplete({ ...goodPages, miners: { miners: [{ name: "w-001", ageMilliseconds: null }] } }));
  assert.not.ok(isComplete({ status: null, points: null, miners: null, lines: null }));
});

test("without the socket trips come from the retained state", () => {
  const uplink = openUplink(() => 0);
  uplink.take("weir/v1/wolf-c07/state", encode({ binding: { text: "x" }, trips: [{ name: "tank-1/coolant" }] }));
  assert.equal(tripNames({ ...goodPages, status: null }, uplink.state), ["tank-1/coolant"]);
});

test("damaged messages are ignored", () => {
  const uplink = openUplink(() => 0);
  uplink.take("weir/v1/wolf-c07/telemetry", new Uint8Array([0xff, 0x00]));
  uplink.take("weir/v1/wolf-c07/state", Buffer.from("{"));
  uplink.take("weir/v1/wolf-c07/status", new Uint8Array(0));
  assert.is(uplink.telemetry, null);
  assert.is(uplink.state, null);
  assert.is(uplink.status, null);
});

test.run();
