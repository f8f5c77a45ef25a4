/** Breaks the core on purpose, once a mutant, and asks its own tests whether they notice. A mutant that nobody notices is a hole in them. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { compileMutants, type Yard } from "./mutants/compile.ts";
import { mutants } from "./mutants/list.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { type Fate, type Round, tryMutant, unsound } from "./mutants/trial.ts";
import { root } from "./mutants/yard.ts";

const report = `${root}.weir/mutants.json`;

interface Trial extends Pick<Mutant, "name" | "file" | "stands" | "lives">, Fate {}

/** Exit code 0: every mutant died, or lives with a reason; 1: one lives without; 2: wrong use, or a mutant that no longer fits. */
export async function soak(words: readonly string[]): Promise<number> {
  const chosen = choose(words[0]);
  if (chosen === null) {
    console.error(
      "usage: npm run soak -- mutants [N | A-B | NAME | FILE]: the first N, from the Ath to the Bth, those of a name, those of a file of src/control",
    );
    return 2;
  }
  const misfits = chosen.flatMap(misfit);
  for (const text of misfits) console.error(text);
  if (misfits.length > 0) return 2;
  console.log(`${chosen.length} mutants; compiling them`);
  const yards = compileMutants(chosen);
  try {
    const trials = await runAll(chosen, yards);
    mkdirSync(`${root}.weir`, { recursive: true });
    writeFileSync(report, JSON.stringify(trials, null, 2));
    const broken = unsound();
    for (const file of broken) console.log(`test/${file}.test.ts fails without any mutant, and was not asked`);
    return Math.max(conclude(trials), broken.length > 0 ? 1 : 0);
  } finally {
    for (const { folder } of yards) rmSync(folder, { recursive: true, force: true });
  }
}

/** Null: no such mutants. */
function choose(word: string | undefined): readonly Mutant[] | null {
  if (word === undefined) return mutants;
  const range = /^(\d+)-(\d+)$/.exec(word);
  if (range !== null) return mutants.slice(Number(range[1]) - 1, Number(range[2]));
  const count = Number(word);
  if (Number.isSafeInteger(count) && count > 0) return mutants.slice(0, count);
  const named = mutants.filter(({ name, file }) => name === word || name.startsWith(`${word}-`) || file === word);
  return named.length === 0 ? null : named;
}

/** A text that is not found, or found twice, says nothing. */
function misfit({ name, file, text, into }: Mutant): readonly string[] {
  const count = readFileSync(`${root}src/control/${file}`, "utf8").split(text).length - 1;
  if (count !== 1) return [`mutant ${name}: its text stands ${count} times in src/control/${file}, not once`];
  return text === into ? [`mutant ${name} changes nothing`] : [];
}

/** The quick round first: the slow tests are asked only about those that lived through it. */
async function runAll(chosen: readonly Mutant[], yards: readonly Yard[]): Promise<readonly Trial[]> {
  const all = chosen.map((mutant, index) => ({ mutant, index }));
  const quick = await runRound(all, yards, "quick");
  const living = all.filter((_, index) => quick[index]?.dead === false);
  if (living.length === 0) return quick;
  console.log(`${living.length} lived through the quick tests; the slow ones are asked about them`);
  const slow = await runRound(living, yards, "slow");
  return quick.map((trial) => slow.find(({ name }) => name === trial.name) ?? trial);
}

interface Numbered {
  readonly mutant: Mutant;
  readonly index: number;
}

async function runRound(all: readonly Numbered[], yards: readonly Yard[], round: Round): Promise<readonly Trial[]> {
  const waiting = all.map((numbered, place) => ({ ...numbered, place }));
  const trials: Trial[] = [];
  const begun = performance.now();
  let done = 0;
  const worker = async (yard: Yard): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { name, file, stands, lives } = next.mutant;
      const fate = await tryMutant(yard, next.index, next.mutant, round);
      const trial = { name, file, stands, ...fate, ...(lives === undefined ? {} : { lives }) };
      trials[next.place] = trial;
      done += 1;
      const left = Math.round(((performance.now() - begun) / 1000 / done) * (all.length - done));
      const spent = (fate.milliseconds / 1000).toFixed(1);
      console.log(`${done}/${all.length}, ${left} s left: ${name} ${wordOf(trial)}, ${spent} s`);
    }
  };
  await Promise.all(yards.map(worker));
  return trials;
}

function wordOf({ dead, by, test }: Trial): string {
  return dead ? `dies by ${by}${test === null ? "" : `: ${test}`}` : "lives so far";
}

function conclude(trials: readonly Trial[]): number {
  const living = trials.filter(({ dead }) => !dead);
  const unexplained = living.filter(({ lives }) => lives === undefined);
  const risen = trials.filter(({ dead, lives }) => dead && lives !== undefined);
  for (const { name, file, stands, lives } of living)
    console.log(`lives: ${name} (${file}: ${stands})${lives === undefined ? "" : `; ${lives}`}`);
  for (const { name } of risen)
    console.log(`${name} dies although the list gives a reason why it lives: take the reason out`);
  console.log(
    `${trials.length} mutants, ${trials.length - living.length} died, ${living.length} live, of those ${unexplained.length} without a reason; all in ${report}`,
  );
  return unexplained.length + risen.length === 0 ? 0 : 1;
}
