/** ePIC: recorded replies, and what counts as yes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonValue } from "../../../src/protocol/cgminer/json.ts";
import {
  decodeEpicDetails,
  decodeEpicIdentity,
  encodeEpicOrder,
  judgeEpic,
  observeEpic,
} from "../../../src/protocol/epic/messages.ts";
import { recording } from "../recordings.ts";

const test = suite("epic");

const recorded = (name: string): JsonValue => JSON.parse(recording(`epic-s19xp-umc/${name}`).toString()) as JsonValue;

test("a recorded S19 XP: 2166.6 W that its supply did not measure, board 0 dead", () => {
  const summary = recorded("summary");
  assert.equal(observeEpic(summary), {
    mode: "hashing",
    setting: "run",
    powerWatts: 2166.6174,
    powerSource: "estimated",
    hashrateTerahashesPerSecond: 99.365848,
    boardCelsius: 67,
    uptimeSeconds: 23170,
  });
  const details = decodeEpicDetails(summary, recorded("capabilities"));
  assert.equal(details.boards, [
    { hashes: false, chips: 110 },
    { hashes: true, chips: 110 },
    { hashes: true, chips: 110 },
  ]);
  assert.equal(details.fansRevolutionsPerMinute, [5971, 0, 5942, 5745]);
  assert.is(details.locating, false);
  assert.is(details.pools?.[0]?.state, "connected");
  assert.is(JSON.stringify(details).includes('password"'), false);
  assert.equal(decodeEpicIdentity(summary, recorded("capabilities"), recorded("network")), {
    make: "Bitmain",
    model: "AntMiner S19 XP",
    firmware: "ePIC PowerPlay-BMS v1.5.13",
    mac: "e6:d4:41:51:64:28",
  });
});

test("a supply that tells volts and amperes has measured; idling and silent is asleep; another server is refused", () => {
  const base = { Session: {}, Status: { "Operating State": "Idling" }, HBs: [] };
  const supply = { "Input Power": 30, "Input Voltage": 240, "Input Current": 0.2 };
  const idle = observeEpic({ ...base, "Power Supply Stats": supply });
  assert.is(idle?.mode, "asleep");
  assert.is(idle?.powerSource, "measured");
  const amperesOnly = { ...supply, "Input Voltage": 0 };
  assert.is(observeEpic({ ...base, "Power Supply Stats": amperesOnly })?.powerSource, "estimated");
  const voltsOnly = { ...supply, "Input Current": 0 };
  assert.is(observeEpic({ ...base, "Power Supply Stats": voltsOnly })?.powerSource, "estimated");
  assert.is(observeEpic(base)?.powerSource, "unknown");
  assert.is(observeEpic({ hello: 1 }), undefined);
});

test("yes, no, and the wrong password", () => {
  assert.is(judgeEpic({ result: true, error: null }).ok, true);
  const kindOf = (reply: JsonValue | undefined): string => {
    const judged = judgeEpic(reply);
    return judged.ok ? "yes" : judged.error.kind;
  };
  assert.is(kindOf({ result: false, error: "Invalid password" }), "password");
  assert.is(kindOf({ result: false, error: "Invalid parameter" }), "refused");
  assert.is(kindOf(undefined), "malformed");
  assert.equal(encodeEpicOrder({ kind: "locate", on: true }), { path: "/identify", parameter: true });
  assert.is(encodeEpicOrder({ kind: "percent", percent: 50 }), undefined);
});

test.run();
