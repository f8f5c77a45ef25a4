/** The firm-power ledger and its self-test: only what is proven counts, and the meter has the last word. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Acknowledgement, Command } from "../../src/model/command.ts";
import type { EventRecord } from "../../src/model/decision.ts";
import { control, local, setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const test = suite("firm power");

/** Eight machines of 3,400 W that sleep within 5 s, dispatched at all they can draw. */
function dispatched(wishes: SiteWishes = {}): Plant {
  const plant = startPlant(
    siteForTests({ ...wishes, policy: { failsafeWatts: 40_000, minimumOffMilliseconds: 20_000, ...wishes.policy } }),
  );
  run(plant, 20);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  run(plant, 2);
  return plant;
}

function firmWatts(plant: Plant): readonly number[] {
  return plant.decision?.firm?.map(({ watts }) => watts) ?? [];
}

/** What one awake machine gives up when it sleeps [W]. */
const each = 3400 - 20;

test("what runs counts from the time that it has proven to need", () => {
  const plant = dispatched();
  assert.equal(
    plant.decision?.firm?.map(({ withinSeconds }) => withinSeconds),
    [2, 10, 60, 600],
  );
  assert.equal(firmWatts(plant), [0, 8 * each, 8 * each, 8 * each]);
});

test("a machine that has answered more slowly than its model counts later", () => {
  const plant = dispatched();
  for (const name of ["a-001", "a-002", "b-001"])
    plant.reports.set(name, (report) => ({
      ...report,
      provenResponse: { milliseconds: 30_000, samples: 9, of: "machine" },
    }));
  scan(plant);
  assert.equal(firmWatts(plant), [0, 5 * each, 8 * each, 8 * each]);
});

test("one that answered faster than its model says counts as its model", () => {
  const plant = dispatched();
  for (const { name } of plant.site.miners)
    plant.reports.set(name, (report) => ({
      ...report,
      provenResponse: { milliseconds: 500, samples: 9, of: "machine" },
    }));
  scan(plant);
  assert.is(firmWatts(plant)[0], 0);
});

test("machines that sleep, do not answer or take no commands count for nothing", () => {
  const plant = dispatched();
  const silent = plant.machines.get("a-001");
  if (silent) silent.silent = true;
  scan(plant, 1000, [setpoint(27_000, plant.now + 1000)]);
  run(plant, 60);
  assert.equal(firmWatts(plant).slice(1), [6 * each, 6 * each, 6 * each]);
  const switched = dispatched({ model: { dialect: "none" } });
  assert.equal(firmWatts(switched), [0, 0, 0, 0]);
});

test("the way down by the ramp counts as well", () => {
  const plant = dispatched({ policy: { rampDownWattsPerSecond: 1000 } });
  assert.equal(firmWatts(plant), [0, 4000, 8 * each, 8 * each]);
});

test("a generator bears no larger step", () => {
  const plant = dispatched({
    generator: {
      ratedWatts: 60_000,
      largestStepUpWatts: 10_000,
      largestStepDownWatts: 7000,
      stepGapMilliseconds: 5000,
      minimumLoadWatts: 0,
    },
  });
  assert.ok(Math.max(...firmWatts(plant)) <= 7000);
});

test("machines are believed as far as the meter goes", () => {
  const plant = dispatched();
  for (const branch of ["feeder", "branch-1", "branch-2"])
    plant.forced.set(`${branch}/powerWatts`, (truth, now) => good((truth ?? 0) * 0.8, now));
  scan(plant);
  const metered = (8 * 3400 + 1000) * 0.8;
  assert.is(firmWatts(plant)[1], Math.floor((8 * each * metered) / (8 * 3400)));
});

interface Told {
  readonly states: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
  readonly lowestWatts: number;
}

/** Sends commands and watches what is told, and the true power. */
function watch(plant: Plant, commands: readonly Command[], seconds: number): Told {
  const states: Acknowledgement[] = [];
  const events: EventRecord[] = [];
  let lowestWatts = Number.MAX_VALUE;
  for (let second = 0; second < seconds; second += 1) {
    const decision = scan(plant, 1000, second === 0 ? commands : []);
    states.push(...decision.acknowledgements);
    events.push(...decision.events.filter(({ text }) => text.startsWith("Self-test:")));
    lowestWatts = Math.min(lowestWatts, trueWatts(plant, "feeder"));
  }
  return { states, events, lowestWatts };
}

function statesOf({ states }: Told, id: string | null): readonly string[] {
  return states.filter((answer) => answer.id === id).map(({ state, rejection }) => rejection ?? state);
}

test("a self-test sheds what is promised for ten seconds, tells what the meter saw, and gives it back", () => {
  const plant = dispatched();
  const command = control("self-test", plant.now + 1000);
  const before = trueWatts(plant, "feeder");
  const told = watch(plant, [command], 18);
  assert.equal(statesOf(told, command.id), ["accepted", "active", "reached", "expired"]);
  assert.is(told.lowestWatts, before - 8 * each);
  assert.equal(
    told.events.map(({ text, severity }) => [severity, text]),
    [["information", "Self-test: promised 27 kW within 10 s, delivered 27 kW on the meter."]],
  );
  run(plant, 400);
  assert.is(trueWatts(plant, "feeder"), before);
});

test("a self-test may be kept small", () => {
  const plant = dispatched();
  const before = trueWatts(plant, "feeder");
  const told = watch(plant, [control("self-test", plant.now + 1000, { shedWatts: 6000 })], 18);
  assert.is(told.lowestWatts, before - 2 * each);
});

test("machines that do not obey fail the test with an alarm", () => {
  const plant = dispatched();
  for (const machine of plant.machines.values()) machine.deaf = true;
  const command = control("self-test", plant.now + 1000);
  const told = watch(plant, [command], 18);
  assert.equal(statesOf(told, command.id), ["accepted", "active", "failed"]);
  assert.is(told.events[0]?.severity, "alarm");
});

test("without a meter at its end nothing is proven", () => {
  const plant = dispatched();
  const command = control("self-test", plant.now + 1000);
  watch(plant, [command], 8);
  plant.forced.set("feeder/powerWatts", null);
  const told = watch(plant, [], 9);
  assert.equal(statesOf(told, command.id), ["failed"]);
  assert.match(told.events[0]?.text ?? "", /meter was lost/);
});

test("a self-test is the operator's, one at a time, and only while nothing else holds the container", () => {
  const refusal = (plant: Plant, source: "dispatch" | "operator" = "operator") => {
    const command = control("self-test", plant.now + 1000, {}, source);
    return statesOf(watch(plant, [command], 1), command.id);
  };
  assert.equal(refusal(dispatched(), "dispatch"), ["unsupported"]);
  const failsafe = startPlant(siteForTests());
  run(failsafe, 20);
  assert.equal(refusal(failsafe), ["unsupported"]);
  const stopped = dispatched();
  scan(stopped, 1000, [control("stop", stopped.now + 1000, {}, "site")]);
  assert.equal(refusal(stopped), ["unsupported"]);
  const locked = dispatched();
  scan(locked, 1000, [local({ kind: "lockout" }, locked.now)]);
  assert.equal(refusal(locked), ["lockout"]);
  const tripped = dispatched();
  tripped.forced.set("tank-1/floorDry", (_, now) => good(0, now));
  run(tripped, 5);
  assert.equal(refusal(tripped), ["tripped"]);
  const blind = dispatched();
  blind.forced.set("feeder/powerWatts", null);
  run(blind, 8);
  assert.equal(refusal(blind), ["unsupported"]);
  const asleep = dispatched();
  scan(asleep, 1000, [setpoint(1000, asleep.now + 1000)]);
  run(asleep, 30);
  assert.equal(refusal(asleep), ["unsupported"]);
  const twice = dispatched();
  assert.equal(refusal(twice), ["accepted", "active"]);
  assert.equal(refusal(twice), ["unsupported"]);
});

test("a lockout, a trip, a stop or the operator's release ends a test before its time", () => {
  const interrupted = (disturb: (plant: Plant) => readonly Command[]) => {
    const plant = dispatched();
    const command = control("self-test", plant.now + 1000);
    watch(plant, [command], 3);
    return statesOf(watch(plant, disturb(plant), 8), command.id);
  };
  assert.equal(
    interrupted((plant) => [local({ kind: "lockout" }, plant.now)]),
    ["cancelled"],
  );
  assert.equal(
    interrupted((plant) => [control("stop", plant.now + 1000, {}, "site")]),
    ["cancelled"],
  );
  assert.equal(
    interrupted((plant) => [control("release", plant.now + 1000)]),
    ["cancelled"],
  );
  assert.equal(
    interrupted((plant) => [control("release", plant.now + 1000, {}, "site")]),
    [],
  );
  assert.equal(
    interrupted((plant) => {
      plant.forced.set("tank-1/floorDry", (_, now) => good(0, now));
      return [];
    }),
    ["cancelled"],
  );
});

test("an order in haste takes the fast machines, whatever the slow ones are worth", () => {
  const shedBy = (parts: Parameters<typeof setpoint>[2]) => {
    const plant = dispatched();
    // The slow ones are the worst: an order with time takes them first.
    for (const { name } of plant.site.miners.filter(({ tank }) => tank === "tank-1"))
      plant.reports.set(name, (report) => ({
        ...report,
        ...(report.mode === "hashing" ? { hashrateTerahashesPerSecond: 60 } : {}),
        provenResponse: { milliseconds: 90_000, samples: 9, of: "model" },
      }));
    run(plant, 3);
    scan(plant, 1000, [setpoint(22_000, plant.now + 1000, parts)]);
    run(plant, 3);
    return [...plant.machines].filter(([, { target }]) => target === "sleep").map(([name]) => name.slice(0, 1));
  };
  assert.equal(shedBy({}), ["a", "a"]);
  assert.equal(shedBy({ reachBySeconds: 30 }), ["b", "b"]);
});

test.run();
