/** Exchanges of machines: a better one asleep takes the place of a worse one awake where the orders stand long enough, and only then. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { setpoint } from "../commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "../plant-for-tests.ts";
import { siteForTests } from "../site-for-tests.ts";

const test = suite("exchanges of machines");

/** Four machines and their auxiliaries. */
const fourWatts = 4 * (3400 + 20) + siteForTests().branches.reduce((sum, branch) => sum + branch.auxiliaryWatts, 0);
const ceilingWatts = fourWatts + 1700;

interface Wishes {
  /** What the better one draws of what the others draw for the same hashing. */
  readonly powerRatio?: number;
  readonly liveSeconds?: number;
  readonly better?: readonly string[];
  readonly wakeMilliseconds?: number;
  readonly peakWakeWatts?: number;
  /** Beyond what four machines draw [W]. */
  readonly roomWatts?: number;
}

/** Eight machines; some are better, and were too hot when the order came: others run in their place. They are cool again. */
function plantWith({
  powerRatio = 0.7,
  liveSeconds = 7200,
  better: names = ["a-001"],
  wakeMilliseconds = 60_000,
  peakWakeWatts = 3600,
  roomWatts = 1700,
}: Wishes = {}): Plant {
  const policy = { minimumOnMilliseconds: 30_000, minimumOffMilliseconds: 30_000 };
  const plant = startPlant(siteForTests({ policy, model: { wakeMilliseconds, peakWakeWatts } }));
  for (const name of names)
    plant.reports.set(name, (truth) => ({ ...truth, hashrateTerahashesPerSecond: 100 / powerRatio }));
  plant.reports.set("b-004", (truth) => ({ ...truth, hashrateTerahashesPerSecond: 99 }));
  run(plant, 20);
  for (const name of names) plant.inlets.set(name, 70);
  const timeToLiveSeconds = liveSeconds;
  const issuedAt = 1_795_390_000_000 + plant.now + 1000;
  const expiresAt = issuedAt + liveSeconds * 1000;
  scan(plant, 1000, [setpoint(fourWatts + roomWatts, plant.now + 1000, { timeToLiveSeconds, issuedAt, expiresAt })]);
  run(plant, 20);
  for (const name of names) {
    plant.inlets.set(name, 30);
    assert.ok(sleeps(plant, name));
  }
  return plant;
}

/** The state with another figure of a-001 [J/TH]. */
function better({ state, site }: Plant, joulesPerTerahash: number): Plant["state"] {
  const machines = state.machines.map((machine, index) =>
    site.miners[index]?.name === "a-001" ? { ...machine, joulesPerTerahash } : machine,
  );
  return { ...state, machines };
}

const sleeps = ({ decision }: Plant, name: string): boolean => decision?.minerTargets[name]?.mode === "sleep";
const asleep = (plant: Plant): readonly string[] =>
  plant.site.miners.map(({ name }) => name).filter((name) => sleeps(plant, name));

/** Each change of who is told to sleep, and the highest true power meanwhile. */
function changesOf(plant: Plant, seconds: number): { readonly changes: readonly string[]; readonly mostWatts: number } {
  const changes: string[] = [];
  let mostWatts = 0;
  let before = asleep(plant);
  run(plant, seconds, () => {
    const names = asleep(plant);
    for (const name of names) if (!before.includes(name)) changes.push(`${name} sleeps`);
    for (const name of before) if (!names.includes(name)) changes.push(`${name} wakes`);
    before = names;
    mostWatts = Math.max(mostWatts, trueWatts(plant, "feeder"));
  });
  return { changes, mostWatts };
}

test("the worst that runs goes first, then the better one wakes into its room, and the ceiling holds meanwhile", () => {
  const plant = plantWith();
  const running = plant.site.miners.length - asleep(plant).length;
  const { changes, mostWatts } = changesOf(plant, 1200);
  assert.is(changes.length, 2, changes.join(", "));
  assert.match(changes[0] ?? "", /sleeps$/);
  assert.is(changes[1], "a-001 wakes");
  assert.ok(mostWatts <= ceilingWatts, `${mostWatts} W`);
  assert.is(plant.site.miners.length - asleep(plant).length, running);
});

test("one after the other: no second machine goes before the first is replaced", () => {
  const plant = plantWith({ better: ["a-001", "b-001"], wakeMilliseconds: 150_000 });
  const hashing = (): number => [...plant.machines.values()].filter(({ mode }) => mode === "hashing").length;
  const before = hashing();
  let least = before;
  run(plant, 1200, () => {
    least = Math.min(least, hashing());
  });
  assert.is(least, before - 1);
  assert.not.ok(sleeps(plant, "a-001") || sleeps(plant, "b-001"));
});

test("where the peak of its start has no room, even in the place of the other, nobody goes", () => {
  assert.equal(changesOf(plantWith({ peakWakeWatts: 4000, roomWatts: 400 }), 600).changes, []);
  assert.is(changesOf(plantWith({ peakWakeWatts: 4000, roomWatts: 800 }), 600).changes.length, 2);
});

test("one that starts and never comes to an end is waited for as long as a start may take, and then exchanges go on", () => {
  const plant = plantWith();
  const name = plant.site.miners.map((miner) => miner.name).find((one) => !sleeps(plant, one)) ?? "";
  plant.reports.set(name, (truth) => ({ ...truth, mode: "starting", hashrateTerahashesPerSecond: 0 }));
  assert.equal(changesOf(plant, 110).changes, []);
  assert.is(changesOf(plant, 600).changes.at(-1), "a-001 wakes");
});

test("what gains less than its start costs until the orders change stays asleep", () => {
  // Dark for 5 s, 5 s and 60 s: twice 70 s of the worse one's hashing, in an hour less 70 s, are 4 %.
  assert.equal(changesOf(plantWith({ powerRatio: 0.97 }), 600).changes, []);
  assert.is(changesOf(plantWith({ powerRatio: 0.93 }), 600).changes.length, 2);
});

test("an order that ends soon exchanges nobody", () => {
  // Twice 70 s for 43 % more: 396 s; the first look comes within two minutes of the order.
  assert.equal(changesOf(plantWith({ liveSeconds: 380 }), 330).changes, []);
  assert.is(changesOf(plantWith({ liveSeconds: 700 }), 500).changes.length, 2);
});

test("who was woken less than six hours ago is exchanged for nobody", () => {
  const plant = plantWith();
  changesOf(plant, 1200);
  // The one that was exchanged turns out to be better by far.
  plant.state = better(plant, 90);
  plant.reports.set("a-001", (truth) => ({ ...truth, hashrateTerahashesPerSecond: 40 }));
  assert.equal(changesOf(plant, 1800).changes, []);
});

test("nothing is exchanged while the dispatcher is lost", () => {
  const plant = plantWith({ powerRatio: 1 });
  plant.inlets.set("a-001", 70);
  plant.heartbeats = false;
  run(plant, 90);
  assert.is(plant.decision?.mode, "failsafe");
  plant.inlets.set("a-001", 30);
  plant.reports.set("a-001", (truth) => truth);
  plant.state = better(plant, 20);
  const { changes } = changesOf(plant, 600);
  assert.equal(changes, []);
  plant.heartbeats = true;
  scan(plant, 1000, [setpoint(ceilingWatts, plant.now + 1000)]);
  assert.is(changesOf(plant, 600).changes.at(-1), "a-001 wakes");
});

test.run();
