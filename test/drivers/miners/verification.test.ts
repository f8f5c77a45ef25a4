/** What a link proves and keeps beyond the acknowledgement: pools, the mode before, who has the address, how fast it sheds. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BitmainSession } from "../../../src/drivers/miners/bitmain-session.ts";
import { BitmainWeb } from "../../../src/drivers/miners/bitmain-web.ts";
import { guardSession } from "../../../src/drivers/miners/guarded-session.ts";
import { openMachineMemory } from "../../../src/drivers/miners/machine-memory.ts";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import { decodeTable } from "../../../src/drivers/miners/neighbours.ts";
import { keepResponseTimes } from "../../../src/drivers/miners/response-times.ts";
import { createMinerShared, type MinerShared, type SharedSetup } from "../../../src/drivers/miners/shared.ts";
import { fail, succeed } from "../../../src/model/result.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { clock, FarEnd, linkTo, loopback, openDoor, password, quick, quickShared, waitForReport } from "./far-end.ts";

const test = suite("miner verification");

const names = ["pools", "mode", "stranger", "replaced", "brisk", "whole", "killed", "moved"] as const;
const machines: SimulatedMiner[] = names.map((name, index) => ({
  name,
  kind: name === "brisk" || name === "replaced" ? "whatsminer" : "antminer",
  host: loopback(index + 1),
  webPort: 8080,
  ratedWatts: 3300,
  sleepSeconds: 0.3,
  wakeSeconds: 0.5,
  workMode: name === "mode" ? 3 : 0,
}));

let farEnd: FarEnd;
let folder: string;
let open: { link: MinerTool; shared: MinerShared }[] = [];

const machineOf = (name: (typeof names)[number]): SimulatedMiner => {
  const machine = machines.find((one) => one.name === name);
  assert.ok(machine);
  return machine;
};
const openWith = (name: (typeof names)[number], setup: SharedSetup = {}): MinerTool => {
  const shared = createMinerShared(quick, setup);
  const link = linkTo(machineOf(name), shared);
  open.push({ link, shared });
  return link;
};
const closeAll = async (): Promise<void> => {
  for (const { link, shared } of open) {
    await link.stop();
    await shared.stop();
  }
  open = [];
};
const sessionOf = (name: (typeof names)[number], shared: MinerShared): BitmainSession => {
  const site = {
    name,
    model: "simulated",
    host: machineOf(name).host,
    port: null,
    webPort: 8080,
    tank: "tank-1",
    branch: "branch-1",
    phase: null,
    credentials: "miners",
  };
  return new BitmainSession(site, { user: "root", password }, clock, shared, openDoor);
};
const configurationOf = async (name: (typeof names)[number]): Promise<Record<string, unknown>> => {
  const shared = quickShared();
  const web = new BitmainWeb(machineOf(name).host, 8080, { user: "root", password }, clock, shared, openDoor);
  const page = await web.get("/cgi-bin/get_miner_conf.cgi", "read", new AbortController().signal);
  await shared.stop();
  assert.ok(page.ok);
  return page.value.body;
};

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-machines-"));
  farEnd = await FarEnd.start({ machines, user: "root", password });
});
test.after.each(closeAll);
test.after(async () => {
  await farEnd.kill();
  rmSync(folder, { recursive: true });
});

test("a write that loses the pools is noticed, and the pools are put back", async () => {
  const link = openWith("pools");
  await waitForReport(link, "a report", (one) => one.mode === "hashing");
  const before = (await configurationOf("pools"))["pools"];
  farEnd.fault("pools", "wipe-pools", true);
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "a proof", (one) => one.command?.readBackAt !== undefined);
  assert.is(report.pools, "restored");
  const after = await configurationOf("pools");
  assert.equal(after["pools"], before);
  assert.is(after["bitmain-work-mode"], "1");
});

test("lost pools are noticed by a whole read too, where that comes before the cheap one", async () => {
  const shared = quickShared();
  const session = sessionOf("whole", shared);
  const { signal } = new AbortController();
  await waitFor(() => farEnd.watts("whole") > 3_000, { within: 5_000, what: "a running machine" });
  const before = (await configurationOf("whole"))["pools"];
  farEnd.fault("whole", "wipe-pools", true);
  const written = await session.write("sleep", 1, signal);
  assert.ok(written.ok);
  const read = await session.read(true, signal);
  assert.is(read.ok && read.value.pools, "restored");
  assert.equal((await configurationOf("whole"))["pools"], before);
  await shared.stop();
});

/** Writes with the pools wiped, and ends as a killed controller does: nothing is read back, nothing stored behind the post. */
const writeAndDie = async (name: "killed" | "moved", memoryFile: string): Promise<string> => {
  const { signal } = new AbortController();
  const shared = createMinerShared(quick, { memoryFile });
  const session = sessionOf(name, shared);
  await waitFor(() => farEnd.watts(name) > 3_000, { within: 5_000, what: "a running machine" });
  assert.ok((await session.read(true, signal)).ok);
  farEnd.fault(name, "wipe-pools", true);
  assert.ok((await session.write("sleep", 1, signal)).ok);
  const text = readFileSync(memoryFile, "utf8");
  await shared.stop();
  writeFileSync(memoryFile, text);
  return text;
};

test("pools lost in a write are put back by the controller that starts after a kill, then forgotten", async () => {
  const memoryFile = join(folder, "killed.json");
  const before = (await configurationOf("killed"))["pools"];
  // A leftover that anybody may read must not lend its mode to the passwords.
  writeFileSync(`${memoryFile}.new`, "", { mode: 0o644 });
  const text = await writeAndDie("killed", memoryFile);
  assert.match(text, "unprovenWrite");
  assert.is(statSync(memoryFile).mode & 0o777, 0o600);
  assert.not.equal((await configurationOf("killed"))["pools"], before);
  const reader = openMachineMemory(memoryFile, true);
  assert.is(reader.recall("killed").unprovenWrite, undefined);
  const link = openWith("killed", { memoryFile });
  await waitForReport(link, "the pools put back", (one) => one.pools === "restored");
  const after = await configurationOf("killed");
  assert.equal(after["pools"], before);
  assert.is(after["bitmain-work-mode"], "1");
  await closeAll();
  assert.not.match(readFileSync(memoryFile, "utf8"), "unprovenWrite");
});

test("another machine that has the address after a restart gets no pools of the former", async () => {
  const memoryFile = join(folder, "moved.json");
  const text = await writeAndDie("moved", memoryFile);
  writeFileSync(memoryFile, JSON.stringify({ moved: { ...JSON.parse(text).moved, mac: "02:00:00:00:00:99" } }));
  await waitFor(() => farEnd.writes("moved") === 1, { within: 2_000, what: "the write before the end" });
  const link = openWith("moved", { memoryFile });
  await waitForReport(link, "the stranger", (one) => one.fault === "replaced-machine");
  assert.is(link.report().pools, undefined);
  farEnd.truth({ "moved/supplied": 0 });
  await waitFor(() => farEnd.watts("moved") === 0, { within: 2_000, what: "every effect told" });
  await farEnd.told();
  assert.is(farEnd.writes("moved"), 1);
});

test("the mode before the sleep survives a restart of the controller", async () => {
  const setup = { memoryFile: join(folder, "mode.json") };
  const before = openWith("mode", setup);
  before.target({ mode: "sleep" });
  await waitForReport(before, "sleep", (one) => one.command?.readBackAt !== undefined);
  await closeAll();
  assert.is(statSync(setup.memoryFile).mode & 0o077, 0);
  const after = openWith("mode", setup);
  after.target({ mode: "run" });
  await waitForReport(after, "run", (one) => one.command?.readBackAt !== undefined);
  assert.is((await configurationOf("mode"))["bitmain-work-mode"], "3");
});

test("an unreadable memory is an empty one", async () => {
  const memoryFile = join(folder, "broken.json");
  writeFileSync(memoryFile, '{"mode":{"mac":');
  const link = openWith("mode", { memoryFile });
  await waitForReport(link, "a report", (one) => one.at !== undefined && one.fault === undefined);
  await closeAll();
  assert.match(readFileSync(memoryFile, "utf8"), "02:50:53:00:00:01");
});

test("a machine the kernel knows as another one is asked nothing that carries a password", async () => {
  const memoryFile = join(folder, "stranger.json");
  writeFileSync(memoryFile, JSON.stringify({ stranger: { mac: "02:50:53:00:00:02" } }));
  const neighboursFile = join(folder, "arp");
  const { host } = machineOf("stranger");
  writeFileSync(
    neighboursFile,
    `IP address HW type Flags HW address Mask Device\n${host} 0x1 0x2 AA:BB:CC:00:00:01 * eth0\n`,
  );
  const link = openWith("stranger", { memoryFile, neighboursFile });
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "a fault", (one) => one.fault === "replaced-machine");
  await waitForReport(link, "the end of the attempts", (one) => one.command?.failedAt !== undefined);
  assert.is(report.at, undefined);
  assert.is(link.report().command?.fault, "replaced-machine");
  await farEnd.told();
  assert.is(farEnd.writes("stranger"), 0);
});

test("a machine that itself tells another MAC is reported with its figures and not commanded", async () => {
  const memoryFile = join(folder, "replaced.json");
  writeFileSync(memoryFile, JSON.stringify({ replaced: { mac: "02:00:00:00:00:09" } }));
  const link = openWith("replaced", { memoryFile });
  const report = await waitForReport(link, "a fault", (one) => one.fault === "replaced-machine");
  assert.is(report.powerWatts, 3300);
  link.target({ mode: "sleep" });
  await waitForReport(link, "the refusal", (one) => one.command?.fault === "replaced-machine");
  await farEnd.told();
  assert.is(farEnd.writes("replaced"), 0);
  link.accept();
  await waitForReport(link, "the shed of the accepted machine", (one) => one.command?.readBackAt !== undefined);
  assert.is(link.report().fault, undefined);
  await waitFor(() => farEnd.writes("replaced") === 1, { within: 2_000, what: "one write" });
  await closeAll();
  assert.match(readFileSync(memoryFile, "utf8"), link.report().identity?.mac ?? "no mac");
});

test("an accepted Antminer wakes in its own mode, not in that of the machine before", () => {
  const memory = openMachineMemory(null);
  const neighbours = { macOf: () => "02:00:00:00:00:02", isNear: () => true };
  memory.remember("one", { mac: "02:00:00:00:00:01", runMode: 3 });
  const guarded = guardSession(
    () => ({ read: async () => fail("no-reply"), write: async () => succeed(null), prepare: async () => undefined }),
    { name: "one", host: "127.0.0.1", port: null, webPort: null },
    clock,
    { memory, neighbours, timing: { connectMilliseconds: 100 } },
  );
  assert.is(guarded.isStranger(), true);
  guarded.accept();
  assert.is(guarded.isStranger(), false);
  assert.equal(memory.recall("one"), { mac: "02:00:00:00:00:02" });
});

test("the time from a shed to half the power is kept", async () => {
  const link = openWith("brisk");
  await waitForReport(link, "a report", (one) => one.powerWatts === 3300);
  assert.is(link.report().provenResponse, undefined);
  link.target({ mode: "sleep" });
  const { provenResponse } = await waitForReport(link, "a response", (one) => one.provenResponse !== undefined);
  assert.is(provenResponse?.samples, 1);
  assert.is(provenResponse?.of, "model");
  // Half of the power is gone after half of its 0.3 s at the earliest.
  assert.ok((provenResponse?.milliseconds ?? 0) >= 140, JSON.stringify(provenResponse));
});

test("a percentile is the longest of few, one of the longest of many, and the machine's own once it has enough", () => {
  const times = keepResponseTimes();
  times.add("other", "M50", 9_000);
  for (let index = 1; index <= 9; index += 1) times.add("one", "M50", index);
  assert.equal(times.proven("one", "M50"), { milliseconds: 9_000, samples: 10, of: "model" });
  times.add("one", "M50", 10);
  assert.equal(times.proven("one", "M50"), { milliseconds: 10, samples: 10, of: "machine" });
  for (let index = 1; index <= 300; index += 1) times.add("one", "M50", index);
  assert.equal(times.proven("one", "M50"), { milliseconds: 299, samples: 100, of: "machine" });
  assert.is(times.proven("none", "M60"), undefined);
});

test("an address the kernel has asked for in vain has no neighbour", () => {
  const text = `IP address       HW type     Flags       HW address            Mask     Device
192.168.10.21    0x1         0x2         c4:08:28:00:00:01     *        eth0
192.168.10.22    0x1         0x0         00:00:00:00:00:00     *        eth0
`;
  assert.equal([...decodeTable(text)], [["192.168.10.21", "c4:08:28:00:00:01"]]);
});

test("who does not answer any more is no neighbour, though the kernel still shows the MAC that was there", () => {
  const text = `IP address       HW type     Flags       HW address            Mask     Device
192.168.10.21    0x1         0x0         c4:08:28:00:00:01     *        eth0
192.168.10.22    0x1         0x6         c4:08:28:00:00:02     *        eth0
`;
  assert.equal([...decodeTable(text)], [["192.168.10.22", "c4:08:28:00:00:02"]]);
});

test.run();
