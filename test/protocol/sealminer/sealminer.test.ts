/** Sealminer: recorded replies. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/protocol/cgminer/json.ts";
import {
  decodeSealminerDetails,
  decodeSealminerIdentity,
  observeSealminer,
} from "../../../src/protocol/sealminer/messages.ts";
import { recording } from "../recordings.ts";

const test = suite("sealminer");

const recorded = (name: string): JsonObject =>
  JSON.parse(recording(`sealminer-a2-2025091001/${name}`).toString()) as JsonObject;

test("a recorded A2: 3504 W measured at the wall, 3232 W behind the supply, a limit of 3500 W", () => {
  const stats = recorded("stats");
  assert.equal(observeSealminer(stats), {
    mode: "hashing",
    setting: "run",
    powerWatts: 3504,
    powerSource: "measured",
    directCurrentWatts: 3232,
    limitWatts: 3500,
    hashrateTerahashesPerSecond: 220407636.771225 / 1e6,
    chipCelsius: 70,
    uptimeSeconds: 2481,
  });
  assert.equal(decodeSealminerIdentity(stats), {
    make: "Bitdeer",
    model: "Sealminer A2",
    firmware: "2025091001",
    mac: "50:d4:48:4b:86:78",
  });
  const details = decodeSealminerDetails(stats, recorded("summary"), recorded("pools"));
  assert.equal(details.boards, Array(3).fill({ hashes: true, chips: 153 }));
  assert.is(details.fansRevolutionsPerMinute?.length, 4);
  assert.is(details.averageTerahashesPerSecond, 206.86047351);
  assert.is(details.ratedTerahashesPerSecond, 230.83940728559);
  assert.is(details.pools?.length, 1);
});

test("another maker's stats are refused; nothing hashing proves nothing of the setting", () => {
  assert.is(observeSealminer({ STATS: [{ "GHS 5s": 1 }] }), undefined);
  const quiet = observeSealminer({ STATS: [{ "PM State": "Stopped", "MHS(30s)": 0 }] });
  assert.is(quiet?.mode, "stopped");
  assert.is(quiet?.setting, "unknown");
});

const told = (row: Readonly<Record<string, number | string | boolean>>) =>
  observeSealminer({ STATS: [{ "PM State": "Running", ...row }] });

test("a machine that raises its clock starts; one without figures is unknown, never asleep", () => {
  assert.is(told({ "MHS(30s)": 2e8, "Raise Freq Done": true })?.mode, "hashing");
  assert.is(told({ "MHS(30s)": 2e8, "Raise Freq Done": false })?.mode, "starting");
  assert.is(told({ "MHS(30s)": 2e8 })?.mode, "hashing");
  assert.is(told({ "MHS(30s)": 0 })?.mode, "starting");
  assert.is(told({})?.mode, "unknown");
  assert.is(told({})?.setting, "unknown");
  assert.is(observeSealminer({ STATS: [{ ASIC: "SealMiner A2" }] })?.mode, "unknown");
  assert.is(observeSealminer({ STATS: [{ Elapsed: 5 }, { "PM State": "Running", "MHS(30s)": 1e6 }] })?.mode, "hashing");
});

test("older firmware's one sample counts only where there is no figure of 30 s", () => {
  assert.is(told({ "MHS(Sample)": 3e8 })?.hashrateTerahashesPerSecond, 300);
  assert.is(told({ "MHS(30s)": 1e8, "MHS(Sample)": 3e8 })?.hashrateTerahashesPerSecond, 100);
  assert.is(told({ "MHS(30s)": "?", "MHS(Sample)": 3e8 })?.hashrateTerahashesPerSecond, undefined);
});

test("0 W is no measurement, 0 °C is no sensor, and what is left out is unknown", () => {
  const dark = told({ "PSU Input Power": 0, "MHS(30s)": 1e8, Temp: 0, "0 Temp 1": 61 });
  assert.is(dark?.powerWatts, undefined);
  assert.is(dark?.powerSource, "unknown");
  assert.is(dark?.chipCelsius, 61);
  assert.is(told({ "PSU Input Power": 3400 })?.powerSource, "measured");
  const none: JsonObject = { STATS: [{ "GHS 5s": 1 }] };
  assert.equal(decodeSealminerIdentity(none), { make: "Bitdeer", model: "Sealminer unknown", firmware: "unknown" });
  const details = decodeSealminerDetails(none, undefined, undefined);
  assert.equal([details.boards, details.errors], [[], []]);
  const failed = {
    STATS: [{ "PM State": "x", "Error Code": "E7", "0 Chip Count": 153, "Liquid Cooling": true, "0 Speed": 5 }],
  };
  assert.equal(decodeSealminerDetails(failed, undefined, undefined).errors, ["E7"]);
  assert.equal(decodeSealminerDetails(failed, undefined, undefined).boards, [{ hashes: false, chips: 153 }]);
  assert.equal(decodeSealminerDetails(failed, undefined, undefined).fansRevolutionsPerMinute, []);
});

test.run();
