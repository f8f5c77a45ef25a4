/** A run's result in a technician's words, on a terminal of 80 columns: what failed stands last, where it is seen. */
import type { RunResult } from "../../sim/closed-loop/run.ts";
import { duration, labelled } from "../../views/text/figures.ts";

/** Width of the words at the margin. */
const margin = 12;

export function resultText({
  scenario,
  seed,
  seconds,
  measures,
  sheds,
  violations,
  failures,
  good,
}: RunResult): string {
  const { tracking, starts } = measures;
  const head = `${good ? "good" : "FAILED"}  ${scenario}, seed ${seed}, ${(seconds / 3600).toFixed(2)} h in ${measures.scans} scans`;
  const row = (label: string, text: string): string[] => labelled(`  ${label}`, text, margin);
  const lines = [
    head,
    ...row(
      "power",
      `at most ${kilo(measures.maximumWatts)} kW after ${time(measures.maximumAtSeconds)}, energy ${kilo(measures.energyWattHours)} kWh`,
    ),
    ...measures.tanks.flatMap(({ name, maximumCelsius, maximumAtSeconds, maximumStagnantCelsius }) =>
      row(
        "tank",
        `${name}: at most ${maximumCelsius} °C after ${time(maximumAtSeconds)}, around machines ${maximumStagnantCelsius} °C`,
      ),
    ),
    ...measures.breakers.flatMap(({ name, maximumCurrentRatio, maximumHeatRatio }) =>
      row(
        "breaker",
        `${name}: at most ${percent(maximumCurrentRatio)} of its rating, ${percent(maximumHeatRatio)} of its tripping heat`,
      ),
    ),
    ...sheds.flatMap(({ scope, belowWatts, fromSeconds, tookSeconds }) =>
      row(
        "shed",
        `${scope} below ${kilo(belowWatts)} kW ${tookSeconds === null ? "never" : `within ${tookSeconds.toFixed(1)} s`}, from ${time(fromSeconds)} on`,
      ),
    ),
    ...row(
      "tracking",
      tracking === null
        ? "no order stood long enough"
        : `${tracking.rmsPercent} % of rated RMS, ${tracking.tailPercent} % at the 95th percentile, over ${time(tracking.seconds)}`,
    ),
    ...row(
      "work",
      `${measures.hashrateLostPercent} % of the ideal hashrate lost; ${starts.total} starts, at most ${starts.mostOfOneMachine} of one machine`,
    ),
    ...row(
      "times",
      Object.entries(measures.secondsByMode)
        .map(([mode, spent]) => `${mode} ${time(spent)}`)
        .join(", "),
    ),
    ...row("trips", measures.tripped.join(", ") || "none"),
    ...failures.flatMap((text) => row("expected", text)),
    ...violations.flatMap(({ invariant, atSeconds, text, count, faults, trips, explanation }) => [
      ...row("VIOLATED", `${invariant} at ${atSeconds} s${count > 1 ? ` (${count} scans)` : ""}: ${text}`),
      ...row("", `broken: ${faults.join(", ") || "nothing"}; trips: ${trips.join(", ") || "none"}`),
      ...explanation.slice(0, 4).flatMap((reason) => row("", reason)),
    ]),
  ];
  return lines.join("\n");
}

function kilo(value: number): string {
  return (value / 1000).toFixed(1);
}

function time(seconds: number): string {
  return duration(seconds * 1000);
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}
