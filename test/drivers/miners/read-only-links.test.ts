/** Links to machines that can be read but not commanded: their contactor is the only switch, and the link says so. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { FarEnd, linkTo, loopback, password, quickShared, waitForReport } from "./far-end.ts";

const test = suite("read-only miner links");

const kinds = ["sealminer", "braiins-graphql"] as const;
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

for (const machine of machines)
  test(`${machine.kind}: is read, and refuses commands with a reason`, async () => {
    const link = linkTo(machine, shared);
    const report = await waitForReport(link, "a read", (one) => one.mode === "hashing");
    assert.is(report.powerWatts, 3500);
    assert.is(report.powerSource, machine.kind === "sealminer" ? "measured" : "estimated");
    const details = await link.inspect();
    assert.ok(details.ok);
    link.target({ mode: "sleep" });
    const refused = await waitForReport(link, "refusal", (one) => one.command?.failedAt !== undefined);
    assert.is(refused.command?.fault, "command-refused");
    assert.is((await link.order({ kind: "reboot" })).ok, false);
    await link.stop();
  });

test.run();
