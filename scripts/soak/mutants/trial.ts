/** One mutant's trial: the tests that run its lines, the likeliest first, until one of them notices. */
import type { Yard } from "./compile.ts";
import { hearJury } from "./hear-jury.ts";
import { anyRan } from "./line-watch.ts";
import type { Mutant } from "./mutant.ts";
import type { MappedFile, MappedTest } from "./test-map.ts";

export interface Fate {
  readonly dead: boolean;
  /** Test file that noticed; null: none. */
  readonly by: string | null;
  /** Its test. */
  readonly test: string | null;
  /** Tests that were asked. */
  readonly asked: number;
  readonly milliseconds: number;
}

/** `quick`: tests that are over soon; `slow`: the others. */
export type Round = "quick" | "slow";

/** Tests up to this are quick [ms]. Choice: nine of ten. */
const quickMilliseconds = 1500;
/** A mutant may loop for ever: a test that takes so many times as long as its time of the processor, and so much more [ms], never ends. Choice: the machine may be busy with others. */
const patienceTimes = 20;
const patienceMilliseconds = 30_000;

/** Tries a mutant in one round; `last` is the test that noticed it the last time, which is quick whatever it takes. */
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
  const quick = (test: MappedTest): boolean => test.milliseconds <= quickMilliseconds || isLast(test, last);
  const tests = likeliestFirst(
    witnesses(map, change.file, change.lines).filter((test) => quick(test) === (round === "quick")),
    mutant,
    last,
  );
  const spent = (): number => Math.round(performance.now() - begun);
  if (tests.length === 0) return { dead: false, by: null, test: null, asked: 0, milliseconds: spent() };
  const { answers, lost, whole, output } = await hearJury(
    yard,
    { change, tests: tests.map(({ file, number }) => ({ file, number })), watched: null },
    (file, number) => {
      const usual = tests.find((test) => test.file === file && test.number === number)?.milliseconds ?? 0;
      return patienceTimes * usual + patienceMilliseconds;
    },
  );
  const asked = answers.filter(({ kind }) => kind === "asks").length;
  const failed = answers.find((answer) => answer.kind === "answer" && !answer.passes);
  if (failed?.kind === "answer")
    return { dead: true, by: failed.file, test: failed.name, asked, milliseconds: spent() };
  if (lost !== null)
    return { dead: true, by: lost.file, test: `${lost.name} (it never ends)`, asked, milliseconds: spent() };
  // Nothing is left of a core that does not even load.
  if (!whole) return { dead: true, by: tests[0]?.file ?? null, test: lastLine(output), asked, milliseconds: spent() };
  return { dead: false, by: null, test: null, asked, milliseconds: spent() };
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

function lastLine(output: string): string {
  return /^\w*Error:.*$/m.exec(output)?.[0] ?? "it does not load";
}
