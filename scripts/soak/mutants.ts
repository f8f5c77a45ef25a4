/** Breaks the core on purpose, once a mutant, and asks its own tests whether they notice. A mutant that nobody notices is a hole in them. */
import { readFileSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { compileMutants, type Yard } from "./mutants/compile.ts";
import { ledgerFile, readTrials, type Trial, writeTrials } from "./mutants/ledger.ts";
import { mutants } from "./mutants/list.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { type MappedFile, mapTests } from "./mutants/test-map.ts";
import { asksFile, type Round, rounds, tryMutant } from "./mutants/trial.ts";
import { root } from "./mutants/yard.ts";

/** Juries at the same time. Choice: the smallest machine that runs the tests has two cores. */
const juryCount = 2;

const usage = `usage: npm run soak -- mutants [--only PATTERN] [--from NAME] [--left]
  --only PATTERN  those whose name or file of src/control contains it
  --from NAME     from this one on, in the order of the list
  --left          those that have not died yet, as far as ${ledgerFile.slice(root.length)} knows`;

/** Exit code 0: every mutant died, or is equivalent for a reason; 1: one lives without, or nobody could judge it; 2: wrong use, or a mutant that no longer fits. */
export async function soak(words: readonly string[]): Promise<number> {
  const chosen = choose(words);
  if (chosen === null) {
    console.error(usage);
    return 2;
  }
  const misfits = chosen.flatMap(misfit);
  for (const text of misfits) console.error(text);
  if (misfits.length > 0) return 2;
  console.log(`${chosen.length} mutants; compiling them`);
  const begun = performance.now();
  const yard = compileMutants(chosen);
  // Also where somebody ends it before its time.
  process.once("exit", () => rmSync(yard.folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const { trials, sound } = await tryAll(chosen, yard);
  const code = conclude(trials, (performance.now() - begun) / 1000);
  return Math.max(code, sound ? 0 : 1);
}

/** Null: wrong words, or no such mutants. */
function choose(words: readonly string[]): readonly Mutant[] | null {
  const options = { only: { type: "string" }, from: { type: "string" }, left: { type: "boolean" } } as const;
  let given: { readonly only?: string; readonly from?: string; readonly left?: boolean };
  try {
    given = parseArgs({ args: [...words], options }).values;
  } catch {
    return null;
  }
  const { only = "", from, left = false } = given;
  const first = from === undefined ? 0 : mutants.findIndex(({ name }) => name === from);
  if (first === -1) return null;
  const trials = readTrials();
  const chosen = mutants
    .slice(first)
    .filter(({ name, file }) => name.includes(only) || file.includes(only))
    .filter(({ name }) => !left || trials.get(name)?.dead !== true);
  return chosen.length === 0 ? null : chosen;
}

/** A text that is not found, or found twice, says nothing. */
function misfit({ name, file, text, into }: Mutant): readonly string[] {
  const count = readFileSync(`${root}src/control/${file}`, "utf8").split(text).length - 1;
  if (count !== 1) return [`mutant ${name}: its text stands ${count} times in src/control/${file}, not once`];
  return text === into ? [`mutant ${name} changes nothing`] : [];
}

/** Round by round: the next one's tests are asked only about those that lived, and mapped only for them. */
async function tryAll(
  chosen: readonly Mutant[],
  yard: Yard,
): Promise<{ readonly trials: readonly Trial[]; readonly sound: boolean }> {
  let trials: ReadonlyMap<string, Trial> = new Map();
  let living = chosen;
  let map: readonly MappedFile[] = [];
  for (const round of rounds) {
    if (living.length === 0) break;
    if (round !== rounds[0])
      console.log(`${living.length} live; the ${round} tests are asked: ${living.map(({ name }) => name).join(", ")}`);
    map = await mapTests(yard, asksFile(round, living), juryCount, (text) => console.log(text));
    trials = await runRound(living, yard, map, round, trials);
    living = living.filter(({ name }) => lives(trials.get(name)));
  }
  return { trials: chosen.flatMap(({ name }) => trials.get(name) ?? []), sound: isSound(map) };
}

/** Whether every test passes on the core as it is; tells of those that do not. */
function isSound(map: readonly MappedFile[]): boolean {
  const unsound = map.flatMap(({ tests }) => tests.filter(({ passes }) => !passes));
  for (const { file, name } of unsound)
    console.log(`test/${file}.test.ts fails without any mutant, and is not asked: ${name}`);
  return unsound.length === 0;
}

/** Asked, and nobody noticed. */
function lives(trial: Trial | undefined): boolean {
  return trial !== undefined && !trial.dead && trial.trouble === null;
}

/** What is found is written down at once: a run that is ended goes on with `--left` or `--from`. */
async function runRound(
  chosen: readonly Mutant[],
  yard: Yard,
  map: readonly MappedFile[],
  round: Round,
  before: ReadonlyMap<string, Trial>,
): Promise<ReadonlyMap<string, Trial>> {
  const known = new Map(readTrials());
  const trials = new Map(before);
  const waiting = [...chosen];
  const begun = performance.now();
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { name, file, stands, equivalent } = next;
      const fate = await tryMutant(yard, next, map, known.get(name) ?? null, round);
      const asked = (before.get(name)?.asked ?? 0) + fate.asked;
      const milliseconds = (before.get(name)?.milliseconds ?? 0) + fate.milliseconds;
      const trial = {
        name,
        file,
        stands,
        ...fate,
        asked,
        milliseconds,
        ...(equivalent === undefined ? {} : { equivalent }),
      };
      trials.set(name, trial);
      known.set(name, trial);
      writeTrials(mutants, known);
      done += 1;
      const left = Math.round(((performance.now() - begun) / 1000 / done) * (chosen.length - done));
      const survives = fate.trouble === null ? `lives through ${asked} tests` : `is void: ${fate.trouble}`;
      const word = fate.dead ? `dies by ${fate.by}: ${fate.test}` : survives;
      console.log(
        `${round} ${done}/${chosen.length}, ${left} s left: ${name} ${word}, ${(fate.milliseconds / 1000).toFixed(1)} s`,
      );
    }
  };
  await Promise.all(Array.from({ length: juryCount }, work));
  return trials;
}

function conclude(trials: readonly Trial[], seconds: number): number {
  const living = trials.filter(lives);
  const untold = trials.filter(({ trouble }) => trouble !== null);
  const dead = trials.length - living.length - untold.length;
  const unexplained = living.filter(({ equivalent }) => equivalent === undefined);
  const risen = trials.filter(({ dead, equivalent }) => dead && equivalent !== undefined);
  for (const { name, file, stands, equivalent } of living)
    console.log(
      equivalent === undefined
        ? `lives: ${name} (${file}: ${stands})`
        : `equivalent: ${name} (${file}: ${stands}); ${equivalent}`,
    );
  for (const { name, trouble } of untold) console.log(`void: ${name}: ${trouble}`);
  for (const { name } of risen) console.log(`${name} dies although the list calls it equivalent: take the reason out`);
  console.log(
    `${trials.length} mutants: ${dead} died, ${living.length - unexplained.length} are equivalent, ${unexplained.length} live, ${untold.length} are void; ${Math.round(seconds)} s; all in ${ledgerFile}`,
  );
  return unexplained.length + risen.length + untold.length === 0 ? 0 : 1;
}
