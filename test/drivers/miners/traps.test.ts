/** The traps of the field, each played by every dialect that can be commanded: what is seen is told, and nothing is believed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { MinerReport } from "../../../src/model/miner.ts";
import type { FaultName, MachineKind, SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { FarEnd, linkTo, loopback, password, quickShared, waitForReport } from "./far-end.ts";

const test = suite("traps of the field");

const kinds = ["whatsminer", "whatsminer-v3", "antminer", "avalon", "luxos", "braiins", "vnish", "epic"] as const;
type Kind = (typeof kinds)[number];

const ratedWatts = 3300;

/** Traps, each with the dialects that can play it; the others have no such thing. */
const played: Readonly<Partial<Record<FaultName, readonly Kind[]>>> = {
  "ack-without-effect": kinds,
  "slow-post": kinds,
  "no-reply": kinds,
  "early-close": kinds,
  malformed: ["whatsminer", "whatsminer-v3", "antminer", "avalon", "luxos"],
  truncated: kinds,
  // Only cgminer's API ends its replies with NUL.
  "no-nul": ["whatsminer", "avalon", "luxos"],
  "asleep-status-only": ["whatsminer", "whatsminer-v3"],
  "token-limit": ["whatsminer", "luxos", "vnish"],
  "forget-tokens": ["whatsminer", "braiins", "vnish"],
  "clock-skew": ["whatsminer-v3", "avalon"],
  "write-disabled": ["whatsminer", "whatsminer-v3"],
  overshoot: ["whatsminer", "whatsminer-v3", "avalon", "luxos", "braiins", "vnish", "epic"],
  "estimate-above-target": ["luxos", "braiins", "vnish"],
  "full-power-after-cycle": kinds,
};

const machines: SimulatedMiner[] = Object.entries(played)
  .flatMap(([fault, who]) => who.map((kind: MachineKind) => ({ name: `${kind}-${fault}`, kind, ratedWatts })))
  .map((machine, index) => ({
    ...machine,
    host: loopback(index + 1),
    webPort: 8080,
    sleepSeconds: 0.1,
    // Power above the plate lasts for half of it; a link looks again 1 to 2 s after the proof.
    wakeSeconds: machine.name.endsWith("overshoot") ? 5 : 0.6,
    bootSeconds: 0.1,
  }));

let farEnd: FarEnd;
let shared: Readonly<Record<"avalon" | "others", MinerShared>>;
const links = new Map<string, MinerTool>();

test.before(async () => {
  farEnd = await FarEnd.start({ machines, user: "root", password });
  const patient = { pollMilliseconds: 300, replyMilliseconds: 1_000, retryMilliseconds: [100] };
  shared = {
    // An Avalon obeys 2 to 3 s later.
    avalon: quickShared({ ...patient, readBackMilliseconds: 3_500, attempts: 2 }),
    others: quickShared({ ...patient, readBackMilliseconds: 1_000 }),
  };
  for (const [fault, play] of plays) ended.set(fault, playAll(fault, play));
});
test.after(async () => {
  await Promise.all([shared.avalon.stop(), shared.others.stop()]);
  await farEnd.kill();
});

function open(name: string): MinerTool {
  const machine = machines.find((one) => one.name === name);
  assert.ok(machine, name);
  const link = linkTo(
    machine,
    shared[machine.kind === "avalon" ? "avalon" : "others"],
    password,
    machine.kind === "whatsminer-v3" ? "super" : "root",
  );
  links.set(name, link);
  return link;
}

type Play = (kind: Kind, name: string) => Promise<void>;
const plays = new Map<FaultName, Play>();
const ended = new Map<FaultName, Promise<readonly string[]>>();

/** One test a trap. All are played at once: most of their time is waiting. */
function trap(fault: FaultName, what: string, play: Play): void {
  plays.set(fault, play);
  test(`${fault}: ${what}`, async () => assert.equal(await ended.get(fault), []));
}

/** What went wrong, by dialect. */
async function playAll(fault: FaultName, play: Play): Promise<readonly string[]> {
  const failures = await Promise.all(
    (played[fault] ?? []).map(async (kind) => {
      const name = `${kind}-${fault}`;
      try {
        await play(kind, name);
        return [];
      } catch (error) {
        return [`${kind}: ${error instanceof Error ? error.message : String(error)}`];
      } finally {
        await links.get(name)?.stop();
      }
    }),
  );
  return failures.flat();
}

const hashing = (link: MinerTool): Promise<MinerReport> =>
  waitForReport(link, "a first read", (one) => one.mode === "hashing", 15_000);
const proven = (link: MinerTool, mode: "run" | "sleep"): Promise<MinerReport> =>
  waitForReport(
    link,
    `${mode} proven`,
    ({ command }) => command?.target.mode === mode && command.readBackAt !== undefined,
    15_000,
  );

trap("ack-without-effect", "acknowledged, never proven, given up with the evidence", async (kind, name) => {
  farEnd.fault(name, "ack-without-effect", true);
  const link = open(name);
  await hashing(link);
  link.target({ mode: "sleep" });
  const { command, mode } = await waitForReport(
    link,
    "the end of the attempts",
    (one) => one.command?.failedAt !== undefined,
    30_000,
  );
  assert.is(command?.readBackAt, undefined);
  assert.ok(command?.acknowledgedAt !== undefined, JSON.stringify(command));
  const attempts = kind === "avalon" ? 2 : 3;
  assert.is(command?.attempts, attempts);
  assert.is(mode, "hashing");
  await waitFor(() => farEnd.writes(name) >= attempts, { within: 3_000, what: "all writes" });
});

trap("slow-post", "an answer that is late is waited for, and the write is not repeated", async (kind, name) => {
  // A tenth of what a real Antminer takes; the others' limits are shorter here, in proportion.
  farEnd.fault(name, "slow-post", true, kind === "antminer" ? 2_100 : 500);
  const link = open(name);
  await hashing(link);
  link.target({ mode: "sleep" });
  const { command } = await proven(link, "sleep");
  assert.is(command?.attempts, 1);
});

trap("no-reply", "told as such; the machine is commanded when it answers again", async (_kind, name) => {
  const link = open(name);
  await hashing(link);
  farEnd.fault(name, "no-reply", true);
  const { powerWatts } = await waitForReport(link, "the fault", (one) => one.fault === "no-reply", 15_000);
  assert.ok(powerWatts === undefined || powerWatts > 0.9 * ratedWatts, "the last power is kept");
  link.target({ mode: "sleep" });
  farEnd.fault(name, "no-reply", false);
  await proven(link, "sleep");
});

for (const fault of ["early-close", "truncated", "malformed"] as const)
  trap(fault, "a fault or a missing figure, never a wrong one, and it recovers", async (_kind, name) => {
    const link = open(name);
    const before = await hashing(link);
    farEnd.fault(name, fault, true);
    const from = performance.now();
    const seen: MinerReport[] = [];
    await waitFor(
      () => {
        const report = link.report();
        seen.push(report);
        return (report.fault !== undefined && report.fault !== "not-read-yet") || (report.at ?? 0) > from + 800;
      },
      { within: 15_000, what: `a look at ${name}` },
    );
    for (const { powerWatts, hashrateTerahashesPerSecond: hashrate, chipCelsius, mode } of seen) {
      assert.ok(powerWatts === undefined || near(powerWatts, before.powerWatts), `power ${powerWatts}`);
      assert.ok(hashrate === undefined || near(hashrate, before.hashrateTerahashesPerSecond), `hashrate ${hashrate}`);
      assert.ok(chipCelsius === undefined || near(chipCelsius, before.chipCelsius), `chip ${chipCelsius}`);
      assert.is.not(mode, "asleep");
    }
    farEnd.fault(name, fault, false);
    const back = performance.now();
    await waitForReport(link, "recovery", (one) => one.fault === undefined && (one.at ?? 0) > back, 15_000);
  });

function near(value: number, expected: number | undefined): boolean {
  return expected !== undefined && Math.abs(value - expected) <= 0.05 * expected;
}

trap("no-nul", "a reply without its end is read until the connection closes", async (_kind, name) => {
  farEnd.fault(name, "no-nul", true);
  const link = open(name);
  const { powerWatts, fault } = await hashing(link);
  assert.is(fault, undefined);
  assert.ok((powerWatts ?? 0) > 0.9 * ratedWatts);
});

trap(
  "asleep-status-only",
  "that it sleeps is proof enough, and its power is unknown, not zero",
  async (_kind, name) => {
    farEnd.fault(name, "asleep-status-only", true);
    const link = open(name);
    await hashing(link);
    link.target({ mode: "sleep" });
    await proven(link, "sleep");
    const asleep = await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.powerSource === "unknown");
    assert.is(asleep.powerWatts, undefined);
    link.target({ mode: "run" });
    await proven(link, "run");
    await hashing(link);
  },
);

trap("token-limit", "told, not insisted on, and the command goes through when there is room", async (kind, name) => {
  farEnd.fault(name, "token-limit", true);
  const link = open(name);
  await hashing(link);
  link.target({ mode: "sleep" });
  const { command } = await waitForReport(link, "the fault", (one) => one.command?.fault !== undefined, 15_000);
  assert.is(command?.fault, "token-limit");
  farEnd.fault(name, "token-limit", false);
  // The others pause a minute after they were told that there is no room.
  if (kind === "luxos") await proven(link, "sleep");
});

trap("forget-tokens", "a forgotten token is replaced within the same attempt", async (_kind, name) => {
  const link = open(name);
  await hashing(link);
  link.target({ mode: "sleep" });
  await proven(link, "sleep");
  farEnd.fault(name, "forget-tokens", true);
  link.target({ mode: "run" });
  const { command } = await proven(link, "run");
  assert.is(command?.attempts, 1);
});

trap("clock-skew", "the machine's own clock is used, a year off", async (_kind, name) => {
  farEnd.fault(name, "clock-skew", true, -31_536_000);
  const link = open(name);
  await hashing(link);
  link.target({ mode: "sleep" });
  const { command } = await proven(link, "sleep");
  assert.is(command?.attempts, 1);
});

trap("write-disabled", "told with its name, and nothing is tried again", async (_kind, name) => {
  farEnd.fault(name, "write-disabled", true);
  const link = open(name);
  await hashing(link);
  link.target({ mode: "sleep" });
  const { command } = await waitForReport(link, "the end", (one) => one.command?.failedAt !== undefined, 15_000);
  assert.is(command?.fault, "write-access-disabled");
  assert.is(command?.attempts, 1);
  await farEnd.told();
  assert.is(farEnd.writes(name), 0);
});

trap("overshoot", "power above the plate is told as it is", async (_kind, name) => {
  farEnd.fault(name, "overshoot", true);
  const link = open(name);
  await hashing(link);
  link.target({ mode: "sleep" });
  await proven(link, "sleep");
  link.target({ mode: "run" });
  await waitForReport(link, "an overshoot", (one) => (one.powerWatts ?? 0) > 1.1 * ratedWatts, 15_000);
});

trap(
  "estimate-above-target",
  "an estimate above the limit is an estimate, and the limit no measurement",
  async (_kind, name) => {
    farEnd.fault(name, "estimate-above-target", true);
    const link = open(name);
    await hashing(link);
    link.target({ mode: "limit", watts: 2_700 });
    const told = await waitForReport(
      link,
      "an estimate above its limit",
      ({ command, powerWatts, limitWatts }) =>
        command?.readBackAt !== undefined && (powerWatts ?? 0) > (limitWatts ?? Number.POSITIVE_INFINITY),
      15_000,
    );
    assert.is(told.powerSource, "estimated");
  },
);

trap(
  "full-power-after-cycle",
  "a machine that hashes again after a power cycle is put back to sleep",
  async (_kind, name) => {
    farEnd.fault(name, "full-power-after-cycle", true);
    const link = open(name);
    await hashing(link);
    link.target({ mode: "sleep" });
    await proven(link, "sleep");
    await waitFor(() => farEnd.watts(name) < 20, { within: 15_000, what: "the first shed" });
    farEnd.truth({ [`${name}/supplied`]: 0 });
    await waitForReport(link, "no answer", (one) => one.fault === "unreachable", 15_000);
    const writes = farEnd.writes(name);
    farEnd.truth({ [`${name}/supplied`]: 1 });
    await waitFor(() => farEnd.writes(name) > writes, { within: 20_000, what: "a second shed" });
    await waitForReport(link, "asleep again", (one) => one.mode === "asleep" && one.fault === undefined, 20_000);
  },
);

test("an Avalon is never asked two things at once", () => {
  const overlaps = Object.entries(farEnd.effects).filter(
    ([name, count]) => /^avalon.*overlapCount$/.test(name) && count > 0,
  );
  assert.equal(overlaps, []);
});

test.run();
