/** One mutant's trial: the tests that run its lines, the likeliest first, until one of them notices. */
import type { Yard } from "./compile.ts";
import { reasonOf, troubleOf } from "./doubt.ts";
import { hearJury, type Patience } from "./hear-jury.ts";
import { anyRan } from "./line-watch.ts";
import type { Mutant } from "./mutant.ts";
import { type MappedFile, type MappedTest, testFolders } from "./test-map.ts";

export interface Fate {
  readonly dead: boolean;
  /** Why its jury could not tell; null: it could. */
  readonly trouble: string | null;
  /** Test file that noticed; null: none. */
  readonly by: string | null;
  /** Its test. */
  readonly test: string | null;
  /** Tests that were asked. */
  readonly asked: number;
  readonly milliseconds: number;
}

/** `own`: tests of the file that the mutant names; `quick`: quick tests of the core alone; `slow`: all others. */
export type Round = "own" | "quick" | "slow";
export const rounds: readonly Round[] = ["own", "quick", "slow"];

/** Whether a round of these mutants asks tests of a file. */
export function asksFile(round: Round, mutants: readonly Mutant[]): (file: string) => boolean {
  if (round === "slow") return () => true;
  const own = new Set(mutants.map(({ by }) => by));
  return (file) => own.has(file) || (round === "quick" && isOfCore(file));
}

function isOfCore(file: string): boolean {
  return file.startsWith(`${testFolders[0]}/`);
}

/** Tests up to this are quick [ms]. Choice: nine of ten. */
const quickMilliseconds = 1500;
/** A mutant may loop for ever: a test that takes so many times as long as its time of the processor, and so much more [ms], never ends. Choice: the machine may be busy with others. */
const patienceTimes = 20;
const patienceMilliseconds = 30_000;

/** Tries a mutant in one round; `last` is the test that noticed it the last time, which is asked first, and is quick whatever it takes. */
export async function tryMutant(
  yard: Yard,
  mutant: Mutant,
  map: readonly MappedFile[],
  last: Pick<Fate, "by" | "test"> | null,
  round: Round,
): Promise<Fate> {
  const begun = performance.now();
  const change = yard.changes.get(mutant.name);
  if (change === undefined) throw new RangeError(`mutant ${mutant.name} is not compiled`);
  const roundOf = (test: MappedTest): Round => {
    if (test.file === mutant.by) return "own";
    const quick = test.milliseconds <= quickMilliseconds || isLast(test, last);
    return quick && isOfCore(test.file) ? "quick" : "slow";
  };
  const tests = likeliestFirst(
    witnesses(map, change.file, change.lines).filter((test) => roundOf(test) === round),
    mutant,
    last,
  );
  const fate = (found: Partial<Fate>): Fate => ({
    dead: false,
    trouble: null,
    by: null,
    test: null,
    asked: 0,
    milliseconds: Math.round(performance.now() - begun),
    ...found,
  });
  if (tests.length === 0) return fate({});
  const patienceOf: Patience = (file, number) => {
    const usual = tests.find((test) => test.file === file && test.number === number)?.milliseconds ?? 0;
    return patienceTimes * usual + patienceMilliseconds;
  };
  const question = { change, tests: tests.map(({ file, number, name }) => ({ file, number, name })), watched: null };
  const verdict = await hearJury(yard, question, patienceOf);
  const { answers, lost, whole } = verdict;
  const asked = answers.filter(({ kind }) => kind === "asks").length;
  const failed = answers.find((answer) => answer.kind === "answer" && !answer.passes);
  if (failed?.kind === "answer") return fate({ dead: true, by: failed.file, test: failed.name, asked });
  if (whole) return fate({ asked });
  const trouble = await troubleOf(yard, question, verdict, patienceOf);
  if (trouble !== null) return fate({ trouble, asked });
  // Nothing is left of a core that does not even load.
  return lost === null
    ? fate({ dead: true, by: tests[asked]?.file ?? null, test: reasonOf(verdict), asked })
    : fate({ dead: true, by: lost.file, test: `${lost.name} (${reasonOf(verdict)})`, asked });
}

/** Tests that run one of the lines; where the lines run while a file is loaded, all tests of the files that load them. */
function witnesses(map: readonly MappedFile[], file: string, lines: readonly [number, number]): readonly MappedTest[] {
  return map
    .flatMap(({ loading, tests }) =>
      anyRan(loading, file, lines) ? tests : tests.filter((test) => anyRan(test.lines, file, lines)),
    )
    .filter(({ passes }) => passes);
}

/** The one that noticed the last time, then those of the mutant's own file, then the others, each the quickest first. */
function likeliestFirst(
  tests: readonly MappedTest[],
  { by }: Mutant,
  last: Pick<Fate, "by" | "test"> | null,
): readonly MappedTest[] {
  const rank = (test: MappedTest): number => {
    if (isLast(test, last)) return 0;
    return test.file === by ? 1 : 2;
  };
  return [...tests].sort((one, other) => rank(one) - rank(other) || one.milliseconds - other.milliseconds);
}

function isLast(test: MappedTest, last: Pick<Fate, "by" | "test"> | null): boolean {
  return test.file === last?.by && test.name === last.test;
}
