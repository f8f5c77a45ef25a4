/** Machines that take no commands: never told to sleep, never called defiant, shed by their contactor alone. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startControl } from "../../src/control/state.ts";
import type { Site } from "../../src/model/site.ts";
import { local, setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { durableForTests, good, modelForTests, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const test = suite("switched machines");

const quick: SiteWishes = {
  policy: {
    minimumOffMilliseconds: 5000,
    minimumOnMilliseconds: 120_000,
    coolDownMilliseconds: 10_000,
    contactorRecloseMilliseconds: 60_000,
  },
  model: { wakeMilliseconds: 10_000 },
};

/** The machines of tank 2 (13.6 kW of 28.2 kW) have no commands; with `none` they tell nothing either. */
function siteWith(dialect: "none" | "ebang", wishes: SiteWishes = quick): Site {
  const site = siteForTests(wishes);
  const model = { ...modelForTests, ...wishes.model, name: "switched", dialect } as const;
  return {
    ...site,
    minerModels: { ...site.minerModels, switched: model },
    miners: site.miners.map((miner) => (miner.tank === "tank-2" ? { ...miner, model: "switched" } : miner)),
  };
}

function settled(dialect: "none" | "ebang" = "none", wishes: SiteWishes = quick): Plant {
  const plant = startPlant(siteWith(dialect, wishes));
  for (const [name, machine] of plant.machines) {
    machine.silent = dialect === "none" && name.startsWith("b-");
    machine.deaf = name.startsWith("b-");
  }
  run(plant, 20);
  return plant;
}

function order(plant: Plant, watts: number, reason: "ecrs" | "peak" = "ecrs"): void {
  scan(plant, 1000, [setpoint(watts, plant.now + 1000, { rampUpWattsPerSecond: 100_000, reason })]);
}

function phasesOf(plant: Plant, prefix: string): readonly string[] {
  return (plant.decision?.miners ?? []).filter(({ name }) => name.startsWith(prefix)).map(({ phase }) => phase);
}

function isClosed(plant: Plant, name: string): boolean {
  return plant.contactors.get(name) === true;
}

function alarmNames(plant: Plant): readonly string[] {
  return (plant.decision?.alarms ?? []).map(({ name }) => name);
}

const commanded = (plant: Plant): readonly string[] =>
  Object.entries(plant.decision?.minerTargets ?? {}).flatMap(([name, { mode }]) => (mode === "leave" ? [] : [name]));

test("a machine without any interface is no machine out of reach, and counts with what its meter leaves for it", () => {
  const plant = settled();
  assert.equal(phasesOf(plant, "b-"), ["switched", "switched", "switched", "switched"]);
  assert.equal(alarmNames(plant), []);
  assert.is(plant.decision?.power.accountedWatts, 28_200);
});

test("without a meter it counts with its plate", () => {
  const plant = settled("none", { ...quick, branchMeters: false });
  plant.forced.set("feeder/powerWatts", null);
  run(plant, 30);
  assert.is(plant.decision?.power.machinesWatts, 27_200);
});

for (const dialect of ["none", "ebang"] as const) {
  test(`${dialect}: an order that the others can serve leaves it alone`, () => {
    const plant = settled(dialect);
    order(plant, 20_000);
    run(plant, 60);
    assert.ok(isClosed(plant, "branch-2"));
    assert.ok(trueWatts(plant, "feeder") <= 20_000);
  });

  test(`${dialect}: an order below that opens its contactor once, and nobody is told to sleep in vain`, () => {
    const plant = settled(dialect);
    order(plant, 10_000);
    const told = new Set<string>();
    run(plant, 300, () => {
      for (const name of commanded(plant)) told.add(name);
      for (const phase of phasesOf(plant, "b-")) assert.is.not(phase, "defiant");
    });
    assert.not.ok(isClosed(plant, "branch-2"));
    assert.equal(
      [...told].filter((name) => name.startsWith("b-")),
      [],
    );
    assert.ok(!alarmNames(plant).includes("machines-defiant"));
    assert.is(plant.state.durable.contactorOperations["branch-2"], 1, "one operation, not a chatter");
    assert.equal(
      plant.state.durable.asleepByUs.filter((name) => name.startsWith("b-")),
      [],
    );
  });

  test(`${dialect}: the others use the room that its contactor leaves`, () => {
    const plant = settled(dialect);
    order(plant, 10_000);
    run(plant, 200);
    assert.ok(trueWatts(plant, "branch-1") >= 6800, "two of four fit below 10 kW");
    assert.ok(trueWatts(plant, "feeder") <= 10_000);
  });

  test(`${dialect}: its contactor closes late, and only with room for the peak of all behind it`, () => {
    const plant = settled(dialect);
    order(plant, 1200);
    run(plant, 20);
    assert.not.ok(isClosed(plant, "branch-2"));
    order(plant, 24_000);
    run(plant, 120);
    assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
    assert.not.ok(
      isClosed(plant, "branch-2"),
      "9.4 kW are free, and two machines more than are worth it would make room",
    );
    // Auxiliaries and three machines of tank 1 leave 13.8 kW: enough for the plates of tank 2, not for its peaks.
    order(plant, 25_000);
    run(plant, 120);
    assert.not.ok(isClosed(plant, "branch-2"));
    order(plant, 25_700);
    let accounted = 0;
    run(plant, 120, ({ miners, power }) => {
      const mine = miners.filter(({ name }) => name.startsWith("b-"));
      accounted = Math.max(
        accounted,
        mine.reduce((sum, { accountedWatts }) => sum + accountedWatts, 0),
      );
      assert.ok(power.accountedWatts <= 25_700);
    });
    assert.is(accounted, 14_400, "their peaks are kept free");
    assert.ok(isClosed(plant, "branch-2"));
    run(plant, 60);
    assert.is(Math.round(trueWatts(plant, "branch-2")), 13_600);
  });
}

test("an ordinary order waits for the contactor's minimum on-time, a lockout does not", () => {
  const plant = settled();
  order(plant, 1200);
  run(plant, 20);
  order(plant, 40_000);
  run(plant, 80);
  assert.ok(isClosed(plant, "branch-2"));
  order(plant, 10_000, "peak");
  run(plant, 20);
  assert.ok(isClosed(plant, "branch-2"), "closed for less than two minutes");
  run(plant, 120);
  assert.not.ok(isClosed(plant, "branch-2"));
  const other = settled();
  order(other, 1200);
  run(other, 20);
  order(other, 40_000);
  run(other, 80);
  scan(other, 1000, [local({ kind: "lockout" }, other.now)]);
  run(other, 3);
  assert.not.ok(isClosed(other, "branch-2"));
});

test("of several contactors the smallest that suffices opens", () => {
  const site = siteWith("none", { ...quick, tanks: 3 });
  const all = { ...site, miners: site.miners.map((miner) => ({ ...miner, model: "switched" })) };
  // One machine fewer on branch 3.
  const plant = startPlant({ ...all, miners: all.miners.filter(({ name }) => name !== "c-004") });
  for (const machine of plant.machines.values()) machine.silent = true;
  run(plant, 20);
  // 38.4 kW flow; 10.2 kW of branch 3 suffice.
  order(plant, 30_000);
  run(plant, 5);
  assert.equal(
    ["branch-1", "branch-2", "branch-3"].map((name) => isClosed(plant, name)),
    [true, true, false],
  );
});

test("a trip opens the contactor at once: there is nobody to wait for", () => {
  const plant = settled();
  plant.forced.set("tank-2/flowLitersPerMinute", (_, now) => good(0, now));
  let trippedAt: number | null = null;
  let openAt: number | null = null;
  run(plant, 12, ({ trips }) => {
    if (trips.length > 0) trippedAt ??= plant.now;
    if (!isClosed(plant, "branch-2")) openAt ??= plant.now;
  });
  assert.is(trippedAt === null || openAt === null ? null : openAt - trippedAt, 0);
});

test("an inlet too hot opens the contactor of a machine that only tells", () => {
  const plant = settled("ebang");
  plant.inlets.set("b-001", 70);
  run(plant, 10);
  assert.not.ok(isClosed(plant, "branch-2"));
  assert.ok(isClosed(plant, "branch-1"));
});

test("the availability offers what the contactor can take and give back", () => {
  const plant = settled();
  assert.is(plant.decision?.availability.minimumWatts, 1080);
  order(plant, 1200);
  run(plant, 30);
  assert.is(plant.decision?.availability.maximumWatts, 28_200);
});

test("what an earlier process put to sleep with commands is not woken with one where there is none", () => {
  const site = siteWith("ebang");
  const plant = startPlant(site, 1000, startControl(site, durableForTests({ asleepByUs: ["b-001"] }), 1000));
  const machine = plant.machines.get("b-001");
  if (machine) Object.assign(machine, { mode: "asleep", watts: 20, target: "sleep", deaf: true });
  run(plant, 60);
  assert.equal(commanded(plant), []);
  assert.equal(plant.state.durable.asleepByUs, []);
});

test("on a branch of both kinds the contactor opens only for those that take no commands", () => {
  const site = siteWith("none");
  const mixed = {
    ...site,
    miners: site.miners.map((miner) => (miner.name === "b-004" ? miner : { ...miner, model: modelForTests.name })),
  };
  const plant = startPlant(mixed);
  const machine = plant.machines.get("b-004");
  if (machine) machine.silent = true;
  run(plant, 20);
  order(plant, 4600);
  run(plant, 60);
  assert.ok(isClosed(plant, "branch-2"), "one machine and the auxiliaries stay below 4.6 kW");
  order(plant, 4000);
  run(plant, 60);
  assert.not.ok(isClosed(plant, "branch-2"));
});

test("what neither a command nor a contactor moves stays in the least that the container can have", () => {
  const site = siteWith("none");
  const branches = site.branches.map((branch) =>
    branch.name === "branch-2" ? { ...branch, contactor: null } : branch,
  );
  const fixed = startPlant({ ...site, branches });
  for (const [name, machine] of fixed.machines) machine.silent = name.startsWith("b-");
  run(fixed, 20);
  const least = (plant: Plant): number => Math.round(plant.decision?.availability.minimumWatts ?? 0);
  assert.is(least(fixed) - least(settled()), 13_600);
});

test.run();
