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

const told = (state: string, boards: JsonValue[], more: Readonly<Record<string, JsonValue>> = {}) =>
  observeEpic({ Session: {}, Status: { "Operating State": state }, HBs: boards, ...more });

test("still is not asleep: only a stop keeps it so, and a board that tells nothing proves nothing", () => {
  const [still, hashing, silent] = [{ Hashrate: [0] }, { Hashrate: [1e8] }, { Temperature: 50 }];
  assert.is(told("Mining", [still])?.mode, "starting");
  assert.is(told("Stopped", [still])?.mode, "asleep");
  assert.is(told("Mining", [hashing])?.mode, "hashing");
  assert.is(told("Stopped", [hashing])?.mode, "hashing");
  assert.is(told("Mining", [hashing, silent])?.mode, "unknown");
  assert.is(told("Mining", [hashing, silent])?.hashrateTerahashesPerSecond, undefined);
  assert.is(told("Stopped", [silent])?.mode, "asleep");
  assert.is(told("", [hashing]), undefined);
  assert.is(told("Stopped", [])?.mode, "asleep");
});

test("0 W is no measurement, and figures that are left out are unknown", () => {
  const unpowered = told("Mining", [], {
    "Power Supply Stats": { "Input Power": 0, "Input Voltage": 240, "Input Current": 1 },
  });
  assert.is(unpowered?.powerWatts, undefined);
  assert.is(unpowered?.powerSource, "unknown");
  assert.is(told("Mining", [], { "Power Supply Stats": { "Input Power": 900 } })?.powerSource, "estimated");
  assert.is(observeEpic({ Session: {}, Status: { "Operating State": "Stopped" } })?.mode, "asleep");
  assert.is(observeEpic({ Status: { "Operating State": "Mining" } }), undefined);
  assert.is(observeEpic({ Session: {} }), undefined);
  assert.equal(decodeEpicDetails({}, undefined), { fansRevolutionsPerMinute: [], boards: [], pools: [], errors: [] });
  const broken = decodeEpicDetails({ Status: { "Last Error": "fan 2" }, StratumConfigs: [{}] }, undefined);
  assert.equal(broken.errors, ["fan 2"]);
  assert.equal(broken.pools, [{ url: "", state: "not connected" }]);
  assert.equal(decodeEpicIdentity({}, undefined, undefined), {
    make: "Bitmain",
    model: "unknown",
    firmware: "ePIC unknown",
  });
});

test.run();
