/** What the sessions over the cgminer API make of answers that no machine of theirs should give. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
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

test.run();
