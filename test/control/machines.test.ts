/** Machines: an acknowledgement proves nothing, what is not ours is not woken, and nobody is worn out. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startControl } from "../../src/control/state.ts";
import type { MinerReport } from "../../src/model/miner.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { durableForTests, good, type SiteWishes, siteForTests } from "./site-for-tests.ts";

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

test("a machine that says it sleeps and still draws power is defiant, and others are shed for it", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  plant.reports.set("a-001", (report) => ({ ...report, mode: "asleep", powerWatts: 3300 }));
  plant.reports.set("a-002", (report) => report);
  for (const machine of plant.machines.values()) machine.deaf = true;
  scan(plant, 1000, [setpoint(5000, plant.now + 1000)]);
  run(plant, 60);
  assert.ok(plant.decision?.miners.some(({ phase }) => phase === "defiant"));
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "machines-defiant"));
});

test("defiance is one event, not one every scan", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 4 });
  for (const machine of plant.machines.values()) machine.deaf = true;
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  let events = 0;
  run(plant, 120, (decision) => {
    events += decision.events.filter(({ kind }) => kind === "miner").length;
  });
  assert.is(events, 1);
});

test("a machine without a power of its own is proven asleep by the meter, and by nothing while the meter is lost", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  const plate = (report: MinerReport): MinerReport => {
    const { powerWatts: _, ...rest } = report;
    return { ...rest, powerSource: "unknown" };
  };
  for (const name of ["a-001", "a-002"]) plant.reports.set(name, plate);
  plant.forced.set("branch-1/powerWatts", null);
  run(plant, 8);
  scan(plant, 1000, [setpoint(5000, plant.now + 1000)]);
  run(plant, 60);
  assert.ok(plant.decision?.miners.some(({ phase }) => phase === "curtailing"));
  plant.forced.clear();
  run(plant, 70);
  assert.ok(plant.decision?.miners.some(({ phase }) => phase === "asleep"));
});

test("the meter contradicts a machine that only says it sleeps", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  plant.reports.set("a-002", (report) => ({ ...report, mode: "asleep", powerSource: "nameplate", powerWatts: 20 }));
  const machine = plant.machines.get("a-002");
  if (machine) machine.deaf = true;
  plant.reports.set("a-001", (report) => ({ ...report, hashrateTerahashesPerSecond: 200 }));
  const fresh = startPlant(plant.site, plant.now);
  run(fresh, 20);
  const deaf = fresh.machines.get("a-002");
  if (deaf) deaf.deaf = true;
  for (const [name, change] of plant.reports) if (name === "a-001") fresh.reports.set(name, change);
  scan(fresh, 1000, [setpoint(5000, fresh.now + 1000)]);
  fresh.reports.set("a-002", (report) => ({ ...report, mode: "asleep", powerSource: "nameplate", powerWatts: 20 }));
  run(fresh, 60);
  assert.is(phaseOf(fresh, "a-002"), "defiant");
});

test("where nothing measures at all, a machine's own word is taken", () => {
  const site = siteForTests({ ...quick, tanks: 1, machinesPerTank: 2, branchMeters: false });
  const plant = startPlant({ ...site, branches: site.branches.map((branch) => ({ ...branch, meter: null })) });
  for (const name of ["a-001", "a-002"]) plant.reports.set(name, (report) => ({ ...report, powerSource: "unknown" }));
  run(plant, 20);
  scan(plant, 1000, [setpoint(5000, plant.now + 1000)]);
  run(plant, 20);
  assert.ok(plant.decision?.miners.some(({ phase }) => phase === "asleep"));
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

test("machines that wake without our doing are an alarm, and two of them stop every raise", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 4 });
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  run(plant, 10);
  for (const name of ["a-001", "a-002"]) {
    const machine = plant.machines.get(name);
    if (machine) Object.assign(machine, { mode: "hashing", watts: 3400, target: "run", deaf: true });
  }
  run(plant, 2);
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "second-controller"));
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  run(plant, 30);
  assert.is(phaseOf(plant, "a-003"), "asleep");
  for (const machine of plant.machines.values())
    Object.assign(machine, { mode: "asleep", watts: 20, target: "sleep", deaf: false });
  run(plant, 700);
  assert.is(phaseOf(plant, "a-003"), "hashing");
});

test("a machine asleep that draws power again gets its time once more, then is defiant", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  run(plant, 10);
  assert.is(phaseOf(plant, "a-001"), "asleep");
  plant.reports.set("a-001", (report) => ({ ...report, powerWatts: 3300 }));
  scan(plant);
  assert.is(phaseOf(plant, "a-001"), "curtailing");
  run(plant, 40);
  assert.is(phaseOf(plant, "a-001"), "defiant");
});

test("a machine that falls silent while it is shed has its window, then is unreachable, and gets its time again when back", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 1 });
  const machine = plant.machines.get("a-001");
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  if (machine) Object.assign(machine, { silent: true, target: "leave" });
  scan(plant);
  assert.is(phaseOf(plant, "a-001"), "curtailing");
  run(plant, 20);
  assert.is(phaseOf(plant, "a-001"), "unreachable");
  if (machine) Object.assign(machine, { silent: false });
  scan(plant);
  assert.is(phaseOf(plant, "a-001"), "curtailing");
  run(plant, 10);
  assert.is(phaseOf(plant, "a-001"), "asleep");
});

test("a sleeping machine woken behind our back counts as awake at once, with its plate where it tells no power", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  run(plant, 10);
  const machine = plant.machines.get("a-001");
  if (machine) Object.assign(machine, { deaf: true });
  plant.reports.set("a-001", (report) => ({ ...report, mode: "hashing", powerSource: "unknown" }));
  scan(plant);
  assert.is(phaseOf(plant, "a-001"), "curtailing");
});

test("an old report does not prove a new command", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  const machine = plant.machines.get("a-002");
  const before = plant.now;
  scan(plant, 1000, [setpoint(5000, plant.now + 1000)]);
  plant.reports.set("a-002", (report) => ({ ...report, at: before, mode: "asleep", powerWatts: 20 }));
  if (machine) machine.deaf = true;
  run(plant, 8);
  assert.is(phaseOf(plant, "a-002"), "curtailing");
});

test("machines that refuse to sleep may not hold a branch above its breaker: its contactor opens", () => {
  const plant = startPlant(siteForTests({ branchAmperes: 20 }));
  for (const [name, each] of plant.machines) each.deaf = name.startsWith("a-");
  run(plant, 20);
  assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
  run(plant, 20);
  assert.ok(plant.decision?.trips.some(({ name }) => name === "branch-1/overload"));
  assert.is(trueWatts(plant, "branch-1"), 0);
});

test("an order of nothing also reaches machines out of reach and leaves alone who slept before", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 3 });
  const [silent, sleeper] = [plant.machines.get("a-001"), plant.machines.get("a-002")];
  if (silent) silent.silent = true;
  if (sleeper) sleeper.target = "sleep";
  run(plant, 40);
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

test("a machine that refuses commands is excluded, and counts with what it draws", () => {
  const plant = settled();
  plant.reports.set("a-001", (report) => ({ ...report, fault: "write-access-disabled" }));
  scan(plant, 1000, [setpoint(1500, plant.now + 1000)]);
  run(plant, 10);
  assert.is(phaseOf(plant, "a-001"), "excluded");
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "machines-excluded"));
  assert.is(plant.decision?.miners[0]?.accountedWatts, 3400);
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

test.run();
