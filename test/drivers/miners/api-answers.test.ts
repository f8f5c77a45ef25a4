/** What the sessions over the cgminer API make of answers that no machine of theirs should give. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import { recording } from "../../protocol/recordings.ts";
import { type Canned, cannedApi, faultOf, sessionWith } from "./canned.ts";
import { quickShared } from "./far-end.ts";

const test = suite("answers over the API");

const signal = new AbortController().signal;
let shared: MinerShared;
let far: Canned;

test.before(async () => {
  shared = quickShared();
  far = await cannedApi({});
});
test.before.each(() => {
  far.answers = {};
  far.asked.length = 0;
  far.said.length = 0;
});
test.after(async () => {
  far.close();
  await shared.stop();
});

test("nothing that listens is unreachable, a reply without figures is malformed, another maker's figures are a wrong machine", async () => {
  for (const dialect of ["sealminer", "avalon"] as const) {
    assert.is(faultOf(await sessionWith(dialect, 9, shared).read(false, signal)), "unreachable", dialect);
    const session = sessionWith(dialect, far.port, shared);
    far.answers = { stats: { STATUS: [{ STATUS: "S" }] } };
    assert.is(faultOf(await session.read(false, signal)), "malformed-reply", dialect);
    far.answers = { stats: { STATS: [{ "GHS 5s": 1 }] } };
    assert.is(faultOf(await session.read(false, signal)), "wrong-machine", dialect);
    far.answers = { stats: null };
    assert.is(faultOf(await session.inspect?.(signal)), "no-reply", dialect);
    far.answers = { stats: "<html>" };
    assert.is(faultOf(await session.read(false, signal)), "not-a-miner", dialect);
  }
});

const set = { STATUS: [{ STATUS: "I", Code: 118, Msg: "ASC 0 set info: success" }] };
const stats = (figures: string, when: number | null = 1_000_000): object => ({
  STATUS: [{ STATUS: "S", ...(when === null ? {} : { When: when }) }],
  STATS: [{ "MM ID0": `Ver[1246-1] ${figures} GHSspd[90000] GHSmm[90000]` }],
});

test("Avalon: its clock and its kind are read before it is told a second, and again once they are old", async () => {
  const session = sessionWith("avalon", far.port, shared);
  far.answers = { stats: null, ascset: set };
  assert.is(faultOf(await session.write("sleep", 1, signal)), "no-reply");
  assert.equal(far.asked, ["stats"]);
  far.answers = { stats: stats("SoftOFF[0]", null), ascset: set };
  assert.is(faultOf(await session.write("sleep", 1, signal)), "malformed-reply");
  assert.equal(far.asked, ["stats", "stats"]);
  far.answers = { stats: stats("SoftOFF[0]"), ascset: set };
  assert.is(faultOf(await session.write("sleep", 1, signal)), "done");
  assert.equal(far.asked.slice(2), ["stats", "ascset"]);
  assert.match(far.said.at(-1) ?? "", /softoff,1:100000[23]$/);
  assert.is(faultOf(await session.write("sleep", 2, signal)), "done");
  assert.equal(far.asked.slice(4), ["ascset"]);
  assert.match(far.said.at(-1) ?? "", /softoff,1:100000[56]$/);
});

test("Avalon: softon and a reboot may leave their answer out, nothing else may; what it has no command for is not sent", async () => {
  const session = sessionWith("avalon", far.port, shared);
  far.answers = { stats: stats("SoftOFF[0]"), ascset: null };
  assert.is(faultOf(await session.write("run", 1, signal)), "done");
  assert.is(faultOf(await session.write("sleep", 1, signal)), "no-reply");
  assert.is(faultOf(await session.order?.({ kind: "reboot" }, signal)), "done");
  assert.is(faultOf(await session.order?.({ kind: "locate", on: true }, signal)), "no-reply");
  far.answers = { ascset: { STATUS: [{ STATUS: "E", Code: 119, Msg: "failed" }] } };
  assert.is(faultOf(await session.write("run", 1, signal)), "command-refused");
  assert.is(faultOf(await session.order?.({ kind: "reboot" }, signal)), "command-refused");
  far.asked.length = 0;
  assert.is(faultOf(await session.order?.({ kind: "percent", percent: 50 }, signal)), "command-refused");
  assert.equal(far.asked, []);
});

test("Avalon: a read-back tells the setting; its name is asked for once and again where it was not told", async () => {
  const session = sessionWith("avalon", far.port, shared);
  far.answers = { stats: stats("SoftOFF[4]"), version: null };
  const back = await session.readBack?.(signal);
  assert.is(back?.ok === true && back.value.setting, "sleep");
  const unnamed = await session.read(false, signal);
  assert.is(unnamed.ok && unnamed.value.identity?.model, "Avalon1246");
  far.answers = { ...far.answers, version: { STATUS: [{ STATUS: "S" }], VERSION: [{ PROD: "AvalonMiner 1246" }] } };
  for (const _ of [1, 2]) {
    const named = await session.read(false, signal);
    assert.is(named.ok && named.value.identity?.model, "AvalonMiner 1246");
  }
  assert.is(far.asked.filter((command) => command === "version").length, 2);
  far.answers = { stats: null };
  assert.is(faultOf(await session.readBack?.(signal)), "no-reply");
  assert.is(session.readsOpenly, true);
});

const ok = { STATUS: [{ STATUS: "S" }] };
const config = (more: object = {}): object => ({
  ...ok,
  CONFIG: [{ OS: "LuxOS", CurtailMode: "None", Profile: "big", Model: "S19", ...more }],
});
const profiles = {
  ...ok,
  PROFILES: [
    { "Profile Name": "small", Watts: 900 },
    { "Profile Name": "big", Watts: 3000 },
  ],
};
const figures = JSON.parse(recording("luxos-s19kpro-2025.4.8.220305/stats").toString()) as object;
const session = { ...ok, SESSION: [{ SessionID: "mine" }] };

test("LuxOS: each reply that fails is told, and what does not matter may fail", async () => {
  const luxos = sessionWith("luxos", far.port, shared);
  for (const dialect of ["inspect", "read", "readBack"] as const) {
    far.answers = { config: null };
    const ask = (): Promise<{ ok: boolean; error?: string }> | undefined =>
      dialect === "read" ? luxos.read(false, signal) : luxos[dialect]?.(signal);
    assert.is(faultOf(await ask()), "no-reply", dialect);
    far.answers = { config: { ...ok, CONFIG: [{ OS: "other" }] } };
    assert.is(faultOf(await ask()), "wrong-machine", dialect);
    if (dialect === "readBack") continue;
    far.answers = { config: config(), stats: null, version: ok };
    assert.is(faultOf(await ask()), "no-reply", dialect);
  }
  far.answers = { config: config(), stats: ok, version: ok };
  assert.is(faultOf(await luxos.read(false, signal)), "malformed-reply");
  far.answers = { config: config(), stats: figures, power: null, pools: null, version: null, profiles: null };
  const bare = await sessionWith("luxos", far.port, shared).read(false, signal);
  assert.is(bare.ok && bare.value.powerSource, "unknown");
  assert.is(bare.ok && bare.value.identity, undefined);
  assert.is(faultOf(await luxos.inspect?.(signal)), "done");
  const back = await luxos.readBack?.(signal);
  assert.is(back?.ok === true && back.value.setting, "run");
});

test("LuxOS: firmware and profiles are asked for once they are told, and not again", async () => {
  const luxos = sessionWith("luxos", far.port, shared);
  far.answers = { config: config(), stats: figures, version: { ...ok, VERSION: [{ LUXminer: "1" }] }, profiles };
  for (const _ of [1, 2]) {
    const read = await luxos.read(false, signal);
    assert.is(read.ok && read.value.identity?.firmware, "LuxOS 1");
    assert.is(read.ok && read.value.limitWatts, 3000);
  }
  assert.is(far.asked.filter((command) => command === "version").length, 1);
  assert.is(far.asked.filter((command) => command === "profiles").length, 1);
  assert.is(luxos.stepLimit?.(2000), 900);
});

test("LuxOS: a session of ours is closed whatever becomes of its command; another's serves and stays; none is told", async () => {
  const luxos = sessionWith("luxos", far.port, shared);
  far.answers = { logon: session, curtail: null, logoff: ok };
  assert.is(faultOf(await luxos.write("sleep", 1, signal)), "no-reply");
  assert.equal(far.asked, ["logon", "curtail", "logoff"]);
  assert.equal(far.said.slice(1), ["mine,sleep", "mine"]);
  far.asked.length = 0;
  const busy = { STATUS: [{ STATUS: "E", Code: 402, Msg: "Another session is active" }] };
  far.answers = { logon: busy, session: { ...ok, SESSION: [{ SessionID: "theirs" }] }, curtail: ok };
  assert.is(faultOf(await luxos.write("run", 1, signal)), "done");
  assert.equal(far.asked, ["logon", "session", "curtail"]);
  assert.is(far.said.at(-1), "theirs,wakeup");
  far.answers = { logon: busy, session: ok };
  assert.is(faultOf(await luxos.write("run", 1, signal)), "token-limit");
  far.answers = { logon: null, session };
  far.asked.length = 0;
  assert.is(faultOf(await luxos.write("run", 1, signal)), "no-reply");
  assert.equal(far.asked, ["logon"]);
});

test("LuxOS: a limit reads its profiles where it has none; with the thermal manager on, that is off meanwhile and bounded behind", async () => {
  const luxos = sessionWith("luxos", far.port, shared);
  far.answers = { config: null };
  assert.is(faultOf(await luxos.limit?.(2000, signal)), "no-reply");
  far.answers = { config: config(), profiles, logon: session, profileset: ok, logoff: ok };
  assert.is(faultOf(await luxos.limit?.(500, signal)), "command-refused");
  far.asked.length = 0;
  far.said.length = 0;
  assert.is(faultOf(await luxos.limit?.(2000, signal)), "done");
  assert.equal(far.asked, ["config", "logon", "profileset", "logoff"]);
  assert.is(far.said[2], "mine,small");
  far.said.length = 0;
  far.answers = { ...far.answers, config: config({ IsAtmEnabled: true }), atm: ok, atmset: ok };
  assert.is(faultOf(await luxos.limit?.(2000, signal)), "done");
  assert.equal(far.said.slice(3, -1), ["mine,enabled=false", "mine,small", "mine,enabled=true,max_profile=small"]);
});

test.run();
