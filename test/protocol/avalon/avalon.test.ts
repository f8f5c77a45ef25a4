/** Avalons: recorded replies, both sides of the power supply, what counts as yes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  decodeAvalonDetails,
  decodeAvalonIdentity,
  decodeFigures,
  decodeWhen,
  encodeAvalonOrder,
  encodeSoftSwitch,
  judgeSet,
  observeAvalon,
  switchesSoftly,
} from "../../../src/protocol/avalon/messages.ts";
import type { JsonObject } from "../../../src/protocol/cgminer/json.ts";
import { decodeReply } from "../../../src/protocol/cgminer/reply.ts";
import { recording } from "../recordings.ts";

const test = suite("avalon");

const a1246 = "canaan-1246-21072802_4ec6bb0_211fc46/";
const q = "canaan-avalonq-25052801_14a19a2/";

function recorded(path: string): JsonObject {
  const reply = decodeReply(recording(path));
  assert.ok(reply.ok);
  return reply.value.body;
}

function observed(text: string): ReturnType<typeof observeAvalon> {
  const figures = decodeFigures({ STATS: [{ "MM ID0": `Ver[1066-1] ${text}` }] });
  assert.ok(figures);
  return observeAvalon(figures);
}

test("a recorded A1246: 83.92 TH/s, 3504 W at the wall, 3189 W behind the supply", () => {
  const figures = decodeFigures(recorded(`${a1246}stats`));
  assert.ok(figures);
  assert.equal(observeAvalon(figures), {
    mode: "hashing",
    setting: "run",
    powerWatts: 3504,
    powerSource: "measured",
    directCurrentWatts: 3189,
    hashrateTerahashesPerSecond: 83.92304,
    inletCelsius: 30,
    chipCelsius: 77,
    uptimeSeconds: 24684,
  });
  const details = decodeAvalonDetails(figures, undefined);
  assert.equal(details.fansRevolutionsPerMinute, [5344, 5392, 5349, 5309]);
  assert.equal(details.boards, Array(3).fill({ hashes: true, chips: 120 }));
  assert.is(details.targetDirectCurrentWatts, 3200);
  assert.equal(details.errors, []);
  assert.is(decodeAvalonIdentity(undefined, figures).model, "Avalon1246");
  assert.is(switchesSoftly(figures), true);
});

test("a recorded Q that is off softly: asleep, no hashrate although its average stands, and 800 W is a target", () => {
  const figures = decodeFigures(recorded(`${q}stats`));
  assert.ok(figures);
  const report = observeAvalon(figures);
  assert.is(report.mode, "asleep");
  assert.is(report.setting, "sleep");
  assert.is(report.hashrateTerahashesPerSecond, 0);
  assert.is(report.powerWatts, 146);
  assert.is(report.powerSource, "estimated");
  assert.is(report.directCurrentWatts, undefined);
  const details = decodeAvalonDetails(figures, recorded(`${q}pools`));
  assert.is(details.targetDirectCurrentWatts, 800);
  assert.is(details.fansRevolutionsPerMinute?.length, 4);
  assert.is(details.boards?.[0]?.chips, 160);
  assert.equal(details.pools, [{ url: "stratum+tcp://pool.example.com:4444", state: "Alive" }]);
  const identity = decodeAvalonIdentity(recorded(`${q}version`), figures);
  assert.equal(identity, { make: "Canaan", model: "Avalon Q", firmware: "25052801_14a19a2", mac: "aa:bb:cc:dd:ee:ff" });
  const lite = decodeFigures(recorded(`${q}litestats`));
  assert.is(lite && observeAvalon(lite).mode, "asleep");
});

test("where only the side behind the supply is told, the wall is estimated upwards; all zero is unknown", () => {
  const direct = observed("PS[0 1197 1249 260 3247 1248] GHSspd[50000.00] SYSTEMSTATU[Work: In Work]");
  assert.is(direct.powerWatts, 3572);
  assert.is(direct.powerSource, "estimated");
  assert.is(direct.directCurrentWatts, 3247);
  const none = observed("PS[0 0 0 0 0 0] GHSspd[50000.00] MPO[3300]");
  assert.is(none.powerWatts, undefined);
  assert.is(none.powerSource, "unknown");
  assert.is(observed("PS[0 1 1 1 3200 1 3500] WALLPOWER[3731] GHSspd[5]").powerWatts, 3731);
});

test("firmware without SoftOFF is judged by its state; -273 is no temperature", () => {
  assert.is(observed("SYSTEMSTATU[Work: In Idle] GHSspd[0.00]").mode, "asleep");
  assert.is(observed("SYSTEMSTATU[Work: In Work] GHSspd[0.00]").mode, "starting");
  assert.is(observed("SYSTEMSTATU[Work: In Work] TMax[-273] Temp[0]").mode, "unknown");
  assert.is(observed("TMax[-273] Temp[0] GHSspd[1]").chipCelsius, undefined);
  const figures = decodeFigures({ STATS: [{ "MM ID0": "Ver[1066-1] Temp[3]" }] });
  assert.is(figures && switchesSoftly(figures), false);
});

test("another maker's stats are refused", () => {
  assert.is(decodeFigures(recorded("bitmain-s19pro-stock-49.0.1.3/stats")), undefined);
  assert.is(decodeFigures({}), undefined);
});

test("yes comes as S and as I, with the machine's own time", () => {
  const yes = recorded(`${q}ascset_softoff`);
  assert.is(judgeSet(yes).ok, true);
  assert.is(judgeSet(recorded(`${q}ascset_softon`)).ok, true);
  assert.is(judgeSet(recorded(`${q}ascset_workmode`)).ok, true);
  assert.is(judgeSet(recorded(`${q}ascset_help`)).ok, false);
  assert.is(judgeSet({ STATUS: [{ STATUS: "E", Msg: "ASC 0 set failed: x" }] }).ok, false);
  assert.is(judgeSet({}).ok, false);
  assert.is(decodeWhen(yes), 1753434816);
  assert.is(encodeSoftSwitch("sleep", 1753434821.9), "0,softoff,1:1753434821");
  assert.is(encodeSoftSwitch("run", 1753434821), "0,softon,1:1753434821");
  assert.is(encodeAvalonOrder({ kind: "locate", on: true }), "0,led,1-1");
  assert.is(encodeAvalonOrder({ kind: "percent", percent: 50 }), undefined);
});

test("an error of the power supply is put in words", () => {
  const figures = decodeFigures({ STATS: [{ "MM ID0": "Ver[1066-1] PS[17 0 0 0 0 0]" }] });
  assert.ok(figures);
  assert.equal(decodeAvalonDetails(figures, undefined).errors, [
    "power supply input voltage low, primary current high",
  ]);
});

test("0 and -273 stand for no sensor", () => {
  assert.is(observed("TMax[0] HBOTemp[-273] ITemp[0]").chipCelsius, undefined);
  assert.is(observed("TMax[0] HBOTemp[-273] ITemp[0]").outletCelsius, undefined);
  assert.is(observed("ITemp[0] Temp[31]").inletCelsius, 31);
});

test("the average counts only beside a present rate that is not zero", () => {
  const rate = (text: string): number | undefined => observed(text).hashrateTerahashesPerSecond;
  assert.is(rate("GHSspd[80000.00] GHSmm[83000.00]"), 83);
  assert.is(rate("GHSspd[0.00] GHSmm[83000.00]"), 0);
  assert.is(rate("GHSspd0.00] GHSmm[83000.00]"), undefined);
});

test.run();
