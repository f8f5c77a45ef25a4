/** A wrong password is tried a bounded number of times, whatever goes on being asked for: accounts lock. Counted by the machines themselves. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { MachineKind } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { FarEnd, linkTo, loopback, password, quickShared } from "./far-end.ts";

const test = suite("wrong passwords");

/** Most refusals by each machine while it is read and told to sleep. A WhatsMiner's first may be a token it forgot; a digest's first an old nonce; an Ebang is read with a login and asked once more for the command. */
const most: Readonly<Partial<Record<MachineKind, number>>> = {
  whatsminer: 2,
  "whatsminer-v3": 2,
  antminer: 3,
  braiins: 1,
  vnish: 1,
  epic: 1,
  ebang: 2,
};
const kinds = Object.keys(most) as MachineKind[];
const machines = kinds.map((kind, index) => ({
  name: kind,
  kind,
  host: loopback(index + 1),
  webPort: 8080,
  ratedWatts: 3300,
}));
/** Reads of a tenth of a second: more than any bound above, had each read tried the password. */
const readsAfterwards = 10;
let farEnd: FarEnd;
let shared: MinerShared;
let links: readonly MinerTool[] = [];

test.before(async () => {
  farEnd = await FarEnd.start({ machines, user: "root", password });
  shared = quickShared();
});
test.after(async () => {
  await Promise.all(links.map((link) => link.stop()));
  await shared.stop();
  await farEnd.kill();
});

test("each dialect with a login stops trying, says so, and changes nothing", async () => {
  const user = (kind: MachineKind): string => (kind === "whatsminer-v3" ? "super" : "root");
  links = machines.map((machine) => linkTo(machine, shared, "wrong", user(machine.kind)));
  for (const link of links) link.target({ mode: "sleep" });
  const refused = (link: MinerTool): boolean => {
    const { command, fault } = link.report();
    return command?.failedAt !== undefined || fault === "credentials-refused";
  };
  const unfinished = (): string => links.flatMap((link) => (refused(link) ? [] : [link.name])).join(", ");
  await waitFor(() => unfinished() === "", { within: 10_000, what: () => `the end of ${unfinished()}` });
  for (let read = 0; read < readsAfterwards; read += 1) await Promise.all(links.map((link) => link.look()));
  const counted = (kind: MachineKind): number => farEnd.effects[`${kind}/refusedCount`] ?? 0;
  await waitFor(() => kinds.every((kind) => counted(kind) > 0), { within: 2_000, what: "a refusal by each" });
  await farEnd.told();
  for (const kind of kinds) {
    assert.ok(counted(kind) <= (most[kind] ?? 0), `${kind}: refused ${counted(kind)} times`);
    assert.is(farEnd.writes(kind), 0, kind);
  }
});

test("targets that alternate do not try the wrong password again", async () => {
  await farEnd.told();
  const before = kinds.map((kind) => farEnd.effects[`${kind}/refusedCount`] ?? 0);
  for (const mode of ["run", "sleep", "leave", "sleep", "run"] as const) {
    for (const link of links) link.target({ mode });
    // Each read waits for the write that the target would have begun, and tells what the machine has counted.
    for (let read = 0; read < 3; read += 1) await Promise.all(links.map((link) => link.look()));
  }
  await farEnd.told();
  assert.equal(
    kinds.map((kind) => farEnd.effects[`${kind}/refusedCount`] ?? 0),
    before,
  );
});

test.run();
