/** The thermal envelope on a small plant: what is measured sheds, what is unknown inhibits, what trips stays tripped. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Decision } from "../../src/model/decision.ts";
import { local } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const test = suite("tanks");

function settled(wishes: Parameters<typeof siteForTests>[0] = {}): Plant {
  const plant = startPlant(siteForTests(wishes));
  run(plant, 20);
  return plant;
}

function ceiling(decision: Decision, scope: string): number {
  return Math.min(...decision.limits.filter((limit) => limit.scope === scope).map(({ ceilingWatts }) => ceilingWatts));
}

function codes(decision: Decision, scope: string): readonly string[] {
  return decision.limits.filter((limit) => limit.scope === scope).map(({ reason }) => reason.code);
}

function set(plant: Plant, point: string, value: number): void {
  plant.forced.set(point, (_, now) => good(value, now));
}

/** Warms a probe by half a kelvin a second, as far as asked. */
function warm(plant: Plant, points: readonly string[], from: number, to: number): Decision {
  let decision = scan(plant);
  for (let at = from; at < to; at += 0.5) {
    for (const point of points) set(plant, point, Math.min(at + 0.5, to));
    decision = scan(plant);
  }
  return decision;
}

const probes = ["probe-1/tank1Celsius", "probe-2/tank1Celsius"];

test("a healthy tank is not limited", () => {
  assert.equal(codes(settled().decision as Decision, "tank/tank-1"), []);
});

test("flow that is too low trips after the proof time, sheds the tank in the same scan and latches", () => {
  const plant = settled();
  set(plant, "tank-1/flowLitersPerMinute", 20);
  run(plant, 5);
  assert.is(plant.decision?.trips.length, 0);
  const decision = scan(plant);
  assert.equal(
    decision.trips.map(({ name }) => name),
    ["tank-1/flow"],
  );
  assert.is(ceiling(decision, "tank/tank-1"), 0);
  assert.equal(decision.minerTargets["a-001"], { mode: "sleep" });
  assert.equal(decision.minerTargets["b-001"], { mode: "leave" });
  assert.match(decision.trips[0]?.reason.text ?? "", /20 l\/min.*100 l\/min/);
  run(plant, 10);
  assert.ok(trueWatts(plant, "branch-1") < 100);
  assert.is(plant.decision?.outputs["tank-1/pumpOn"], 1);
  set(plant, "tank-1/flowLitersPerMinute", 150);
  run(plant, 1000);
  assert.is(plant.decision?.trips.length, 1);
});

test("a lost flow meter inhibits the tank and releases it after a minute of good values", () => {
  const plant = settled({ policy: { minimumOffMilliseconds: 1000 } });
  plant.forced.set("tank-1/flowLitersPerMinute", null);
  run(plant, 7);
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), ["flow-unknown"]);
  assert.is(plant.decision?.trips.length, 0);
  plant.forced.clear();
  run(plant, 58);
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), ["flow-unknown"]);
  run(plant, 5);
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), []);
  run(plant, 200);
  assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
});

test("one lost reply of the flow meter changes nothing", () => {
  const plant = settled();
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => ({ quality: "bad", fault: "no-reply", at: now }));
  scan(plant);
  plant.forced.clear();
  run(plant, 10, (decision) => assert.equal(codes(decision, "tank/tank-1"), []));
});

test("the third loss of a point within an hour latches it until a person resets it", () => {
  const plant = settled({ policy: { coolDownMilliseconds: 1000 } });
  for (let loss = 0; loss < 3; loss += 1) {
    plant.forced.set("tank-1/flowLitersPerMinute", null);
    run(plant, 10);
    plant.forced.clear();
    run(plant, 80);
  }
  const name = "tank-1/flowLitersPerMinute";
  assert.equal(
    plant.decision?.trips.map((trip) => trip.name),
    [name],
  );
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), ["flow-unknown"]);
  assert.ok(plant.decision?.alarms.some((alarm) => alarm.name === `sensor-latched ${name}`));
  run(plant, 200);
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), ["flow-unknown"]);
  // Lost again, it is not reset before it has been good for a minute.
  plant.forced.set(name, null);
  run(plant, 10);
  const resetNow = (): Decision => scan(plant, 1000, [local({ kind: "reset", trip: name }, plant.now)]);
  assert.match(resetNow().outcomes[0]?.text ?? "", /stays: its values have not been good for 60 s/);
  plant.forced.clear();
  run(plant, 50);
  assert.is(resetNow().outcomes[0]?.done, false);
  run(plant, 12);
  const reset = scan(plant, 1000, [local({ kind: "reset", trip: name }, plant.now)]);
  assert.is(reset.outcomes[0]?.done, true);
  run(plant, 3);
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), []);
});

test("above the derate point power falls in a straight line to nothing at the trip point", () => {
  const plant = settled();
  const decision = warm(plant, probes, 45, 56);
  assert.is(ceiling(decision, "tank/tank-1"), 4 * 3400 * 0.5);
  assert.match(
    decision.limits.find(({ reason }) => reason.code === "coolant-derate")?.reason.text ?? "",
    /56 °C.*52 °C.*6.8 kW/,
  );
  run(plant, 10);
  assert.ok(trueWatts(plant, "branch-1") <= 6800 && trueWatts(plant, "branch-1") > 6800 - 3400);
});

test("the higher of two sensors counts, and far apart they are an alarm", () => {
  const plant = settled();
  const decision = warm(plant, probes.slice(0, 1), 45, 56);
  assert.is(ceiling(decision, "tank/tank-1"), 4 * 3400 * 0.5);
  assert.ok(decision.alarms.some(({ name }) => name === "sensors-disagree tank-1"));
});

test("of three sensors one that drifts away neither trips the tank nor holds it down", () => {
  const plant = settled({ sensorsPerTank: 3 });
  const decision = warm(plant, ["probe-3/tank1Celsius"], 45, 70);
  assert.equal(codes(decision, "tank/tank-1"), []);
  plant.forced.set("probe-3/tank1Celsius", null);
  run(plant, 60, (each) =>
    assert.equal(
      codes(each, "tank/tank-1").filter((code) => code === "coolant-trip"),
      [],
    ),
  );
});

test("one sensor left of two halves the tank, none left stops it after the safety time", () => {
  const plant = settled();
  plant.forced.set("probe-1/tank1Celsius", null);
  run(plant, 17);
  assert.is(ceiling(plant.decision as Decision, "tank/tank-1"), 6800);
  plant.forced.set("probe-2/tank1Celsius", null);
  run(plant, 25);
  assert.not.ok(codes(plant.decision as Decision, "tank/tank-1").includes("coolant-unknown"));
  run(plant, 25);
  assert.ok(codes(plant.decision as Decision, "tank/tank-1").includes("coolant-unknown"));
  assert.is(plant.decision?.trips.length, 0);
});

test("a sensor that jumps is not believed", () => {
  const plant = settled();
  set(plant, "probe-1/tank1Celsius", 30);
  scan(plant);
  const point = plant.state.points["probe-1/tank1Celsius"];
  assert.is(point?.value, 45);
});

test("the coolant trip is reset only below its release point, after the cool-down, by a person here", () => {
  const plant = settled({ policy: { minimumOffMilliseconds: 1000 } });
  warm(plant, probes, 45, 60);
  assert.equal(
    plant.decision?.trips.map(({ name }) => name),
    ["tank-1/coolant"],
  );
  const reset = (): Decision => scan(plant, 1000, [local({ kind: "reset", trip: "tank-1/coolant" }, plant.now)]);
  assert.match(reset().outcomes[0]?.text ?? "", /must be below 50 °C/);
  for (let at = 60; at >= 49; at -= 0.5) {
    for (const point of probes) set(plant, point, at);
    scan(plant);
  }
  assert.match(reset().outcomes[0]?.text ?? "", /cool-down lasts another/);
  run(plant, 600);
  const decision = reset();
  assert.is(decision.outcomes[0]?.done, true);
  assert.equal(decision.trips, []);
  assert.ok(decision.events.some(({ kind }) => kind === "reset"));
  assert.equal(decision.minerTargets["a-001"], { mode: "sleep" }, "nothing rises before the reset is on disk");
  run(plant, 120);
  assert.is(Math.round(trueWatts(plant, "branch-1")), 13_600);
  assert.match(reset().outcomes[0]?.text ?? "", /no trip/);
});

test("a wet floor trips the tank, and its pump stops only when the power is proven gone", () => {
  const plant = settled();
  set(plant, "tank-1/floorDry", 0);
  run(plant, 6);
  assert.equal(
    plant.decision?.trips.map(({ name }) => name),
    ["tank-1/leak"],
  );
  assert.is(plant.decision?.outputs["tank-1/pumpOn"], 1);
  run(plant, 15);
  assert.is(plant.decision?.outputs["tank-1/pumpOn"], 0);
  assert.is(plant.decision?.outputs["tank-2/pumpOn"], 1);
});

test("a pump shared with a dry tank goes on", () => {
  const site = siteForTests();
  const shared = site.tanks.map((tank) => ({ ...tank, pump: { output: "io/pumpOn", feedback: null } }));
  const plant = startPlant({ ...site, tanks: shared });
  run(plant, 20);
  set(plant, "tank-1/floorDry", 0);
  run(plant, 30);
  assert.is(plant.decision?.trips.length, 1);
  assert.is(plant.decision?.outputs["io/pumpOn"], 1);
});

test("a leak detector, a level or a pump contact that is lost inhibits", () => {
  for (const [point, code] of [
    ["tank-1/floorDry", "leak-unknown"],
    ["tank-1/levelPercent", "level-unknown"],
    ["tank-1/pumpRuns", "pump-not-running"],
  ] as const) {
    const plant = settled();
    plant.forced.set(point, null);
    run(plant, 12);
    assert.equal(codes(plant.decision as Decision, "tank/tank-1"), [code]);
    assert.is(plant.decision?.trips.length, 0, point);
  }
});

test("a level right at its mark is enough", () => {
  const plant = settled();
  set(plant, "tank-1/levelPercent", 80);
  run(plant, 20);
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), []);
});

test("a proof counts from when it was measured, however late it arrives", () => {
  const plant = settled();
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => good(150, now - 1500));
  run(plant, 10);
  assert.is(plant.decision?.trips.length, 0);
  set(plant, "tank-1/flowLitersPerMinute", 20);
  run(plant, 3);
  assert.is(plant.decision?.trips.length, 0);
  // 5.5 s after the last sample that proved it, 4 s after that has arrived.
  assert.equal(
    scan(plant).trips.map(({ name }) => name),
    ["tank-1/flow"],
  );
});

test("a low level and a pump that stands trip", () => {
  for (const [point, value, trip] of [
    ["tank-1/levelPercent", 60, "tank-1/level"],
    ["tank-1/pumpRuns", 0, "tank-1/pump"],
  ] as const) {
    const plant = settled();
    set(plant, point, value);
    run(plant, 12);
    assert.equal(
      plant.decision?.trips.map(({ name }) => name),
      [trip],
    );
    const refused = scan(plant, 1000, [local({ kind: "reset", trip }, plant.now)]);
    assert.match(refused.outcomes[0]?.text ?? "", /stays/);
  }
});

test("a tank without flow, pump, leak or level sensors is judged by its coolant alone", () => {
  const plant = settled({ tank: { flow: null, pump: null, leakDry: [], level: null } });
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), []);
  assert.is(plant.decision?.outputs["io/fanOn"], 1);
});

test("a pump without flow meter must show that it runs within five seconds", () => {
  const plant = settled({ tank: { flow: null } });
  set(plant, "tank-1/pumpRuns", 0);
  run(plant, 4);
  assert.is(plant.decision?.trips.length, 0);
  run(plant, 2);
  assert.equal(
    plant.decision?.trips.map(({ name }) => name),
    ["tank-1/pump"],
  );
});

test("a start that holds longer than the safety time sheds no guarded tank for a sensor that has not come yet", () => {
  const plant = startPlant(siteForTests({ policy: { startHoldMilliseconds: 60_000 } }));
  for (const point of probes) plant.forced.set(point, null);
  run(plant, 50);
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), []);
  run(plant, 15);
  assert.equal(codes(plant.decision as Decision, "tank/tank-1"), ["coolant-unknown"]);
});

test("a tank that loses its last sensor while hot is derated by what it knew", () => {
  const plant = settled();
  warm(plant, probes, 45, 56);
  for (const point of probes) plant.forced.set(point, null);
  run(plant, 18);
  assert.ok(codes(plant.decision as Decision, "tank/tank-1").includes("coolant-derate"));
  const derated = plant.decision?.limits.find(({ reason }) => reason.code === "coolant-derate");
  assert.is(derated?.ceilingWatts, 6800);
});

test("a hot inlet puts that machine to sleep, and it must cool before it wakes", () => {
  const plant = settled({ policy: { minimumOffMilliseconds: 1000 } });
  plant.inlets.set("a-001", 51);
  const decision = scan(plant);
  assert.equal(decision.minerTargets["a-001"], { mode: "sleep" });
  assert.equal(decision.minerTargets["a-002"], { mode: "leave" });
  assert.is(decision.alarms.filter(({ name }) => name.startsWith("miner-inlet-hot")).length, 1);
  plant.inlets.set("b-001", 52);
  assert.match(scan(plant).alarms[0]?.reason.text ?? "", /2 machines/);
  plant.inlets.set("a-001", 49);
  run(plant, 60);
  assert.equal(plant.decision?.minerTargets["a-001"], { mode: "sleep" });
  plant.inlets.set("a-001", 44);
  run(plant, 60);
  assert.not.equal(plant.decision?.minerTargets["a-001"], { mode: "sleep" });
});

test("a pump that weir stopped for a leak is not missed, and must prove itself when it runs again", () => {
  const plant = startPlant(siteForTests({ policy: { coolDownMilliseconds: 1000 } }));
  run(plant, 20);
  plant.forced.set("tank-1/floorDry", (_, now) => good(0, now));
  for (const what of ["pumpRuns", "flowLitersPerMinute"])
    plant.forced.set(`tank-1/${what}`, (truth, now) =>
      good(plant.decision?.outputs["tank-1/pumpOn"] === 0 ? 0 : (truth ?? 0), now),
    );
  run(plant, 120);
  assert.is(plant.decision?.outputs["tank-1/pumpOn"], 0);
  assert.equal(
    plant.decision?.trips.map(({ name }) => name),
    ["tank-1/leak"],
  );
  plant.forced.delete("tank-1/floorDry");
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => good(0, now));
  run(plant, 5);
  scan(plant, 1000, [local({ kind: "reset", trip: "tank-1/leak" }, plant.now)]);
  run(plant, 15);
  assert.is(plant.decision?.outputs["tank-1/pumpOn"], 1);
  assert.equal(
    plant.decision?.trips.map(({ name }) => name),
    ["tank-1/flow"],
  );
});

test.run();
