/** Bench of the allocation: what our choice of machines is worth beside the bound of a solver, over random containers, and what it costs. */
import { parseArgs } from "node:util";
import { choose } from "../../src/control/allocation/choose.ts";
import { type Load, roundingWatts } from "../../src/control/allocation/sheet.ts";
import { randomOf } from "../../src/sim/random.ts";
import { type RandomContainer, randomContainer } from "./allocation/random-container.ts";
import { openSolver } from "./allocation/solver.ts";
import { type Bench, median, printMarks, printTable, writeResult } from "./words.ts";

export const bench: Bench = {
  summary: "[--containers N] [--seed N]: hashrate of our allocation beside the bound of a MILP solver, and its time",
  run: async (parameters) => {
    const { values } = parseArgs({
      args: [...parameters],
      options: { containers: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
    });
    return await run(Number(values.containers), Number(values.seed));
  },
};

/** The solver gets this long for each container [s]; what it has proven by then is the bound. */
const solverSeconds = 1;

interface Case {
  readonly seed: number;
  readonly machines: number;
  readonly trims: boolean;
  /** Ours of the solver's bound, and of the best that it found. */
  readonly ofBound: number;
  readonly ofFound: number;
  readonly exceededWatts: number;
  readonly milliseconds: number;
}

async function run(containers: number, firstSeed: number): Promise<boolean> {
  const solver = await openSolver(solverSeconds);
  const cases: Case[] = [];
  for (let seed = firstSeed; seed < firstSeed + containers; seed += 1) {
    const container = randomContainer(randomOf(seed));
    const { loads, rooms, trims } = container;
    const milliseconds = timeOf(container, 3);
    const chosen = choose(loads, rooms);
    const bound = solver(loads, rooms);
    const ours = worthOf(loads, chosen);
    cases.push({
      seed,
      machines: loads.length,
      trims,
      ofBound: ours / bound.worth,
      ofFound: ours / bound.found,
      exceededWatts: exceededWatts(container, chosen),
      milliseconds,
    });
    if (cases.length % 20 === 0) console.log(`${cases.length} of ${containers} containers`);
  }
  const at300 = meanAt300(firstSeed);
  report(cases, at300);
  const ofBound = cases.map((each) => each.ofBound);
  const exceeded = Math.max(...cases.map((each) => each.exceededWatts));
  return printMarks([
    mark(`median ${percent(median(ofBound))} of the bound, at least 99.8 %`, median(ofBound) >= 0.998),
    mark(`5th percentile ${percent(quantile(ofBound, 0.05))}, at least 99 %`, quantile(ofBound, 0.05) >= 0.99),
    mark(`no ceiling exceeded (most: ${exceeded.toFixed(6)} W)`, exceeded <= roundingWatts),
    mark(`300 machines: mean ${at300.toFixed(2)} ms of processor time, below 2 ms`, at300 < 2),
  ]);
}

function mark(text: string, met: boolean) {
  return { text, met };
}

function report(cases: readonly Case[], at300: number): void {
  const groups: readonly (readonly [string, (each: Case) => boolean])[] = [
    ["all", () => true],
    ["whole machines only", ({ trims }) => !trims],
    ["some can be trimmed", ({ trims }) => trims],
    ["100 to 300 machines", ({ machines }) => machines <= 300],
    ["301 to 600", ({ machines }) => machines > 300 && machines <= 600],
    ["601 to 1,000", ({ machines }) => machines > 600],
  ];
  const rows = groups.map(([name, belongs]) => rowOf(name, cases.filter(belongs)));
  printTable(["containers", "number", "median", "5th percentile", "worst", "of solver's best", "mean ms"], rows);
  writeResult("allocation", { at300Milliseconds: at300, cases });
}

function rowOf(name: string, cases: readonly Case[]): readonly string[] {
  const ofBound = cases.map((each) => each.ofBound);
  return [
    name,
    String(cases.length),
    percent(median(ofBound)),
    percent(quantile(ofBound, 0.05)),
    percent(Math.min(...ofBound)),
    percent(median(cases.map(({ ofFound }) => ofFound))),
    (cases.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / cases.length).toFixed(2),
  ];
}

/** Mean processor time of a choice [ms]. */
function timeOf({ loads, rooms }: RandomContainer, times: number): number {
  const begin = process.cpuUsage();
  for (let time = 0; time < times; time += 1) choose(loads, rooms);
  const used = process.cpuUsage(begin);
  return (used.user + used.system) / 1000 / times;
}

function meanAt300(firstSeed: number): number {
  const times = Array.from({ length: 50 }, (_, index) => timeOf(randomContainer(randomOf(firstSeed + index), 300), 4));
  return times.reduce((sum, each) => sum + each, 0) / times.length;
}

function worthOf(loads: readonly Load[], chosen: Float64Array): number {
  return loads.reduce((sum, { worth, watts }, index) => sum + (worth * (chosen[index] ?? 0)) / watts, 0);
}

function exceededWatts({ loads, rooms }: RandomContainer, chosen: Float64Array): number {
  const drawn = rooms.map(() => 0);
  for (const [index, { scopes }] of loads.entries())
    for (const { scope, share } of scopes) drawn[scope] = (drawn[scope] ?? 0) + share * (chosen[index] ?? 0);
  return Math.max(0, ...drawn.map((watts, scope) => watts - (rooms[scope] ?? 0)));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(3)} %`;
}
