/** A random day of a random container: orders, weather, people, and one fault at a time with a calm after it. The same seed gives the same day. */
import { type Random, randomOf } from "../random.ts";
import { buildSite } from "./build-site.ts";
import type { Builder, FaultName, Scenario, ScenarioEvent } from "./scenario.ts";
import { targetKind, targetsOf } from "./targets.ts";

const daySeconds = 86_400;
/** From the end of a fault to the next: minimum off-times, cool-downs and contactors' waiting times are over [s]; choice. */
const calmSeconds = { least: 1200, most: 5400 };
/** The heartbeat comes up and the first order stands before anything fails [s]; choice. */
const quietSeconds = 900;

/** Faults with how often they are drawn; several of one kind of instrument weigh together. */
const weights: readonly (readonly [fault: FaultName, weight: number])[] = [
  ["missing", 2],
  ["no-reply", 4],
  ["stale", 3],
  ["not-a-number", 2],
  ["stuck", 4],
  ["drift", 3],
  ["offset", 3],
  ["scale", 3],
  ["current-transformer-lost", 2],
  ["pump-broken", 2],
  ["pump-stopped", 2],
  ["leak", 1],
  ["fan-stopped", 1],
  ["cooler-fouled", 1],
  ["deaf", 3],
  ["unreachable", 3],
  ["slow", 2],
  ["wakes-alone", 1],
  ["lies-about-power", 2],
  ["trimmed", 1],
  ["reports-no-power", 1],
  ["contactor-welded", 1],
  ["contactor-late", 1],
  ["broker-lost", 3],
  ["store-slow", 2],
  ["store-failing", 2],
  ["clock-untrusted", 1],
  ["clock-jump", 1],
  ["black-out", 2],
  ["sag", 2],
];

/** A whole random scenario for one seed; `machines`: of a container grown to about so many. */
export function randomDay(seed: number, machines?: number): Scenario {
  const random = randomOf(seed).fork("life");
  const drawn = randomBuilder(random, seed);
  const builder = machines === undefined ? drawn : grown(drawn, machines);
  const { ratedWatts } = buildSite(builder);
  return {
    version: 1,
    name: `random-${seed}`,
    description: "A random day.",
    site: { builder },
    durationSeconds: daySeconds,
    seed,
    plant: {
      deviationRatio: 0.3,
      ambientCelsius: random.between(-5, 32),
      dailySwingKelvin: random.between(0, 8),
      tankCelsius: random.between(30, 46),
    },
    meterLagSeconds: random.between(0, 4),
    heartbeatSeconds: 20,
    scanSeconds: 1,
    traces: [],
    technicianSeconds: 900,
    startAsleep: [],
    events: [...orders(random, ratedWatts), ...faults(random, builder), ...people(random)],
    expect: { ceilings: [], floors: [], shed: [], trips: [], alarms: [], modes: [], contactors: [] },
  };
}

function randomBuilder(random: Random, seed: number): Builder {
  return {
    tanks: 1 + random.below(3),
    machinesPerTank: 3 + random.below(10),
    // Not drawn, so that the days of all seeds stay what they are but for this.
    tanksWithoutCommands: seed % 4 === 0 ? 1 : 0,
    sensorsPerTank: 2 + random.below(2),
    breakerShareRatio: random.between(0.6, 1.1),
    phases: random.next() < 0.5 ? "three" : "rotate",
    branchMeters: random.next() < 0.7,
    interlock: random.next() < 0.4,
    hashesAfterPowerCycle: random.next() < 0.7,
    sleepSeconds: 4 + random.below(22),
    wakeSeconds: 40 + random.below(300),
    rampUpWattsPerSecond: random.between(300, 5000),
    rampDownWattsPerSecond: random.between(2000, 50_000),
    startsPerInterval: 1 + random.below(4),
  };
}

/** A tank of a large container holds about so many machines; choice: four of them make 300. */
const grownTankMachines = 75;

/** As it was drawn, with its ramps and starts in proportion to its size. */
function grown(builder: Builder, machines: number): Builder {
  const tanks = Math.ceil(machines / grownTankMachines);
  const machinesPerTank = Math.ceil(machines / tanks);
  const ratio = (tanks * machinesPerTank) / (builder.tanks * builder.machinesPerTank);
  return {
    ...builder,
    tanks,
    machinesPerTank,
    rampUpWattsPerSecond: builder.rampUpWattsPerSecond * ratio,
    rampDownWattsPerSecond: builder.rampDownWattsPerSecond * ratio,
    startsPerInterval: Math.max(1, Math.round(builder.startsPerInterval * ratio)),
  };
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

function orders(random: Random, ratedWatts: number): readonly ScenarioEvent[] {
  const events: ScenarioEvent[] = [];
  for (let at = 30; at < daySeconds; at += random.between(600, 7200)) {
    const from = pick(random, ["dispatch", "dispatch", "dispatch", "dispatch", "site", "operator", "group"] as const);
    events.push({
      atSeconds: Math.round(at),
      setpoint: {
        from,
        order: from !== "group" && random.next() < 0.2 ? "target" : "limit",
        watts: Math.round(ratedWatts * (random.next() < 0.3 ? 1 : random.next())),
        timeToLiveSeconds: Math.round(random.between(60, 3600)),
        // A group's or a person's order lives once, so that dispatch comes through again.
        renewed: from === "dispatch",
        onExpiryWatts: Math.round(ratedWatts * random.next()),
        onExpirySchedule: false,
        reason: pick(random, ["sced", "ecrs", "rrs", "price", "emergency"] as const),
      },
    });
  }
  return events;
}

function faults(random: Random, builder: Builder): readonly ScenarioEvent[] {
  const site = buildSite(builder);
  const events: ScenarioEvent[] = [];
  let at = quietSeconds;
  while (at < daySeconds - quietSeconds) {
    const lasts = Math.round(Math.exp(random.between(Math.log(2), Math.log(2400))));
    if (random.next() < 0.08) {
      const store = random.next() < 0.2 ? "unreadable" : "kept";
      events.push({ atSeconds: Math.round(at), restart: { outageSeconds: Math.min(lasts, 300), store } });
    } else {
      const fault = drawFault(random);
      const target = pick(random, targetsOf(site, targetKind(fault)));
      const value = figureOf(fault, random);
      events.push({
        atSeconds: Math.round(at),
        fault: { fault, target, forSeconds: lasts, ...(value === null ? {} : { value }) },
      });
    }
    at += lasts + random.between(calmSeconds.least, calmSeconds.most);
  }
  return events;
}

function drawFault(random: Random): FaultName {
  let left = random.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [fault, weight] of weights) {
    left -= weight;
    if (left < 0) return fault;
  }
  return "no-reply";
}

/** Figures of faults that want one; the others take their own. */
function figureOf(fault: FaultName, random: Random): number | null {
  switch (fault) {
    case "drift":
      return random.between(-2, 2);
    case "offset":
      return random.between(-20, 20);
    case "scale":
      return random.between(0, 1.5);
    case "current-transformer-lost":
      return 1 + random.below(3);
    case "slow":
      return random.between(1.5, 6);
    case "lies-about-power":
      return random.between(0, 1.6);
    case "clock-jump":
      return pick(random, [-31_536_000, -3600, -10, 10, 3600, 31_536_000]);
    case "store-slow":
      return random.between(1, 30);
    case "sag":
      return random.between(0.86, 0.97);
    case "cooler-fouled":
      return random.between(0.3, 0.8);
    default:
      return null;
  }
}

function people(random: Random): readonly ScenarioEvent[] {
  const at = Math.round(random.between(7200, daySeconds - 7200));
  if (random.next() < 0.5)
    return [
      { atSeconds: at, local: { action: "lockout" } },
      { atSeconds: at + 1800, local: { action: "release" } },
    ];
  return [
    { atSeconds: at, control: { from: "operator", action: "stop" } },
    { atSeconds: at + 1800, control: { from: "operator", action: "release" } },
  ];
}
