/** Contract power: no demand interval's mean is above the contract, whatever the clock does; what the limit says is true. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type DemandState, demandAtStart, judgeDemand } from "../../src/control/envelopes/demand-interval.ts";
import { setpoint } from "./commands-for-tests.ts";
import { run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { siteForTests } from "./site-for-tests.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("demand interval");
const minutes = 60_000;
const site = siteForTests({ contract: { watts: 20_000, intervalMilliseconds: 15 * minutes } });

interface Moment {
  readonly seconds: number;
  readonly watts: number;
  readonly trusted?: boolean;
  /** The wall clock jumps by this [ms]. */
  readonly jump?: number;
}

/** Plays moments of constant power from a full quarter of an hour on; tells the ceiling after each scan. */
function play(
  moments: readonly Moment[],
  stepMilliseconds = 1000,
): { readonly ceilings: readonly number[]; readonly text: string; readonly demand: DemandState | null } {
  let demand = demandAtStart(site.contract, 0);
  let now = 0;
  let unix = 15 * minutes * 1_000_000;
  let text = "";
  const ceilings: number[] = [];
  for (const { seconds, watts, trusted = true, jump = 0 } of moments) {
    unix += jump;
    for (let passed = 0; passed < seconds * 1000; passed += stepMilliseconds) {
      now += stepMilliseconds;
      unix += stepMilliseconds;
      const judged = judgeDemand(demand, {
        site,
        now,
        elapsedMilliseconds: stepMilliseconds,
        wallClock: { unixMilliseconds: unix, trusted },
        presentWatts: watts,
        holdMilliseconds: 0,
      });
      demand = judged.demand;
      ceilings.push(judged.limits[0]?.ceilingWatts ?? Number.NaN);
      text = judged.limits[0]?.reason.text ?? "";
    }
  }
  return { ceilings, text, demand };
}

test("without a contract nothing is limited", () => {
  assert.is(demandAtStart(undefined, 0), null);
  const plant = startPlant(siteForTests());
  assert.not.ok(run(plant, 2).limits.some(({ reason }) => reason.code === "contract-power"));
});

test("what was saved may be used up within the interval, as far as the ramp comes down again", () => {
  const { ceilings, text } = play([{ seconds: 600, watts: 10_000 }]);
  // 9.95 kW were saved for 600 s and are spread over the 300 s that are left.
  assert.ok(Math.abs((ceilings.at(-1) ?? 0) - (19_900 + (9900 * 600) / 300)) < 150, `${ceilings.at(-1)}`);
  assert.match(text, /^The contract allows 20 kW in the mean of 15 min; 300 s are left of it: \d/);
  const late = play([{ seconds: 895, watts: 10_000 }]);
  assert.ok((late.ceilings.at(-1) ?? 0) <= 19_900 + 2000 * 5 + 1e-6);
});

test("what was used too much is saved in the rest, and a new interval begins anew", () => {
  const { ceilings } = play([{ seconds: 600, watts: 25_000 }]);
  assert.ok(Math.abs((ceilings.at(-1) ?? 0) - (19_900 - (5100 * 600) / 300)) < 150, `${ceilings.at(-1)}`);
  const next = play([
    { seconds: 600, watts: 25_000 },
    { seconds: 301, watts: 9000 },
  ]);
  assert.ok((next.ceilings.at(-1) ?? 0) >= 19_900);
});

test("without a trusted clock every quarter of an hour counts, and an excess is worked off", () => {
  const { ceilings, text } = play([
    { seconds: 300, watts: 19_900, trusted: false },
    { seconds: 120, watts: 30_000, trusted: false },
    { seconds: 30, watts: 19_900, trusted: false },
  ]);
  assert.ok(Math.abs((ceilings[200] ?? 0) - 19_900) < 1);
  assert.ok(Math.abs((ceilings.at(-1) ?? 0) - (19_900 - (10_100 * 120) / 300)) < 50, `${ceilings.at(-1)}`);
  assert.match(text, /any such time counts, since the clock is not trusted/);
});

test("a clock that is lost or jumps never raises the limit", () => {
  const used = { seconds: 600, watts: 25_000 };
  const kept = play([used, { seconds: 1, watts: 25_000 }]).ceilings.at(-1) ?? 0;
  const lost = play([used, { seconds: 1, watts: 25_000, trusted: false }]).ceilings.at(-1) ?? 0;
  assert.ok(lost <= kept + 1e-6);
  const back = play([used, { seconds: 1, watts: 25_000, jump: -500_000 }]).ceilings.at(-1) ?? 0;
  assert.ok(back <= 19_900 + 1e-6);
  const forth = play([used, { seconds: 1, watts: 25_000, jump: 299_000 + 400_000 }]).ceilings.at(-1) ?? 0;
  assert.ok(forth <= 19_900 + 1e-6);
  // An interval known once goes on by the monotonic clock.
  const on = play([used, { seconds: 400, watts: 19_000, trusted: false }]).demand;
  assert.is(on?.endsAt, 1_800_000);
});

test("cutting time into pieces changes nothing, and the running scan belongs to the interval it ends in", () => {
  const moments = [
    { seconds: 890, watts: 15_000 },
    { seconds: 40, watts: 18_000 },
    { seconds: 60, watts: 12_000 },
  ];
  const whole = play(moments, 10_000).demand;
  const pieces = play(moments, 500).demand;
  assert.is(pieces?.endsAt, whole?.endsAt);
  assert.ok(Math.abs((pieces?.usedJoules ?? 0) - (whole?.usedJoules ?? 1)) < 1);
  assert.is(Math.round(pieces?.pieceJoules ?? 0), Math.round(whole?.pieceJoules ?? 1));
});

test("the mean of no interval is above the contract, in the closed loop", () => {
  void fc.assert(
    fc.property(
      fc.array(
        fc.record({ seconds: fc.integer({ min: 30, max: 700 }), watts: fc.integer({ min: 3000, max: 40_000 }) }),
        {
          minLength: 2,
          maxLength: 5,
        },
      ),
      (orders) => {
        const plant = startPlant(
          siteForTests({
            contract: { watts: 20_000, intervalMilliseconds: 15 * minutes },
            policy: { minimumOffMilliseconds: 10_000, startsPerInterval: 4 },
            model: { wakeMilliseconds: 10_000 },
          }),
        );
        const used = new Map<number, number>();
        const second = (watts?: number): void => {
          scan(plant, 1000, watts === undefined ? [] : [setpoint(watts, plant.now + 1000)]);
          const index = Math.floor((1_795_390_000_000 + plant.now - 1) / (15 * minutes));
          used.set(index, (used.get(index) ?? 0) + trueWatts(plant, "feeder"));
        };
        for (const { seconds, watts } of orders) {
          second(watts);
          for (let passed = 1; passed < seconds; passed += 1) second();
        }
        for (let passed = 0; passed < 1000; passed += 1) second();
        const [, ...whole] = [...used.values()].slice(0, -1);
        for (const joules of whole) assert.ok(joules <= 20_000 * 900, `${joules / 900} W`);
      },
    ),
    { seed, numRuns: 3, includeErrorInReport: true },
  );
});

test("4: without the feeder's meter the energy counts no lower than with it", () => {
  const ceilingOf = (lost: boolean): number => {
    const plant = startPlant(siteForTests({ contract: { watts: 20_000, intervalMilliseconds: 15 * minutes } }));
    // A little more flows than the machines tell of.
    plant.forced.set("feeder/powerWatts", (truth, now) => ({ quality: "good", value: (truth ?? 0) * 1.008, at: now }));
    run(plant, 60);
    if (lost) plant.forced.set("feeder/powerWatts", null);
    run(plant, 40);
    return plant.decision?.limits.find(({ reason }) => reason.code === "contract-power")?.ceilingWatts ?? Number.NaN;
  };
  assert.ok(ceilingOf(true) <= ceilingOf(false), `${ceilingOf(true)} W, ${ceilingOf(false)} W`);
});

test.run();
