/** One mutant's trial: its likeliest test first, then all quick ones in one process, then the slow ones, until something notices. */
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { besideOf, type Yard } from "./compile.ts";
import type { Mutant } from "./mutant.ts";
import { root } from "./yard.ts";

/** `quick`: its likeliest test, then all quick ones; `slow`: all others. */
export type Round = "quick" | "slow";

export interface Fate {
  readonly dead: boolean;
  /** Test file or batch that noticed; null: none. */
  readonly by: string | null;
  /** The failing test, as far as it can be told. */
  readonly test: string | null;
  readonly milliseconds: number;
}

/** A mutant may loop for ever: that is noticed, too [ms]. Choice: several times the slowest test file. */
const deadlineMilliseconds = 400_000;
/** Files that took longer the last time, or never ran, run in processes of their own, the quickest first [ms]. Choice. */
const quickMilliseconds = 3000;
/** Most of a test's output that is kept [characters]. Choice. */
const outputCharacters = 200_000;
/** What they find depends on the machine, not on the mutant. */
const measuresTime = /\/performance\./;
/** Property tests draw the same lives for every mutant. */
const seed = "1";

/** Files that fail without any mutant: what they say of one means nothing. By file; whether it passes. */
const sound = new Map<string, boolean>();

/** Test files, without ending, that fail by themselves. */
export function unsound(): readonly string[] {
  return [...sound].flatMap(([file, passes]) => (passes ? [] : [file]));
}

/** Runs one round of tests in a yard with the mutant in its file's place. */
export async function tryMutant({ folder }: Yard, index: number, mutant: Mutant, round: Round): Promise<Fate> {
  const begun = performance.now();
  const compiled = `${folder}dist/src/control/`;
  const target = compiled + mutant.file.replace(/\.ts$/, ".js");
  const whole = readFileSync(target);
  const place: Place = {
    folder,
    breakIt: () => copyFileSync(compiled + besideOf(mutant.file, index, "js"), target),
    mendIt: () => writeFileSync(target, whole),
  };
  place.breakIt();
  let found: Pick<Fate, "by" | "test"> | null = null;
  for (const batch of batchesOf(mutant, round)) {
    found = await ask(place, batch);
    if (found !== null) break;
  }
  place.mendIt();
  const milliseconds = Math.round(performance.now() - begun);
  return { dead: found !== null, ...(found ?? { by: null, test: null }), milliseconds };
}

interface Place extends Yard {
  readonly breakIt: () => void;
  readonly mendIt: () => void;
}

/** Which file of a batch notices, if any: one that fails without a mutant as well is left out. */
async function ask(place: Place, batch: readonly string[]): Promise<Pick<Fate, "by" | "test"> | null> {
  let left = batch;
  while (left.length > 0) {
    const { failed, test } = await run(place.folder, left);
    if (failed === null) return null;
    if (!sound.has(failed)) {
      place.mendIt();
      sound.set(failed, (await run(place.folder, [failed])).failed === null);
      place.breakIt();
    }
    if (sound.get(failed) === true) return { by: failed, test };
    left = left.slice(left.indexOf(failed) + 1);
  }
  return null;
}

/** Test files under test/, without ending, in the order in which they are asked; those of a batch share a process. */
function batchesOf({ by }: Mutant, round: Round): readonly (readonly string[])[] {
  const times = lastTimes();
  const timeOf = (file: string): number => times[`test/${file}.test.ts`] ?? Number.MAX_VALUE;
  const files = ["control", "sim/closed-loop"]
    .flatMap((folder) =>
      readdirSync(`${root}test/${folder}`, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => file.endsWith(".test.ts") && !measuresTime.test(file))
    .map((file) => file.slice(0, -".test.ts".length))
    .sort((one, other) => timeOf(one) - timeOf(other));
  const quick = files.filter((file) => file !== by && timeOf(file) <= quickMilliseconds);
  if (round === "quick") return [files.filter((file) => file === by), quick].filter(({ length }) => length > 0);
  return files.filter((file) => file !== by && timeOf(file) > quickMilliseconds).map((file) => [file]);
}

function lastTimes(): Readonly<Record<string, number>> {
  const file = `${root}.weir/test-times.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, number>) : {};
}

/** All suites of these files in one process, up to the first that fails. */
function run(
  folder: string,
  files: readonly string[],
): Promise<{ readonly failed: string | null; readonly test: string | null }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`${folder}dist/scripts/soak/mutants/jury.js`, ...files], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, SEED: seed, NO_COLOR: "1", FORCE_COLOR: undefined },
    });
    let output = "";
    const keep = (part: Buffer): void => {
      output = (output + part.toString()).slice(-outputCharacters);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const timer = setTimeout(() => child.kill("SIGKILL"), deadlineMilliseconds);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const begun = [...output.matchAll(/^jury hears (.*)$/gm)].at(-1)?.[1] ?? certainFirst(files);
      const test = /FAIL\s+(.*)/.exec(output)?.[1]?.replaceAll(/\s+/g, " ").trim();
      resolve(
        code === 0
          ? { failed: null, test: null }
          : { failed: begun, test: test ?? (signal === null ? null : "it never ends") },
      );
    });
  });
}

function certainFirst([first]: readonly string[]): string {
  if (first === undefined) throw new RangeError("no file is asked");
  return first;
}
