/** Contactors: the last means of a shed, taken over as found, opened where nothing else helps, told when they weld or wear out. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startControl } from "../../src/control/state.ts";
import { local } from "./commands-for-tests.ts";
import { deafen, isClosed, loseFlow, quick, settled, withMain } from "./contactors-for-tests.ts";
import { run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, siteForTests } from "./site-for-tests.ts";

const test = suite("contactors");

test("contactors are taken over as they are found", () => {
  const plant = settled();
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], 1);
  assert.is(plant.state.durable.contactorOperations["branch-1"], undefined);
});

test("a contactor is told nothing while its contact is not known and the start holds", () => {
  const plant = startPlant(siteForTests());
  plant.forced.set("branch-1/contactorFeedback", null);
  scan(plant);
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], undefined);
  run(plant, 20);
  assert.is(plant.state.contactors[1]?.commanded, 1, "machines run behind it");
});

test("a contactor nothing is known of stays open after the start", () => {
  const plant = startPlant(siteForTests());
  plant.contactors.set("branch-1", false);
  plant.forced.set("branch-1/contactorFeedback", null);
  run(plant, 20);
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], 0);
});

test("machines that do not obey a lost flow lose their contactor five seconds after the shed", () => {
  const plant = settled();
  deafen(plant);
  loseFlow(plant);
  run(plant, 6);
  assert.is(plant.decision?.trips[0]?.name, "tank-1/flow");
  run(plant, 4);
  assert.ok(isClosed(plant, "branch-1"));
  run(plant, 2);
  assert.not.ok(isClosed(plant, "branch-1"));
  assert.ok(isClosed(plant, "branch-2"));
  assert.is(trueWatts(plant, "branch-1"), 0);
  assert.is(plant.state.durable.contactorOperations["branch-1"], 1);
  scan(plant);
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "contactor-open branch-1"));
});

test("an opened contactor stays open as long as its trip stands", () => {
  const plant = settled();
  deafen(plant);
  loseFlow(plant);
  run(plant, 300);
  assert.not.ok(isClosed(plant, "branch-1"));
});

test("machines that sleep in time keep their contactor closed", () => {
  const plant = settled();
  loseFlow(plant);
  run(plant, 120);
  assert.ok(isClosed(plant, "branch-1"));
});

test("without a meter the machines' account decides whether the power is gone", () => {
  const plant = settled({ ...quick, branchMeters: false });
  for (const [name, machine] of plant.machines) machine.silent = name.startsWith("a-");
  loseFlow(plant);
  run(plant, 15);
  assert.not.ok(isClosed(plant, "branch-1"));
});

test("a contactor that something else opened is not closed again unannounced", () => {
  const plant = settled();
  plant.forced.set("branch-1/contactorFeedback", (_, now) => good(0, now));
  run(plant, 4);
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], 0);
  assert.ok(plant.decision !== null && !isClosed(plant, "branch-1"));
});

test("a welded contactor trips its branch, and the one above opens", () => {
  const site = siteForTests(quick);
  const main = { output: "feeder/contactorClosed", feedback: "feeder/contactorFeedback" };
  const plant = startPlant({
    ...site,
    branches: site.branches.map((branch) => (branch.parent === null ? { ...branch, contactor: main } : branch)),
  });
  plant.contactors.set("feeder", true);
  run(plant, 20);
  plant.welded.add("branch-1");
  deafen(plant);
  loseFlow(plant);
  run(plant, 16);
  assert.ok(plant.decision?.trips.some(({ name }) => name === "branch-1/contactor"));
  run(plant, 12);
  assert.not.ok(isClosed(plant, "feeder"));
  assert.is(trueWatts(plant, "feeder"), 0);
  const refused = scan(plant, 1000, [local({ kind: "reset", trip: "branch-1/contactor" }, plant.now)]);
  assert.match(refused.outcomes[0]?.text ?? "", /contact still says closed/);
});

test("a welded contactor in the feeder trips the container", () => {
  const plant = withMain();
  run(plant, 20);
  for (const machine of plant.machines.values()) machine.deaf = true;
  plant.welded.add("feeder").add("branch-1").add("branch-2");
  scan(plant, 1000, [local({ kind: "lockout" }, plant.now)]);
  run(plant, 60);
  assert.ok(plant.decision?.trips.some(({ name, scope }) => name === "feeder/contactor" && scope === "container"));
});

test("a lockout sheds gently: contactors open only after the machines had their time", () => {
  const plant = settled();
  deafen(plant);
  scan(plant, 1000, [local({ kind: "lockout" }, plant.now)]);
  run(plant, 8);
  assert.ok(isClosed(plant, "branch-1"));
  run(plant, 5);
  assert.not.ok(isClosed(plant, "branch-1"));
  assert.is(plant.decision?.mode, "lockout");
});

test("machines of another tank that do not answer hide no power of a tank without flow", () => {
  const site = siteForTests();
  const shared = { ...site, miners: site.miners.map((miner) => ({ ...miner, branch: "branch-1" })) };
  const plant = startPlant(shared);
  run(plant, 20);
  for (const [name, machine] of plant.machines)
    Object.assign(machine, name.startsWith("b") ? { silent: true, mode: "asleep", watts: 0 } : { deaf: true });
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => good(0, now));
  run(plant, 12);
  assert.is(plant.contactors.get("branch-1"), false);
});

test("a contactor whose contact cannot be read during the start opens as soon as any other", () => {
  const plant = startPlant(siteForTests(quick));
  plant.forced.set("branch-1/contactorFeedback", null);
  scan(plant);
  deafen(plant);
  loseFlow(plant);
  run(plant, 6);
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], undefined, "the machines get their time first");
  run(plant, 7);
  assert.is(plant.now, 15_000, "the start has not ended yet");
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], 0);
  assert.not.ok(isClosed(plant, "branch-1"));
});

test("an unreadable store opens no contactor under load: the machines sleep in their own time", () => {
  const site = siteForTests({ ...quick, model: { sleepMilliseconds: 20_000 } });
  const plant = startPlant(site, 1000, startControl(site, "unreadable", 1000));
  run(plant, 90);
  assert.is(Math.round(trueWatts(plant, "branch-1")), 80);
  assert.ok(isClosed(plant, "branch-1"));
});

test("a contactor that is not seen closed any more is told nothing, so that no module closes it as it comes back", () => {
  const plant = settled();
  plant.forced.set("branch-1/contactorFeedback", null);
  scan(plant);
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], undefined);
  plant.forced.clear();
  scan(plant);
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], 1, "it was closed all the time");
  plant.forced.set("branch-1/contactorFeedback", (_, now) => good(0, now));
  scan(plant);
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], undefined);
  run(plant, 3);
  assert.is(plant.decision?.outputs["branch-1/contactorClosed"], 0);
});

test("a contactor near the end of its rated operations is told, one operation earlier it is not", () => {
  const told = (operations: number): string | undefined => {
    const plant = startPlant(siteForTests({ ...quick, ratedOperations: 1000 }));
    const durable = { ...plant.state.durable, contactorOperations: { "branch-1": operations } };
    plant.state = { ...plant.state, durable };
    run(plant, 3);
    return plant.decision?.alarms.find(({ name }) => name === "contactor-worn branch-1")?.reason.text;
  };
  assert.is(told(899), undefined);
  assert.match(told(900) ?? "", /has operated 900 times of the 1000 it is rated for/);
  const plant = settled();
  assert.is(
    plant.decision?.alarms.some(({ name }) => name.startsWith("contactor-worn")),
    false,
    "no figure, no word",
  );
});

test.run();
