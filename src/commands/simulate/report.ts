/** A run's result in a technician's words. */
import type { RunResult } from "../../sim/closed-loop/run.ts";

export function resultText({ scenario, seed, seconds, measures, violations, failures, good }: RunResult): string {
  const kilo = (value: number): string => (value / 1000).toFixed(1);
  const { tracking, starts } = measures;
  const lines = [
    `${good ? "good" : "FAILED"}  ${scenario}, seed ${seed}, ${(seconds / 3600).toFixed(2)} h in ${measures.scans} scans`,
    `  power     at most ${kilo(measures.maximumWatts)} kW, energy ${kilo(measures.energyWattHours)} kWh`,
    ...measures.tanks.map(
      ({ name, maximumCelsius, maximumStagnantCelsius }) =>
        `  tank      ${name}: fluid at most ${maximumCelsius} °C, around machines ${maximumStagnantCelsius} °C`,
    ),
    ...measures.breakers.map(
      ({ name, maximumCurrentRatio, maximumHeatRatio }) =>
        `  breaker   ${name}: at most ${percent(maximumCurrentRatio)} of its rated current, ${percent(maximumHeatRatio)} of its tripping heat`,
    ),
    tracking === null
      ? "  tracking  no order stood long enough"
      : `  tracking  ${tracking.rmsPercent} % RMS, ${tracking.tailPercent} % at the 95th percentile, over ${(tracking.seconds / 3600).toFixed(2)} h`,
    `  work      ${measures.hashrateLostPercent} % of the ideal hashrate lost; ${starts.total} starts, at most ${starts.mostOfOneMachine} of one machine`,
    `  times     ${Object.entries(measures.secondsByMode)
      .map(([mode, spent]) => `${mode} ${spent} s`)
      .join(", ")}`,
    `  trips     ${measures.tripped.join(", ") || "none"}`,
    ...failures.map((text) => `  expected  ${text}`),
    ...violations.flatMap(({ invariant, atSeconds, text, count, faults, trips, explanation }) => [
      `  VIOLATED  ${invariant} at ${atSeconds} s${count > 1 ? ` (${count} scans)` : ""}: ${text}`,
      `            broken: ${faults.join(", ") || "nothing"}; trips: ${trips.join(", ") || "none"}`,
      ...explanation.slice(0, 4).map((reason) => `            ${reason}`),
    ]),
  ];
  return lines.join("\n");
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}
