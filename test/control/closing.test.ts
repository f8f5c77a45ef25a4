/** Contactors that close again: late, with room, the best first, one by one from the feeder on. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { local, setpoint } from "./commands-for-tests.ts";
import { deafen, isClosed, loseFlow, quick, settled, withMain } from "./contactors-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const test = suite("closing contactors");

test("an opened contactor closes after its time, with the peak of everything behind it reserved", () => {
  const plant = settled();
  deafen(plant);
  loseFlow(plant);
  run(plant, 20);
  for (const machine of plant.machines.values()) machine.deaf = false;
  plant.forced.clear();
  run(plant, 10);
  scan(plant, 1000, [local({ kind: "reset", trip: "tank-1/flow" }, plant.now)]);
  assert.is(plant.decision?.outcomes[0]?.done, true);
  run(plant, 25);
  assert.not.ok(isClosed(plant, "branch-1"));
  let reservedWatts = 0;
  run(plant, 60, (decision) => {
    reservedWatts = Math.max(reservedWatts, decision.power.reservedWatts);
  });
  assert.ok(isClosed(plant, "branch-1"));
  assert.is(plant.state.durable.contactorOperations["branch-1"], 2);
  run(plant, 60);
  assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
});

test("a contactor does not close where the peak behind it finds no room", () => {
  const plant = startPlant(siteForTests(quick));
  plant.contactors.set("branch-1", false);
  run(plant, 20);
  scan(plant, 1000, [setpoint(17_000, plant.now + 1000)]);
  run(plant, 300, () => assert.ok(trueWatts(plant, "feeder") <= 17_000));
  assert.not.ok(isClosed(plant, "branch-1"));
  const explained = plant.decision?.explanation.find(({ scope }) => scope === "branch/branch-1");
  assert.match(explained?.forMore ?? "", /contactor branch-1 stands open, and its machines come with up to 14.4 kW/);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  run(plant, 300, () => assert.ok(trueWatts(plant, "feeder") <= 40_000));
  assert.ok(isClosed(plant, "branch-1"));
});

test("after a black-out contactors stay open until weir closes them, one after the other", () => {
  const plant = startPlant(siteForTests(quick));
  plant.contactors.set("branch-1", false).set("branch-2", false);
  run(plant, 55);
  assert.not.ok(isClosed(plant, "branch-1") || isClosed(plant, "branch-2"));
  const closedAt = new Map<string, number>();
  run(plant, 120, () => {
    for (const name of ["branch-1", "branch-2"])
      if (isClosed(plant, name) && !closedAt.has(name)) closedAt.set(name, plant.now);
  });
  const [first, second] = [closedAt.get("branch-1") ?? 0, closedAt.get("branch-2") ?? 0];
  assert.ok(Math.abs(first - second) >= 10_000);
});

test("machines that sleep through a power cycle stay ours and wake one by one", () => {
  const plant = settled({ ...quick, model: { wakeMilliseconds: 10_000, hashesAfterPowerCycle: false } });
  deafen(plant);
  loseFlow(plant);
  run(plant, 20);
  for (const machine of plant.machines.values()) machine.deaf = false;
  plant.forced.clear();
  run(plant, 10);
  scan(plant, 1000, [local({ kind: "reset", trip: "tank-1/flow" }, plant.now)]);
  run(plant, 300);
  assert.ok(isClosed(plant, "branch-1"));
  assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
});

test("nested contactors close from the feeder on, each for what is fed by it alone", () => {
  const plant = withMain();
  for (const name of ["feeder", "branch-1", "branch-2"]) plant.contactors.set(name, false);
  const order: string[] = [];
  run(plant, 150, () => {
    for (const [name, closed] of plant.contactors) if (closed && !order.includes(name)) order.push(name);
  });
  assert.is(order[0], "feeder");
  assert.is(order.length, 3);
  run(plant, 60);
  assert.is(Math.round(trueWatts(plant, "feeder")), 28_200);
});

test("a branch below a contactor that nobody has told anything yet waits", () => {
  const plant = withMain();
  plant.contactors.set("branch-1", false);
  plant.forced.set("feeder/contactorFeedback", null);
  scan(plant);
  assert.is(plant.decision?.outputs["feeder/contactorClosed"], undefined);
});

test("machines that boot behind a contactor just closed keep their reservation until they answer, or for twice their time", () => {
  const plant = startPlant(siteForTests(quick));
  plant.contactors.set("branch-1", false);
  run(plant, 30);
  for (const [name, machine] of plant.machines) machine.silent = name.startsWith("a-");
  for (let second = 0; second < 60 && !isClosed(plant, "branch-1"); second += 1) scan(plant);
  run(plant, 5);
  assert.is(plant.decision?.miners[0]?.phase, "waking");
  assert.is(plant.decision?.miners[0]?.accountedWatts, 3600);
  run(plant, 25);
  assert.is(plant.decision?.miners[0]?.phase, "unreachable");
});

/** Opens the contactor of tank 1 by a lost flow, heals, resets. */
function darkTank(plant: Plant): void {
  deafen(plant);
  loseFlow(plant);
  run(plant, 20);
  assert.not.ok(isClosed(plant, "branch-1"));
  for (const machine of plant.machines.values()) machine.deaf = false;
  plant.forced.clear();
  run(plant, 10);
  scan(plant, 1000, [local({ kind: "reset", trip: "tank-1/flow" }, plant.now)]);
}

test("where a contactor lacks a little room, a machine elsewhere sleeps for the many behind it, and wakes again", () => {
  // 12 machines of 3,400 W and 1,000 W run below 42,000 W; the peak of six behind a contactor does not fit beside the other six.
  const plant = settled({
    ...quick,
    machinesPerTank: 6,
    ratedWatts: 42_300,
    policy: { ...quick.policy, failsafeWatts: 42_300 },
  });
  run(plant, 60);
  darkTank(plant);
  run(plant, 400, () => assert.ok(trueWatts(plant, "feeder") <= 42_300));
  assert.ok(isClosed(plant, "branch-1"));
  assert.ok(trueWatts(plant, "feeder") > 41_000, `${trueWatts(plant, "feeder")} W`);
});

test("no machine just woken is given up for a contactor", () => {
  const plant = settled({
    ...quick,
    machinesPerTank: 6,
    ratedWatts: 42_300,
    policy: { ...quick.policy, failsafeWatts: 42_300, minimumOnMilliseconds: 1e9 },
  });
  scan(plant, 1000, [setpoint(1500, plant.now + 1000)]);
  run(plant, 30);
  scan(plant, 1000, [setpoint(42_300, plant.now + 1000)]);
  run(plant, 200);
  darkTank(plant);
  run(plant, 300, () => assert.ok(trueWatts(plant, "branch-2") > 20_000, "its machines go on"));
});

test("no machine is given up for a contactor where too little is gained", () => {
  const plant = settled({
    ...quick,
    machinesPerTank: 6,
    ratedWatts: 42_300,
    policy: { ...quick.policy, failsafeWatts: 42_300 },
  });
  darkTank(plant);
  scan(plant, 1000, [setpoint(35_000, plant.now + 1000)]);
  run(plant, 300, () => assert.ok(trueWatts(plant, "branch-2") > 20_000, "its machines go on"));
});

/** A branch whose machines' peak is never allowed at once, dark. */
function tooLarge(hashesAfterPowerCycle = true): Plant {
  const plant = startPlant(
    siteForTests({ ...quick, branchAmperes: 26, model: { wakeMilliseconds: 10_000, hashesAfterPowerCycle } }),
  );
  plant.contactors.set("branch-1", false);
  return plant;
}

test("where the peak never fits, the machines are told to sleep as they come up, and wake one by one", () => {
  // 26 A carry 14.4 kW continuously: four machines run with 13.6 kW, and their peak does not fit beside what is kept free.
  const plant = tooLarge();
  run(plant, 20);
  run(plant, 200, () => assert.ok(trueWatts(plant, "branch-1") <= 14_352));
  assert.ok(isClosed(plant, "branch-1"));
  run(plant, 120);
  assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
  assert.is(plant.state.contactors[1]?.watchedSince, null);
});

test("machines that do not sleep as they come up lose their contactor again, and a person should look", () => {
  const plant = tooLarge();
  const site = plant.site;
  run(plant, 20);
  for (const [name, machine] of plant.machines) machine.deaf = name.startsWith("a-");
  // They draw more than the branch carries.
  const excess = (truth: number | null, now: number) => good((truth ?? 0) * 1.2, now);
  plant.forced.set("branch-1/powerWatts", excess);
  let closings = 0;
  let aboveSeconds = 0;
  let closed = false;
  run(plant, 900, () => {
    if (isClosed(plant, "branch-1") && !closed) closings += 1;
    closed = isClosed(plant, "branch-1");
    aboveSeconds = trueWatts(plant, "branch-1") * 1.2 > 14_700 ? aboveSeconds + 1 : 0;
    assert.ok(aboveSeconds <= 4, "it is open again before anything is too warm");
  });
  assert.is(closings, 2, "twice, then not again for long");
  assert.equal(plant.decision?.trips, []);
  const explained = plant.decision?.explanation.find(({ scope }) => scope === "branch/branch-1");
  assert.match(explained?.forMore ?? "", /a person should look at them/);
  assert.is(site.branches[1]?.name, "branch-1");
  run(plant, 3600, () => {
    if (isClosed(plant, "branch-1") && !closed) closings += 1;
    closed = isClosed(plant, "branch-1");
  });
  assert.ok(closings <= 4 && closings > 2, `${closings} closings`);
});

test("machines that are never seen again end the watch of their contactor after a while, and it stays closed", () => {
  const plant = tooLarge();
  run(plant, 20);
  for (const [name, machine] of plant.machines) if (name.startsWith("a-")) Object.assign(machine, { silent: true });
  plant.forced.set("branch-1/powerWatts", (_, now) => good(80, now));
  for (let second = 0; second < 200 && !isClosed(plant, "branch-1"); second += 1) scan(plant);
  run(plant, 590);
  assert.not.equal(plant.state.contactors[1]?.watchedSince, null);
  run(plant, 15);
  assert.is(plant.state.contactors[1]?.watchedSince, null);
  assert.ok(isClosed(plant, "branch-1"));
});

test("machines that stay asleep after a power cycle need no room to come up", () => {
  const plant = tooLarge(false);
  run(plant, 20);
  scan(plant, 1000, [setpoint(18_500, plant.now + 1000)]);
  run(plant, 300, () => assert.ok(trueWatts(plant, "feeder") <= 18_500));
  assert.ok(isClosed(plant, "branch-1"));
});

test("nothing closes on sleeping machines where no meter would show that they do not", () => {
  const plant = startPlant(siteForTests({ ...quick, branchAmperes: 26, branchMeters: false }));
  plant.contactors.set("branch-1", false);
  run(plant, 300);
  assert.not.ok(isClosed(plant, "branch-1"));
});

test("after a black-out the branch with the best machines closes first", () => {
  const plant = startPlant(siteForTests(quick));
  for (const [name] of plant.machines)
    plant.reports.set(name, (truth) => ({
      ...truth,
      ...(truth.mode === "hashing" ? { hashrateTerahashesPerSecond: name.startsWith("b-") ? 120 : 100 } : {}),
    }));
  run(plant, 30);
  for (const name of ["branch-1", "branch-2"]) plant.contactors.set(name, false);
  run(plant, 6);
  const order: string[] = [];
  run(plant, 200, () => {
    for (const name of ["branch-1", "branch-2"]) if (isClosed(plant, name) && !order.includes(name)) order.push(name);
  });
  assert.equal(order, ["branch-2", "branch-1"]);
});

test("a fleet does not close as one after a black-out: each container waits for its own jitter more", () => {
  const dark = (container: string): number => {
    const site = siteForTests({ ...quick, policy: { ...quick.policy, jitterMilliseconds: 100_000 } });
    const plant = startPlant({ ...site, container });
    plant.contactors.set("branch-1", false);
    for (let second = 0; second < 200; second += 1) {
      scan(plant);
      if (isClosed(plant, "branch-1")) return plant.now;
    }
    return plant.now;
  };
  const times = ["test-c01", "test-c02", "test-c03"].map(dark);
  assert.is(new Set(times).size, 3, times.join());
});

test.run();
