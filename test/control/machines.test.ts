/** Machines: an acknowledgement proves nothing, what is not ours is not woken, and nobody is worn out. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wake } from "../../src/control/machines/command.ts";
import { unseenMachine, wearAt } from "../../src/control/machines/machine.ts";
import { startControl } from "../../src/control/state.ts";
import type { MinerReport } from "../../src/model/miner.ts";
import { local, setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { durableForTests, good, modelForTests, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const test = suite("machines");

const quick: SiteWishes = { policy: { minimumOffMilliseconds: 5000 }, model: { wakeMilliseconds: 10_000 } };

function settled(wishes: SiteWishes = quick): Plant {
  const plant = startPlant(siteForTests(wishes));
  run(plant, 20);
  return plant;
}

function phaseOf(plant: Plant, name: string): string | undefined {
  return plant.decision?.miners.find((miner) => miner.name === name)?.phase;
}

test("a machine goes through curtailing, asleep, waking and hashing, each proven", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 1 });
  assert.is(phaseOf(plant, "a-001"), "hashing");
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  assert.is(phaseOf(plant, "a-001"), "curtailing");
  assert.equal(plant.state.durable.asleepByUs, ["a-001"]);
  run(plant, 6);
  assert.is(phaseOf(plant, "a-001"), "asleep");
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  run(plant, 8);
  assert.is(phaseOf(plant, "a-001"), "waking");
  assert.is(plant.decision?.miners[0]?.accountedWatts, 3600);
  run(plant, 15);
  assert.is(phaseOf(plant, "a-001"), "hashing");
  assert.equal(plant.state.durable.asleepByUs, []);
  assert.equal(plant.decision?.minerTargets["a-001"], { mode: "leave" });
});

test("the worst joules per terahash sleep first, the best wake first", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 3 });
  plant.reports.set("a-002", (report) => ({
    ...report,
    hashrateTerahashesPerSecond: report.mode === "hashing" ? 80 : 0,
  }));
  plant.reports.set("a-003", (report) => ({
    ...report,
    hashrateTerahashesPerSecond: report.mode === "hashing" ? 120 : 0,
  }));
  run(plant, 2);
  scan(plant, 1000, [setpoint(8500, plant.now + 1000)]);
  assert.equal(plant.state.durable.asleepByUs, ["a-002"]);
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  run(plant, 20);
  scan(plant, 1000, [setpoint(5500, plant.now + 1000)]);
  run(plant, 8);
  assert.is(phaseOf(plant, "a-003"), "waking");
});

test("a machine that someone else put to sleep is left asleep", () => {
  const plant = settled();
  const machine = plant.machines.get("a-001");
  if (machine) machine.target = "sleep";
  run(plant, 400);
  assert.is(phaseOf(plant, "a-001"), "asleep");
  assert.equal(plant.decision?.minerTargets["a-001"], { mode: "leave" });
});

test("what we put to sleep before a restart is still ours to wake", () => {
  const site = siteForTests(quick);
  const plant = startPlant(site, 1000, startControl(site, durableForTests({ asleepByUs: ["a-001"] }), 1000));
  for (const name of ["a-001", "a-002"]) {
    const machine = plant.machines.get(name);
    if (machine) Object.assign(machine, { mode: "asleep", watts: 20, target: "sleep" });
  }
  run(plant, 60);
  assert.is(phaseOf(plant, "a-001"), "hashing");
  assert.is(phaseOf(plant, "a-002"), "asleep");
});

test("a shed that takes effect only after a restart is still ours; one that never does is not for long", () => {
  const site = siteForTests({ ...quick, model: { sleepMilliseconds: 10_000, wakeMilliseconds: 10_000 } });
  const plant = startPlant(site, 1000, startControl(site, durableForTests({ asleepByUs: ["a-001", "a-002"] }), 1000));
  run(plant, 5);
  const late = plant.machines.get("a-001");
  if (late) Object.assign(late, { mode: "asleep", watts: 20, target: "sleep" });
  run(plant, 30);
  assert.not.ok(plant.state.durable.asleepByUs.includes("a-002"));
  run(plant, 30);
  assert.is(phaseOf(plant, "a-001"), "hashing");
});

test("a machine out of reach at a stored lockout, found asleep afterwards, is not ours to wake", () => {
  const site = siteForTests(quick);
  const durable = durableForTests({ lockout: { by: "console", sinceUnixMilliseconds: 0 } });
  const plant = startPlant(site, 1000, startControl(site, durable, 1000));
  const [stranger, runner] = [plant.machines.get("a-001"), plant.machines.get("a-002")];
  if (stranger) Object.assign(stranger, { mode: "asleep", watts: 20, silent: true });
  if (runner) runner.silent = true;
  run(plant, 3);
  assert.equal(plant.decision?.minerTargets["a-001"], { mode: "sleep" });
  for (const machine of plant.machines.values()) machine.silent = false;
  run(plant, 30);
  assert.equal(plant.decision?.minerTargets["a-001"], { mode: "leave" });
  assert.not.ok(plant.state.durable.asleepByUs.includes("a-001"));
  assert.ok(plant.state.durable.asleepByUs.includes("a-002"), "it ran until our command reached it");
  scan(plant, 1000, [local({ kind: "release" }, plant.now)]);
  run(plant, 120);
  assert.is(phaseOf(plant, "a-001"), "asleep");
  assert.is(phaseOf(plant, "a-002"), "hashing");
});

test("a wake that fails is tried again only after the minimum off-time", () => {
  const plant = settled({ ...quick, policy: { minimumOffMilliseconds: 30_000 } });
  scan(plant, 1000, [setpoint(26_000, plant.now + 1000)]);
  run(plant, 40);
  const name = plant.state.durable.asleepByUs[0] ?? "";
  const machine = plant.machines.get(name);
  if (machine) machine.deaf = true;
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  const runs: number[] = [];
  let before = "sleep";
  run(plant, 120, (decision) => {
    const mode = decision.minerTargets[name]?.mode ?? "";
    if (mode === "run" && before !== "run") runs.push(plant.now);
    before = mode;
  });
  assert.ok(runs.length >= 2);
  assert.ok((runs[1] ?? 0) - (runs[0] ?? 0) >= 50_000);
});

test("a wake whose machine falls silent ends unreachable, and is ours when it is back", () => {
  const plant = settled(quick);
  scan(plant, 1000, [setpoint(26_000, plant.now + 1000)]);
  run(plant, 10);
  const name = plant.state.durable.asleepByUs[0] ?? "";
  const machine = plant.machines.get(name);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  for (let second = 0; second < 30 && phaseOf(plant, name) !== "waking"; second += 1) scan(plant);
  if (machine) Object.assign(machine, { silent: true, deaf: true });
  scan(plant);
  assert.is(phaseOf(plant, name), "waking");
  run(plant, 60);
  assert.is(phaseOf(plant, name), "unreachable");
  if (machine) Object.assign(machine, { silent: false, deaf: false, mode: "asleep", watts: 20, target: "sleep" });
  run(plant, 60);
  assert.is(phaseOf(plant, name), "hashing");
});

test("an order of nothing also reaches machines out of reach and leaves alone who slept before", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 3 });
  const [silent, sleeper] = [plant.machines.get("a-001"), plant.machines.get("a-002")];
  if (silent) silent.silent = true;
  if (sleeper) sleeper.target = "sleep";
  run(plant, 15);
  scan(plant, 1000, [setpoint(0, plant.now + 1000)]);
  run(plant, 5);
  assert.equal(plant.decision?.minerTargets["a-001"], { mode: "sleep" });
  assert.equal(plant.decision?.minerTargets["a-002"], { mode: "leave" });
  assert.equal(plant.state.durable.asleepByUs, ["a-001", "a-003"]);
});

test("an ordinary order of nothing waits for minimum on-times like any other", () => {
  const plant = settled({ ...quick, policy: { minimumOffMilliseconds: 5000, minimumOnMilliseconds: 120_000 } });
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  run(plant, 20);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  run(plant, 60);
  scan(plant, 1000, [setpoint(0, plant.now + 1000, { reason: "sced" })]);
  run(plant, 20);
  assert.ok(trueWatts(plant, "feeder") > 20_000);
});

test("a machine that hashes well below its plate has been trimmed", () => {
  const plant = settled();
  plant.reports.set("a-001", (report) => ({ ...report, powerWatts: 2500 }));
  run(plant, 2);
  assert.is(phaseOf(plant, "a-001"), "trimmed");
});

test("nonsense in a report is not believed", () => {
  const plant = settled({ ...quick, branchMeters: false });
  plant.forced.set("feeder/powerWatts", null);
  for (const change of [
    { powerWatts: Number.NaN },
    { powerWatts: 0 },
    { powerWatts: 9000 },
    { powerWatts: -5 },
    { powerSource: "unknown" },
  ] as const) {
    plant.reports.set("a-001", (report) => ({ ...report, ...change }));
    run(plant, 2);
    assert.is(plant.decision?.miners[0]?.accountedWatts, 3400);
  }
  plant.reports.set("a-001", (report) => ({ ...report, at: plant.now + 5 }));
  run(plant, 35);
  assert.is(phaseOf(plant, "a-001"), "unreachable");
  plant.reports.set("a-001", (report) => ({ ...report, mode: "starting" }));
  run(plant, 1);
  assert.is(phaseOf(plant, "a-001"), "waking");
});

test("ordinary orders wait for minimum on-times, emergencies do not", () => {
  for (const reason of ["price", "emergency"] as const) {
    const plant = settled({ ...quick, policy: { minimumOffMilliseconds: 5000, minimumOnMilliseconds: 120_000 } });
    scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
    run(plant, 20);
    scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
    run(plant, 60);
    const woken = trueWatts(plant, "feeder");
    assert.ok(woken > 20_000);
    scan(plant, 1000, [setpoint(1200, plant.now + 1000, { reason })]);
    run(plant, 20);
    if (reason === "price") assert.ok(trueWatts(plant, "feeder") > 20_000);
    else assert.ok(trueWatts(plant, "feeder") < 2000);
    run(plant, 120);
    assert.ok(trueWatts(plant, "feeder") < 2000);
  }
});

test("machines start a few at a time, however much room there is", () => {
  const plant = settled({
    ...quick,
    policy: { minimumOffMilliseconds: 5000, rampUpWattsPerSecond: 100_000, startsPerInterval: 2 },
  });
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  run(plant, 20);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  const starts: number[] = [];
  let before = new Set<string>();
  run(plant, 60, (decision) => {
    const told = Object.entries(decision.minerTargets).flatMap(([name, { mode }]) => (mode === "run" ? [name] : []));
    for (const name of told) if (!before.has(name)) starts.push(plant.now);
    before = new Set(told);
  });
  assert.is(starts.length, 8);
  for (const at of starts) assert.ok(starts.filter((other) => other >= at && other < at + 10_000).length <= 2);
});

test("a tank that comes back climbs by the container's ramp, though the container's own ceiling stands far above", () => {
  const plant = settled({
    ...quick,
    policy: { ...quick.policy, rampUpWattsPerSecond: 200, startsPerInterval: 8, goodAgainMilliseconds: 1000 },
  });
  plant.forced.set("tank-1/flowLitersPerMinute", null);
  run(plant, 60);
  const from = trueWatts(plant, "feeder");
  plant.forced.clear();
  const begin = plant.now;
  run(plant, 60, () => {
    const allowed = from + 200 * ((plant.now - begin) / 1000) + 2 * 3600;
    assert.ok(trueWatts(plant, "feeder") <= allowed, `${trueWatts(plant, "feeder")} W of ${allowed} W`);
  });
  assert.ok(trueWatts(plant, "feeder") > from);
});

test("a flapping meter of the branch does not wake anybody twice", () => {
  const plant = settled({ ...quick, ratedWatts: 22_000 });
  run(plant, 30);
  plant.forced.set("feeder/powerWatts", (truth, now) => good((truth ?? 0) * (now % 2000 === 0 ? 1.001 : 0.999), now));
  let wakes = 0;
  let before = new Set<string>();
  run(plant, 600, (decision) => {
    const waking = new Set(decision.miners.filter(({ phase }) => phase === "waking").map(({ name }) => name));
    for (const name of waking) if (!before.has(name)) wakes += 1;
    before = waking;
  });
  assert.is(wakes, 0);
});

test("no machine wakes into room that another one sent to sleep has not left yet", () => {
  const plant = settled({
    policy: { minimumOffMilliseconds: 1000, rampUpWattsPerSecond: 50_000 },
    model: { wakeMilliseconds: 5000, sleepMilliseconds: 60_000 },
  });
  scan(plant, 1000, [setpoint(22_000, plant.now + 1000)]);
  run(plant, 120);
  const ceilingWatts = 25_500;
  scan(plant, 1000, [setpoint(ceilingWatts, plant.now + 1000)]);
  run(plant, 60);
  plant.inlets.set("a-001", 90);
  let woken = false;
  run(plant, 150, ({ miners }) => {
    woken ||= miners.some(({ name, phase }) => phase === "waking" && name !== "a-001");
    assert.ok(trueWatts(plant, "feeder") <= ceilingWatts, `${trueWatts(plant, "feeder")} W`);
  });
  assert.ok(woken, "its place is taken once it is free");
});

test("a replaced machine is accepted by a person, once, and nobody is told to accept another", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  const outcomeOf = (machine: string): readonly [boolean | undefined, readonly string[] | undefined] => {
    const decision = scan(plant, 1000, [local({ kind: "accept", machine }, plant.now)]);
    return [decision.outcomes[0]?.done, decision.acceptedMiners];
  };
  assert.equal(outcomeOf("a-001"), [false, undefined]);
  assert.equal(outcomeOf("z-001"), [false, undefined]);
  plant.reports.set("a-001", (report) => ({ ...report, fault: "replaced-machine" }));
  run(plant, 2);
  assert.is(phaseOf(plant, "a-001"), "excluded");
  assert.equal(outcomeOf("a-002"), [false, undefined]);
  assert.equal(outcomeOf("a-001"), [true, ["a-001"]]);
  assert.ok(plant.decision?.events.some(({ kind, subject }) => kind === "miner" && subject === "a-001"));
  assert.is(scan(plant, 1000).acceptedMiners, undefined);
});

test("a replacement that came up asleep is left so until a person accepts it, and woken from then on", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  const asleep = (report: MinerReport): MinerReport => ({ ...report, mode: "asleep", powerWatts: 15 });
  plant.reports.set("a-001", (report) => ({ ...asleep(report), fault: "replaced-machine" }));
  run(plant, 5);
  assert.is(phaseOf(plant, "a-001"), "excluded");
  // Somebody else's sleep, and nothing to accept: it stays as it is.
  plant.reports.set("a-002", asleep);
  scan(plant, 1000, [local({ kind: "accept", machine: "a-001" }, plant.now)]);
  plant.reports.set("a-001", asleep);
  let woken = false;
  run(plant, 900, (decision) => {
    woken ||= decision.minerTargets["a-001"]?.mode === "run";
    assert.is.not(decision.minerTargets["a-002"]?.mode, "run");
  });
  assert.ok(woken, "woken when there is room");
});

test("the wear of a start fades over a day", () => {
  const day = 86_400_000;
  const fresh = unseenMachine(modelForTests, true, 0);
  assert.is(wearAt(fresh, day), 0);
  const once = wake(fresh, 0);
  assert.is(wearAt(once, 0), 1);
  assert.ok(Math.abs(wearAt(once, day) - Math.exp(-1)) < 1e-12);
  const twice = wake(once, day);
  assert.ok(Math.abs(wearAt(twice, day) - (1 + Math.exp(-1))) < 1e-12);
  assert.ok(wearAt(twice, 10 * day) < 0.001);
});

test.run();
