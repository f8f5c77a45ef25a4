/** The process of a jury: asks the tests that it is told, one by one, of the core with one mutant in it, and says which of them fails. */
import { readFileSync, writeSync } from "node:fs";
import { register } from "node:module";
import { configureGlobal } from "fast-check";
import type { Swaps } from "./jury-hooks.ts";
import { type Answer, answerDescriptor, type Lines, type Question } from "./jury-words.ts";
import { watchLines } from "./line-watch.ts";
import { type Collected, takeCollected } from "./suites.ts";

const standardInput = 0;
const { change, tests, watched } = JSON.parse(readFileSync(standardInput, "utf8")) as Question;
const swaps: Swaps = { suites: new URL("./suites.js", import.meta.url).href, change };
register("./jury-hooks.js", { parentURL: import.meta.url, data: swaps });
// That a law is broken is enough: the smallest example of it is a matter for its own run.
configureGlobal({ endOnFailure: true });
const ranSince = watched === null ? (): Lines => ({}) : watchLines(watched);

function tell(answer: Answer): void {
  writeSync(answerDescriptor, `${JSON.stringify(answer)}\n`);
}

const loaded = new Map<string, readonly Collected[]>();

async function load(file: string): Promise<readonly Collected[]> {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  await import(new URL(`../../../test/${file}.test.js`, import.meta.url).href);
  const collected = takeCollected();
  if (collected.length === 0) throw new RangeError(`${file} runs no suite`);
  loaded.set(file, collected);
  tell({ kind: "loaded", file, lines: ranSince() });
  return collected;
}

/** A file that cannot be read says nothing of the core, which reads none. */
function isOfTheMachine(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return "syscall" in error || code.startsWith("ERR_MODULE") || isOfTheMachine(error.cause);
}

/** Whether it passes. */
async function ask(file: string, number: number, { name, handler }: Collected): Promise<boolean> {
  tell({ kind: "asks", file, number, name });
  const begun = process.cpuUsage();
  let passes = true;
  try {
    await handler();
  } catch (error) {
    console.error(error);
    if (isOfTheMachine(error)) process.exit(2);
    passes = false;
  }
  const { user, system } = process.cpuUsage(begun);
  const milliseconds = Math.round((user + system) / 1000);
  tell({ kind: "answer", file, number, name, passes, milliseconds, lines: ranSince() });
  return passes;
}

for (const wanted of tests) {
  const { file, number } = wanted;
  const collected = await load(file);
  if (number === null) for (const [each, one] of collected.entries()) await ask(file, each, one);
  else {
    const one = collected[number];
    if (one?.name !== wanted.name) throw new RangeError(`test ${number} of ${file} is not "${wanted.name}"`);
    if (!(await ask(file, number, one))) process.exit(1);
  }
}
process.exit(0);
