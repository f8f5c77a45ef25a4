/** WhatsMiner replies, recorded and as the manual describes them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/protocol/cgminer/json.ts";
import { decodeReply } from "../../../src/protocol/cgminer/reply.ts";
import {
  decodeDetails,
  decodeFirmware,
  decodeMac,
  decodeModel,
  decodeSummary,
  decodeSwitchedOff,
  decodeTokenSalts,
  encodeRead,
  judgeReply,
  observeStatusOnly,
} from "../../../src/protocol/whatsminer/messages.ts";
import { recording } from "../recordings.ts";

const test = suite("whatsminer messages");

function bodyOf(bytes: Buffer): JsonObject {
  const reply = decodeReply(bytes);
  assert.ok(reply.ok);
  return reply.value.body;
}

const m20s = "microbt-m20sv10-20210322.22.REL/";

/** A summary with the given row. */
const summary = (row: Record<string, unknown>): JsonObject =>
  ({ STATUS: [{ STATUS: "S", Code: 11 }], SUMMARY: [row] }) as unknown as JsonObject;

test("a recorded M20S: 67.39 TH/s, 3417 W measured, its MAC and firmware", () => {
  const body = bodyOf(recording(`${m20s}summary`));
  assert.equal(decodeSummary(body, false), {
    mode: "hashing",
    setting: "run",
    powerWatts: 3417,
    powerSource: "measured",
    limitWatts: 3500,
    powerMode: "normal",
    hashrateTerahashesPerSecond: 67.39480097,
    boardCelsius: 71.5,
    chipCelsius: 92.5,
    uptimeSeconds: 10154,
  });
  assert.is(decodeMac(body), "c4:08:28:00:a4:19");
  assert.is(decodeFirmware(bodyOf(recording(`${m20s}get_version`))), "20210322.22.REL");
});

test("a recorded M20S for a person: two fans, three boards, three pools, 68.796 TH/s by the factory", () => {
  const [head, boards, pools] = ["summary", "devs", "pools"].map((name) => bodyOf(recording(`${m20s}${name}`)));
  assert.ok(head);
  const details = decodeDetails(head, boards, pools);
  assert.equal(details.fansRevolutionsPerMinute, [6450, 6480]);
  assert.equal(details.boards, Array(3).fill({ hashes: true, chips: 105 }));
  assert.is(details.pools?.length, 3);
  assert.is(details.ratedTerahashesPerSecond, 68.796);
});

test("a limit of 99999 W is none, 0 W is a machine that is switched off", () => {
  for (const [told, limit] of [
    [99999, undefined],
    [0, undefined],
    ["3500", 3500],
  ] as const)
    assert.is(decodeSummary(summary({ "HS RT": 67394800, "Power Limit": told }), false)?.limitWatts, limit);
});

test("a power mode that is none of the three is not told", () => {
  const told = [
    ["Low", "low"],
    ["High", "high"],
    ["Turbo", undefined],
    [1, undefined],
  ] as const;
  for (const [mode, expected] of told)
    assert.is(decodeSummary(summary({ "HS RT": 67394800, "Power Mode": mode }), false)?.powerMode, expected);
});

test("the new generation's types read the same: quoted booleans, floats, TH/s under the old names", () => {
  const row = { "HS RT": 118.2, "Factory GHS": 118000, Power: 3422.5, "Hash Stable": "false", Elapsed: 12.0 };
  const observed = decodeSummary(summary(row), false);
  assert.is(observed?.hashrateTerahashesPerSecond, 118.2);
  assert.is(observed?.powerWatts, 3422.5);
  assert.is(observed?.mode, "starting");
  const settled = decodeSummary(summary({ ...row, "Hash Stable": "true" }), false);
  assert.is(settled?.mode, "hashing");
});

test("a hashrate in an uncertain unit is refused", () => {
  assert.is(decodeSummary(summary({ "HS RT": 118.2 }), false)?.hashrateTerahashesPerSecond, undefined);
  assert.is(
    decodeSummary(summary({ "HS RT": 118.2, "Factory GHS": 8 }), false)?.hashrateTerahashesPerSecond,
    undefined,
  );
  assert.is(decodeSummary(summary({ "HS RT": 9e12 }), false)?.hashrateTerahashesPerSecond, undefined);
  assert.is(decodeSummary(summary({ "HS RT": -5 }), false)?.mode, "unknown");
});

test("0 W while hashing is unknown, never zero", () => {
  const observed = decodeSummary(summary({ "HS RT": 67394800, Power: 0 }), false);
  assert.is(observed?.powerWatts, undefined);
  assert.is(observed?.powerSource, "unknown");
});

test("without `status` hashing proves run, and nothing proves sleep", () => {
  assert.is(decodeSummary(summary({ "HS RT": 67394800 }), undefined)?.setting, "run");
  assert.is(decodeSummary(summary({ "HS RT": 0 }), undefined)?.setting, "unknown");
  assert.is(decodeSummary(summary({ "HS RT": 0 }), undefined)?.mode, "starting");
});

test("switched off but still hashing is not asleep yet", () => {
  assert.is(decodeSummary(summary({ "HS RT": 67394800 }), true)?.mode, "hashing");
  assert.is(decodeSummary(summary({ "HS RT": 67394800 }), true)?.setting, "sleep");
  assert.is(decodeSummary(summary({}), true)?.mode, "asleep");
});

test("absent sensors (0, -273, 255) are no temperatures", () => {
  const observed = decodeSummary(summary({ "Env Temp": 0, Temperature: -273, "Chip Temp Max": 255 }), false);
  assert.is(observed?.inletCelsius, undefined);
  assert.is(observed?.boardCelsius, undefined);
  assert.is(observed?.chipCelsius, undefined);
});

test("a summary that is none is refused", () => {
  assert.is(decodeSummary({ STATUS: "S" }, false), undefined);
  assert.is(decodeSummary({ SUMMARY: [] }, false), undefined);
});

test("`status` tells switched off under both names and both types", () => {
  assert.is(decodeSwitchedOff({ Msg: { btmineroff: "true" } }), true);
  assert.is(decodeSwitchedOff({ Msg: { mineroff: "false" } }), false);
  assert.is(decodeSwitchedOff({ Msg: [{ mineroff: true }] }), true);
  assert.is(decodeSwitchedOff({ btmineroff: false }), false);
  assert.is(decodeSwitchedOff({ Msg: { btmineroff: "maybe" } }), undefined);
  assert.equal(observeStatusOnly(true), { mode: "asleep", setting: "sleep", powerSource: "unknown" });
  assert.equal(observeStatusOnly(undefined), { mode: "unknown", setting: "unknown", powerSource: "unknown" });
});

test("token salts: numbers and text; over the limit and nonsense are told apart", () => {
  const message = { time: 5626, salt: "BQ5hoXV9", newsalt: "jbzkfQls" };
  const good = decodeTokenSalts({ STATUS: "S", Code: 134, Msg: message });
  assert.equal(good.ok && good.value, { time: "5626", salt: "BQ5hoXV9", newsalt: "jbzkfQls" });
  const full = decodeTokenSalts({ STATUS: "E", Code: 136, Msg: "over max connect" });
  assert.is(!full.ok && full.error.kind, "token-limit");
  const none = decodeTokenSalts({ STATUS: "S", Code: 134, Msg: { time: "5626" } });
  assert.is(!none.ok && none.error.kind, "malformed");
});

test("every refusal has its kind", () => {
  const kindOf = (code: number, text = ""): string => {
    const judged = judgeReply({ STATUS: "E", Code: code, Msg: text });
    return judged.ok ? "accepted" : judged.error.kind;
  };
  assert.is(kindOf(14), "unknown-command");
  assert.is(kindOf(24), "unknown-command");
  assert.is(kindOf(45), "write-access-disabled");
  assert.is(kindOf(132, "can't access write cmd"), "write-access-disabled");
  assert.is(kindOf(132), "refused");
  assert.is(kindOf(135), "token-wrong");
  const nothing = judgeReply({ hello: 1 });
  assert.is(!nothing.ok && nothing.error.kind, "malformed");
  assert.is(judgeReply({ STATUS: "S", Code: 131 }).ok, true);
});

test("a read names its command under both keys, for the firmware of 2020 and since", () => {
  assert.equal(JSON.parse(encodeRead("summary").toString()), { cmd: "summary", command: "summary" });
  assert.is(decodeModel({ DEVDETAILS: [{ Model: "M50S_VH50" }] }), "M50S_VH50");
  assert.is(decodeModel({}), undefined);
});

test.run();
