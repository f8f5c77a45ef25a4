/** Invariants of grid-and-safety 5.5 as properties over random lives of a small container; numbers in the names are the ones there. */
import { decode, encode } from "cbor-x";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { step } from "../../src/control/step.ts";
import type { ProcessImage } from "../../src/model/image.ts";
import type { Reading } from "../../src/model/reading.ts";
import type { Limit } from "../../src/model/reason.ts";
import { setpoint } from "./commands-for-tests.ts";
import { scan, startPlant } from "./plant-for-tests.ts";
import { happening, live, losses, lost, type Scan, wishes } from "./random-walk.ts";
import { siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(process.env["RUNS"] ?? 20);
console.log(`seed ${seed}, ${runs} runs`);

const test = suite("invariants of the core");
const lives = fc.array(happening, { minLength: 1, maxLength: 25 });

function holds(check: (scan: Scan) => void, count = runs): void {
  void fc.assert(
    fc.property(wishes, lives, (wanted, happenings) => {
      live(wanted, happenings, check);
    }),
    { seed, numRuns: count, includeErrorInReport: true },
  );
}

/** The smallest ceiling of every limited scope. */
function ceilingsOf(limits: readonly Limit[]): Map<string, number> {
  const ceilings = new Map<string, number>();
  for (const { scope, ceilingWatts } of limits)
    ceilings.set(scope, Math.min(ceilings.get(scope) ?? Number.MAX_VALUE, ceilingWatts));
  return ceilings;
}

test("1: the binding limit is the smallest, and no raise may lead above any of them", () => {
  holds(({ decision, after }) => {
    const least = Math.min(
      ...decision.limits.filter(({ scope }) => scope === "container").map((limit) => limit.ceilingWatts),
    );
    assert.ok(decision.binding.ceilingWatts <= least + 1e-6);
    assert.ok(after.ramp.raiseWatts <= least + 1e-6);
    for (const { binding, scope } of decision.explanation)
      for (const limit of decision.limits)
        if (limit.scope === scope) assert.ok(binding.ceilingWatts <= limit.ceilingWatts);
  });
});

test("3: a trip sends its machines to sleep in the same scan, and no cooling is ever switched off for it", () => {
  holds(({ decision, image, site }) => {
    for (const trip of decision.trips) {
      if (trip.reason.code === "sensor-latched" || trip.reason.code === "contactor-welded") continue;
      for (const { name, tank } of site.miners) {
        if (trip.scope !== "container" && trip.scope !== `tank/${tank}`) continue;
        const report = image.miners[name];
        const awake = report?.mode === "hashing" || report?.mode === "starting";
        if (awake) assert.is(decision.minerTargets[name]?.mode, "sleep", `${name} with ${trip.name}`);
      }
    }
    const leaking = decision.trips.some(({ name }) => /\/(leak|level)$/.test(name));
    for (const [output, value] of Object.entries(decision.outputs))
      if (/pumpOn|fanOn/.test(output) && !leaking) assert.is(value, 1);
  });
});

test("4: replacing any reading by a lost one never raises a ceiling", () => {
  let counter = seed;
  holds(({ before, image, decision, after, site }) => {
    const whole = ceilingsOf(decision.limits);
    const points = Object.keys(image.readings);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      counter += 1;
      const count = 1 + (counter % 3);
      const readings: Record<string, Reading> = { ...image.readings };
      for (let index = 0; index < count; index += 1) {
        const point = points[(counter * 7919 + index * 104_729) % points.length] ?? "";
        const how = losses[(counter + index) % losses.length] ?? "missing";
        const truth = image.readings[point];
        const replaced = lost(how, truth?.quality === "good" ? truth.value : 0, image.now);
        if (replaced === null) delete readings[point];
        else readings[point] = replaced;
      }
      const result = step(before, { ...image, readings }, site);
      for (const [scope, ceiling] of whole) {
        const other = ceilingsOf(result.decision.limits).get(scope) ?? Number.MAX_VALUE;
        assert.ok(
          other <= ceiling + 1e-6,
          `${scope}: ${ceiling} W became ${other} W without ${changed(image, readings)}`,
        );
      }
      assert.ok(result.state.ramp.raiseWatts <= after.ramp.raiseWatts + 1e-6, "raise ceiling");
    }
  });
});

test("5: without proof of flow for its time, or of a running pump, a tank is allowed nothing", () => {
  const provenAt = new Map<string, number>();
  let last = 0;
  holds(({ decision, image, before, site }) => {
    if (before.now === before.startedAt || image.now < last) provenAt.clear();
    last = image.now;
    for (const { name, flow, warmUp, hardwiredInterlock } of site.tanks) {
      if (flow === null) continue;
      const reading = image.readings[flow.point];
      const fresh =
        reading?.quality === "good" && reading.at <= image.now && image.now - reading.at <= flow.maximumAgeMilliseconds;
      // Cold fluid may need as little as its site says; what it needs in between is a matter of temperature.
      const least = warmUp?.coldLitersPerMinute ?? flow.minimumLitersPerMinute;
      if (fresh && reading.value >= least) provenAt.set(name, reading.at);
      const without = image.now - (provenAt.get(name) ?? before.startedAt);
      if (hardwiredInterlock && image.now - before.startedAt < site.policy.startHoldMilliseconds) continue;
      if (without > flow.proofMilliseconds) assert.is(ceilingsOf(decision.limits).get(`tank/${name}`), 0);
    }
  });
});

test("7: a latched trip ends only by a reset of a person, with the cause gone and the cool-down over", () => {
  holds(({ decision, image, before, site }) => {
    for (const trip of before.durable.trips) {
      if (decision.trips.some(({ name }) => name === trip.name)) continue;
      const reset = image.commands.some(
        (command) => command.via === "shell" && command.action.kind === "reset" && command.action.trip === trip.name,
      );
      assert.ok(reset, `${trip.name} fell without a reset`);
      assert.ok(image.now - (before.trippedAt[trip.name] ?? 0) >= site.policy.coolDownMilliseconds);
      const tank = site.tanks.find(({ name }) => trip.name === `${name}/flow`);
      const flow = tank?.flow ? image.readings[tank.flow.point] : undefined;
      const least = tank?.warmUp?.coldLitersPerMinute ?? tank?.flow?.minimumLitersPerMinute ?? 0;
      if (tank?.flow) assert.ok(flow?.quality === "good" && flow.value >= least);
    }
  });
});

test("10: the minimum off-time never yields", () => {
  holds(({ decision, before, after, site }) => {
    for (const [index, machine] of after.machines.entries()) {
      const was = before.machines[index];
      if (machine.command !== "run" || was?.command === "run") continue;
      assert.ok(was?.asleepSince !== null && was !== undefined);
      assert.ok(decision.at - (was.asleepSince ?? decision.at) >= site.policy.minimumOffMilliseconds);
    }
  });
});

test("11: the ceiling never rises faster than the ramp, whatever happens", () => {
  holds(({ before, after, site }) => {
    if (after.adopting || before.adopting) return;
    const up = site.policy.rampUpWattsPerSecond * ((after.now - before.now) / 1000);
    assert.ok(after.ramp.raiseWatts - before.ramp.raiseWatts <= up + 1e-6);
    assert.ok(after.ramp.ceilingWatts - before.ramp.ceilingWatts <= up + 1e-6);
  });
});

test("12: a setpoint has no effect after its time to live, whatever the wall clock says", () => {
  void fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: -1e11, max: 1e11 }), (seconds, jump) => {
      const deadlines = new Map<string, number>();
      live(
        {},
        [
          { kind: "setpoint", watts: 30_000, seconds },
          { kind: "pass", seconds: seconds + 20, stepMilliseconds: 1000 },
        ],
        ({ decision, image, before, site }) => {
          for (const command of image.commands)
            if (command.via === "broker" && command.id !== null)
              deadlines.set(command.id, command.receivedAt + seconds * 1000);
          const jumped = {
            ...image,
            wallClock: { unixMilliseconds: image.wallClock.unixMilliseconds + jump, trusted: true },
          };
          const result = step(before, jumped, site);
          for (const [id, deadline] of deadlines)
            if (image.now >= deadline)
              for (const { setpoints } of [decision, result.decision])
                assert.ok(setpoints.every((slot) => slot.id !== id || slot.state === "expired"));
        },
      );
    }),
    { seed, numRuns: 20 },
  );
});

test("13: after the start nothing is allowed above the failsafe until a heartbeat and a fresh setpoint", () => {
  let commanded = false;
  holds(({ decision, before, image, site }) => {
    if (before.now === before.startedAt) commanded = false;
    commanded ||= image.commands.some((command) => command.via === "broker");
    if (!commanded) assert.ok(decision.binding.ceilingWatts <= site.policy.failsafeWatts);
  });
});

test("14: repeating and mixing commands ends where the newest alone leads", () => {
  void fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }), (order) => {
      const newest = Math.max(...order);
      assert.equal(standingAfter(order), standingAfter([newest]));
    }),
    { seed, numRuns: 40 },
  );
});

test("state, image and decision survive CBOR unchanged", () => {
  let count = 0;
  holds(({ after, decision }) => {
    count += 1;
    if (count % 17 !== 0) return;
    assert.equal(decode(encode(after)), after);
    assert.equal(decode(encode(decision)), decision);
    assertFinite(after);
    assertFinite(decision);
  }, 20);
});

/** Names of the points that were replaced. */
function changed(image: ProcessImage, readings: Readonly<Record<string, Reading>>): string {
  return Object.keys(image.readings)
    .filter((point) => image.readings[point] !== readings[point])
    .join();
}

/** The setpoint that stands after a log of commands, by picks among six with growing sequences. */
function standingAfter(picks: readonly number[]): unknown {
  const commands = Array.from({ length: 6 }, (_, index) => setpoint(10_000 + index, 17_000));
  const plant = startPlant(siteForTests());
  for (let second = 0; second < 16; second += 1) scan(plant);
  for (const pick of picks) scan(plant, 10, commands.slice(pick, pick + 1));
  const first = commands[0]?.body?.sequence ?? 0;
  return plant.state.dispatch.slots.map(({ watts, sequence }) => [watts, sequence - first]);
}

/** CBOR would carry it, but JSON and people would not. */
function assertFinite(value: unknown, path = ""): void {
  if (typeof value === "number") assert.ok(Number.isFinite(value), path);
  if (value === undefined) assert.unreachable(`undefined at ${path}`);
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) assertFinite(inner, `${path}/${key}`);
}

test.run();
