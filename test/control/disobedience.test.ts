/** Machines that do not do what they say: an acknowledgement proves nothing, silence nothing either. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerReport } from "../../src/model/miner.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { type SiteWishes, siteForTests } from "./site-for-tests.ts";

const test = suite("disobedient machines");

const quick: SiteWishes = { policy: { minimumOffMilliseconds: 5000 }, model: { wakeMilliseconds: 10_000 } };

function settled(wishes: SiteWishes = quick): Plant {
  const plant = startPlant(siteForTests(wishes));
  run(plant, 20);
  return plant;
}

function phaseOf(plant: Plant, name: string): string | undefined {
  return plant.decision?.miners.find((miner) => miner.name === name)?.phase;
}

test("a machine that says it sleeps and still draws power is defiant, and others are shed for it", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  plant.reports.set("a-001", (report) => ({ ...report, mode: "asleep", powerWatts: 3300 }));
  plant.reports.set("a-002", (report) => report);
  for (const machine of plant.machines.values()) machine.deaf = true;
  scan(plant, 1000, [setpoint(5000, plant.now + 1000)]);
  const seen = new Set<string>();
  run(plant, 60, ({ miners, alarms }) => {
    for (const { phase } of miners) seen.add(phase);
    for (const { name } of alarms) seen.add(name);
  });
  assert.ok(seen.has("defiant") && seen.has("machines-defiant"));
});

test("a machine stopped as it woke tells that it hashes with next to nothing: its next sleep is believed", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 2 });
  plant.reports.set("a-001", (report) => ({ ...report, mode: "hashing", powerWatts: 15 }));
  run(plant, 3);
  scan(plant, 1000, [setpoint(1100, plant.now + 1000)]);
  plant.reports.delete("a-001");
  run(plant, 60);
  assert.is(phaseOf(plant, "a-001"), "asleep");
});

test("a machine late to sleep counts in full again after its window, and another sleeps in its place", () => {
  const plant = settled({ ...quick, tanks: 1, machinesPerTank: 4 });
  plant.reports.set("a-001", (report) => ({ ...report, hashrateTerahashesPerSecond: 80 }));
  run(plant, 2);
  const machine = plant.machines.get("a-001");
  if (machine) machine.deaf = true;
  scan(plant, 1000, [setpoint(12_000, plant.now + 1000)]);
  assert.equal(plant.state.durable.asleepByUs, ["a-001"]);
  run(plant, 9);
  assert.equal(plant.state.durable.asleepByUs, ["a-001"]);
  run(plant, 8);
  assert.ok(trueWatts(plant, "feeder") <= 12_000);
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
  const phases = new Set<string | undefined>();
  run(plant, 40, () => phases.add(phaseOf(plant, "a-001")));
  assert.equal([...phases].slice(0, 2), ["curtailing", "defiant"]);
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

test("an order that only machines that do not obey could serve opens their contactor, and not before they are called so", () => {
  const plant = settled();
  for (const [name, machine] of plant.machines) machine.deaf = name === "a-001" || name === "b-001" || name === "b-002";
  const startedAt = plant.now;
  scan(plant, 1000, [setpoint(4500, plant.now + 1000)]);
  let openedAt: number | null = null;
  const defiant: string[] = [];
  run(plant, 120, ({ events }) => {
    defiant.push(...events.filter(({ kind }) => kind === "miner").map(({ subject }) => subject));
    if ([...plant.contactors.values()].includes(false)) openedAt ??= plant.now - startedAt;
  });
  assert.is(defiant.length > 0, true, "called so first");
  assert.ok(
    openedAt !== null && openedAt > 30_000 && openedAt <= 34_000,
    `after three windows of 10 s: ${openedAt} ms`,
  );
  assert.equal([plant.contactors.get("branch-1"), plant.contactors.get("branch-2")], [true, false]);
  assert.ok(trueWatts(plant, "feeder") <= 4500);
});

test("an order that others can serve opens no contactor for a machine that does not obey", () => {
  const plant = settled();
  for (const [name, machine] of plant.machines) machine.deaf = name === "a-001";
  scan(plant, 1000, [setpoint(8500, plant.now + 1000)]);
  run(plant, 120);
  assert.not.ok([...plant.contactors.values()].includes(false));
  assert.ok(trueWatts(plant, "feeder") <= 8500);
});

test("an order opens the contactor of machines long out of reach only where a meter shows that they draw", () => {
  for (const branchMeters of [true, false]) {
    const plant = settled({ ...quick, branchMeters });
    for (const machine of plant.machines.values()) Object.assign(machine, { silent: true });
    run(plant, 40);
    scan(plant, 1000, [setpoint(16_000, plant.now + 1000)]);
    run(plant, 40);
    assert.is([...plant.contactors.values()].includes(false), branchMeters);
  }
});

test("an order opens the contactor of machines that refuse every command, once that has lasted", () => {
  const plant = settled();
  for (const name of plant.machines.keys())
    plant.reports.set(name, (report) => ({ ...report, fault: "credentials-refused" }));
  run(plant, 5);
  scan(plant, 1000, [setpoint(16_000, plant.now + 1000)]);
  run(plant, 15);
  assert.not.ok([...plant.contactors.values()].includes(false));
  run(plant, 20);
  assert.is([...plant.contactors.values()].filter((closed) => !closed).length, 1);
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

test("what merely may flow after a black-out latches no overload: nobody has measured one", () => {
  const plant = startPlant(siteForTests({ branchAmperes: 25, currents: true, voltages: true }));
  run(plant, 20);
  for (const name of Object.keys(plant.state.points)) plant.forced.set(name, null);
  for (const each of plant.machines.values()) each.silent = true;
  run(plant, 180);
  assert.equal(
    plant.decision?.trips.map(({ name }) => name),
    [],
  );
});

test.run();
