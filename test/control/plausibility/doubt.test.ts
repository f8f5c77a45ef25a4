import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Judged } from "../../../src/control/judge.ts";
import { doubtMeters } from "../../../src/control/plausibility/doubt.ts";
import { type MeterWatch, unwatched } from "../../../src/control/plausibility/meter-watch.ts";
import { comparePumpAndFlow } from "../../../src/control/plausibility/pump-flow.ts";
import type { Reading, Readings } from "../../../src/model/reading.ts";
import type { Branch, Site, Tank } from "../../../src/model/site.ts";

const test = suite("doubt about meters and pumps");
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
console.log(`seed ${seed}`);

const meter = { powerWatts: "feeder/powerWatts", currentAmperes: [], voltageVolts: [], maximumAgeMilliseconds: 5000 };
const branch = { name: "main", parent: null, phases: 3, meter } as unknown as Branch;
const unmetered = { name: "row", parent: "main", phases: 3, meter: null } as unknown as Branch;
const site = { branches: [branch, unmetered] } as unknown as Site;

/** A sound meter at 12 kW, with what is given instead. */
function readings(at: number, changes: Readonly<Record<string, number>> = {}): Record<string, Reading> {
  const values: Record<string, number> = { powerWatts: 12_000, frequencyHertz: 50, powerFactorRatio: 1 };
  for (const phase of [1, 2, 3]) {
    values[`voltage${phase}Volts`] = 230;
    values[`current${phase}Amperes`] = 4000 / 230;
    values[`power${phase}Watts`] = 4000;
  }
  const all = Object.entries({ ...values, ...changes });
  return Object.fromEntries(all.map(([name, value]) => [`feeder/${name}`, { quality: "good", value, at }]));
}

interface Watched {
  watches: readonly MeterWatch[];
  alarms: readonly string[];
  power: Reading | undefined;
}

const start: Watched = { watches: [unwatched, unwatched], alarms: [], power: undefined };

function scan({ watches }: Watched, given: Readings, now: number): Watched {
  const doubted = doubtMeters(site, watches, given, now);
  return {
    watches: doubted.watches,
    alarms: doubted.warnings.map(({ name }) => name),
    power: doubted.readings["feeder/powerWatts"],
  };
}

/** Scans each second from `from` to `to` [s]. */
function scans(
  before: Watched,
  from: number,
  to: number,
  changesAt: (second: number) => Readonly<Record<string, number>>,
): Watched {
  let watched = before;
  for (let second = from; second <= to; second += 1)
    watched = scan(watched, readings(second * 1000, changesAt(second)), second * 1000);
  return watched;
}

test("a contradiction counts when it has stood for 10 s, and its power is bad from there on", () => {
  const reversed = { power2Watts: -4000, powerWatts: 4000 };
  const early = scans(start, 1, 10, () => reversed);
  assert.equal(early.alarms, []);
  assert.is(early.power?.quality, "good");
  const late = scans(early, 11, 11, () => reversed);
  assert.equal(late.alarms, ["meter-transformer main reversed-transformer"]);
  assert.equal(late.power, { quality: "bad", fault: "implausible", at: 11_000 });
  const over = scans(late, 12, 12, () => ({}));
  assert.equal(over.alarms, []);
  assert.is(over.power?.quality, "good");
});

test("a change between two reads of one meter is no contradiction", () => {
  const watched = scans(start, 1, 60, (second) => (second % 10 < 9 ? { powerWatts: 6000 } : {}));
  assert.equal(watched.alarms, []);
});

test("a meter of one phase is judged by what it has", () => {
  const single = { branches: [{ ...branch, phases: 1 }] } as unknown as Site;
  let watches: readonly MeterWatch[] = [unwatched];
  for (let second = 1; second <= 11; second += 1)
    watches = doubtMeters(single, watches, readings(second * 1000, { power3Watts: -9000 }), second * 1000).watches;
  const hertz = { frequencyHertz: 12 };
  const doubted = doubtMeters(single, watches, readings(12_000, hertz), 12_000);
  assert.equal(doubted.warnings, []);
});

test("every finding has its alarm and its sentence; a lost transformer leaves the power as it is", () => {
  const cases: readonly (readonly [Readonly<Record<string, number>>, string, RegExp, boolean])[] = [
    [{ frequencyHertz: 12 }, "meter-implausible main frequency", /tells 12\.0 Hz/, true],
    [{ powerWatts: 9000 }, "meter-implausible main phase-sum", /tells 9 kW in all and 12 kW/, true],
    [
      { power1Watts: 4, power2Watts: 4, power3Watts: 4, powerWatts: 12 },
      "meter-implausible main power-mismatch",
      /tells 0 kW where/,
      true,
    ],
    [
      { power1Watts: -4000, power2Watts: -4000, power3Watts: -4000, powerWatts: -12_000 },
      "meter-transformer main all-reversed",
      /counts all phases backwards/,
      true,
    ],
    [
      { power1Watts: -2000, power2Watts: -2000, powerWatts: 0 },
      "meter-transformer main swapped-transformers",
      /transformers of L1 and L2/,
      true,
    ],
    [
      { current3Amperes: 0, power3Watts: 0, powerWatts: 8000 },
      "meter-transformer main no-current",
      /no current on L3/,
      false,
    ],
    [
      { power3Watts: -4000, powerWatts: 4000 },
      "meter-transformer main reversed-transformer",
      /counts L3 backwards/,
      true,
    ],
  ];
  for (const [changes, name, sentence, bad] of cases) {
    const before = scans(start, 1, 11, () => changes);
    const doubted = doubtMeters(site, before.watches, readings(12_000, changes), 12_000);
    const found = doubted.warnings.find((warning) => warning.name === name);
    assert.match(found?.reason.text ?? `${name} is missing`, sentence);
    assert.is(doubted.readings["feeder/powerWatts"]?.quality, bad ? "bad" : "good", name);
  }
});

test("digits that stand still for five minutes under load are told; one that moves, or an idle meter, is not", () => {
  assert.equal(scans(start, 1, 300, () => ({})).alarms, []);
  assert.equal(scans(start, 1, 301, () => ({})).alarms, ["meter-frozen main"]);
  assert.equal(scans(start, 1, 400, (second) => ({ frequencyHertz: 50 + (second % 2) / 100 })).alarms, []);
  const idle = {
    powerWatts: 0,
    power1Watts: 0,
    power2Watts: 0,
    power3Watts: 0,
    current1Amperes: 0,
    current2Amperes: 0,
    current3Amperes: 0,
  };
  assert.equal(scans(start, 1, 400, () => idle).alarms, []);
  assert.is(scans(start, 1, 301, () => ({})).power?.quality, "good");
});

test("a load constant to the last digit is no frozen meter while its energy is counted; a counter that stands too is one", () => {
  // The counter is read each minute and counts 0.1 kWh.
  const counted = (watts: number) => (second: number) => ({
    energyImportWattHours: 100 * Math.floor((watts * 60 * Math.floor(second / 60)) / 3600 / 100),
  });
  assert.equal(scans(start, 1, 1000, counted(12_000)).alarms, []);
  const small = { powerWatts: 600, power1Watts: 200, power2Watts: 200, power3Watts: 200, powerFactorRatio: 1 };
  const amperes = { current1Amperes: 200 / 230, current2Amperes: 200 / 230, current3Amperes: 200 / 230 };
  const coarse = () => ({ ...small, ...amperes, energyImportWattHours: 7000 });
  assert.equal(scans(start, 1, 6000, coarse).alarms, [], "600 W need 100 minutes for a kilowatt-hour");
  const standing = () => ({ energyImportWattHours: 7000 });
  // 12 kW make 2 kWh in ten minutes.
  assert.equal(scans(start, 1, 600, standing).alarms, []);
  assert.equal(scans(start, 1, 602, standing).alarms, ["meter-frozen main"]);
});

test("a counter that begins anew is not compared over its end", () => {
  const moving = (second: number) => ({ frequencyHertz: 50 + (second % 7) / 100 });
  const wraps = (second: number) => ({
    ...moving(second),
    energyImportWattHours: (1500 + (12_000 * second) / 3600) % 4000,
  });
  assert.equal(scans(start, 1, 1000, wraps).alarms, []);
  assert.equal(scans(start, 1, 2000, wraps).alarms, []);
});

test("an energy counter that does not follow the power is told until a window fits again", () => {
  const moving = (second: number) => ({ frequencyHertz: 50 + (second % 7) / 100 });
  const counting = (factor: number) => (second: number) => ({
    ...moving(second),
    energyImportWattHours: (factor * 12_000 * second) / 3600,
  });
  assert.equal(scans(start, 1, 1000, counting(1)).alarms, []);
  const slow = scans(start, 1, 902, counting(0.5));
  assert.equal(slow.alarms, ["meter-energy main"]);
  assert.equal(scans(slow, 903, 1000, counting(0.5)).alarms, ["meter-energy main"]);
  const offset = (second: number) => ({
    ...moving(second),
    energyImportWattHours: 1505 + (12_000 * (second - 902)) / 3600,
  });
  assert.equal(scans(slow, 903, 1900, offset).alarms, []);
  assert.equal(scans(start, 1, 901, moving).alarms, [], "without a counter nothing is compared");
});

test("a window ends with a fresh count, and little energy within the step of a counter says nothing", () => {
  const moving = (second: number) => ({ frequencyHertz: 50 + (second % 7) / 100 });
  // Counted right, but read each ten minutes: after 15 minutes the count is five minutes old.
  const seldom = (second: number): Record<string, Reading> => {
    const readAt = 600 * Math.floor((second + 360) / 600) - 360;
    const counted = (60_000 * Math.max(0, readAt)) / 3600;
    const power = { power1Watts: 20_000, power2Watts: 20_000, power3Watts: 20_000, powerWatts: 60_000 };
    const amperes = { current1Amperes: 20_000 / 230, current2Amperes: 20_000 / 230, current3Amperes: 20_000 / 230 };
    return {
      ...readings(second * 1000, { ...moving(second), ...power, ...amperes }),
      "feeder/energyImportWattHours": { quality: "good", value: counted, at: readAt * 1000 },
    };
  };
  let watched = start;
  for (let second = 240; second <= 1500; second += 1) watched = scan(watched, seldom(second), second * 1000);
  assert.equal(watched.alarms, []);
  const whole = { power1Watts: 1000, power2Watts: 1000, power3Watts: 1000, powerWatts: 3000, powerFactorRatio: 0.25 };
  const standing = (second: number) => ({ ...moving(second), ...whole, energyImportWattHours: 7000 });
  assert.equal(scans(start, 1, 1000, standing).alarms, [], "750 Wh, less than a step of 1 kWh");
});

test("readings of another moment are not held against the power", () => {
  let watched = start;
  for (let second = 10; second <= 40; second += 1) {
    const old = readings((second - 5) * 1000, { power1Watts: 1000, current1Amperes: 1000 / 230 });
    const power = { quality: "good", value: 12_000, at: second * 1000 } as const;
    watched = scan(watched, { ...old, "feeder/powerWatts": power }, second * 1000);
  }
  assert.equal(watched.alarms, []);
});

test("a window that lost the power, or holds little energy, says nothing", () => {
  const counter = (second: number) => ({ frequencyHertz: 50 + (second % 7) / 100, energyImportWattHours: 0 });
  const first = scans(start, 1, 800, counter);
  assert.equal(scans(first, 820, 1000, counter).alarms, [], "20 s without a sample begin a new window");
  const lost = scan(
    first,
    {
      ...readings(801_000, counter(801)),
      "feeder/energyImportWattHours": { quality: "bad", fault: "no-reply", at: 801_000 },
    },
    801_000,
  );
  assert.equal(scans(lost, 802, 1000, counter).alarms, []);
  const little = (second: number) => ({
    ...counter(second),
    powerWatts: 300,
    power1Watts: 100,
    power2Watts: 100,
    power3Watts: 100,
    powerFactorRatio: 0.025,
    current1Amperes: 0.5,
    current2Amperes: 0.5,
    current3Amperes: 0.5,
  });
  assert.equal(scans(start, 1, 1000, little).alarms, []);
});

test("doubt only takes the power away: every other reading stays, and a bad one stays as it is", () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, 230, 4000, 50, Number.NaN));
  const reading: fc.Arbitrary<Reading> = fc.oneof(
    fc.record({ quality: fc.constant("good" as const), value, at: fc.integer({ min: 0, max: 20_000 }) }),
    fc.record({ quality: fc.constant("bad" as const), fault: fc.constant("no-reply" as const), at: fc.constant(0) }),
  );
  const names = Object.keys(readings(0));
  void fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...names), reading),
      fc.dictionary(fc.constantFrom(...names), reading),
      (first, second) => {
        const before = doubtMeters(site, [unwatched, unwatched], first, 1000);
        const after = doubtMeters(site, before.watches, second, 20_000);
        for (const [name, was] of Object.entries(second)) {
          const is = after.readings[name];
          const taken =
            name === "feeder/powerWatts" &&
            was.quality === "good" &&
            is?.quality === "bad" &&
            is.fault === "implausible";
          assert.ok(is === was || taken, name);
        }
      },
    ),
    { seed, numRuns: 500 },
  );
});

const tank = {
  name: "tank-1",
  flow: { point: "t/flow", minimumLitersPerMinute: 80, proofMilliseconds: 3000, maximumAgeMilliseconds: 5000 },
  pump: { output: null, feedback: "t/pumpRuns" },
} as unknown as Tank;

function pump(runs: Judged["quality"] | 0 | 1, flow: number, since: number | null, now: number, of: Tank = tank) {
  const good = (value: number): Judged => ({ quality: "good", value, at: now });
  const bad: Judged = { quality: "bad", value: null, at: now, fault: "no-reply" };
  const judgedOf = (name: string): Judged =>
    name === "t/flow" ? (flow < 0 ? bad : good(flow)) : typeof runs === "number" ? good(runs) : bad;
  return comparePumpAndFlow(of, judgedOf, since, now);
}

test("a pump and its flow that contradict each other are told after 15 s, with the way to look", () => {
  assert.equal(pump(1, 20, null, 1000), { since: 1000, warnings: [] });
  assert.equal(pump(1, 20, 1000, 15_999).warnings, []);
  const stuck = pump(1, 20, 1000, 16_000).warnings;
  assert.match(
    stuck[0]?.reason.text ?? "",
    /says that it runs, but its flow is 20 l\/min: look for a closed valve.*; for 15 s\.$/,
  );
  const ghost = pump(0, 90, 1000, 16_000).warnings;
  assert.match(ghost[0]?.reason.text ?? "", /flow of 90 l\/min, but its pump says that it stands/);
  assert.is(ghost[0]?.name, "pump-flow-disagree tank-1");
});

test("agreement, and what is not known or not there, is nothing", () => {
  const nothing = { since: null, warnings: [] };
  assert.equal(pump(1, 90, 1000, 20_000), nothing);
  assert.equal(pump(0, 10, 1000, 20_000), nothing);
  assert.equal(pump("bad", 10, 1000, 20_000), nothing);
  assert.equal(pump(1, -1, 1000, 20_000), nothing);
  assert.equal(pump(1, 10, 1000, 20_000, { ...tank, flow: null }), nothing);
  assert.equal(pump(1, 10, 1000, 20_000, { ...tank, pump: null }), nothing);
});

test.run();
