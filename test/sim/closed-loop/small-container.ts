/** Short runs of a small container, for tests that look at the closed loop itself. */
import { realCore } from "../../../src/commands/simulate/real-core.ts";
import { buildSite } from "../../../src/sim/closed-loop/build-site.ts";
import type { Core } from "../../../src/sim/closed-loop/core.ts";
import { randomDay } from "../../../src/sim/closed-loop/random-life.ts";
import { type RunOptions, type RunResult, runScenario } from "../../../src/sim/closed-loop/run.ts";
import type { Builder, FaultName, Scenario, ScenarioEvent } from "../../../src/sim/closed-loop/scenario.ts";

export type State = ReturnType<(typeof realCore)["start"]>;

/** Two tanks of six machines for a short time, and what happens to them. */
export function smallScenario(
  durationSeconds: number,
  events: readonly ScenarioEvent[],
  builder: Partial<Builder> = {},
): Scenario {
  const day = randomDay(1);
  return {
    ...day,
    durationSeconds,
    plant: { ...day.plant, ambientCelsius: 25, dailySwingKelvin: 0, tankCelsius: 40 },
    site: {
      builder: {
        tanks: 2,
        machinesPerTank: 6,
        tanksWithoutCommands: 0,
        sensorsPerTank: 3,
        breakerShareRatio: 0.9,
        phases: "three",
        branchMeters: true,
        interlock: false,
        hashesAfterPowerCycle: true,
        sleepSeconds: 10,
        wakeSeconds: 60,
        rampUpWattsPerSecond: 2000,
        rampDownWattsPerSecond: 50_000,
        startsPerInterval: 2,
        failsafeWatts: 43_000,
        ...builder,
      },
    },
    events: [...events],
  };
}

/** Runs a scenario that names a builder. */
export function runOf(wanted: Scenario, core: Core<State> = realCore, options: RunOptions = {}): RunResult {
  const { builder } = wanted.site;
  if (builder === undefined) throw new Error("no builder");
  const result = runScenario(wanted, buildSite(builder), core, options);
  if (typeof result === "string") throw new Error(result);
  return result;
}

export function faultAt(atSeconds: number, name: FaultName, target = ""): ScenarioEvent {
  return { atSeconds, fault: { fault: name, target } };
}

/** A limit of the dispatcher, once. */
export function limitAt(atSeconds: number, watts: number): ScenarioEvent {
  return {
    atSeconds,
    setpoint: {
      from: "dispatch",
      order: "limit",
      watts,
      timeToLiveSeconds: 600,
      onExpiryWatts: 0,
      renewed: false,
      onExpirySchedule: false,
      reason: "sced",
    },
  };
}

/** Names of the invariants that a run violated. */
export function violatedBy(result: RunResult): readonly string[] {
  return result.violations.map(({ invariant }) => invariant);
}
