/** A random day of a random container: orders, weather, people, and one fault at a time with a calm after it. The same seed gives the same day. */
import type { Site } from "../../model/site.ts";
import { type Random, randomOf } from "../random.ts";
import { buildSite } from "./build-site.ts";
import { randomBuilder } from "./random-builder.ts";
import type { Builder, FaultName, Scenario, ScenarioEvent } from "./scenario.ts";
import { targetKind, targetsOf } from "./targets.ts";

const daySeconds = 86_400;
/** From the end of a fault to the next: minimum off-times, cool-downs and contactors' waiting times are over [s]; choice. */
const calmSeconds = { least: 1200, most: 5400 };
/** The heartbeat comes up and the first order stands before anything fails [s]; choice. */
const quietSeconds = 900;

/** Faults with how often they are drawn; several of one kind of instrument weigh together. */
const weights: readonly (readonly [fault: FaultName, weight: number])[] = [
  ["line-dead", 1],
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
  ["flow-reduced", 1],
  ["leak", 1],
  ["smoke", 0.5],
  ["fan-stopped", 1],
  ["fan-failed", 1],
  ["cooler-fouled", 1],
  ["heat-customer-gone", 1],
  ["deaf", 3],
  ["unreachable", 3],
  ["refuses", 1],
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
  ["frequency-relay", 1],
];

/** A whole random scenario for one seed; `machines`: of a container grown to about so many. */
export function randomDay(seed: number, machines?: number): Scenario {
  const random = randomOf(seed).fork("life");
  const builder = randomBuilder(random, seed, machines);
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
      ...hotOf(random.fork("hot")),
      ...coldOf(random.fork("cold"), builder),
    },
    meterLagSeconds: random.between(0, 4),
    heartbeatSeconds: 20,
    scanSeconds: 1,
    traces: [],
    technicianSeconds: 900,
    startAsleep: [],
    events: [
      ...orders(random, ratedWatts),
      ...faults(random, builder),
      ...people(random),
      ...supply(random.fork("supply events"), builder),
      ...schedules(random.fork("schedules"), ratedWatts),
    ],
    expect: { ceilings: [], floors: [], shed: [], trips: [], alarms: [], modes: [], contactors: [] },
  };
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

/** A third of the days are of a heat wave. */
function hotOf(random: Random): Partial<Scenario["plant"]> {
  return random.next() < 0.33 ? { ambientCelsius: random.between(30, 40) } : {};
}

/** Where cold fluid is warmed the day begins with it; never as cold as no pump could move it. */
function coldOf(random: Random, { cooling }: Builder): Partial<Scenario["plant"]> {
  if (cooling?.warmUp !== true) return {};
  return {
    ambientCelsius: random.between(2, 8),
    dailySwingKelvin: random.between(0, 5),
    tankCelsius: random.between(-3, 15),
  };
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
  const possible = weights.filter(([fault]) => isPossible(fault, builder, site));
  const events: ScenarioEvent[] = [];
  let at = quietSeconds;
  while (at < daySeconds - quietSeconds) {
    const lasts = Math.round(Math.exp(random.between(Math.log(2), Math.log(2400))));
    if (random.next() < 0.08) {
      events.push(...restarts(random, at, lasts));
    } else {
      const fault = drawFault(random, possible);
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

/** The process dies, or is told to end; sometimes it dies again and again. */
function restarts(random: Random, at: number, lasts: number): readonly ScenarioEvent[] {
  const store = random.next() < 0.2 ? "unreadable" : "kept";
  const told = random.next() < 0.3 ? { told: true } : {};
  const outageSeconds = Math.min(lasts, 300);
  const deaths = random.next() < 0.2 ? 3 : 1;
  return Array.from({ length: deaths }, (_, index) => ({
    atSeconds: Math.round(at) + index * 120,
    restart: { outageSeconds: deaths > 1 ? 8 : outageSeconds, store: deaths > 1 ? "kept" : store, ...told },
  }));
}

/** Whether there is what the fault breaks. */
function isPossible(fault: FaultName, builder: Builder, site: Site): boolean {
  if (fault === "smoke") return builder.smoke === true;
  if (fault === "frequency-relay") return builder.frequency !== undefined;
  if (fault === "heat-customer-gone")
    return builder.cooling?.heatWantedCelsius !== undefined && builder.cooling.fans > 0;
  return targetsOf(site, targetKind(fault)).length > 0;
}

function drawFault(random: Random, possible: typeof weights): FaultName {
  let left = random.next() * possible.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [fault, weight] of possible) {
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
    case "flow-reduced":
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

/** What grid, generator and racks do in a day. */
function supply(random: Random, builder: Builder): readonly ScenarioEvent[] {
  const events: ScenarioEvent[] = [];
  const steps = (least: number, most: number, add: (at: number) => void): void => {
    for (let at = quietSeconds; at < daySeconds; at += random.between(least, most)) add(Math.round(at));
  };
  const { frequency, generator, protectedLoad } = builder;
  if (frequency !== undefined || generator !== undefined)
    steps(3600, 14_400, (at) => {
      const deepest = generator === undefined ? 0.8 : 4;
      const away = Math.exp(random.between(Math.log(0.03), Math.log(deepest)));
      const hertz = 60 + (random.next() < 0.25 ? away / 4 : -away);
      events.push({ atSeconds: at, frequency: { hertz, overSeconds: random.between(0.5, 20) } });
      const back = at + Math.round(random.between(5, 900));
      events.push({ atSeconds: back, frequency: { hertz: 60, overSeconds: random.between(1, 60) } });
    });
  if (protectedLoad !== undefined) {
    const { ratedWatts, riseWatts = ratedWatts } = protectedLoad;
    let watts = ratedWatts / 2;
    steps(120, 3600, (at) => {
      // What the site says of its fastest rise is true.
      watts = Math.min(watts + riseWatts, ratedWatts * random.between(0.1, 1));
      events.push({ atSeconds: at, racks: { watts, overSeconds: random.between(0, 20) } });
    });
  }
  return events;
}

/** Schedules for the hours in which nobody dispatches, and a test of what is firm. */
function schedules(random: Random, ratedWatts: number): readonly ScenarioEvent[] {
  const level = (): number => Math.round(ratedWatts * random.next());
  const sent = [3600, 36_000].map((at) => ({
    atSeconds: at,
    schedule: {
      from: "dispatch" as const,
      levels: [0, 3600, 10_800].map((afterSeconds) => ({ afterSeconds, watts: level() })),
      endsAfterSeconds: 20_000,
      afterEndWatts: level(),
    },
  }));
  const tests = [0, 1, 2].map((index) => ({
    atSeconds: Math.round(7200 + index * 25_000 + random.between(0, 10_000)),
    control: { from: "operator" as const, action: "self-test" as const },
  }));
  return [...sent, ...tests];
}
