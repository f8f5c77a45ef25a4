/** Links to simulated stock Antminers over real loopback sockets: web pages behind a digest, TCP 4028 beside them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BitmainWeb } from "../../../src/drivers/miners/bitmain-web.ts";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { clock, FarEnd, linkTo, loopback, openDoor, password, quickShared, waitForReport } from "./far-end.ts";
import { together } from "./together.ts";

const test = suite("bitmain link");
const play = together(test);

const names = [
  "read",
  "idle",
  "sleep",
  "liar",
  "slow",
  "metered",
  "damaged",
  "fickle",
  "secret",
  "stale",
  "sleeper",
  "ordered",
  "steady",
] as const;
const machines: SimulatedMiner[] = names.map((name, index) => ({
  name,
  kind: "antminer",
  host: loopback(index + 1),
  webPort: 8080,
  ratedWatts: 3068,
  sleepSeconds: 0.3,
  wakeSeconds: 1,
  workMode: name === "sleep" ? 3 : 0,
  startAsleep: name === "sleeper",
  reportsPower: name === "metered",
}));

let farEnd: FarEnd;
let shared: MinerShared;
const links: MinerTool[] = [];

const open = (name: (typeof names)[number], secret?: string): MinerTool => {
  const machine = machines.find((one) => one.name === name);
  assert.ok(machine);
  const link = linkTo(machine, shared, secret);
  links.push(link);
  return link;
};

const configurationOf = async (link: string): Promise<Record<string, unknown>> => {
  const host = machines.find((one) => one.name === link)?.host ?? "";
  const web = new BitmainWeb(host, 8080, { user: "root", password }, clock, shared, openDoor);
  const page = await web.get("/cgi-bin/get_miner_conf.cgi", "read", new AbortController().signal);
  assert.ok(page.ok);
  return page.value.body;
};

test.before(async () => {
  farEnd = await FarEnd.start({ machines, user: "root", password, nonceSeconds: 1 });
  shared = quickShared();
});
test.after(async () => {
  await Promise.all(links.map((link) => link.stop()));
  await shared.stop();
  await farEnd.kill();
});

play("tells identity, hashrate and temperatures; power is unknown, not zero", async () => {
  const report = await waitForReport(open("read"), "a report", (one) => one.mode === "hashing");
  assert.is(report.powerWatts, undefined);
  assert.is(report.powerSource, "unknown");
  assert.is(report.identity?.model, "Antminer S19j Pro");
  assert.is(report.identity?.mac, "02:50:53:00:00:00");
  assert.ok(Math.abs((report.hashrateTerahashesPerSecond ?? 0) - 3068 / 28) < 0.01);
  assert.is(report.chipCelsius, 67);
  assert.is(JSON.stringify(report).includes(password), false);
});

play("reads the watts of port 6060 where it answers", async () => {
  const report = await waitForReport(open("metered"), "watts", (one) => one.powerWatts !== undefined);
  assert.is(report.powerWatts, 3068);
  assert.is(report.powerSource, "estimated");
});

play("puts a machine to sleep and wakes it into its previous mode, pools kept", async () => {
  const pools = (await configurationOf("sleep"))["pools"];
  const link = open("sleep");
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  await waitFor(() => farEnd.watts("sleep") < 20, { within: 3_000, what: "the plug to fall" });
  assert.is((await configurationOf("sleep"))["bitmain-work-mode"], "1");
  link.target({ mode: "run" });
  await waitForReport(link, "hashing", (one) => one.mode === "hashing" && one.command?.readBackAt !== undefined);
  const after = await configurationOf("sleep");
  assert.is(after["bitmain-work-mode"], "3");
  assert.equal(after["pools"], pools);
  await farEnd.told();
  assert.is(farEnd.writes("sleep"), 2);
});

play("orders: the light and a reboot; no share of the power, and a limit is refused, not ignored", async () => {
  const link = open("ordered");
  await waitForReport(link, "a first read", (one) => one.at !== undefined);
  assert.ok((await link.order({ kind: "locate", on: true })).ok);
  await waitFor(() => farEnd.effects["ordered/located"] === 1, { within: 2_000, what: "the light" });
  assert.is((await link.order({ kind: "percent", percent: 50 })).ok, false);
  link.target({ mode: "limit", watts: 2000 });
  assert.is(link.report().command?.fault, "command-refused");
  assert.ok((await link.order({ kind: "reboot" })).ok);
  await waitForReport(link, "a reboot", (one) => one.fault !== undefined);
  await farEnd.told();
  assert.is(farEnd.effects["ordered/rebootCount"], 1);
});

play("a running machine told to run is not posted to: that would restart it", async () => {
  const link = open("steady");
  link.target({ mode: "run" });
  await waitForReport(link, "proof", (one) => one.command?.readBackAt !== undefined);
  await farEnd.told();
  assert.is(farEnd.writes("steady"), 0);
});

play("a machine that sleeps already is not posted to when a shed comes before the first read", async () => {
  const link = open("sleeper");
  link.target({ mode: "sleep" });
  await waitForReport(link, "proof", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  farEnd.truth({ "sleeper/supplied": 0 });
  await waitFor(() => farEnd.watts("sleeper") === 0, { within: 2_000, what: "the last effect" });
  await farEnd.told();
  assert.is(farEnd.writes("sleeper"), 0);
});

play("an acknowledgement without effect is reported as such", async () => {
  farEnd.fault("liar", "ack-without-effect", true);
  const link = open("liar");
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "giving up", (one) => one.command?.failedAt !== undefined);
  assert.ok(report.command?.acknowledgedAt);
  assert.is(report.command?.readBackAt, undefined);
  assert.is(report.mode, "hashing");
});

play("reads go on while a POST takes its time", async () => {
  farEnd.fault("slow", "slow-post", true, 1_500);
  const link = open("slow");
  await waitForReport(link, "first read", (one) => one.at !== undefined);
  link.target({ mode: "sleep" });
  const sentAt = performance.now();
  const during = await waitForReport(link, "a later read", (one) => (one.at ?? 0) > sentAt + 500);
  assert.is(during.command?.acknowledgedAt, undefined);
  assert.is(during.command?.attempts, 1);
  await waitForReport(link, "read back", (one) => one.command?.readBackAt !== undefined);
  await farEnd.told();
  assert.is(farEnd.writes("slow"), 1);
});

play("a nonce that became too old is replaced without counting as a refusal", async () => {
  const link = open("stale");
  const first = await waitForReport(link, "first read", (one) => one.at !== undefined);
  await waitForReport(link, "reads beyond the nonce's life", (one) => (one.at ?? 0) > (first.at ?? 0) + 1_300);
  link.target({ mode: "sleep" });
  await waitForReport(link, "sleep", (one) => one.command?.readBackAt !== undefined);
  await farEnd.told();
  assert.is(farEnd.effects["stale/refusedCount"], undefined);
});

play("damaged and cut replies never end the link", async () => {
  const link = open("damaged");
  for (const fault of ["malformed", "truncated", "early-close", "no-reply"]) {
    farEnd.fault("damaged", fault, true);
    const from = performance.now();
    await waitForReport(link, `a read with ${fault}`, (one) => one.fault !== undefined || (one.at ?? 0) > from);
    farEnd.fault("damaged", fault, false);
    const after = performance.now();
    await waitForReport(link, `recovery from ${fault}`, (one) => one.fault === undefined && (one.at ?? 0) > after);
  }
});

play("of three targets in a row only the last is in force, with at most two writes", async () => {
  const link = open("fickle");
  await waitForReport(link, "first read", (one) => one.at !== undefined);
  link.target({ mode: "sleep" });
  link.target({ mode: "run" });
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  await waitFor(() => farEnd.watts("fickle") < 20, { within: 2_000, what: "the plug to fall" });
  await farEnd.told();
  assert.ok(farEnd.writes("fickle") <= 2);
});

play("refused credentials are named and not insisted on; the read-only API is still read", async () => {
  const link = open("secret", "wrong");
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "refusal", (one) => one.command?.failedAt !== undefined);
  assert.is(report.command?.fault, "credentials-refused");
  const from = performance.now();
  const later = await waitForReport(link, "more polls", (one) => (one.at ?? 0) > from + 1_000);
  assert.is(later.mode, "hashing");
  await waitFor(() => farEnd.effects["secret/refusedCount"] !== undefined, {
    within: 1_000,
    what: "the refusals to be counted",
  });
  await farEnd.told();
  assert.ok((farEnd.effects["secret/refusedCount"] ?? 0) <= 3);
});

test.run();
