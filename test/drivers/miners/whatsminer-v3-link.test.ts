/** Links to simulated WhatsMiners with API v3 over real loopback sockets. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { FarEnd, linkTo, loopback, password, quickShared, waitForReport } from "./far-end.ts";

const test = suite("whatsminer v3 link");

const names = ["whole", "skewed", "liar", "damaged", "secret", "disabled", "orders", "quiet", "older"] as const;
const machines: SimulatedMiner[] = names.map((name, index) => ({
  name,
  kind: "whatsminer-v3",
  host: loopback(index + 1),
  ratedWatts: 3441,
  sleepSeconds: 0.1,
  wakeSeconds: 0.3,
  bootSeconds: 0.1,
}));

let farEnd: FarEnd;
let shared: MinerShared;
let links: MinerTool[] = [];

const open = (name: (typeof names)[number], secret?: string): MinerTool => {
  const machine = machines.find((one) => one.name === name);
  assert.ok(machine);
  const link = linkTo(machine, shared, secret, "");
  links.push(link);
  return link;
};

test.before(async () => {
  farEnd = await FarEnd.start({ machines, user: "super", password });
  shared = quickShared();
});
test.after.each(async () => {
  await Promise.all(links.map((link) => link.stop()));
  links = [];
});
test.after(async () => {
  await shared.stop();
  await farEnd.kill();
});

test("tells what it is, sleeps, wakes and is trimmed, each read back and seen on the plug", async () => {
  const link = open("whole");
  const first = await waitForReport(link, "a first read", (one) => one.mode === "hashing");
  assert.equal(first.identity, {
    make: "MicroBT",
    model: "M60S_VK40",
    firmware: "20251209.16.Rel2",
    mac: "ce:02:01:00:00:00",
  });
  assert.is(first.powerSource, "measured");
  assert.is(first.limitWatts, undefined);
  assert.is(first.powerMode, "normal");
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  await waitFor(() => farEnd.watts("whole") < 20, { within: 2_000, what: "the plug to fall" });
  link.target({ mode: "run" });
  await waitForReport(link, "hashing", (one) => one.mode === "hashing" && one.command?.readBackAt !== undefined);
  link.target({ mode: "limit", watts: 2500 });
  await waitForReport(link, "a limit", (one) => one.limitWatts === 2500 && one.command?.readBackAt !== undefined);
  await waitFor(() => farEnd.writes("whole") === 3, { within: 1_000, what: "three writes to be counted" });
});

test("a machine whose clock is years off takes our writes: its own time is used", async () => {
  farEnd.fault("skewed", "clock-skew", true, -300_000_000);
  const link = open("skewed");
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.command?.readBackAt !== undefined);
  // Somebody sets its clock between two writes of ours.
  farEnd.fault("skewed", "clock-skew", true, 5_000);
  link.target({ mode: "run" });
  const report = await waitForReport(link, "awake", (one) => one.command?.readBackAt !== undefined);
  assert.is(report.command?.attempts, 1);
});

test("a stopped machine that tells no figures is proven asleep, without a power figure", async () => {
  farEnd.fault("quiet", "asleep-status-only", true);
  const link = open("quiet");
  link.target({ mode: "sleep" });
  const report = await waitForReport(
    link,
    "asleep",
    (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined,
  );
  assert.is(report.powerSource, "unknown");
});

test("an acknowledgement without effect is reported as such", async () => {
  farEnd.fault("liar", "ack-without-effect", true);
  const link = open("liar");
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "giving up", (one) => one.command?.failedAt !== undefined);
  assert.ok(report.command?.acknowledgedAt);
  assert.is(report.mode, "hashing");
});

test("damaged and cut frames never end the link", async () => {
  const link = open("damaged");
  for (const fault of ["truncated", "early-close", "no-reply"]) {
    farEnd.fault("damaged", fault, true);
    await waitForReport(link, fault, (one) => one.fault === (fault === "truncated" ? "malformed-reply" : "no-reply"));
    farEnd.fault("damaged", fault, false);
    await waitForReport(link, `recovery from ${fault}`, (one) => one.fault === undefined);
  }
});

test("a wrong password is named after two tries and not insisted on; a switched-off API is told apart", async () => {
  const [secret, disabled] = [open("secret", "wrong"), open("disabled")];
  farEnd.fault("disabled", "write-disabled", true);
  secret.target({ mode: "sleep" });
  disabled.target({ mode: "sleep" });
  const refused = await waitForReport(secret, "refusal", (one) => one.command?.failedAt !== undefined);
  assert.is(refused.command?.fault, "credentials-refused");
  assert.equal(await secret.order({ kind: "reboot" }), { ok: false, error: "credentials-refused" });
  const off = await waitForReport(disabled, "refusal", (one) => one.command?.failedAt !== undefined);
  assert.is(off.command?.fault, "write-access-disabled");
  await waitFor(() => farEnd.effects["secret/refusedCount"] === 2, { within: 1_000, what: "the refusals" });
  await farEnd.told();
  assert.is(farEnd.writes("disabled"), 0);
});

test("orders: a share of the power, the light, a reboot; and what a person sees", async () => {
  const link = open("orders");
  await waitForReport(link, "a first read", (one) => one.powerWatts === 3441 || one.mode === "hashing");
  assert.ok((await link.order({ kind: "percent", percent: 50 })).ok);
  await waitForReport(link, "half the power", (one) => (one.powerWatts ?? 9999) < 1800);
  assert.ok((await link.order({ kind: "locate", on: true })).ok);
  const details = await link.inspect();
  assert.is(details.ok && details.value.locating, true);
  assert.is(details.ok && details.value.boards?.length, 3);
  assert.ok((await link.order({ kind: "reboot" })).ok);
  await waitFor(() => farEnd.effects["orders/rebootCount"] === 1, { within: 2_000, what: "a reboot" });
});

test("firmware that does not tell its power mode is read all the same, without one", async () => {
  farEnd.fault("older", "old-firmware", true);
  const link = open("older");
  const report = await waitForReport(link, "a read", (one) => one.mode === "hashing");
  assert.is(report.powerMode, undefined);
  assert.is(report.fault, undefined);
  assert.is(report.powerWatts, 3441);
});

test.run();
