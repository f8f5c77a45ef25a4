/** What the sessions over web servers make of answers that no machine of theirs should give. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { MinerDialect } from "../../../src/model/site.ts";
import { type Canned, cannedPages, faultOf, sessionWith } from "./canned.ts";
import { quickShared } from "./far-end.ts";

const test = suite("answers over the web");

const signal = new AbortController().signal;
let shared: MinerShared;
let far: Canned;
let secure: Canned;

test.before(async () => {
  shared = quickShared();
  far = await cannedPages({});
  secure = await cannedPages({}, { secure: true });
});
test.before.each(() => {
  for (const one of [far, secure]) {
    one.answers = {};
    one.asked.length = 0;
    one.said.length = 0;
  }
});
test.after(async () => {
  far.close();
  secure.close();
  await shared.stop();
});

test("a web server of another kind is a wrong machine to every dialect, and nothing that listens is unreachable", async () => {
  const web: readonly MinerDialect[] = ["epic", "braiins", "braiins-graphql", "vnish", "ebang"];
  for (const dialect of web) {
    const port = dialect === "ebang" ? secure.port : far.port;
    const session = sessionWith(dialect, port, shared);
    assert.is(faultOf(await session.read(false, signal)), "wrong-machine", dialect);
    assert.is(faultOf(await session.inspect?.(signal)), "wrong-machine", dialect);
    const nobody = sessionWith(dialect, 9, shared);
    assert.is(faultOf(await nobody.read(false, signal)), "unreachable", dialect);
    assert.is(faultOf(await nobody.inspect?.(signal)), "unreachable", dialect);
    if (session.readBack === undefined) continue;
    assert.is(faultOf(await session.readBack(signal)), "wrong-machine", dialect);
    assert.is(faultOf(await nobody.write("sleep", 1, signal)), "unreachable", dialect);
  }
});

test("JSON that is no machine's is a wrong machine, and text that is no JSON is malformed", async () => {
  const anything = { hello: 1 };
  far.answers = { "/summary": anything, "/graphql": anything };
  for (const dialect of ["epic", "braiins-graphql"] as const) {
    const session = sessionWith(dialect, far.port, shared);
    assert.is(faultOf(await session.read(false, signal)), "wrong-machine", dialect);
  }
  far.answers = { "/summary": "<html>", "/graphql": "<html>" };
  for (const dialect of ["epic", "braiins-graphql"] as const) {
    const session = sessionWith(dialect, far.port, shared);
    assert.is(faultOf(await session.read(false, signal)), "malformed-reply", dialect);
    assert.is(faultOf(await session.inspect?.(signal)), "malformed-reply", dialect);
  }
  far.answers = { "auth/login": { token: "t" }, "miner/details": anything, "miner/stats": anything };
  assert.is(faultOf(await sessionWith("braiins", far.port, shared).read(false, signal)), "wrong-machine");
});

const epicSummary = {
  Status: { "Operating State": "Mining" },
  Session: { Uptime: 5 },
  HBs: [{ Hashrate: [1e8] }],
};

test("ePIC: what it is is asked for once and again where it failed, who it is by each read; its details stand alone", async () => {
  const capabilities = { Model: "S19", "Default Hashrate": 100 };
  far.answers = { "/summary": epicSummary };
  const session = sessionWith("epic", far.port, shared);
  const asked = (path: string): number => far.asked.filter((one) => one === path).length;
  await session.inspect?.(signal);
  far.answers = { "/summary": epicSummary, "/capabilities": capabilities };
  const details = await session.inspect?.(signal);
  assert.is(details?.ok === true && details.value.ratedTerahashesPerSecond, 100);
  assert.equal([asked("/capabilities"), asked("/network")], [2, 0]);
  const first = await session.read(false, signal);
  assert.is(first.ok && first.value.identity?.mac, undefined);
  assert.equal([asked("/capabilities"), asked("/network")], [2, 1]);
  far.answers = { ...far.answers, "/network": { dhcp: { mac_address: "02:00:00:00:00:07" } } };
  const second = await session.read(false, signal);
  assert.is(second.ok && second.value.identity?.mac, "02:00:00:00:00:07");
  far.answers = { "/summary": epicSummary };
  const third = await session.read(false, signal);
  assert.is(third.ok && third.value.identity?.mac, undefined, "a MAC told before is no answer");
  assert.equal([asked("/capabilities"), asked("/network")], [2, 3]);
  const back = await session.readBack?.(signal);
  assert.is(back?.ok === true && back.value.setting, "run");
});

test("ePIC: each refusal is told as what it is, and a refused password is not sent again", async () => {
  const session = sessionWith("epic", far.port, shared);
  assert.is(faultOf(await session.order?.({ kind: "percent", percent: 50 }, signal)), "command-refused");
  assert.equal(far.asked, []);
  far.answers = { "/miner": "what?", "/reboot": null, "/identify": null };
  assert.is(faultOf(await session.write("sleep", 1, signal)), "malformed-reply");
  assert.is(faultOf(await session.order?.({ kind: "reboot" }, signal)), "done");
  assert.is(faultOf(await session.order?.({ kind: "locate", on: true }, signal)), "no-reply");
  far.answers = { "/miner": { result: false, error: "not now" }, "/reboot": { result: false, error: "no" } };
  assert.is(faultOf(await session.write("sleep", 1, signal)), "command-refused");
  assert.is(faultOf(await session.order?.({ kind: "reboot" }, signal)), "command-refused");
  far.answers = { "/miner": { result: false, error: "Invalid password" } };
  assert.is(faultOf(await session.write("sleep", 1, signal)), "credentials-refused");
  far.asked.length = 0;
  assert.is(faultOf(await session.write("run", 1, signal)), "credentials-refused");
  assert.equal(far.asked, []);
});

const ebangStatus = { feedback: { fivesecfigure: "12T", worktime: "1:0:0", cgminerstatus: "a" } };
const ebangSystem = { feedback: { productname: "E", systemsoftwareversion: "1" } };

test("Ebang: pages without their login, of another kind, or cut short; pools for a person", async () => {
  const session = sessionWith("ebang", secure.port, shared);
  secure.answers = {
    "/user/login": "ok",
    "/Cgminer/CgminerStatus": { hello: 1 },
    "/Status/getsystemstatus": ebangSystem,
  };
  assert.is(faultOf(await session.read(false, signal)), "wrong-machine");
  secure.answers = { ...secure.answers, "/Cgminer/CgminerStatus": null };
  assert.is(faultOf(await session.read(false, signal)), "no-reply");
  secure.answers = { ...secure.answers, "/Cgminer/CgminerStatus": ebangStatus, "/Status/getsystemstatus": null };
  assert.is(faultOf(await session.read(false, signal)), "no-reply");
  secure.answers = {
    ...secure.answers,
    "/Status/getsystemstatus": ebangSystem,
    "/Cgminer/CgminerGetVal": { feedback: { Mip1: "a" } },
  };
  assert.is(faultOf(await session.read(false, signal)), "done");
  assert.is(secure.asked.filter((path) => path === "/user/login").length, 1);
  const details = await session.inspect?.(signal);
  assert.equal(details?.ok === true && details.value.pools, [{ url: "a", state: "in use" }]);
  secure.answers = { ...secure.answers, "/Cgminer/CgminerGetVal": null };
  assert.equal((await session.inspect?.(signal))?.ok, true);
});

test("Ebang: turned away behind its login it is the password, sent twice; without a password nothing is sent", async () => {
  secure.answers = { "/user/login": "ok", "/Cgminer/CgminerStatus": "<html>login</html>" };
  const session = sessionWith("ebang", secure.port, shared);
  assert.is(faultOf(await session.read(false, signal)), "credentials-refused");
  assert.is(faultOf(await session.read(false, signal)), "credentials-refused");
  assert.is(secure.asked.filter((path) => path === "/user/login").length, 2);
  const anonymous = sessionWith("ebang", secure.port, shared, "", "");
  assert.is(faultOf(await anonymous.read(false, signal)), "credentials-refused");
  assert.is(secure.asked.filter((path) => path === "/user/login").length, 2);
  far.answers = { "auth/login": { token: "t" }, unlock: { token: "t" } };
  for (const dialect of ["braiins", "vnish"] as const)
    assert.is(faultOf(await sessionWith(dialect, far.port, shared, "", "").access?.(signal)), "credentials-refused");
  assert.equal(far.asked, []);
});

test("Braiins OS: a reboot may leave its answer out, other commands may not; pages that fail are told", async () => {
  const session = sessionWith("braiins", far.port, shared);
  far.answers = { "auth/login": { token: "t" }, "actions/reboot": null, "actions/locate": null, "actions/pause": 500 };
  assert.is(faultOf(await session.order?.({ kind: "reboot" }, signal)), "done");
  assert.is(faultOf(await session.order?.({ kind: "locate", on: true }, signal)), "no-reply");
  assert.is(faultOf(await session.write("sleep", 1, signal)), "command-refused");
  far.answers = {
    "auth/login": { token: "t" },
    "actions/reboot": 500,
    "miner/details": { bos_version: {} },
    "miner/stats": 500,
  };
  assert.is(faultOf(await session.order?.({ kind: "reboot" }, signal)), "command-refused");
  assert.is(faultOf(await session.order?.({ kind: "percent", percent: 50 }, signal)), "command-refused");
  assert.is(faultOf(await session.read(false, signal)), "command-refused");
  assert.is(faultOf(await session.inspect?.(signal)), "command-refused");
  far.asked.length = 0;
  const early = sessionWith("braiins", far.port, shared);
  await early.prepare(signal);
  assert.equal(far.asked, ["auth/login"]);
});

test("GraphQL: details are read as the figures are", async () => {
  far.answers = { "/graphql": { data: { bos: { hostname: "h" } } } };
  const session = sessionWith("braiins-graphql", far.port, shared);
  assert.is((await session.inspect?.(signal))?.ok, true);
  assert.is(faultOf(await session.write("sleep", 1, signal)), "command-refused");
});

const vnish = {
  info: { fw_name: "Vnish", fw_version: "1.2.6", miner: "S19" },
  status: { miner_state: "mining" },
  summary: { miner: { miner_type: "S19", hr_realtime: 1e5 } },
};
const presets = [
  { name: "900", tune_settings: {}, status: "tuned" },
  { name: "3000", tune_settings: {}, status: "tuned" },
];

test("VNish: each page that fails is told, and after it the firmware is asked for anew", async () => {
  const session = sessionWith("vnish", far.port, shared);
  far.answers = { ...vnish, status: null };
  assert.is(faultOf(await session.read(false, signal)), "no-reply");
  far.answers = { ...vnish, summary: null };
  assert.is(faultOf(await session.read(false, signal)), "no-reply");
  assert.is(faultOf(await session.inspect?.(signal)), "no-reply");
  assert.is(far.asked.filter((path) => path === "info").length, 3);
  far.answers = { ...vnish, info: { hello: 1 } };
  assert.is(faultOf(await session.read(false, signal)), "wrong-machine");
  far.answers = { status: null };
  assert.is(faultOf(await session.readBack?.(signal)), "no-reply");
  far.answers = vnish;
  const back = await session.readBack?.(signal);
  assert.is(back?.ok === true && back.value.setting, "run");
});

test("VNish: without presets there is no limit; a preset that is not taken restarts nothing", async () => {
  far.answers = { ...vnish, unlock: { token: "t" }, "autotune/presets": 500, settings: {} };
  const session = sessionWith("vnish", far.port, shared);
  assert.is(session.stepLimit?.(2000), undefined);
  assert.is(faultOf(await session.limit?.(2000, signal)), "command-refused");
  assert.is(faultOf(await session.inspect?.(signal)), "done");
  far.answers = { ...far.answers, "autotune/presets": presets, settings: null };
  assert.is(faultOf(await session.limit?.(2000, signal)), "command-refused");
  assert.equal(far.asked.includes("mining/restart"), false);
});

test("VNish: presets are asked for once a minute by reads; a reboot may leave its answer out, the rest may not", async () => {
  far.answers = { ...vnish, unlock: { token: "t" }, "autotune/presets": presets, settings: { miner: {} } };
  const session = sessionWith("vnish", far.port, shared);
  for (const _ of [1, 2]) assert.is(faultOf(await session.inspect?.(signal)), "done");
  assert.is(far.asked.filter((path) => path === "autotune/presets").length, 1);
  far.answers = { unlock: { token: "t" }, "system/reboot": null, "find-miner": null };
  assert.is(faultOf(await session.order?.({ kind: "reboot" }, signal)), "done");
  assert.is(faultOf(await session.order?.({ kind: "locate", on: true }, signal)), "no-reply");
  far.answers = { unlock: { token: "t" }, "system/reboot": 500 };
  assert.is(faultOf(await session.order?.({ kind: "reboot" }, signal)), "command-refused");
  far.asked.length = 0;
  assert.is(faultOf(await session.order?.({ kind: "percent", percent: 5 }, signal)), "command-refused");
  assert.equal(far.asked, []);
});

test.run();
