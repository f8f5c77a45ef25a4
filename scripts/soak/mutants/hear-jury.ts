/** One jury from outside: its process, the patience with each of its tests, and what it answered. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Yard } from "./compile.ts";
import { type Answer, answerDescriptor, type Question } from "./jury-words.ts";

/** Property tests draw the same lives for every mutant. */
const seed = "1";
/** Loading of all files of a question, beside the tests [ms]. Choice: generous on a busy machine. */
export const loadingMilliseconds = 30_000;

export interface Verdict {
  readonly answers: readonly Answer[];
  /** The test during which it ended or was ended; null: all were asked, or one failed. */
  readonly lost: { readonly file: string; readonly number: number; readonly name: string } | null;
  /** True where it ended by itself as it should: after the last test, or the first that failed. */
  readonly whole: boolean;
  /** It was ended because it took too long. */
  readonly hung: boolean;
  /** Newest output, for whoever must know why. */
  readonly output: string;
}

/** How long a test may take [ms] until it counts as one that never ends. */
export type Patience = (file: string, number: number) => number;

/** Most of the output that is kept [characters]. Choice. */
const outputCharacters = 5000;

/** Asks, and hears it to its end. */
export function hearJury({ folder }: Yard, question: Question, patienceOf: Patience): Promise<Verdict> {
  const child = spawn(process.execPath, [`${folder}dist/scripts/soak/mutants/jury.js`], {
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    env: { ...process.env, SEED: seed, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  // One that ends before it has read its question is told of by its exit.
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify(question));
  let output = "";
  const keep = (part: Buffer): void => {
    output = (output + part.toString()).slice(-outputCharacters);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const answers: Answer[] = [];
  let asked: Verdict["lost"] = null;
  let hung = false;
  const tire = (): void => {
    hung = true;
    end();
  };
  let timer = setTimeout(tire, loadingMilliseconds);
  createInterface(child.stdio[answerDescriptor] as Readable).on("line", (line) => {
    const answer = JSON.parse(line) as Answer;
    answers.push(answer);
    asked = answer.kind === "asks" ? answer : null;
    clearTimeout(timer);
    const patience = answer.kind === "asks" ? patienceOf(answer.file, answer.number) : loadingMilliseconds;
    timer = setTimeout(tire, patience);
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      process.off("exit", end);
      const fell = answers.some((answer) => answer.kind === "answer" && !answer.passes);
      resolve({ answers, lost: asked, whole: code === 0 || (code === 1 && fell), hung, output });
    });
  });
}
