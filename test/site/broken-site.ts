/** A site with one thing broken, and what `loadSite` must say about it. */
import type { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Change, changed, problemsOf } from "./site-under-test.ts";

export interface Broken {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly pointer: string;
  readonly found: RegExp;
  readonly expected: RegExp;
  /** Any, if absent. */
  readonly remedy?: RegExp;
}

/** One test for each broken site: pointer, line, what was found and expected, and a remedy. */
export function findsEach(test: ReturnType<typeof suite>, cases: readonly Broken[]): void {
  for (const { name, changes, pointer, found, expected, remedy } of cases)
    test(`finds ${name}`, () => {
      const text = changed(...changes);
      const problems = problemsOf(text);
      const problem = problems.find((one) => one.pointer === pointer && found.test(one.found));
      assert.ok(problem !== undefined, `found instead: ${JSON.stringify(problems, null, 2)}`);
      assert.match(problem.expected, expected);
      assert.match(problem.remedy, remedy ?? /./);
      assert.match(problem.file, /site\.yaml$/);
      // The line holds, or begins, what the pointer names.
      const last = pointer.split("/").at(-1) ?? "";
      const line = text.split("\n")[problem.line - 1] ?? "";
      if (/^[a-z]/i.test(last)) assert.ok(line.includes(last), `line ${problem.line}: ${line}`);
    });
}
