/** A generator of our own: no order moves it by more than a step within a gap, and a falling frequency sheds in stages that come back late. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Generator } from "../../src/model/supply.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { good, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("generator");

const stages: Generator = {
  ratedWatts: 100_000,
  largestStepUpWatts: 8000,
  largestStepDownWatts: 10_500,
  stepGapMilliseconds: 10_000,
  minimumLoadWatts: 12_000,
  frequency: {
    point: "feeder/frequencyHertz",
    maximumAgeMilliseconds: 3000,
    stages: [
      { belowHertz: 58.2, confirmMilliseconds: 1000, keepRatio: 0.5 },
      { belowHertz: 57, confirmMilliseconds: 1000, keepRatio: 0.2 },
      { belowHertz: 55.2, confirmMilliseconds: 500, keepRatio: 0 },
    ],
    restoreAboveHertz: 59.4,
    restoreMilliseconds: 60_000,
  },
};

/** 20 machines of 3.4 kW on a generator at the frequency given. */
function onGenerator(generator: Generator, hertz: () => number | null, wishes: SiteWishes = {}): Plant {
  const plant = startPlant(
    siteForTests({
      machinesPerTank: 10,
      ratedWatts: 100_000,
      feederAmperes: 200,
      branchAmperes: 80,
      generator,
      ...wishes,
      policy: {
        failsafeWatts: 100_000,
        minimumOffMilliseconds: 5000,
        startsPerInterval: 20,
        rampUpWattsPerSecond: 50_000,
        rampDownWattsPerSecond: 50_000,
        contactorRecloseMilliseconds: 10_000,
        coolDownMilliseconds: 1000,
        ...wishes.policy,
      },
      model: { wakeMilliseconds: 5000 },
    }),
  );
  plant.forced.set("feeder/frequencyHertz", (_, now) => {
    const at = hertz();
    return at === null ? null : good(at, now);
  });
  run(plant, 5);
  return plant;
}

/** Most watts that commands added and took off within any gap. */
function largestSteps(plant: Plant, seconds: number): { readonly up: number; readonly down: number } {
  const log: { at: number; up: number; down: number }[] = [];
  let before = plant.state.targets;
  run(plant, seconds, (decision) => {
    let [up, down] = [0, 0];
    for (const [name, { mode }] of Object.entries(decision.minerTargets)) {
      if (mode === "run" && before[name]?.mode !== "run") up += 3600 - 20;
      if (mode === "sleep" && before[name]?.mode !== "sleep") down += 3400 - 20;
    }
    before = decision.minerTargets;
    log.push({ at: plant.now, up, down });
  });
  const within = (what: "up" | "down"): number =>
    log.reduce((most, { at }) => {
      const sum = log.filter((other) => other.at >= at && other.at < at + 10_000);
      return Math.max(
        most,
        sum.reduce((total, entry) => total + entry[what], 0),
      );
    }, 0);
  return { up: within("up"), down: within("down") };
}

test("orders move the load by one step a gap, down to nothing and up again", () => {
  void fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 80_000 }), { minLength: 1, maxLength: 3 }), (orders) => {
      const plant = onGenerator(stages, () => 60);
      for (const watts of [...orders, 80_000]) {
        scan(plant, 1000, [setpoint(watts, plant.now + 1000)]);
        const { up, down } = largestSteps(plant, 120);
        assert.ok(up <= 8000, `${up} W up`);
        assert.ok(down <= 10_500, `${down} W down`);
      }
      assert.ok(trueWatts(plant, "feeder") > 60_000);
    }),
    { seed, numRuns: 5, includeErrorInReport: true },
  );
});

test("an order of nothing is obeyed in steps, at once where one step is enough", () => {
  const plant = onGenerator(stages, () => 60);
  scan(plant, 1000, [setpoint(0, plant.now + 1000)]);
  run(plant, 100);
  assert.ok(trueWatts(plant, "feeder") < 1500);
  assert.ok(plant.decision?.alarms.some(({ name }) => name === "generator-underloaded"));
});

test("safety takes off what it must, whatever the step", () => {
  const plant = onGenerator(stages, () => 60);
  plant.forced.set("tank-1/floorDry", (_, now) => good(0, now));
  run(plant, 15);
  assert.ok(trueWatts(plant, "branch-1") < 300);
});

test("a contactor with more behind it than a step stays open", () => {
  for (const [largestStepUpWatts, commanded] of [
    [20_000, 0],
    [40_000, 1],
  ] as const) {
    const plant = onGenerator({ ...stages, largestStepUpWatts }, () => 60);
    // Something else opens it; weir takes that over and closes it late.
    plant.forced.set("branch-1/contactorFeedback", (_, now) => good(0, now));
    run(plant, 5);
    plant.forced.delete("branch-1/contactorFeedback");
    assert.is(plant.state.contactors[1]?.commanded, 0);
    run(plant, 60);
    assert.is(plant.state.contactors[1]?.commanded, commanded);
  }
});

test("each stage of frequency sheds to its share, and all come back after a good while", () => {
  let hertz: number | null = 60;
  const plant = onGenerator(stages, () => hertz);
  hertz = 58;
  const first = run(plant, 8);
  assert.ok(trueWatts(plant, "feeder") <= 50_000);
  assert.ok(trueWatts(plant, "feeder") > 40_000);
  assert.match(
    first.binding.reason.text,
    /^The generator fell below 58.2 Hz \(58 Hz\): 50 kW until it holds 59.4 Hz for 60 s\.$/,
  );
  assert.match(first.explanation[0]?.forMore ?? "", /^The generator's frequency must hold again/);
  hertz = 56;
  run(plant, 8);
  assert.ok(trueWatts(plant, "feeder") <= 20_000);
  // Neither the band in between nor a blip above gives anything back.
  hertz = 59;
  run(plant, 100);
  hertz = 60;
  run(plant, 30);
  hertz = 59.3;
  run(plant, 2);
  hertz = 60;
  run(plant, 55);
  assert.ok(trueWatts(plant, "feeder") <= 20_000);
  run(plant, 120);
  assert.ok(trueWatts(plant, "feeder") > 60_000);
  hertz = 55;
  run(plant, 8);
  assert.ok(trueWatts(plant, "feeder") < 1500);
  for (const name of ["branch-1", "branch-2"]) assert.is(plant.contactors.get(name), true);
});

test("a dip shorter than its time sheds nothing", () => {
  let hertz = 60;
  const plant = onGenerator(stages, () => hertz);
  hertz = 58;
  scan(plant, 500);
  hertz = 60;
  run(plant, 5);
  assert.ok(trueWatts(plant, "feeder") > 60_000);
});

test("a frequency that is lost neither sheds nor gives back", () => {
  let hertz: number | null = 60;
  const plant = onGenerator(stages, () => hertz);
  hertz = null;
  assert.match(
    run(plant, 20).alarms.find(({ name }) => name === "frequency-unknown")?.reason.text ?? "",
    /no stage holds/,
  );
  assert.ok(trueWatts(plant, "feeder") > 60_000);
  hertz = 60;
  run(plant, 70);
  hertz = 58;
  run(plant, 8);
  hertz = null;
  assert.match(
    run(plant, 200).alarms.find(({ name }) => name === "frequency-unknown")?.reason.text ?? "",
    /stage 1 goes on/,
  );
  assert.ok(trueWatts(plant, "feeder") <= 50_000);
});

test("machines that cannot be shed in time stay asleep, but for what the hardest stage keeps", () => {
  const guarded = { ...stages, shedWithinMilliseconds: 6000 };
  const keepTwenty = { ...stages.frequency, stages: stages.frequency?.stages.slice(0, 2) } as Generator["frequency"];
  const measured = (plant: Plant, milliseconds: number): void => {
    for (const { name } of plant.site.miners)
      if (name.startsWith("a-"))
        plant.reports.set(name, (report) => ({
          ...report,
          provenResponse: { milliseconds, samples: 50, of: "machine" },
          ...(report.mode === "hashing" ? { hashrateTerahashesPerSecond: name === "a-010" ? 130 : 100 } : {}),
        }));
  };
  const none = onGenerator(guarded, () => 60);
  measured(none, 9000);
  run(none, 60);
  assert.ok(trueWatts(none, "branch-1") < 300, "the hardest stage keeps nothing");
  assert.ok(trueWatts(none, "branch-2") > 30_000);
  assert.match(
    none.decision?.alarms.find(({ name }) => name === "exposure")?.reason.text ?? "",
    /^10 machines \(a-010, a-001, a-002 and 7 more\) take longer than 6 s to shed, and the generator's hardest stage keeps 0 kW/,
  );
  const some = onGenerator({ ...guarded, ...(keepTwenty === undefined ? {} : { frequency: keepTwenty }) }, () => 60);
  measured(some, 9000);
  run(some, 60);
  // 20 kW hold five machines with their peak of 3.6 kW; the best of them runs on.
  assert.is(Math.round(trueWatts(some, "branch-1") / 3400), 5);
  assert.is(some.machines.get("a-010")?.mode, "hashing");
  measured(some, 5000);
  run(some, 120);
  assert.is(Math.round(trueWatts(some, "branch-1") / 3400), 10, "proven fast, they come back");
  const { frequency: _, ...plain } = guarded;
  const steps = onGenerator(plain, () => 60);
  measured(steps, 9000);
  run(steps, 60);
  assert.ok(trueWatts(steps, "branch-1") < 300, "without stages nothing is kept");
});

test("a generator without a frequency has steps only", () => {
  const { frequency, ...rest } = stages;
  assert.ok(frequency !== undefined);
  const plant = onGenerator(rest, () => 50);
  assert.not.ok(run(plant, 20).alarms.some(({ name }) => name.includes("frequency")));
});

test("between two steps, for more power names the step and when the next may follow", () => {
  const plant = onGenerator(stages, () => 60);
  scan(plant, 1000, [setpoint(20_000, plant.now + 1000, { timeToLiveSeconds: 3600 })]);
  run(plant, 120);
  scan(plant, 1000, [setpoint(90_000, plant.now + 1000, { timeToLiveSeconds: 3600 })]);
  const texts = new Set<string>();
  run(plant, 12, () =>
    texts.add(plant.decision?.explanation.find(({ scope }) => scope === "container")?.forMore ?? ""),
  );
  assert.ok(
    [...texts].some((text) =>
      /and the generator bears steps of 8 kW, of which 0\.8 kW are left; the next may follow in \d+ s\.$/.test(text),
    ),
    [...texts].join("\n"),
  );
});

test.run();
