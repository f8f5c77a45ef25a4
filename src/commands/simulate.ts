/** `weir simulate`: a scenario file against the real core and simulated physics, in virtual time. */
import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { type Chart, openChart } from "../sim/closed-loop/chart.ts";
import type { Moment, RunParts } from "../sim/closed-loop/moment.ts";
import { type RunResult, runScenario } from "../sim/closed-loop/run.ts";
import { problemsText } from "./check.ts";
import { type LoadedScenario, loadScenario } from "./simulate/load-scenario.ts";
import { realCore } from "./simulate/real-core.ts";
import { resultText } from "./simulate/report.ts";

const examples = `
Examples:
  weir simulate --scenario test/scenarios/pump-failure.json            one run, judged
  weir simulate --scenario day.json --hours 48 --seed 7 --json         longer, with other hidden figures, for a program
  weir simulate --site site.yaml --scenario day.json --chart day.svg   on a real site's file, with a chart

The core is the real one; instruments, machines, heat and breakers are simulated, with hidden figures that differ from
the plates. What a scenario may say: schemas/scenario.schema.json; faults: src/sim/closed-loop/README.md.
Exit code: 0 every invariant and expectation held, 1 something did not, 2 wrong use or a file that cannot be used.`;

interface Options {
  readonly scenario: string;
  readonly site?: string;
  readonly hours?: number;
  readonly seed?: number;
  readonly json?: boolean;
  readonly chart?: string;
}

/** Progress is told this often [ms], and not before the first time is over; choice. */
const progressMilliseconds = 2000;

export function describe(command: Command): void {
  command
    .requiredOption("--scenario <file>", "what happens, and what must come out")
    .option("--site <file>", "site file instead of the scenario's own site")
    .option("--hours <n>", "virtual time instead of the scenario's", positive)
    .option("--seed <n>", "hidden figures and noise instead of the scenario's", whole)
    .option("--json", "the summary as one JSON document and nothing else")
    .option("--chart <file>", "writes power, ceiling and temperatures over time as SVG")
    .addHelpText("after", examples)
    .action((options: Options) => {
      process.exitCode = simulate(options);
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0 || value > 8760)
    throw new InvalidArgumentError("hours, above 0 and at most 8760");
  return value;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("a whole number, 0 or more");
  return value;
}

function simulate(options: Options): number {
  const loaded = loadScenario(options.scenario, options.site);
  if (!loaded.ok) {
    console.error(problemsText(loaded.error));
    return 2;
  }
  const { scenario, site, traces } = withWishes(loaded.value, options);
  const chart: Chart | null = options.chart === undefined ? null : openChart(scenario.durationSeconds);
  const progress = openProgress(scenario.durationSeconds, options.json !== true && process.stderr.isTTY);
  const each = (moment: Moment, parts: RunParts): void => {
    chart?.add(moment, parts);
    progress(moment.now / 1000);
  };
  const result = runScenario(scenario, site, realCore, { each, traces });
  if (typeof result === "string") {
    console.error(`${options.scenario}: ${result}`);
    return 2;
  }
  if (chart !== null && options.chart !== undefined) writeFileSync(options.chart, chart.svg(scenario, result));
  tell(result, options.json === true);
  return result.good ? 0 : 1;
}

function withWishes({ scenario, site, traces }: LoadedScenario, { hours, seed }: Options): LoadedScenario {
  return {
    site,
    traces,
    scenario: {
      ...scenario,
      ...(hours === undefined ? {} : { durationSeconds: hours * 3600 }),
      ...(seed === undefined ? {} : { seed }),
    },
  };
}

function tell(result: RunResult, asJson: boolean): void {
  console.log(asJson ? JSON.stringify(result, null, 2) : resultText(result));
}

/** Tells on a terminal how far a long run has come and how long it will take. */
function openProgress(wholeSeconds: number, shown: boolean): (seconds: number) => void {
  const begun = performance.now();
  let next = progressMilliseconds;
  return (seconds) => {
    const spent = performance.now() - begun;
    if (!shown || spent < next) return;
    next = spent + progressMilliseconds;
    const share = seconds / wholeSeconds;
    const left = Math.round((spent / share - spent) / 1000);
    process.stderr.write(`\r${Math.round(share * 100)} %, about ${left} s to go  `);
    if (share >= 1) process.stderr.write("\n");
  };
}
