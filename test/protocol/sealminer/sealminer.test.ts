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

test.run();
