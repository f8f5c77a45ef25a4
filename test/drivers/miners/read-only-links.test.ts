/** Links to machines that can be read but not commanded: their contactor is the only switch, and the link says so. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { FarEnd, linkTo, loopback, password, quickShared, waitForReport } from "./far-end.ts";

const test = suite("read-only miner links");

const kinds = ["sealminer", "braiins-graphql", "ebang", "none"] as const;
const machines: readonly SimulatedMiner[] = kinds.map((kind, index) => ({
  name: kind,
  kind,
  host: loopback(index + 1),
  webPort: 8080,
  ratedWatts: 3500,
}));
let farEnd: FarEnd;
let shared: MinerShared;

test.before(async () => {
  farEnd = await FarEnd.start({ machines, user: "root", password });
  shared = quickShared();
});
test.after(async () => {
  await shared.stop();
  await farEnd.kill();
});

const read = machines.filter(({ kind }) => kind !== "none");
for (const machine of read)
  test(`${machine.kind}: is read, and refuses commands with a reason`, async () => {
    const link = linkTo(machine, shared);
    const report = await waitForReport(link, "a read", (one) => one.mode === "hashing");
    const sources = { sealminer: "measured", "braiins-graphql": "estimated", ebang: "unknown" };
    assert.is(report.powerSource, sources[machine.kind as keyof typeof sources]);
    assert.is(report.powerWatts, machine.kind === "ebang" ? undefined : 3500);
    const details = await link.inspect();
    assert.ok(details.ok);
    link.target({ mode: "sleep" });
    const refused = await waitForReport(link, "refusal", (one) => one.command?.failedAt !== undefined);
    assert.is(refused.command?.fault, "command-refused");
    assert.is((await link.order({ kind: "reboot" })).ok, false);
    await link.stop();
  });

test("a machine without an API is never read, and refuses commands at once", async () => {
  const machine = machines.find(({ kind }) => kind === "none");
  assert.ok(machine);
  const link = linkTo(machine, shared);
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "refusal", (one) => one.command?.failedAt !== undefined);
  assert.is(report.at, undefined);
  assert.is(report.powerSource, "unknown");
  assert.is(report.command?.fault, "command-refused");
  await link.stop();
});

test("an Ebang's cookie that it forgot is fetched again; a wrong password is sent twice and no more", async () => {
  const machine = machines.find(({ kind }) => kind === "ebang");
  assert.ok(machine);
  const link = linkTo(machine, shared);
  await waitForReport(link, "a read", (one) => one.at !== undefined);
  farEnd.fault("ebang", "forget-tokens", true);
  const from = performance.now();
  await waitForReport(link, "a later read", (one) => (one.at ?? 0) > from && one.fault === undefined);
  await link.stop();
  await farEnd.told();
  assert.is(farEnd.effects["ebang/refusedCount"], undefined);
  const secret = linkTo(machine, shared, "wrong");
  await waitForReport(secret, "refusal", (one) => one.fault === "credentials-refused");
  for (let more = 0; more < 2; more += 1) assert.is((await secret.inspect()).ok, false);
  await secret.stop();
  farEnd.truth({ "ebang/supplied": 0 });
  await waitFor(() => farEnd.watts("ebang") === 0, { within: 2_000, what: "the last effect" });
  await farEnd.told();
  assert.is(farEnd.effects["ebang/refusedCount"], 2);
});

test.run();
