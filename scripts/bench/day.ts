/** Bench of a day: what a container hashes under changing setpoints beside a clairvoyant who knows every machine's true figures, and how often machines start. */
import { parseArgs } from "node:util";
import { realCore } from "../../src/commands/simulate/real-core.ts";
import type { Site } from "../../src/model/site.ts";
import { buildSite } from "../../src/sim/closed-loop/build-site.ts";
import { hashrateOf, type SimulatedMachine } from "../../src/sim/closed-loop/machine.ts";
import { runScenario } from "../../src/sim/closed-loop/run.ts";
import type { Scenario, ScenarioEvent } from "../../src/sim/closed-loop/scenario.ts";
import { randomOf } from "../../src/sim/random.ts";
import { type Bench, printMarks, printTable, writeResult } from "./words.ts";

export const bench: Bench = {
  summary:
    "[--days N] [--hours N] [--seed N]: hashrate of a day of changing setpoints beside a clairvoyant plan, starts of machines",
  run: (parameters) => {
    const { values } = parseArgs({
      args: [...parameters],
      options: {
        days: { type: "string", default: "2" },
        hours: { type: "string", default: "24" },
        seed: { type: "string", default: "1" },
      },
    });
    return Promise.resolve(run(Number(values.days), Number(values.hours), Number(values.seed)));
  },
};

const builder = {
  tanks: 4,
  machinesPerTank: 75,
  tanksWithoutCommands: 0,
  sensorsPerTank: 3,
  phases: "three",
  branchMeters: true,
  interlock: true,
  breakerShareRatio: 0.9,
  hashesAfterPowerCycle: true,
  sleepSeconds: 8,
  wakeSeconds: 180,
  rampUpWattsPerSecond: 6000,
  rampDownWattsPerSecond: 100_000,
  startsPerInterval: 15,
} as const;
/** Orders stand for one and a half to four hours. Source: choice: the steps of a day-ahead market, without those too small to act on. */
const shortestSeconds = 5400;
const longestSeconds = 14_400;
/** All machines hash and the first order stands [s]. */
const settledSeconds = 900;

interface Order {
  readonly atSeconds: number;
  readonly watts: number;
}

interface Day {
  readonly seed: number;
  readonly orders: number;
  /** Hashed, of what the clairvoyant hashes. */
  readonly ratio: number;
  readonly meanStarts: number;
  readonly mostStarts: number;
  /** Highest 5 s mean of the true power above an order in force, after the ramp and the proven sleep [W]. */
  readonly aboveWatts: number;
}

function run(days: number, hours: number, firstSeed: number): boolean {
  const results = Array.from({ length: days }, (_, index) => simulate(firstSeed + index, hours * 3600));
  const percent = (ratio: number): string => `${(ratio * 100).toFixed(2)} %`;
  printTable(
    ["day", "orders", "of clairvoyant", "mean starts", "most starts", "above W"],
    results.map((day) => [
      String(day.seed),
      String(day.orders),
      percent(day.ratio),
      day.meanStarts.toFixed(2),
      String(day.mostStarts),
      day.aboveWatts.toFixed(0),
    ]),
  );
  writeResult("day", results);
  const worst = Math.min(...results.map(({ ratio }) => ratio));
  const most = Math.max(...results.map(({ mostStarts }) => mostStarts));
  return printMarks([
    { text: `${percent(worst)} of a clairvoyant plan, at least 98 %`, met: worst >= 0.98 },
    { text: `${most} starts of one machine, at most 4`, met: most <= 4 },
    {
      text: "no order exceeded after its ramp and the proven sleep",
      met: results.every(({ aboveWatts }) => aboveWatts <= 0),
    },
  ]);
}

function ordersOf(seed: number, seconds: number, site: Site): readonly Order[] {
  const random = randomOf(seed).fork("orders");
  const orders: Order[] = [{ atSeconds: 120, watts: site.ratedWatts }];
  for (let at = 3600; at < seconds; at += random.between(shortestSeconds, longestSeconds))
    orders.push({ atSeconds: Math.round(at), watts: Math.round(site.ratedWatts * random.between(0.3, 1)) });
  return orders;
}

function scenarioOf(seed: number, seconds: number, orders: readonly Order[]): Scenario {
  return {
    version: 1,
    name: `bench-day-${seed}`,
    description: "A day of changing setpoints.",
    site: {},
    durationSeconds: seconds,
    seed,
    plant: { deviationRatio: 0, ambientCelsius: 15, dailySwingKelvin: 0, tankCelsius: 40 },
    meterLagSeconds: 1,
    scanSeconds: 1,
    traces: [],
    heartbeatSeconds: 10,
    technicianSeconds: 0,
    startAsleep: [],
    events: orders.map(
      ({ atSeconds, watts }): ScenarioEvent => ({
        atSeconds,
        setpoint: {
          from: "dispatch",
          order: "target",
          watts,
          timeToLiveSeconds: 86_400,
          renewed: false,
          onExpirySchedule: false,
          reason: "price",
        },
      }),
    ),
    expect: { ceilings: [], floors: [], shed: [], trips: [], contactors: [], alarms: [], modes: [] },
  };
}

function simulate(seed: number, seconds: number): Day {
  const built = buildSite(builder);
  const site: Site = { ...built, policy: { ...built.policy, failsafeWatts: built.ratedWatts } };
  const orders = ordersOf(seed, seconds, site);
  let hashed = 0;
  let best = 0;
  let aboveWatts = Number.NEGATIVE_INFINITY;
  let clairvoyant: Clairvoyant | null = null;
  let machines: readonly SimulatedMachine[] = [];
  let othersWatts = Number.MAX_VALUE;
  const recent: number[] = [];
  const result = runScenario(scenarioOf(seed, seconds, orders), site, realCore, {
    each: ({ now }, { container }) => {
      const at = now / 1000;
      if (at < settledSeconds) return;
      machines = container.machines;
      const drawn = container.plant().feeder.watts;
      recent.push(drawn);
      if (recent.length > 5) recent.shift();
      othersWatts = Math.min(othersWatts, container.plant().auxiliaryWatts);
      clairvoyant ??= openClairvoyant(machines, site);
      const order = orders.findLast(({ atSeconds }) => atSeconds <= at - 1) ?? { atSeconds: 0, watts: site.ratedWatts };
      best += clairvoyant(order.watts - othersWatts);
      hashed += machines.reduce((sum, machine) => sum + hashrateOf(machine), 0);
      const fall = site.ratedWatts / site.policy.rampDownWattsPerSecond + builder.sleepSeconds + 6;
      if (at - order.atSeconds > fall && recent.length === 5)
        aboveWatts = Math.max(aboveWatts, recent.reduce((sum, watts) => sum + watts, 0) / 5 - order.watts);
    },
  });
  if (typeof result === "string") throw new RangeError(result);
  const starts = machines.map((machine) => machine.starts);
  return {
    seed,
    orders: orders.length,
    ratio: hashed / best,
    meanStarts: starts.reduce((sum, each) => sum + each, 0) / starts.length,
    mostStarts: Math.max(...starts),
    aboveWatts,
  };
}

type Clairvoyant = (machinesWatts: number) => number;

/**
 * The most that could be hashed [TH/s], second by second, under the same ceilings, ramp up, staggered starts and start times:
 * he knows every machine's true figures, may run fractions of machines, wakes the fastest first and never wears one.
 */
function openClairvoyant(machines: readonly SimulatedMachine[], site: Site): Clairvoyant {
  const ranked = [...machines].sort(
    (a, b) => b.terahashesPerSecond / b.hiddenWatts - a.terahashesPerSecond / a.hiddenWatts,
  );
  const bestUnder = (watts: number): number => {
    let left = watts - machines.reduce((sum, { model }) => sum + model.asleepWatts, 0);
    let hashed = 0;
    for (const { hiddenWatts, terahashesPerSecond, model } of ranked) {
      const share = Math.max(0, Math.min(1, left / (hiddenWatts - model.asleepWatts)));
      hashed += share * terahashesPerSecond;
      left -= share * (hiddenWatts - model.asleepWatts);
    }
    return hashed;
  };
  const largest = Math.max(...machines.map(({ hiddenWatts }) => hiddenWatts));
  const { rampUpWattsPerSecond, startsPerInterval, startIntervalMilliseconds } = site.policy;
  const rise = Math.min(rampUpWattsPerSecond, (startsPerInterval * largest) / (startIntervalMilliseconds / 1000));
  const wakeSeconds = Math.min(...machines.map(({ wakeMilliseconds }) => wakeMilliseconds)) / 1000;
  /** Commanded power of each second: what is awake or waking. */
  const commanded: number[] = [];
  return (machinesWatts) => {
    const before = commanded.at(-1) ?? machinesWatts;
    commanded.push(Math.min(machinesWatts, before + rise));
    // What hashes was commanded a start ago, and has not been taken away since.
    const since = commanded.slice(-Math.ceil(wakeSeconds) - 1);
    return bestUnder(Math.min(...since));
  };
}
