/** A jury that ended without an answer: whether the mutant ended it, or something of its own that says nothing of the mutant. */
import type { Yard } from "./compile.ts";
import { hearJury, type Patience, type Verdict } from "./hear-jury.ts";
import type { Question } from "./jury-words.ts";

/** Null: the mutant ended it, since the core as it is answers the same question, and the mutant does it again; otherwise why nobody can tell. */
export async function troubleOf(
  yard: Yard,
  question: Question,
  verdict: Verdict,
  patienceOf: Patience,
): Promise<string | null> {
  const asked = verdict.answers.filter(({ kind }) => kind === "asks").length;
  // Where no test was under way, it ended while it loaded the file of the next.
  const same = { ...question, tests: question.tests.slice(0, verdict.lost === null ? asked + 1 : asked) };
  const asItIs = await hearJury(yard, { ...same, change: null }, patienceOf);
  if (!asItIs.whole || hasFailed(asItIs))
    return `the core as it is does not get through the same question: ${reasonOf(asItIs)}`;
  if (verdict.hung && verdict.lost !== null) return null;
  const again = await hearJury(yard, same, patienceOf);
  return again.whole && !hasFailed(again) ? `asked again it answers; before it ended with: ${reasonOf(verdict)}` : null;
}

export function hasFailed({ answers }: Verdict): boolean {
  return answers.some((answer) => answer.kind === "answer" && !answer.passes);
}

/** Why a jury ended, in one line. */
export function reasonOf({ output, hung }: Verdict): string {
  if (hung) return "it never ends";
  return /^\w*Error\b.*$/m.exec(output)?.[0] ?? "it ended without a word";
}
