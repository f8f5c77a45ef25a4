/** The start takes over what runs; the end leaves behind what is guarded; what latched stays latched in between. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startControl } from "../../src/control/state.ts";
import { step } from "../../src/control/step.ts";
import type { Durable } from "../../src/model/durable.ts";
import { control, local, setpoint } from "./commands-for-tests.ts";
import { run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { durableForTests, good, imageForTests, siteForTests } from "./site-for-tests.ts";

const test = suite("start and stop");

test("the first scan tells of the start and commands nothing to running machines", () => {
  const plant = startPlant(siteForTests());
  const decision = scan(plant);
  assert.ok(decision.events.some(({ kind }) => kind === "start"));
  assert.ok(Object.values(decision.minerTargets).every(({ mode }) => mode === "leave"));
  assert.not.ok(scan(plant).events.some(({ kind }) => kind === "start"));
});

test("nothing is shed while the image completes, as long as hard-wired proof stands; then the unknown is shed", () => {
  for (const hardwiredInterlock of [true, false]) {
    const plant = startPlant(siteForTests({ hardwiredInterlock, policy: { failsafeWatts: 5000 } }));
    for (const { flow } of plant.site.tanks) if (flow !== null) plant.forced.set(flow.point, null);
    run(plant, 4);
    assert.is(plant.decision?.mode, "starting");
    assert.is(Math.round(trueWatts(plant, "feeder")), 28_200, "the failsafe waits for the image as well");
    run(plant, 9);
    if (hardwiredInterlock) assert.is(Math.round(trueWatts(plant, "feeder")), 28_200);
    else assert.ok(trueWatts(plant, "feeder") < 2000);
    run(plant, 12);
    assert.ok(trueWatts(plant, "feeder") < 2000);
    assert.ok(plant.decision?.limits.some(({ reason }) => reason.code === "flow-unknown"));
  }
});

test("meters and machines that come late to the first image cost no running machine its start", () => {
  const powers = ["feeder", "branch-1", "branch-2"].map((name) => `${name}/powerWatts`);
  for (const policy of [{ failsafeWatts: 0 }, { failsafeWatts: 5000 }])
    for (const known of [0, 4, 8]) {
      // Plates of all are above the rating: what is unknown must not count against what is seen to run.
      const plant = startPlant(siteForTests({ ratedWatts: 16_000, policy }));
      for (const [index, machine] of [...plant.machines.values()].entries()) {
        machine.silent = index >= known;
        if (index >= 4) Object.assign(machine, { mode: "asleep", watts: 20 });
      }
      for (const point of powers) plant.forced.set(point, null);
      run(plant, 10, ({ minerTargets }) => {
        assert.ok(
          Object.values(minerTargets).every(({ mode }) => mode === "leave"),
          `${known} known`,
        );
      });
      assert.is(plant.decision?.mode, "starting");
      run(plant, 30);
      assert.ok(trueWatts(plant, "feeder") <= 6000 || known === 0, "then the failsafe holds");
    }
});

test("after the hold the failsafe limit holds, and the way there is ramped", () => {
  const plant = startPlant(siteForTests({ policy: { failsafeWatts: 10_000, rampDownWattsPerSecond: 1000 } }));
  run(plant, 3);
  const seen: number[] = [];
  run(plant, 40, ({ ceilingWatts }) => seen.push(ceilingWatts));
  assert.ok(trueWatts(plant, "feeder") <= 10_000);
  for (let index = 1; index < seen.length; index += 1) {
    assert.ok((seen[index - 1] ?? 0) - (seen[index] ?? 0) <= 1001, `${seen[index - 1]} to ${seen[index]}`);
  }
  assert.is(plant.decision?.mode, "failsafe");
});

test("a setpoint's own ramp down is honoured, a trip's shed is not ramped", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  const begin = trueWatts(plant, "feeder");
  scan(plant, 1000, [setpoint(2000, plant.now + 1000, { rampDownWattsPerSecond: 500 })]);
  run(plant, 15);
  assert.ok(trueWatts(plant, "feeder") > begin - 500 * 16 - 3600);
  plant.forced.set("tank-1/floorDry", (_, now) => good(0, now));
  run(plant, 12);
  assert.ok(trueWatts(plant, "branch-1") < 100);
});

test("an unreadable store counts as tripped until a person has looked", () => {
  const site = siteForTests({ policy: { coolDownMilliseconds: 5000 } });
  const plant = startPlant(site, 1000, startControl(site, "unreadable", 1000));
  plant.storedRevision = 0;
  const decision = run(plant, 20);
  assert.is(decision.mode, "stopped");
  assert.ok(trueWatts(plant, "feeder") < 1300);
  const refused = scan(plant, 1000, [local({ kind: "reset", trip: "store" }, plant.now)]);
  assert.match(refused.outcomes[0]?.text ?? "", /store does not take writes/);
  plant.storedRevision = null;
  scan(plant);
  const reset = scan(plant, 1000, [local({ kind: "reset", trip: "store" }, plant.now)]);
  assert.is(reset.outcomes[0]?.done, true);
});

test("a latched trip, a lockout and a stop survive the restart", () => {
  const site = siteForTests();
  const plant = startPlant(site);
  run(plant, 20);
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => good(0, now));
  run(plant, 8);
  scan(plant, 1000, [local({ kind: "lockout" }, plant.now)]);
  const durable: Durable = plant.state.durable;
  const { decision } = step(startControl(site, durable, 0), imageForTests(site, 1000), site);
  assert.equal(
    decision.trips.map(({ name }) => name),
    ["tank-1/flow"],
  );
  assert.is(decision.mode, "lockout");
  assert.is(decision.binding.ceilingWatts, 0);
  assert.ok(Object.values(decision.minerTargets).every(({ mode }) => mode === "sleep"));
  const stop = durableForTests({ remoteStop: { source: "dispatch", id: "1" } });
  assert.is(step(startControl(site, stop, 0), imageForTests(site, 1000), site).decision.mode, "stopped");
});

test("a point latched before the restart is still bad after it", () => {
  const site = siteForTests();
  const name = "tank-1/flowLitersPerMinute";
  const reason = { code: "sensor-latched", text: "" } as const;
  const durable = durableForTests({ trips: [{ name, scope: "container", reason, trippedAtUnixMilliseconds: 0 }] });
  const plant = startPlant(site, 1000, startControl(site, durable, 1000));
  run(plant, 100);
  assert.ok(
    plant.decision?.limits.some(({ scope, reason: why }) => scope === "tank/tank-1" && why.code === "flow-unknown"),
  );
  assert.is(
    Math.round(trueWatts(plant, "branch-2")),
    13_600,
    "the latch itself limits nobody: its tank does without the point",
  );
});

test("a start that is over does not begin again when a point is lost within its hold", () => {
  const plant = startPlant(siteForTests({ policy: { startHoldMilliseconds: 60_000, failsafeWatts: 10_000 } }));
  run(plant, 3);
  assert.is(plant.decision?.mode, "failsafe");
  plant.forced.set("tank-1/levelPercent", null);
  run(plant, 15, ({ mode }) => assert.is(mode, "failsafe"));
  assert.ok(trueWatts(plant, "feeder") <= 10_000, "failsafe holds meanwhile");
});

test("the start waits for machines that have not been heard of, as for points", () => {
  const plant = startPlant(siteForTests({ policy: { failsafeWatts: 5000 } }));
  for (const machine of plant.machines.values()) machine.silent = true;
  run(plant, 10, ({ mode }) => assert.is(mode, "starting"));
  assert.is(Math.round(trueWatts(plant, "feeder")), 28_200);
  for (const machine of plant.machines.values()) machine.silent = false;
  run(plant, 2);
  assert.is(plant.decision?.mode, "failsafe", "with the last of them the start is over");
});

test("the lockout dominates, only a person here ends it, and nothing rises before that is on disk", () => {
  const plant = startPlant(
    siteForTests({ policy: { minimumOffMilliseconds: 1000 }, model: { wakeMilliseconds: 5000 } }),
  );
  run(plant, 20);
  scan(plant, 1000, [local({ kind: "lockout" }, plant.now), setpoint(40_000, plant.now + 1000)]);
  run(plant, 30);
  assert.ok(trueWatts(plant, "feeder") < 1300);
  assert.ok(plant.decision?.explanation[0]?.forMore.startsWith("A person at the container"));
  plant.storedRevision = plant.state.durable.revision;
  const released = scan(plant, 1000, [local({ kind: "release" }, plant.now)]);
  assert.is(released.outcomes[0]?.done, true);
  const again = scan(plant, 1000, [local({ kind: "release" }, plant.now)]);
  assert.is(again.outcomes[0]?.done, false);
  run(plant, 30);
  assert.ok(trueWatts(plant, "feeder") < 1300, "the release is not on disk");
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "store-behind"));
  plant.storedRevision = null;
  run(plant, 120);
  assert.ok(trueWatts(plant, "feeder") > 20_000);
});

test("a second lockout does not hide who locked out first, and when", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  scan(plant, 1000, [local({ kind: "lockout" }, plant.now)]);
  const first = plant.state.durable.lockout;
  const again = scan(plant, 1000, [{ ...local({ kind: "lockout" }, plant.now), by: "somebody else" }]);
  assert.is(again.outcomes[0]?.done, true);
  assert.equal(plant.state.durable.lockout, first);
  assert.match(again.binding.reason.text, /by console/);
});

test("a released stop is gone from the disk too: the next start is not stopped by it", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  scan(plant, 1000, [control("stop", plant.now + 1000)]);
  assert.ok(plant.state.durable.remoteStop !== null);
  run(plant, 5);
  scan(plant, 1000, [control("release", plant.now + 1000)]);
  run(plant, 5);
  assert.is(plant.state.durable.remoteStop, null);
  const { decision } = step(
    startControl(plant.site, plant.state.durable, 0),
    imageForTests(plant.site, 1000),
    plant.site,
  );
  assert.is.not(decision.mode, "stopped");
});

test("a store that is behind refuses raises and obeys lowerings", () => {
  const plant = startPlant(
    siteForTests({ policy: { minimumOffMilliseconds: 1000 }, model: { wakeMilliseconds: 5000 } }),
  );
  run(plant, 20);
  plant.storedRevision = plant.state.durable.revision;
  scan(plant, 1000, [setpoint(10_000, plant.now + 1000)]);
  run(plant, 30);
  assert.ok(trueWatts(plant, "feeder") <= 10_000);
  const refused = scan(plant, 1000, [setpoint(30_000, plant.now + 1000)]);
  assert.is(refused.acknowledgements.find(({ state }) => state === "rejected")?.rejection, "store");
  run(plant, 60);
  assert.ok(trueWatts(plant, "feeder") <= 10_000);
});

test("the end leaves guarded tanks as they are, and may come at once", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  plant.stopping = true;
  const decision = scan(plant);
  assert.is(decision.mode, "stopping");
  assert.is(decision.mayEnd, true);
  assert.ok(Object.values(decision.minerTargets).every(({ mode }) => mode === "leave"));
  assert.is(decision.outputs["branch-1/contactorClosed"], 1);
  assert.is(decision.outputs["io/fanOn"], 1);
});

test("the end sheds tanks that nothing else guards, and waits for the proof or its time", () => {
  const plant = startPlant(siteForTests({ hardwiredInterlock: false }));
  run(plant, 20);
  assert.is(plant.decision?.mayEnd, false);
  plant.stopping = true;
  assert.is(scan(plant).mayEnd, false);
  assert.is(run(plant, 8).mayEnd, true);
  assert.ok(trueWatts(plant, "feeder") < 1300);
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], 1);
  const deaf = startPlant(siteForTests({ hardwiredInterlock: false }));
  run(deaf, 20);
  for (const machine of deaf.machines.values()) machine.deaf = true;
  deaf.stopping = true;
  for (const name of deaf.contactors.keys()) deaf.welded.add(name);
  assert.is(run(deaf, 59).mayEnd, false);
  assert.is(run(deaf, 3).mayEnd, true);
});

test("the end opens contactors where machines of such a tank do not obey", () => {
  const plant = startPlant(siteForTests({ hardwiredInterlock: false }));
  run(plant, 20);
  for (const machine of plant.machines.values()) machine.deaf = true;
  plant.stopping = true;
  assert.is(run(plant, 25).mayEnd, false, "they have their time first");
  assert.is(run(plant, 10).mayEnd, true);
  assert.ok(trueWatts(plant, "feeder") < 1300);
});

test("alarms are told when they come and when they go, and not in between", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  plant.forced.set("feeder/powerWatts", null);
  const kinds: string[] = [];
  run(plant, 30, ({ events }) => kinds.push(...events.map(({ kind }) => kind)));
  plant.forced.clear();
  run(plant, 70, ({ events }) => kinds.push(...events.map(({ kind }) => kind)));
  assert.equal(kinds, ["alarm", "alarm-cleared"]);
});

test("the lamp is on while an alarm lasts, not for a warning; a site without one commands none", () => {
  const plant = startPlant({ ...siteForTests(), alarmLamp: "io/lamp" });
  assert.is(run(plant, 20).outputs["io/lamp"], 0);
  plant.forced.set("feeder/powerWatts", null);
  const lit = run(plant, 30);
  assert.ok(lit.alarms.some(({ severity }) => severity === "alarm"));
  assert.is(lit.outputs["io/lamp"], 1);
  plant.forced.clear();
  assert.is(run(plant, 70).outputs["io/lamp"], 0);
  plant.storedRevision = plant.state.durable.revision - 1;
  const warned = run(plant, 5);
  assert.equal(
    warned.alarms.map(({ severity }) => severity),
    ["warning"],
  );
  assert.is(warned.outputs["io/lamp"], 0);
  assert.is("io/lamp" in run(startPlant(siteForTests()), 5).outputs, false);
});

test("every limited scope is explained with what must change for more", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  const decision = scan(plant, 1000, [setpoint(15_000, plant.now + 1000)]);
  const container = decision.explanation[0];
  assert.is(container?.scope, "container");
  assert.is(container?.binding.reason.code, "setpoint");
  assert.ok((container?.next?.ceilingWatts ?? 0) >= 15_000);
  assert.match(container?.forMore ?? "", /higher setpoint/);
  assert.ok(decision.availability.minimumWatts >= 1000 && decision.availability.minimumWatts < 1300);
  assert.is(decision.availability.maximumWatts, 28_200);
});

test("cutting an interval into more steps gives the same ramp, proofs and phases", () => {
  const pieces = [1000, 250, 50].map((milliseconds) => {
    const plant = startPlant(
      siteForTests({ policy: { minimumOffMilliseconds: 5000 }, model: { wakeMilliseconds: 10_000 } }),
    );
    run(plant, 20);
    scan(plant, 1000, [setpoint(5000, plant.now + 1000, { id: "ab".repeat(16) })]);
    for (let passed = 0; passed < 20_000; passed += milliseconds) scan(plant, milliseconds);
    const { ramp, provenAt, machines, dispatch } = plant.state;
    return {
      raise: Math.round(ramp.raiseWatts),
      provenAt,
      phases: machines.map(({ phase }) => phase),
      slots: dispatch.slots.length,
    };
  });
  assert.equal(pieces[1], pieces[0]);
  assert.equal(pieces[2], pieces[0]);
});

test.run();
