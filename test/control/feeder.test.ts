/** The feeder: breakers hold, whatever a meter says, and power that may come is counted before it comes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { layoutOf } from "../../src/control/layout.ts";
import { balance } from "../../src/control/power/balance.ts";
import { nothingPasses } from "../../src/control/power/passing.ts";
import type { Decision } from "../../src/model/decision.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const test = suite("feeder");

/** Short times, so that raises happen within a test. */
const quick: SiteWishes = {
  policy: { minimumOffMilliseconds: 5000, failsafeWatts: 40_000 },
  model: { wakeMilliseconds: 10_000 },
};

function settled(wishes: SiteWishes): Plant {
  const plant = startPlant(siteForTests(wishes));
  run(plant, 20);
  return plant;
}

function limitOf(decision: Decision | null, scope: string, code: string): number | undefined {
  return decision?.limits.find((limit) => limit.scope === scope && limit.reason.code === code)?.ceilingWatts;
}

test("phases more uneven than a fifth of what a breaker carries are told", () => {
  const plant = settled({ currents: true });
  const told = () => plant.decision?.alarms.find(({ name }) => name === "phase-imbalance branch-1")?.reason.text;
  plant.forced.set("branch-1/current1Amperes", (truth, now) => good((truth ?? 0) + 14, now));
  run(plant, 5);
  assert.is(told(), undefined, "9.3 A of 50.4 A");
  plant.forced.set("branch-1/current1Amperes", (truth, now) => good((truth ?? 0) + 16, now));
  scan(plant);
  assert.is(told(), undefined, "one sample is none");
  scan(plant);
  assert.match(told() ?? "", /carries 10.7 A more than the mean/);
  plant.forced.set("branch-1/current1Amperes", null);
  scan(plant);
  assert.is(told(), undefined, "not measured");
});

test("a phase that machines overload by their own account, and that no shed frees, costs the branch its contactor", () => {
  // L1 carries two machines: 6.8 kW where 16 A at 230 V bear 3.7 kW; the branch as a whole is far below.
  const plant = startPlant(siteForTests({ ...quick, phases: "rotate", branchAmperes: 20, machinesPerTank: 4 }));
  for (const machine of plant.machines.values()) machine.deaf = true;
  for (const [name, machine] of plant.machines)
    if (name.startsWith("a-") && name !== "a-001" && name !== "a-004")
      Object.assign(machine, { mode: "asleep", watts: 20 });
  run(plant, 40);
  const trip = plant.decision?.trips.find(({ name }) => name === "branch-1/overload");
  assert.match(trip?.reason.text ?? "", /^Branch branch-1, L1, has drawn 6.8 kW above 3.7 kW/);
  run(plant, 15);
  assert.is(plant.contactors.get("branch-1"), false);
  assert.is(trueWatts(plant, "branch-1"), 0);
});

test("while the start holds, phases that are above cost nobody a contactor", () => {
  const plant = startPlant(siteForTests({ ...quick, phases: "rotate", branchAmperes: 20, machinesPerTank: 4 }));
  plant.forced.set("tank-1/pumpRuns", null);
  run(plant, 10);
  assert.is(plant.state.adopting, true);
  assert.equal(plant.decision?.trips, []);
  assert.equal(plant.state.overloadedSince[1], null);
});

test("a breaker carries 80 % of its amperes at nominal voltage where none is measured", () => {
  const plant = settled({ branchAmperes: 20 });
  assert.is(limitOf(plant.decision, "branch/branch-1", "breaker-continuous"), 20 * 0.8 * 230 * 3);
  assert.ok(trueWatts(plant, "branch-1") <= 20 * 0.8 * 230 * 3);
});

test("the lowest voltage counts, a lost one as the lowest that a supply may have", () => {
  const plant = settled({ voltages: true, branchAmperes: 20 });
  plant.forced.set("branch-1/voltage2Volts", (_, now) => good(220, now));
  run(plant, 2);
  assert.is(limitOf(plant.decision, "branch/branch-1", "breaker-continuous"), 20 * 0.8 * 220 * 3);
  plant.forced.set("branch-1/voltage2Volts", null);
  const before = trueWatts(plant, "branch-1");
  scan(plant);
  const held = plant.decision?.limits.find(
    ({ scope, reason }) => scope === "branch/branch-1" && reason.code === "breaker-meter-lost",
  );
  assert.is(held?.ceilingWatts, 20 * 0.8 * 207 * 3);
  assert.ok((held?.withinMilliseconds ?? 0) > 0, "a blip sheds nothing");
  run(plant, 20);
  assert.ok(trueWatts(plant, "branch-1") <= 20 * 0.8 * 207 * 3);
  assert.ok(before > 0);
});

test("uneven phases narrow the breaker, lost currents as much as the worst", () => {
  const plant = settled({ currents: true, branchAmperes: 20 });
  plant.forced.set("branch-1/current1Amperes", (truth, now) => good((truth ?? 0) + 3, now));
  run(plant, 2);
  assert.ok(Math.abs((limitOf(plant.decision, "branch/branch-1", "breaker-continuous") ?? 0) - (16 - 2) * 690) < 1);
  plant.forced.set("branch-1/current1Amperes", null);
  run(plant, 8);
  assert.ok(Math.abs((limitOf(plant.decision, "branch/branch-1", "breaker-meter-lost") ?? 0) - 16 * 0.8 * 690) < 1);
});

test("a phase that carries far more than the others is kept below its breaker, and losing its current allows nothing more", () => {
  const plant = settled({ currents: true, branchAmperes: 20 });
  // A single-phase load on L1 that no plate tells of.
  const fullest = (): number => trueWatts(plant, "branch-1") / 690 + 10;
  plant.forced.set("branch-1/current1Amperes", (_, now) => good(fullest(), now));
  plant.forced.set("branch-1/powerWatts", (truth, now) => good((truth ?? 0) + 2300, now));
  assert.ok(fullest() > 20);
  run(plant, 60);
  assert.ok(fullest() <= 16, `${fullest()} A`);
  const limit = limitOf(plant.decision, "branch/branch-1", "breaker-continuous") ?? 0;
  plant.forced.set("branch-1/current1Amperes", null);
  run(plant, 8);
  assert.ok((limitOf(plant.decision, "branch/branch-1", "breaker-meter-lost") ?? Number.MAX_VALUE) <= limit);
});

test("single-phase machines keep every phase below its breaker", () => {
  const plant = settled({ phases: "rotate", branchAmperes: 25, machinesPerTank: 4, feederAmperes: 100 });
  const perPhase = 25 * 0.8 * 230;
  const onFirst = plant.site.miners
    .filter(({ branch, phase }) => branch === "branch-1" && phase === 1)
    .reduce((sum, { name }) => sum + (plant.machines.get(name)?.watts ?? 0), 0);
  assert.ok(onFirst <= perPhase, `${onFirst} W`);
});

test("a meter stuck at a low value is not believed, and the feeder is never overloaded", () => {
  const plant = settled({ ...quick, feederAmperes: 30 });
  const carries = 30 * 0.8 * 690;
  assert.ok(trueWatts(plant, "feeder") <= carries);
  plant.forced.set("feeder/powerWatts", (_, now) => good(3000, now));
  for (const name of ["branch-1", "branch-2"]) plant.forced.set(`${name}/powerWatts`, (_, now) => good(1000, now));
  run(plant, 200, () => assert.ok(trueWatts(plant, "feeder") <= carries));
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "meter-below-account feeder"));
});

test("a lost current transformer is an alarm, and the larger counts", () => {
  const plant = settled({ ...quick, feederAmperes: 30 });
  const carries = 30 * 0.8 * 690;
  for (const name of ["feeder", "branch-1", "branch-2"])
    plant.forced.set(`${name}/powerWatts`, (truth, now) => good(((truth ?? 0) * 2) / 3, now));
  run(plant, 200, () => assert.ok(trueWatts(plant, "feeder") <= carries));
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "meter-below-account feeder"));
});

test("a feeder meter below the sum of its branches is not believed", () => {
  const plant = settled({});
  plant.forced.set("feeder/powerWatts", (truth, now) => good((truth ?? 0) * 0.92, now));
  const decision = scan(plant);
  assert.ok(decision.alarms.some(({ name }) => name === "meter-below-account feeder"));
  assert.ok(decision.power.accountedWatts >= 27_200);
});

test("a meter may lower the estimate by five per cent at most", () => {
  const plant = settled({ branchMeters: false });
  plant.forced.set("feeder/powerWatts", (truth, now) => good((truth ?? 0) * 0.91, now));
  const decision = scan(plant);
  assert.is(Math.round(decision.power.accountedWatts), Math.round(27_200 * 0.95));
});

test("what the meter shows beyond every account is added and shed", () => {
  const plant = settled({ ...quick, feederAmperes: 45 });
  const carries = 45 * 0.8 * 690;
  const before = trueWatts(plant, "feeder");
  plant.forced.set("feeder/powerWatts", (truth, now) => good((truth ?? 0) + 8000, now));
  run(plant, 60);
  assert.ok(trueWatts(plant, "feeder") + 8000 <= carries);
  assert.ok(before + 8000 > carries);
  assert.ok(trueWatts(plant, "feeder") + 8000 > carries - 2 * 3600, "no more than needed");
});

test("a lost feeder meter is an alarm, and the machines' own account counts", () => {
  const plant = settled({});
  plant.forced.set("feeder/powerWatts", null);
  run(plant, 7);
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "breaker-meter-lost feeder"));
  assert.is(plant.decision?.power.measuredWatts, null);
});

test("machines out of reach count with their plates, less where a meter bounds them", () => {
  const bounded = settled({});
  const unbounded = settled({ branchMeters: false });
  for (const plant of [bounded, unbounded]) {
    for (const machine of plant.machines.values()) machine.silent = true;
    for (const name of ["a-001", "a-002"]) (plant.machines.get(name) ?? { watts: 0 }).watts = 0;
    if (plant === unbounded) plant.forced.set("feeder/powerWatts", null);
    run(plant, 40);
    assert.ok(plant.decision?.alarms.some(({ name }) => name === "machines-unreachable"));
  }
  const next = (plant: Plant): number =>
    plant.decision?.explanation.find(({ scope }) => scope === "container")?.accountedWatts ?? 0;
  assert.is(Math.round(next(bounded)), 6 * 3400 + 1000);
  assert.is(Math.round(next(unbounded)), 8 * 3400 + 1000);
});

test("waking machines are counted with their peak from the command on", () => {
  const plant = settled({ ...quick, policy: { ...quick.policy, rampUpWattsPerSecond: 50_000, startsPerInterval: 8 } });
  scan(plant, 1000, [setpoint(2000, plant.now + 1000)]);
  run(plant, 30);
  scan(plant, 1000, [setpoint(12_000, plant.now + 1000)]);
  let most = 0;
  run(plant, 60, () => {
    most = Math.max(most, trueWatts(plant, "feeder"));
  });
  assert.ok(most <= 12_000, `${most} W`);
  assert.ok(most > 12_000 - 3600);
});

test("the ramp holds the power itself, not only the ceiling", () => {
  const plant = settled({ ...quick, policy: { ...quick.policy, rampUpWattsPerSecond: 500, startsPerInterval: 8 } });
  scan(plant, 1000, [setpoint(2000, plant.now + 1000)]);
  run(plant, 30);
  const from = trueWatts(plant, "feeder");
  const begin = plant.now;
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  run(plant, 60, () => {
    const allowed = from + 500 * ((plant.now - begin) / 1000) + 3600;
    assert.ok(trueWatts(plant, "feeder") <= allowed, `${trueWatts(plant, "feeder")} W of ${allowed} W`);
  });
  assert.is(plant.decision?.binding.reason.code, "ramp-up");
});

test("a target is followed from below within a machine's size, and without hunting", () => {
  const plant = settled(quick);
  scan(plant, 1000, [setpoint(20_000, plant.now + 1000, { kind: "target" })]);
  run(plant, 60);
  let changes = 0;
  let before = JSON.stringify(plant.decision?.minerTargets);
  run(plant, 600, (decision) => {
    if (JSON.stringify(decision.minerTargets) !== before) changes += 1;
    before = JSON.stringify(decision.minerTargets);
    assert.ok(trueWatts(plant, "feeder") <= 20_000);
    assert.ok(trueWatts(plant, "feeder") > 20_000 - 3600);
  });
  assert.is(changes, 0);
});

test("a meter that shows next to nothing makes no figure of the balance unbounded", () => {
  const site = siteForTests();
  const layout = layoutOf(site);
  const none = {
    lowWatts: 0,
    settledWatts: 0,
    provenWatts: 0,
    inFlightWatts: 0,
    highWatts: 0,
    nextWatts: 0,
    unknownWatts: 0,
    reservedWatts: 0,
  };
  const accounts = site.miners.map(() => none);
  const meters = [1838, Number.MIN_VALUE, 0].map((value) => ({ quality: "good", value, at: 0 }) as const);
  const passing = meters.map(() => nothingPasses);
  const balances = balance(layout, accounts, meters, passing, [null, null, null]);
  assert.ok(balances.every(({ nextWatts, unknownWatts }) => Number.isFinite(nextWatts + unknownWatts)));
});

test("what only lost readings narrow is shed, and latches no overload where nothing obeys", () => {
  const plant = settled({ branchAmperes: 25, voltages: true, currents: true, policy: { failsafeWatts: 100_000 } });
  for (const machine of plant.machines.values()) machine.deaf = true;
  for (const branch of ["branch-1", "branch-2"])
    for (const line of [1, 2, 3]) {
      plant.forced.set(`${branch}/voltage${line}Volts`, null);
      plant.forced.set(`${branch}/current${line}Amperes`, null);
    }
  let above = 0;
  run(plant, 60, (decision) => {
    const limit = limitOf(decision, "branch/branch-1", "breaker-meter-lost") ?? Number.MAX_VALUE;
    if (trueWatts(plant, "branch-1") > limit) above += 1;
    assert.equal(decision.trips, []);
  });
  assert.ok(above >= 10, `${above} s above what counts without a meter`);
});

test.run();
