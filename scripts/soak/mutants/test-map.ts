/** Which lines of the core each of its tests runs, and how long each takes: asked once of the core as it is, and kept until something changes. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Yard } from "./compile.ts";
import { hearJury } from "./hear-jury.ts";
import type { Lines } from "./jury-words.ts";
import { root } from "./yard.ts";

export interface MappedTest {
  readonly file: string;
  /** Place within its file. */
  readonly number: number;
  readonly name: string;
  readonly milliseconds: number;
  /** One that fails on the core as it is says nothing of a mutant. */
  readonly passes: boolean;
  readonly lines: Lines;
}

export interface MappedFile {
  /** Under test/, without `.test.ts`. */
  readonly file: string;
  /** Lines that loading it runs: constants, and what is computed once. */
  readonly loading: Lines;
  readonly tests: readonly MappedTest[];
}

interface Kept {
  readonly key: string;
  readonly mapped: MappedFile;
}

const keptFile = `${root}.weir/mutants-map.json`;
/** A test that takes longer on the core as it is hangs [ms]. Choice: several times the slowest. */
const patienceMilliseconds = 300_000;
/** What tests of the core read beside code. */
const readByTests = ["test/scenarios", "schemas", "boards"] as const;
/** The jury's own code: what it says of lines and tests may change with it. */
const asking = ["jury", "jury-hooks", "line-watch", "suites"].map((name) => `scripts/soak/mutants/${name}.js`);
/** What they find depends on the machine, not on the mutant. */
const measuresTime = /\/performance\./;

/** Folders of tests of the core: of it alone, and of the closed loop. */
export const testFolders = ["control", "sim/closed-loop"] as const;

/** Maps what is not known yet of the files that are wanted; `tell` hears of the progress. */
export async function mapTests(
  yard: Yard,
  wanted: (file: string) => boolean,
  workers: number,
  tell: (text: string) => void,
): Promise<readonly MappedFile[]> {
  const compiled = `${yard.folder}dist/`;
  const code = ["src", "test"]
    .flatMap((name) => filesUnder(compiled, name))
    .filter((name) => !name.endsWith(".test.js") && !name.includes(".mutant-"))
    .concat(asking);
  const shared =
    digest(compiled, code) +
    digest(
      yard.folder,
      readByTests.flatMap((name) => filesUnder(yard.folder, name)),
    );
  const known = new Map(readKept().map((kept) => [kept.mapped.file, kept]));
  const all = testFiles(yard)
    .filter(wanted)
    .map((file) => ({
      file,
      key: shared + digest(compiled, [`test/${file}.test.js`]),
    }));
  // One that fails is asked again each time: the reason may be gone.
  const waiting = all.filter(({ file, key }) => {
    const kept = known.get(file);
    return kept?.key !== key || kept.mapped.tests.some(({ passes }) => !passes);
  });
  if (waiting.length > 0) tell(`${waiting.length} of ${all.length} test files are asked which lines they run`);
  const todo = waiting.slice();
  const work = async (): Promise<void> => {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      known.set(next.file, { key: next.key, mapped: await mapFile(yard, next.file) });
      writeKept([...known.values()]);
      tell(`${waiting.length - todo.length}/${waiting.length}: ${next.file}`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return all.flatMap(({ file }) => known.get(file)?.mapped ?? []);
}

async function mapFile(yard: Yard, file: string): Promise<MappedFile> {
  const question = { change: null, tests: [{ file, number: null }], watched: `${yard.folder}dist/src/control/` };
  const { answers, whole, output } = await hearJury(yard, question, () => patienceMilliseconds);
  const loading = answers.find(({ kind }) => kind === "loaded");
  if (!whole || loading?.kind !== "loaded") throw new Error(`test/${file}.test.ts cannot be asked:\n${output}`);
  const tests = answers.flatMap((answer) => (answer.kind === "answer" ? [answer] : []));
  return { file, loading: loading.lines, tests };
}

/** Under test/ and without ending. */
function testFiles({ folder }: Yard): readonly string[] {
  return testFolders
    .flatMap((name) => filesUnder(`${folder}test/`, name))
    .filter((file) => file.endsWith(".test.ts") && !measuresTime.test(file))
    .map((file) => file.slice(0, -".test.ts".length));
}

function filesUnder(base: string, folder: string): readonly string[] {
  return readdirSync(base + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".map"))
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(base.length))
    .sort();
}

function digest(base: string, names: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\n`).update(readFileSync(base + name));
  return hash.digest("hex");
}

function writeKept(kept: readonly Kept[]): void {
  mkdirSync(`${root}.weir`, { recursive: true });
  writeFileSync(keptFile, JSON.stringify(kept));
}

function readKept(): readonly Kept[] {
  return existsSync(keptFile) ? (JSON.parse(readFileSync(keptFile, "utf8")) as readonly Kept[]) : [];
}
