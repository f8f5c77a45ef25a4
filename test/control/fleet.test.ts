/** A thousand containers that lose their dispatcher, or whose setpoints expire, in the same second: the fleet's power moves no faster than its jitter allows (invariant 18). */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Decision } from "../../src/model/decision.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant, trueWatts } from "./plant-for-tests.ts";
import { siteForTests } from "./site-for-tests.ts";

const test = suite("a fleet of containers");

const containers = 1000;
const jitterMilliseconds = 60_000;
/** Four machines of 3.4 kW and auxiliaries; one machine is left in failsafe [W]. */
const ratedWatts = 15_200;
const lowWatts = 4700;

/** One container, settled under an order; the others are its copies with names of their own. */
function settledUnder(
  watts: number,
  parts: { readonly timeToLiveSeconds: number; readonly afterWatts: number },
): Plant {
  const site = siteForTests({
    ratedWatts,
    tanks: 1,
    policy: { jitterMilliseconds, failsafeWatts: lowWatts, minimumOffMilliseconds: 5000 },
    model: { wakeMilliseconds: 10_000 },
  });
  const plant = startPlant(site);
  run(plant, 20);
  const order = setpoint(watts, plant.now + 1000, {
    timeToLiveSeconds: parts.timeToLiveSeconds,
    onExpiry: { mode: "limit", watts: parts.afterWatts },
  });
  scan(plant, 1000, [order]);
  run(plant, 55);
  return plant;
}

function copyOf(plant: Plant, container: string): Plant {
  return {
    ...plant,
    site: { ...plant.site, container },
    machines: new Map([...plant.machines].map(([name, machine]) => [name, { ...machine }])),
    forced: new Map(),
    contactors: new Map(plant.contactors),
    welded: new Set(),
    reports: new Map(),
    inlets: new Map(),
  };
}

interface Slopes {
  readonly beforeWatts: number;
  readonly afterWatts: number;
  /** Steepest six seconds of the fleet's power, either way [W/s]. */
  readonly steepestWattsPerSecond: number;
  readonly last: Decision | null;
}

/** Plays `seconds` with the whole fleet. */
function play(
  one: Plant,
  seconds: number,
  nameOf = (index: number): string => `wolf-c${index}`,
  count = containers,
): Slopes {
  const scans = seconds / scanSeconds;
  const fleet = new Float64Array(scans + 1);
  let last: Decision | null = null;
  for (let index = 0; index < count; index += 1) {
    const plant = copyOf(one, nameOf(index));
    fleet[0] = (fleet[0] ?? 0) + trueWatts(plant, "feeder");
    for (let at = 1; at <= scans; at += 1) {
      last = scan(plant, scanSeconds * 1000);
      fleet[at] = (fleet[at] ?? 0) + trueWatts(plant, "feeder");
    }
  }
  let steepest = 0;
  for (let at = windowSeconds / scanSeconds; at <= scans; at += 1) {
    const moved = Math.abs((fleet[at] ?? 0) - (fleet[at - windowSeconds / scanSeconds] ?? 0));
    steepest = Math.max(steepest, moved / windowSeconds);
  }
  return {
    beforeWatts: fleet[0] ?? 0,
    afterWatts: fleet[scans] ?? 0,
    steepestWattsPerSecond: steepest,
    last,
  };
}

/** A slope of a grid is one over some seconds [s]; and so many containers are scanned every other second only. */
const windowSeconds = 6;
const scanSeconds = 2;

/** What the site files configure: the whole change, spread over the jitter. A third more for names that fall together. */
function allowed({ beforeWatts, afterWatts }: Slopes): number {
  return ((4 / 3) * Math.abs(afterWatts - beforeWatts)) / (jitterMilliseconds / 1000);
}

function tell(what: string, slopes: Slopes): void {
  const mega = (watts: number): string => (watts / 1e6).toFixed(2);
  console.log(
    `${what}: from ${mega(slopes.beforeWatts)} to ${mega(slopes.afterWatts)} MW, ` +
      `at most ${mega(slopes.steepestWattsPerSecond)} MW/s of ${mega(allowed(slopes))} MW/s`,
  );
}

test("a broker that dies takes the fleet down within its slope", () => {
  const one = settledUnder(ratedWatts, { timeToLiveSeconds: 3600, afterWatts: ratedWatts });
  one.heartbeats = false;
  run(one, 58);
  const slopes = play(one, 76);
  tell("broker lost", slopes);
  assert.is(slopes.last?.mode, "failsafe");
  assert.ok(slopes.afterWatts < 0.35 * slopes.beforeWatts);
  assert.ok(slopes.steepestWattsPerSecond <= allowed(slopes));
});

test("setpoints that expire together bring it back up within its slope", () => {
  const slopes = play(settledUnder(lowWatts, { timeToLiveSeconds: 60, afterWatts: ratedWatts }), 90);
  tell("setpoints expired", slopes);
  assert.ok(slopes.afterWatts - slopes.beforeWatts > 0.6 * containers * ratedWatts, "the fleet has moved");
  assert.ok(slopes.steepestWattsPerSecond <= allowed(slopes));
});

test("under one name the same fleet moves as one: the measurement would see it", () => {
  const one = settledUnder(ratedWatts, { timeToLiveSeconds: 60, afterWatts: lowWatts });
  const slopes = play(one, 70, () => "wolf-c0", 50);
  tell("one name for all", slopes);
  assert.ok(slopes.steepestWattsPerSecond > 2 * allowed(slopes));
});

test.run();
