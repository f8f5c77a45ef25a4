/** Links to simulated WhatsMiners over real loopback sockets. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { FarEnd, linkTo, loopback, password, quickShared, waitForReport } from "./far-end.ts";
import { together } from "./together.ts";

const test = suite("whatsminer link");
const play = together(test);

const names = [
  "read",
  "idle",
  "sleep",
  "liar",
  "slow",
  "forgetful",
  "damaged",
  "mortal",
  "fickle",
  "secret",
  "quiet",
  "full",
  "cycle",
  "trimmed",
  "steady",
] as const;
const machines: SimulatedMiner[] = names.map((name, index) => ({
  name,
  kind: "whatsminer",
  host: loopback(index + 1),
  ratedWatts: 3300,
  sleepSeconds: 0.3,
  wakeSeconds: 1,
  bootSeconds: 0.2,
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

test.before(async () => {
  farEnd = await FarEnd.start({ machines, user: "admin", password });
  shared = quickShared();
});
test.after(async () => {
  await Promise.all(links.map((link) => link.stop()));
  await shared.stop();
  await farEnd.kill();
});

play("tells identity, power, hashrate and temperatures of a running machine", async () => {
  const report = await waitForReport(
    open("read"),
    "a report",
    (one) => one.identity !== undefined && one.mode === "hashing",
  );
  assert.is(report.powerWatts, 3300);
  assert.is(report.powerSource, "measured");
  assert.is(report.identity?.model, "M50S_VH50");
  assert.is(report.identity?.firmware, "20230519.12.Rel");
  assert.is(report.identity?.mac, "c4:08:28:00:00:00");
  assert.ok(Math.abs((report.hashrateTerahashesPerSecond ?? 0) - 3300 / 28) < 0.01);
  assert.is(report.inletCelsius, 35);
  assert.is(report.command, undefined);
  assert.is(JSON.stringify(report).includes(password), false);
});

play("puts a machine to sleep and wakes it, each proven by read-back and by power", async () => {
  const link = open("sleep");
  link.target({ mode: "sleep" });
  const asleep = await waitForReport(link, "sleep read back", (one) => one.command?.readBackAt !== undefined);
  assert.is(asleep.command?.attempts, 1);
  assert.ok(asleep.command?.acknowledgedAt);
  await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.powerWatts === 15);
  await waitFor(() => farEnd.watts("sleep") < 20, { within: 3_000, what: "the plug to fall" });
  link.target({ mode: "run" });
  await waitForReport(link, "hashing again", (one) => one.mode === "hashing" && one.command?.readBackAt !== undefined);
  await farEnd.told();
  assert.is(farEnd.writes("sleep"), 2);
});

play("a limit in watts is written once, read back and seen on the plug; it does not wake a machine", async () => {
  const link = open("trimmed");
  link.target({ mode: "limit", watts: 2500 });
  const report = await waitForReport(link, "the limit", (one) => one.command?.readBackAt !== undefined);
  assert.is(report.limitWatts, 2500);
  await waitFor(() => Math.abs(farEnd.watts("trimmed") - 2500) < 50, { within: 3_000, what: "the plug to settle" });
  await farEnd.told();
  assert.is(farEnd.writes("trimmed"), 1);
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep");
  link.target({ mode: "limit", watts: 3000 });
  await waitForReport(link, "the other limit", (one) => one.limitWatts === 3000);
  assert.is(link.report().mode, "asleep");
});

play("orders: a share of the power at once, the light, a reboot; details for a person", async () => {
  const link = open("idle");
  const before = await waitForReport(link, "a first read", (one) => one.at !== undefined);
  assert.equal(await link.order({ kind: "percent", percent: 60 }), { ok: true, value: null });
  await waitForReport(
    link,
    "less power",
    (one) => Math.abs((one.powerWatts ?? 0) - (before.powerWatts ?? 0) * 0.6) < 5,
  );
  assert.equal(await link.order({ kind: "locate", on: true }), { ok: true, value: null });
  await waitFor(() => farEnd.effects["idle/located"] === 1, { within: 2_000, what: "the light" });
  const details = await link.inspect();
  assert.equal(details.ok && details.value.pools, [{ url: "stratum+tcp://pool.example:3333", state: "Alive" }]);
  assert.is(details.ok && details.value.boards?.length, 3);
  assert.ok((await link.order({ kind: "reboot" })).ok);
  await waitFor(() => farEnd.effects["idle/rebootCount"] === 1, { within: 2_000, what: "a reboot" });
  await waitForReport(link, "full power again", (one) => one.fault === undefined && one.powerWatts === 3300);
});

play("a running machine told to run is not written to", async () => {
  const link = open("steady");
  link.target({ mode: "run" });
  const report = await waitForReport(link, "proof", (one) => one.command?.readBackAt !== undefined);
  assert.is(report.command?.attempts, 0);
  await farEnd.told();
  assert.is(farEnd.writes("steady"), 0);
});

play("an acknowledgement without effect is reported as such and tried a bounded number of times", async () => {
  farEnd.fault("liar", "ack-without-effect", true);
  const link = open("liar");
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "giving up", (one) => one.command?.failedAt !== undefined);
  assert.ok(report.command?.acknowledgedAt);
  assert.is(report.command?.readBackAt, undefined);
  assert.is(report.command?.attempts, 3);
  assert.is(report.mode, "hashing");
});

play("reads go on while a write is slow to answer", async () => {
  farEnd.fault("slow", "slow-post", true, 400);
  const link = open("slow");
  await waitForReport(link, "first read", (one) => one.at !== undefined);
  link.target({ mode: "sleep" });
  const sentAt = performance.now();
  const during = await waitForReport(
    link,
    "a later read",
    (one) => (one.at ?? 0) > sentAt && one.command !== undefined,
  );
  assert.is(during.command?.acknowledgedAt, undefined);
  await waitForReport(link, "read back", (one) => one.command?.readBackAt !== undefined);
});

play("a forgotten token is replaced by a new one within the same attempt", async () => {
  const link = open("forgetful");
  link.target({ mode: "sleep" });
  await waitForReport(link, "sleep", (one) => one.command?.readBackAt !== undefined);
  farEnd.fault("forgetful", "forget-tokens", true);
  link.target({ mode: "run" });
  const report = await waitForReport(
    link,
    "run",
    (one) => one.command?.readBackAt !== undefined && one.mode === "hashing",
  );
  assert.is(report.command?.attempts, 1);
  await waitFor(() => farEnd.effects["forgetful/refusedCount"] === 1, { within: 2_000, what: "one refusal" });
});

play("damaged replies: nan is no value, a cut reply keeps what was whole, nothing hangs", async () => {
  farEnd.fault("damaged", "malformed", true);
  const link = open("damaged");
  const report = await waitForReport(link, "a report", (one) => one.at !== undefined && one.fault === undefined);
  assert.is(report.powerWatts, 3300);
  farEnd.fault("damaged", "malformed", false);
  farEnd.fault("damaged", "truncated", true);
  const from = performance.now();
  await waitForReport(link, "a cut reply read", (one) => (one.at ?? 0) > from);
  farEnd.fault("damaged", "truncated", false);
  for (const fault of ["no-nul", "early-close", "no-reply"]) {
    farEnd.fault("damaged", fault, true);
    const expected = fault === "no-nul" ? undefined : "no-reply";
    await waitForReport(link, fault, (one) => one.fault === expected);
    farEnd.fault("damaged", fault, false);
    const after = performance.now();
    await waitForReport(link, `recovery from ${fault}`, (one) => one.fault === undefined && (one.at ?? 0) > after);
  }
});

play("a machine that answers only `status` asleep is proven asleep, without a power figure", async () => {
  farEnd.fault("quiet", "asleep-status-only", true);
  const link = open("quiet");
  link.target({ mode: "sleep" });
  const report = await waitForReport(
    link,
    "asleep",
    (one) => one.powerWatts === undefined && one.command?.readBackAt !== undefined,
  );
  assert.is(report.mode, "asleep");
  assert.is(report.powerSource, "unknown");
});

play("a dead machine is unreachable with its last read kept, and is commanded when it is back", async () => {
  const link = open("mortal");
  await waitForReport(link, "first read", (one) => one.at !== undefined);
  farEnd.fault("mortal", "dead", true);
  const dead = await waitForReport(link, "unreachable", (one) => one.fault === "unreachable");
  assert.is(dead.powerWatts, 3300);
  link.target({ mode: "sleep" });
  await waitForReport(link, "giving up", (one) => one.command?.failedAt !== undefined);
  farEnd.fault("mortal", "dead", false);
  await waitForReport(
    link,
    "sleep after all",
    (one) => one.fault === undefined && one.command?.readBackAt !== undefined,
  );
});

play("of three targets in a row only the last is in force, with at most two writes", async () => {
  const link = open("fickle");
  await waitForReport(link, "first read", (one) => one.at !== undefined);
  link.target({ mode: "sleep" });
  link.target({ mode: "run" });
  link.target({ mode: "sleep" });
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  await waitFor(() => farEnd.watts("fickle") < 20, { within: 2_000, what: "the plug to fall" });
  await farEnd.told();
  assert.ok(farEnd.writes("fickle") <= 2);
});

play("a machine that wakes by itself after a power cycle is put to sleep again", async () => {
  farEnd.fault("cycle", "full-power-after-cycle", true);
  const link = open("cycle");
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep");
  farEnd.truth({ "cycle/supplied": 0 });
  await waitForReport(link, "unreachable", (one) => one.fault === "unreachable");
  await waitFor(() => farEnd.watts("cycle") === 0, { within: 2_000, what: "no power" });
  farEnd.truth({ "cycle/supplied": 1 });
  await waitFor(() => farEnd.writes("cycle") === 2, { within: 5_000, what: "a second write" });
  await waitForReport(link, "asleep again", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
});

play("refused credentials are named and not insisted on", async () => {
  const link = open("secret", "wrong");
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "refusal", (one) => one.command?.failedAt !== undefined);
  assert.is(report.command?.fault, "credentials-refused");
  const from = performance.now();
  await waitForReport(link, "five more polls", (one) => (one.at ?? 0) > from + 1_000);
  await waitFor(() => farEnd.effects["secret/refusedCount"] === 2, {
    within: 1_000,
    what: "the refusals to be counted",
  });
});

play("too many tokens: the link backs off and says so", async () => {
  farEnd.fault("full", "token-limit", true);
  const link = open("full");
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "giving up", (one) => one.command?.failedAt !== undefined);
  assert.is(report.command?.fault, "token-limit");
  await farEnd.told();
  assert.is(farEnd.writes("full"), 0);
});

test.run();
