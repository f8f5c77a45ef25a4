/** The response time the core counts on: measured where enough sheds were seen, else the model's; used wherever it decides how long to wait. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { responseOf } from "../../src/control/machines/response.ts";
import type { MinerReport } from "../../src/model/miner.ts";
import { local, setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant } from "./plant-for-tests.ts";
import { good, modelForTests, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const test = suite("proven response");

type Proven = NonNullable<MinerReport["provenResponse"]>;

const measured = (milliseconds: number, samples: number): Proven => ({ milliseconds, samples, of: "machine" });

/** All machines told this response; the model's own is 5 s. */
function settled(proven: Proven | null, wishes: SiteWishes = {}): Plant {
  const plant = startPlant(siteForTests(wishes));
  if (proven !== null)
    for (const name of plant.machines.keys())
      plant.reports.set(name, (report) => ({ ...report, provenResponse: proven }));
  run(plant, 20);
  return plant;
}

test("ten sheds that were seen count for more than the model's figure, in both directions", () => {
  assert.is(responseOf(modelForTests, undefined), 5000);
  assert.is(responseOf(modelForTests, measured(800, 9)), 5000);
  assert.is(responseOf(modelForTests, measured(800, 10)), 800);
  assert.is(responseOf(modelForTests, measured(21_000, 10)), 21_000);
});

test("nonsense counts as nothing measured", () => {
  for (const nonsense of [Number.NaN, Number.POSITIVE_INFINITY, -1])
    assert.is(responseOf(modelForTests, measured(nonsense, 100)), 5000);
});

test("a machine without commands responds as fast as its contactor, whatever its model says", () => {
  assert.is(responseOf({ ...modelForTests, dialect: "none" }, undefined), 2500);
});

/** Seconds from the order until a machine that does not obey is called defiant. */
function secondsUntilDefiant(proven: Proven | null): number {
  const plant = settled(proven, { tanks: 1, machinesPerTank: 2 });
  for (const machine of plant.machines.values()) machine.deaf = true;
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  for (let second = 1; second < 200; second += 1)
    if (scan(plant).miners.some(({ phase }) => phase === "defiant")) return second;
  return Number.POSITIVE_INFINITY;
}

test("defiance waits for three windows of the measured response", () => {
  assert.is(secondsUntilDefiant(null), 30);
  assert.is(secondsUntilDefiant(measured(1000, 20)), 18);
  assert.is(secondsUntilDefiant(measured(20_000, 20)), 75);
});

test("what late machines of its model take meanwhile postpones nothing; what quick ones take hastens it", () => {
  const courses = [
    { told: (second: number) => 5_000 + 1_000 * second, until: 30 },
    { told: () => 1_000, until: 18 },
  ];
  for (const { told, until } of courses) {
    const plant = settled(null, { tanks: 1, machinesPerTank: 2 });
    for (const machine of plant.machines.values()) machine.deaf = true;
    scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
    let second = 0;
    for (const name of plant.machines.keys())
      plant.reports.set(name, (report) => ({ ...report, provenResponse: measured(told(second), 50) }));
    for (second = 1; second < 200; second += 1) if (scan(plant).miners.some(({ phase }) => phase === "defiant")) break;
    assert.is(second, until);
  }
});

/** Seconds from a lockout until the contactor of machines that do not obey opens. */
function secondsUntilOpen(proven: Proven | null): number {
  const plant = settled(proven, { tanks: 1 });
  for (const machine of plant.machines.values()) machine.deaf = true;
  scan(plant, 1000, [local({ kind: "lockout" }, plant.now)]);
  for (let second = 1; second < 200; second += 1) {
    scan(plant);
    if (plant.contactors.get("branch-1") === false) return second;
  }
  return Number.POSITIVE_INFINITY;
}

test("a lockout's contactor opens when the measured response is over", () => {
  assert.is(secondsUntilOpen(null), 10);
  assert.is(secondsUntilOpen(measured(1000, 20)), 6);
  assert.is(secondsUntilOpen(measured(20_000, 20)), 25);
});

test("the room for a protected load is what it may rise within the slowest machine's measured response", () => {
  for (const [proven, seconds] of [
    [null, 9],
    [measured(1000, 20), 5],
    [measured(20_000, 20), 24],
  ] as const) {
    const plant = settled(proven, { protectedLoad: { ratedWatts: 30_000, riseWatts: 6000 } });
    plant.forced.set("ai/powerWatts", (_, now) => good(10_000, now));
    const text = run(plant, 3).limits.find(({ reason }) => reason.code === "protected-load")?.reason.text ?? "";
    assert.match(text, `within ${seconds} s`);
  }
});

test("a response once measured is remembered while the machine does not answer", () => {
  const plant = settled(measured(20_000, 20), { tanks: 1, machinesPerTank: 1 });
  const machine = plant.machines.get("a-001");
  if (machine) machine.silent = true;
  run(plant, 5);
  assert.is(plant.state.machines[0]?.responseMilliseconds, 20_000);
});

test.run();
