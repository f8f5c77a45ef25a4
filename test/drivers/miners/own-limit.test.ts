/** The limit a machine had before ours: on disk before the first write, put back by `run`, also after a restart of the controller. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openMachineMemory } from "../../../src/drivers/miners/machine-memory.ts";
import { createMinerApi } from "../../../src/drivers/miners/miner-api.ts";
import { forgetOwnLimit, rememberOwnLimit } from "../../../src/drivers/miners/own-limit.ts";
import { createMinerShared, type MinerShared } from "../../../src/drivers/miners/shared.ts";
import { emptySlot } from "../../../src/drivers/miners/slot.ts";
import { encodeCommand } from "../../../src/protocol/cgminer/sections.ts";
import { decodeMaximumProfile } from "../../../src/protocol/luxos/messages.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { FarEnd, linkTo, loopback, password, quick, waitForReport } from "./far-end.ts";

const test = suite("a limit from before ours");

const kinds = ["whatsminer", "whatsminer-v3", "luxos", "braiins", "vnish"] as const;
const machines: SimulatedMiner[] = kinds.map((kind, index) => ({
  name: kind,
  kind,
  host: loopback(index + 1),
  webPort: 8080,
  ratedWatts: 3300,
  sleepSeconds: 0.1,
  wakeSeconds: 0.3,
}));

let farEnd: FarEnd;
let folder: string;

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-limits-"));
  farEnd = await FarEnd.start({ machines, user: "root", password });
});
test.after(async () => {
  await farEnd.kill();
  rmSync(folder, { recursive: true });
});

/** The profile that the thermal manager of LuxOS may not go above; undefined elsewhere. */
async function maximumProfile({ kind, host }: SimulatedMiner, shared: MinerShared): Promise<string | undefined> {
  if (kind !== "luxos") return undefined;
  const reply = await createMinerApi(host, 4028, shared).ask(
    encodeCommand("atm"),
    "read",
    new AbortController().signal,
  );
  assert.ok(reply.ok);
  return decodeMaximumProfile(reply.value);
}

async function play(machine: SimulatedMiner): Promise<void> {
  const memoryFile = join(folder, `${machine.name}.json`);
  const timing = { ...quick, replyMilliseconds: 1_000, readBackMilliseconds: 2_000 };
  const user = machine.kind === "whatsminer-v3" ? "super" : "root";
  const stored = (): unknown => JSON.parse(readFileSync(memoryFile, "utf8"))[machine.name].ownLimitWatts;
  const shared = createMinerShared(timing, { memoryFile });
  const link = linkTo(machine, shared, password, user);
  const before = (await waitForReport(link, "a first read", (one) => one.mode === "hashing", 10_000)).limitWatts;
  assert.is(link.report().limitIsOurs, undefined);
  link.target({ mode: "limit", watts: 2_700 });
  await waitForReport(link, "the limit", ({ command }) => command?.readBackAt !== undefined, 10_000);
  assert.is(link.report().limitIsOurs, true);
  assert.ok((link.report().limitWatts ?? 9_999) <= 2_700, JSON.stringify(link.report()));
  assert.is(stored(), before ?? 2_147_483_647);
  assert.is(await maximumProfile(machine, shared), machine.kind === "luxos" ? "400MHz" : undefined);
  await link.stop();
  await shared.stop();

  const again = createMinerShared(timing, { memoryFile });
  const next = linkTo(machine, again, password, user);
  assert.is(next.report().limitIsOurs, true);
  next.target({ mode: "run" });
  await waitForReport(next, "the old limit", ({ command }) => command?.readBackAt !== undefined, 10_000);
  assert.is(next.report().limitWatts, before);
  assert.is(next.report().limitIsOurs, undefined);
  assert.is(await maximumProfile(machine, again), machine.kind === "luxos" ? "550MHz" : undefined);
  await next.stop();
  await again.stop();
  assert.is(stored(), undefined);
}

for (const machine of machines)
  test(`${machine.kind}: saved before the first limit, put back after a restart`, () => play(machine));

test("two limits in a row keep the limit from before the first", () => {
  const memory = openMachineMemory(null);
  const slot = { ...emptySlot, target: { mode: "limit", watts: 2_000 } as const };
  assert.is(rememberOwnLimit(slot, "a", 3_400, {}, memory), 3_400);
  assert.is(rememberOwnLimit({ ...slot, ownLimitWatts: 3_400 }, "a", 2_000, {}, memory), 3_400);
  assert.is(memory.recall("a").ownLimitWatts, 3_400);
  forgetOwnLimit({ ...slot, ownLimitWatts: 3_400 }, "a", memory);
  assert.is(memory.recall("a").ownLimitWatts, 3_400);
  forgetOwnLimit(slot, "a", memory);
  assert.is(memory.recall("a").ownLimitWatts, undefined);
});

test("a limit that cannot be told, of a machine that has no word for none, is left as it is", async () => {
  const memory = openMachineMemory(null);
  const slot = { ...emptySlot, target: { mode: "limit", watts: 2_000 } as const };
  assert.is(rememberOwnLimit(slot, "a", undefined, {}, memory), null);
  assert.is(rememberOwnLimit(slot, "a", undefined, { unlimitedWatts: 99_999 }, memory), 99_999);
  await waitFor(() => memory.recall("a").ownLimitWatts === 99_999, { within: 100, what: "the memory" });
});

test.run();
