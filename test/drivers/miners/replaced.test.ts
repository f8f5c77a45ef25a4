/** Another machine on the address of a known one, in every dialect that can be commanded: what it gets, with the kernel's table and without. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type GuardedSession, guardSession } from "../../../src/drivers/miners/guarded-session.ts";
import { openMachineMemory } from "../../../src/drivers/miners/machine-memory.ts";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import { networksOf, watchNeighbours } from "../../../src/drivers/miners/neighbours.ts";
import type { MinerSession } from "../../../src/drivers/miners/session.ts";
import { createMinerShared, type MinerShared, type SharedSetup } from "../../../src/drivers/miners/shared.ts";
import type { MinerFault } from "../../../src/model/miner.ts";
import { fail, type Result, succeed } from "../../../src/model/result.ts";
import type { MachineKind, SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { clock, FarEnd, linkTo, loopback, password, quick, waitForReport } from "./far-end.ts";

const test = suite("a machine in the place of another");

/** These tell their MAC to everybody. */
const open = ["whatsminer", "whatsminer-v3", "avalon", "luxos", "vnish", "epic"] as const;
/** These only to who logs in. */
const behindPassword = ["antminer", "braiins"] as const;
const kinds = [...open, ...behindPassword] as const;
type Kind = (typeof kinds)[number];

const machineOf = (kind: MachineKind, number: number, serialNumber: number): SimulatedMiner => ({
  name: kind,
  kind,
  host: loopback(number),
  webPort: 8080,
  ratedWatts: 3300,
  sleepSeconds: 0.2,
  wakeSeconds: 0.5,
  serialNumber,
});
const fleet = (serialNumber: number): SimulatedMiner[] =>
  kinds.map((kind, index) => machineOf(kind, index + 1, serialNumber));
const start = (machines: readonly SimulatedMiner[]): Promise<FarEnd> =>
  FarEnd.start({ machines, user: "root", password });

/** Between two reads anything may happen. */
const rare = { pollMilliseconds: 60_000, firstReadMilliseconds: 0 };

let folder: string;
let farEnd: FarEnd | undefined;
let shared: MinerShared | undefined;
let links: Map<string, MinerTool> = new Map();

const openLinks = (machines: readonly SimulatedMiner[], setup: SharedSetup = {}, timing: object = {}): void => {
  const all = createMinerShared({ ...quick, ...timing }, setup);
  shared = all;
  links = new Map(
    machines.map((machine) => [
      machine.name,
      linkTo(machine, all, password, machine.kind === "whatsminer-v3" ? "super" : "root"),
    ]),
  );
};
const linkOf = (kind: MachineKind): MinerTool => {
  const link = links.get(kind);
  assert.ok(link);
  return link;
};
const close = async (): Promise<void> => {
  await Promise.all([...links.values()].map((link) => link.stop()));
  await shared?.stop();
  await farEnd?.kill();
  links = new Map();
  shared = undefined;
  farEnd = undefined;
};
/** Logins and writes up to this moment. */
const counts = async (): Promise<(kind: Kind) => readonly number[]> => {
  const end = farEnd;
  assert.ok(end);
  await end.told();
  return (kind) => [end.effects[`${kind}/loginCount`] ?? 0, end.effects[`${kind}/writeCount`] ?? 0];
};
const replaced = (link: MinerTool) =>
  waitForReport(link, "the refusal", (one) => one.command?.fault === "replaced-machine", 8_000);

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-replaced-"));
});
test.after.each(close);
test.after(() => rmSync(folder, { recursive: true }));

test("put there between two reads it gets no command of any dialect, and no password where it tells its MAC without; accepted it obeys", async () => {
  farEnd = await start(fleet(1));
  openLinks(fleet(1), {}, rare);
  for (const kind of kinds)
    await waitForReport(linkOf(kind), "the first machine", (one) => one.identity?.mac !== undefined);
  await farEnd.kill();
  farEnd = await start(fleet(77));
  for (const kind of kinds) linkOf(kind).target({ mode: "sleep" });
  for (const kind of kinds) {
    await replaced(linkOf(kind));
    await waitForReport(linkOf(kind), "the notice", (one) => one.fault === "replaced-machine");
  }
  const counted = await counts();
  for (const kind of kinds) assert.is(counted(kind)[1], 0, `writes to ${kind}`);
  for (const kind of open) assert.is(counted(kind)[0], 0, `logins at ${kind}`);
  assert.ok((counted("antminer")[0] ?? 0) > 0, "a login is counted where there is one");
  for (const kind of kinds) linkOf(kind).accept();
  for (const kind of kinds) {
    const report = await waitForReport(
      linkOf(kind),
      `${kind} obeys`,
      (one) => one.command?.readBackAt !== undefined && one.fault === undefined,
      10_000,
    );
    assert.is(report.command?.fault, undefined, kind);
  }
});

test("known to the kernel it gets neither password nor command, whatever it speaks", async () => {
  farEnd = await start(fleet(1));
  const neighboursFile = join(folder, "arp");
  const table = (end: string): string =>
    [
      "IP address HW type Flags HW address Mask Device",
      ...fleet(1).map(({ host }, index) => `${host} 0x1 0x2 02:00:00:00:0${index}:${end} * eth0`),
    ].join("\n");
  const memoryFile = join(folder, "kernel.json");
  const known = kinds.map((kind, index) => [kind, { mac: `02:00:00:00:0${index}:01` }]);
  writeFileSync(memoryFile, JSON.stringify(Object.fromEntries(known)));
  writeFileSync(neighboursFile, table("01"));
  openLinks(fleet(1), { neighboursFile, memoryFile }, rare);
  for (const kind of kinds) await waitForReport(linkOf(kind), "the first machine", (one) => one.at !== undefined);
  await farEnd.kill();
  writeFileSync(neighboursFile, table("77"));
  farEnd = await start(fleet(77));
  const learnt = (): boolean => shared?.neighbours.macOf(loopback(1))?.endsWith("77") === true;
  await waitFor(learnt, { within: 2_000, what: "the kernel's newest table" });
  for (const kind of kinds) linkOf(kind).target({ mode: "sleep" });
  for (const kind of kinds) await replaced(linkOf(kind));
  const counted = await counts();
  for (const kind of kinds) assert.equal(counted(kind), [0, 0], kind);
});

test("in place before the controller starts it gets no command, whatever it speaks", async () => {
  farEnd = await start(fleet(77));
  const memoryFile = join(folder, "start.json");
  writeFileSync(
    memoryFile,
    JSON.stringify(Object.fromEntries(kinds.map((kind) => [kind, { mac: "02:00:00:00:00:01" }]))),
  );
  openLinks(fleet(77), { memoryFile }, rare);
  for (const kind of kinds) linkOf(kind).target({ mode: "sleep" });
  for (const kind of kinds) await replaced(linkOf(kind));
  for (const kind of kinds)
    assert.is(await outcome(linkOf(kind).order({ kind: "locate", on: true })), "replaced-machine");
  const counted = await counts();
  for (const kind of kinds) assert.is(counted(kind)[1], 0, kind);
  for (const kind of open) assert.is(counted(kind)[0], 0, kind);
});

const outcome = async (done: Promise<Result<null, MinerFault>>): Promise<string> => {
  const result = await done;
  return result.ok ? "done" : result.error;
};

test("the right machine back in its place is commanded at once, with nobody's help", async () => {
  const [machine, stranger] = [machineOf("whatsminer", 1, 1), machineOf("whatsminer", 1, 77)];
  farEnd = await start([machine]);
  openLinks([machine], {}, { pollMilliseconds: 300, refusedPauseMilliseconds: 900_000 });
  const link = linkOf("whatsminer");
  await waitForReport(link, "the machine", (one) => one.fault === undefined);
  await farEnd.kill();
  farEnd = await start([stranger]);
  link.target({ mode: "sleep" });
  await replaced(link);
  await farEnd.kill();
  farEnd = await start([machine]);
  await waitForReport(link, "its shed", (one) => one.command?.readBackAt !== undefined, 8_000);
});

test("asleep and silent about its MAC a WhatsMiner is known by the salt of its tokens, and another one is not woken", async () => {
  const [machine, stranger] = [1, 77].map((serial) => ({ ...machineOf("whatsminer", 1, serial), startAsleep: true }));
  assert.ok(machine && stranger);
  const memoryFile = join(folder, "salt.json");
  farEnd = await start([machine]);
  openLinks([machine], { memoryFile });
  await waitForReport(linkOf("whatsminer"), "its MAC", (one) => one.identity?.mac !== undefined);
  await shared?.memory.flush();
  await waitFor(() => /tokenSalt/.test(readFileSync(memoryFile, "utf8")), {
    within: 3_000,
    what: () => `the salt in ${readFileSync(memoryFile, "utf8")}`,
  });
  await close();
  for (const [serial, wanted] of [
    [stranger, "replaced-machine"],
    [machine, undefined],
  ] as const) {
    farEnd = await start([serial]);
    farEnd.fault("whatsminer", "asleep-status-only", true);
    openLinks([serial], { memoryFile });
    linkOf("whatsminer").target({ mode: "run" });
    const report = await waitForReport(
      linkOf("whatsminer"),
      String(wanted),
      ({ command }) => command?.fault === "replaced-machine" || command?.readBackAt !== undefined,
      8_000,
    );
    assert.is(report.command?.fault, wanted);
    const end = farEnd;
    end.truth({ "whatsminer/supplied": 0 });
    await waitFor(() => end.watts("whatsminer") === 0, { within: 2_000, what: "every effect told" });
    await end.told();
    assert.is(end.writes("whatsminer"), wanted === undefined ? 1 : 0);
    await close();
  }
});

/** A guard around hands that only tell a MAC, or the lack of one. */
function guarded(
  tells: Partial<MinerSession>,
  neighbours: { macOf(host: string, anew?: true): string | undefined; isNear(): boolean },
  port: number | null = null,
): { session: GuardedSession; writes: () => number; memory: ReturnType<typeof openMachineMemory> } {
  let writes = 0;
  const memory = openMachineMemory(null);
  memory.remember("one", { mac: "02:00:00:00:00:01" });
  const session = guardSession(
    () => ({
      read: async () => fail("no-reply"),
      write: async () => {
        writes += 1;
        return succeed(null);
      },
      prepare: async () => undefined,
      ...tells,
    }),
    { name: "one", host: "127.0.0.1", port, webPort: null },
    clock,
    { memory, neighbours, timing: { connectMilliseconds: 300 } },
  );
  return { session, writes: () => writes, memory };
}

const { signal } = new AbortController();
const elsewhere = { macOf: () => undefined, isNear: () => false };

test("in its own network the controller knocks without a byte, and believes what the kernel has learnt by that", async () => {
  let bytes = 0;
  let knocks = 0;
  const server = createServer((socket) => {
    knocks += 1;
    socket.on("data", (chunk) => {
      bytes += chunk.length;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  for (const [mac, wanted] of [
    ["02:00:00:00:00:02", "replaced-machine"],
    ["02:00:00:00:00:01", "done"],
    [undefined, "unreachable"],
  ] as const) {
    knocks = 0;
    const near = { macOf: (_host: string, anew?: true) => (anew === true ? mac : undefined), isNear: () => true };
    const { session, writes } = guarded({}, near, address.port);
    assert.is(await outcome(session.write("sleep", 1, signal)), wanted);
    assert.is(writes(), wanted === "done" ? 1 : 0);
    await waitFor(() => knocks === 1, { within: 1_000, what: () => `one knock, not ${knocks}` });
  }
  assert.is(bytes, 0);
  await new Promise((resolve) => server.close(resolve));
});

test("accepted while the kernel has forgotten its address again, it is the one that was refused", async () => {
  const near = {
    macOf: (_host: string, anew?: true) => (anew === true ? "02:00:00:00:00:02" : undefined),
    isNear: () => true,
  };
  const { session, writes, memory } = guarded({}, near, 1);
  assert.is(await outcome(session.write("sleep", 1, signal)), "replaced-machine");
  session.accept();
  assert.equal(memory.recall("one"), { mac: "02:00:00:00:00:02" });
  assert.is(await outcome(session.write("sleep", 1, signal)), "done");
  assert.is(writes(), 1);
});

test("a machine that told its MAC once and tells none is another one, until a person accepts it", async () => {
  const tells = { tellsMacOpenly: true, tellMac: async () => succeed(undefined) } as const;
  const { session, writes, memory } = guarded(tells, elsewhere);
  assert.is(await outcome(session.write("sleep", 1, signal)), "replaced-machine");
  assert.is(session.isStranger(), true);
  session.accept();
  assert.equal(memory.recall("one"), {});
  assert.is(session.isStranger(), false);
  assert.is(await outcome(session.write("sleep", 1, signal)), "done");
  assert.is(writes(), 1);
});

test("a machine that does not tell its MAC in time gets no command, and what was wrong is told", async () => {
  const tells = { tellsMacOpenly: true, tellMac: async () => fail("no-reply" as const) } as const;
  const { session, writes } = guarded(tells, elsewhere);
  assert.is(await outcome(session.write("sleep", 1, signal)), "no-reply");
  assert.is(writes(), 0);
});

test("commands and orders at once ask for one MAC, and the next one asks anew", async () => {
  let asked = 0;
  const tellMac = async () => {
    asked += 1;
    await new Promise((resolve) => setImmediate(resolve));
    return succeed("02:00:00:00:00:01");
  };
  const limit = async () => succeed(null);
  const { session } = guarded({ tellsMacOpenly: true, tellMac, limit }, elsewhere);
  await Promise.all([session.write("sleep", 1, signal), session.limit?.(1_000, signal)]);
  assert.is(asked, 1);
  await waitFor(async () => (await session.write("sleep", 1, signal)).ok && asked === 2, {
    within: 2_000,
    what: () => `a second question; ${asked}`,
  });
});

test("networks of its own are told by address and mask, and loopback is none", () => {
  const number = (text: string): number => text.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0);
  const networks = [[number("192.168.10.2"), number("255.255.255.0")]] as const;
  const neighbours = watchNeighbours(clock, join(folder, "no-table"), () => networks);
  assert.is(neighbours.isNear("192.168.10.77"), true);
  assert.is(neighbours.isNear("192.168.11.77"), false);
  assert.is(watchNeighbours(clock).isNear("127.0.0.1"), false);
});

test("behind a tunnel nobody is a neighbour: its device has no MAC", () => {
  const address = { netmask: "255.255.255.0", family: "IPv4", internal: false, cidr: null } as const;
  const devices = {
    eth0: [{ ...address, address: "192.168.10.2", mac: "02:00:00:00:00:01" }],
    wg0: [{ ...address, address: "10.8.0.2", mac: "00:00:00:00:00:00" }],
  };
  const neighbours = watchNeighbours(clock, join(folder, "no-table"), () => networksOf(devices));
  assert.is(neighbours.isNear("192.168.10.77"), true);
  assert.is(neighbours.isNear("10.8.0.77"), false);
});

test.run();
