/** Bench of one step of the whole core: its processor time in steady state and on its way down and up, for small and big containers in a closed loop. */
import { parseArgs } from "node:util";
import { realCore } from "../../src/commands/simulate/real-core.ts";
import type { Site } from "../../src/model/site.ts";
import { buildSite } from "../../src/sim/closed-loop/build-site.ts";
import type { Core } from "../../src/sim/closed-loop/core.ts";
import { runScenario } from "../../src/sim/closed-loop/run.ts";
import type { Scenario } from "../../src/sim/closed-loop/scenario.ts";
import { type Bench, printMarks, printTable, writeResult } from "./words.ts";

export const bench: Bench = {
  summary: "[--machines N,N]: mean time of a step of the core for 300 and 5,000 machines, steady and during ramps",
  run: (parameters) => {
    const { values } = parseArgs({
      args: [...parameters],
      options: { machines: { type: "string", default: "300,5000" } },
    });
    return Promise.resolve(run(values.machines.split(",").map(Number)));
  },
};

/** Mean of a step [ms]; below. Source: the marks of the project for 300 and 5,000 machines, in proportion between. */
function boundOf(machines: number): number {
  return machines <= 300 ? 1 : 1 + ((machines - 300) / 4700) * 19;
}

type Phase = "steady" | "down" | "up";

interface Measured {
  readonly machines: number;
  readonly phase: Phase;
  readonly steps: number;
  readonly meanMilliseconds: number;
  readonly longestMilliseconds: number;
}

/** What is ordered when [s]: full, then less, less still, and back, each for long enough to settle. */
const phases: readonly { readonly from: number; readonly to: number; readonly phase: Phase; readonly share: number }[] =
  [
    { from: 240, to: 420, phase: "steady", share: 1 },
    { from: 420, to: 480, phase: "down", share: 0.6 },
    { from: 600, to: 780, phase: "steady", share: 0.6 },
    { from: 780, to: 840, phase: "down", share: 0.3 },
    { from: 1500, to: 2100, phase: "up", share: 1 },
  ];

function run(sizes: readonly number[]): boolean {
  const measured = sizes.flatMap((machines) => measure(machines));
  const number = (value: number): string => value.toFixed(3);
  printTable(
    ["machines", "phase", "steps", "mean ms", "longest ms"],
    measured.map(({ machines, phase, steps, meanMilliseconds, longestMilliseconds }) => [
      String(machines),
      phase,
      String(steps),
      number(meanMilliseconds),
      number(longestMilliseconds),
    ]),
  );
  writeResult("step", measured);
  return printMarks(
    measured.map(({ machines, phase, meanMilliseconds }) => ({
      text: `${machines} machines, ${phase}: ${number(meanMilliseconds)} ms, below ${boundOf(machines).toFixed(0)} ms`,
      met: meanMilliseconds < boundOf(machines),
    })),
  );
}

function measure(machines: number): readonly Measured[] {
  const tanks = Math.max(2, Math.round(machines / 75));
  const machinesPerTank = Math.round(machines / tanks);
  const builder = {
    tanks,
    machinesPerTank,
    tanksWithoutCommands: 0,
    sensorsPerTank: 3,
    phases: "three",
    branchMeters: true,
    interlock: true,
    breakerShareRatio: 0.9,
    hashesAfterPowerCycle: true,
    sleepSeconds: 8,
    wakeSeconds: 120,
    rampUpWattsPerSecond: machines * 30,
    rampDownWattsPerSecond: machines * 150,
    startsPerInterval: Math.max(2, Math.round(machines / 20)),
  } as const;
  const site = buildSite({ ...builder, failsafeWatts: machines * 3600 });
  const times: Record<Phase, number[]> = { steady: [], down: [], up: [] };
  let now = 0;
  const timed: Core<unknown> = {
    start: (...words) => realCore.start(...words),
    step(state, image, ofSite) {
      const begin = process.cpuUsage();
      const result = realCore.step(state as Parameters<typeof realCore.step>[0], image, ofSite);
      const used = process.cpuUsage(begin);
      const spent = (used.user + used.system) / 1000;
      const seconds = image.now / 1000;
      const current = phases.find(({ from, to }) => seconds >= from && seconds < to);
      if (current !== undefined) times[current.phase].push(spent);
      now = image.now;
      return result;
    },
  };
  // Once to warm up: a controller runs for months.
  for (const core of [realCore as Core<unknown>, timed]) {
    const result = runScenario(scenarioOf(site), site, core);
    if (typeof result === "string") throw new RangeError(result);
  }
  if (now === 0) throw new RangeError("the core was never stepped");
  return (Object.keys(times) as Phase[]).map((phase) => ({
    machines: tanks * machinesPerTank,
    phase,
    steps: times[phase].length,
    meanMilliseconds: times[phase].reduce((sum, each) => sum + each, 0) / times[phase].length,
    longestMilliseconds: Math.max(...times[phase]),
  }));
}

/** Orders of the phases, and nothing else; a mild day. */
function scenarioOf(site: Site): Scenario {
  const setpoint = (atSeconds: number, share: number): Scenario["events"][number] => ({
    atSeconds,
    setpoint: {
      from: "dispatch",
      order: "limit",
      watts: Math.round(site.ratedWatts * share),
      timeToLiveSeconds: 3600,
      renewed: false,
      onExpirySchedule: false,
      reason: "ecrs",
    },
  });
  return {
    version: 1,
    name: "bench-step",
    description: "Down in two steps and back.",
    site: {},
    durationSeconds: 2100,
    seed: 1,
    plant: { deviationRatio: 0, ambientCelsius: 15, dailySwingKelvin: 0, tankCelsius: 40 },
    meterLagSeconds: 1,
    heartbeatSeconds: 10,
    scanSeconds: 1,
    traces: [],
    technicianSeconds: 0,
    startAsleep: [],
    events: [
      setpoint(120, 1),
      ...phases.filter(({ phase }) => phase !== "steady").map(({ from, share }) => setpoint(from, share)),
    ],
    expect: { ceilings: [], floors: [], shed: [], trips: [], contactors: [], alarms: [], modes: [] },
  };
}
