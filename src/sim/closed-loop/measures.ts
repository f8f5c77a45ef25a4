/** What a run came to in figures: maxima, times, tracking, energy, hashrate against the ideal, starts. */
import type { Mode } from "../../model/decision.ts";
import { hashrateOf, type SimulatedMachine } from "./machine.ts";
import type { Moment, RunParts } from "./moment.ts";
import { openTurns, type Turns } from "./turns.ts";

export interface TankMaxima {
  readonly name: string;
  readonly maximumCelsius: number;
  readonly maximumAtSeconds: number;
  readonly maximumStagnantCelsius: number;
}

export interface BreakerMaxima {
  readonly name: string;
  /** Of the rated current. */
  readonly maximumCurrentRatio: number;
  /** Heat of the thermal element as a share of what trips it. */
  readonly maximumHeatRatio: number;
}

export interface Measures {
  readonly maximumWatts: number;
  readonly maximumAtSeconds: number;
  readonly tanks: readonly TankMaxima[];
  readonly breakers: readonly BreakerMaxima[];
  readonly energyWattHours: number;
  /** While an order of dispatch stood and had settled; null: there was none. */
  readonly tracking: { readonly rmsPercent: number; readonly tailPercent: number; readonly seconds: number } | null;
  /** What is lacking of the work that the best choice of machines would have done below every order and plate, heat asked for counted in. */
  readonly hashrateLostPercent: number;
  readonly starts: {
    readonly total: number;
    readonly mostOfOneMachine: number;
    readonly byMachine: Readonly<Record<string, number>>;
  };
  /** Turns within one order: from sleep and back, or a limit lowered and raised. */
  readonly reversals: { readonly mostOfOneMachine: number };
  readonly secondsByMode: Readonly<Record<string, number>>;
  readonly tripped: readonly string[];
  readonly alarmed: readonly string[];
  readonly scans: number;
}

export interface Measurer {
  measure(moment: Moment, seconds: number): void;
  result(): Measures;
}

/** After a change of orders the container may move for this long [s]. Source: issue: within half a step 120 s after settling; the ramp's own time is on top. */
const settlingSeconds = 120;
/** Errors are counted in classes this wide [% of rated]; choice. */
const classPercent = 0.05;
const thermalTripHeat = 1.13 ** 2;

export function openMeasurer(parts: RunParts): Measurer {
  return new RunMeasurer(parts);
}

class RunMeasurer implements Measurer {
  readonly #parts: RunParts;
  readonly #best: readonly SimulatedMachine[];
  readonly #tanks: { maximumCelsius: number; maximumAtSeconds: number; maximumStagnantCelsius: number }[];
  readonly #breakers: { maximumCurrentRatio: number; maximumHeatRatio: number }[];
  readonly #modes: Record<string, number> = {};
  readonly #tripped = new Set<string>();
  readonly #alarmed = new Set<string>();
  readonly #errors = new Map<number, number>();
  #squares = 0;
  #trackedSeconds = 0;
  #maximumWatts = 0;
  #maximumAtSeconds = 0;
  #joules = 0;
  #hashed = 0;
  #ideal = 0;
  #scans = 0;
  readonly #turns: Turns;
  #wanted = "";
  #changedAt = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    const { container } = parts;
    this.#turns = openTurns(container.machines);
    this.#best = [...container.machines].sort(
      (a, b) => a.hiddenWatts / a.terahashesPerSecond - b.hiddenWatts / b.terahashesPerSecond,
    );
    this.#tanks = parts.site.tanks.map(() => ({ ...never }));
    this.#breakers = parts.site.branches.map(() => ({ maximumCurrentRatio: 0, maximumHeatRatio: 0 }));
  }

  measure(moment: Moment, seconds: number): void {
    const { container } = this.#parts;
    const { feeder } = container.plant();
    if (feeder.watts > this.#maximumWatts) {
      this.#maximumWatts = feeder.watts;
      this.#maximumAtSeconds = moment.now / 1000;
    }
    this.#joules += feeder.watts * seconds;
    this.#measurePlant(moment.now);
    this.#track(moment, feeder.watts, seconds);
    this.#hash(moment, seconds);
    const decision = moment.scan?.decision;
    const mode: Mode | "down" = decision?.mode ?? "down";
    this.#modes[mode] = (this.#modes[mode] ?? 0) + seconds;
    if (decision === undefined) return;
    this.#scans += 1;
    for (const { name } of decision.trips) this.#tripped.add(name);
    for (const { name } of decision.alarms) this.#alarmed.add(name);
  }

  #measurePlant(now: number): void {
    const { site, container } = this.#parts;
    const plant = container.plant();
    for (const [index, most] of this.#tanks.entries()) {
      const tank = plant.tanks[index];
      if (tank === undefined) continue;
      if (tank.bulkCelsius > most.maximumCelsius) {
        most.maximumCelsius = tank.bulkCelsius;
        most.maximumAtSeconds = now / 1000;
      }
      most.maximumStagnantCelsius = Math.max(most.maximumStagnantCelsius, tank.localCelsius);
    }
    for (const [index, most] of this.#breakers.entries()) {
      const branch = plant.branches[container.hidden.branches.indexOf(index)] ?? plant.feeder;
      const rated = site.branches[index]?.breakerAmperes ?? 1;
      most.maximumCurrentRatio = Math.max(most.maximumCurrentRatio, Math.max(...branch.amperes) / rated);
      most.maximumHeatRatio = Math.max(most.maximumHeatRatio, branch.breaker.heatRatio / thermalTripHeat);
    }
  }

  /** An order is tracked while nothing but itself or another order holds the container below. */
  #track(moment: Moment, watts: number, seconds: number): void {
    const { site, dispatcher } = this.#parts;
    const wanted = dispatcher.wanted().filter(({ until }) => until > moment.now);
    const name = wanted.map((wish) => `${wish.from} ${wish.order} ${wish.watts}`).join();
    if (name !== this.#wanted) {
      this.#wanted = name;
      this.#changedAt = moment.now;
      this.#turns.begin();
    }
    if (moment.scan !== null) this.#turns.look(moment.scan.decision.minerTargets);
    const decision = moment.scan?.decision;
    const least = wanted.reduce((lowest, wish) => (wish.watts < lowest.watts ? wish : lowest), {
      watts: Number.POSITIVE_INFINITY,
      order: "limit",
    });
    if (wanted.length === 0 || decision === undefined || decision.mode !== "controlled") return;
    const rampSeconds = site.ratedWatts / site.policy.rampUpWattsPerSecond;
    const starts =
      (site.miners.length / site.policy.startsPerInterval) * (site.policy.startIntervalMilliseconds / 1000);
    if (moment.now - this.#changedAt < (settlingSeconds + rampSeconds + starts) * 1000) return;
    const excess = watts - least.watts;
    const error = least.order === "limit" ? Math.max(0, excess) : excess;
    const percent = (Math.abs(error) / site.ratedWatts) * 100;
    this.#squares += percent ** 2 * seconds;
    this.#trackedSeconds += seconds;
    const index = Math.floor(percent / classPercent);
    this.#errors.set(index, (this.#errors.get(index) ?? 0) + seconds);
  }

  #hash(moment: Moment, seconds: number): void {
    const { site, container, dispatcher, foreignSleepers } = this.#parts;
    for (const machine of container.machines) this.#hashed += hashrateOf(machine) * seconds;
    const orders = dispatcher.wanted().filter(({ until }) => until > moment.now);
    const { auxiliaryWatts } = container.plant();
    // Heat that is asked for lifts targets, never limits.
    const heat = (moment.scan?.decision.requests ?? []).filter(({ source }) => source === "heat");
    const floorWatts = site.auxiliaryWatts + heat.reduce((sum, { watts }) => sum + watts, 0);
    const ordered = orders.map(({ order, watts }) => (order === "target" ? Math.max(watts, floorWatts) : watts));
    let room = Math.min(site.ratedWatts, ...ordered) - auxiliaryWatts;
    for (const { name, hiddenWatts, terahashesPerSecond } of this.#best) {
      if (hiddenWatts > room || foreignSleepers.has(name)) continue;
      room -= hiddenWatts;
      this.#ideal += terahashesPerSecond * seconds;
    }
  }

  #tail(): number {
    const sorted = [...this.#errors].sort(([a], [b]) => a - b);
    let passed = 0;
    for (const [index, seconds] of sorted) {
      passed += seconds;
      if (passed >= 0.95 * this.#trackedSeconds) return (index + 1) * classPercent;
    }
    return 0;
  }

  result(): Measures {
    const { site, container } = this.#parts;
    const starts = container.machines.map((machine) => machine.starts);
    return {
      maximumWatts: Math.round(this.#maximumWatts),
      maximumAtSeconds: this.#maximumAtSeconds,
      tanks: site.tanks.map(({ name }, index) => ({ name, ...rounded(this.#tanks[index] ?? never) })),
      breakers: site.branches.map(({ name }, index) => {
        const most = this.#breakers[index];
        return {
          name,
          maximumCurrentRatio: hundredths(most?.maximumCurrentRatio ?? 0),
          maximumHeatRatio: hundredths(most?.maximumHeatRatio ?? 0),
        };
      }),
      energyWattHours: Math.round(this.#joules / 3600),
      tracking:
        this.#trackedSeconds === 0
          ? null
          : {
              rmsPercent: hundredths(Math.sqrt(this.#squares / this.#trackedSeconds)),
              tailPercent: hundredths(this.#tail()),
              seconds: this.#trackedSeconds,
            },
      hashrateLostPercent: hundredths(this.#ideal === 0 ? 0 : 100 * (1 - this.#hashed / this.#ideal)),
      starts: {
        total: starts.reduce((sum, count) => sum + count, 0),
        mostOfOneMachine: Math.max(0, ...starts),
        byMachine: Object.fromEntries(container.machines.map(({ name, starts: count }) => [name, count])),
      },
      reversals: { mostOfOneMachine: this.#turns.most() },
      secondsByMode: this.#modes,
      tripped: [...this.#tripped].sort(),
      alarmed: [...this.#alarmed].sort(),
      scans: this.#scans,
    };
  }
}

const never = { maximumCelsius: -273, maximumAtSeconds: 0, maximumStagnantCelsius: -273 };

function rounded(most: typeof never): typeof never {
  return {
    ...most,
    maximumCelsius: hundredths(most.maximumCelsius),
    maximumStagnantCelsius: hundredths(most.maximumStagnantCelsius),
  };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
