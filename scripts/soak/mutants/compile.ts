/** A compiled copy of the repository in a temporary folder, with every mutant compiled beside the file that it replaces. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import type { Mutant } from "./mutant.ts";
import { linked, root } from "./yard.ts";

/** The copy: what is edited while mutants are tried changes nothing in it. */
export interface Yard {
  /** With a slash at its end. */
  readonly folder: string;
  /** One of each mutant, by its name. */
  readonly changes: ReadonlyMap<string, Change>;
}

/** A mutant as compiled text. */
export interface Change {
  /** Address of the compiled file that it replaces. */
  readonly url: string;
  /** Compiled file whose text takes its place. */
  readonly by: string;
  /** Under src/control, compiled: `ramp.js`. */
  readonly file: string;
  /** First and last changed line of the compiled file, from 0 on. */
  readonly lines: readonly [number, number];
}

/** Compiles all mutants at once; the copy is the caller's to remove. */
export function compileMutants(mutants: readonly Mutant[]): Yard {
  const folder = `${mkdtempSync(`${tmpdir()}/weir-mutants-`)}/`;
  for (const name of ["src", "test", "scripts", "tsconfig.json"])
    cpSync(root + name, folder + name, { recursive: true });
  for (const name of linked)
    if (existsSync(root + name) && !existsSync(folder + name)) symlinkSync(root + name, folder + name);
  for (const [index, { file, text, into }] of mutants.entries()) {
    const source = readFileSync(`${folder}src/control/${file}`, "utf8");
    // A function, since a text to insert may hold the replacement's own signs.
    writeFileSync(
      `${folder}src/control/${besideOf(file, index, "ts")}`,
      source.replace(text, () => into),
    );
  }
  // Types are not the matter: a mutant may leave a name unused.
  const { status, stdout } = spawnSync(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, "--noCheck", "-p", folder],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`a mutant does not compile:\n${stdout}`);
  return { folder, changes: new Map(mutants.map((mutant, index) => [mutant.name, changeOf(folder, mutant, index)])) };
}

/** The mutant beside its file: `ramp.mutant-7.js`. */
function besideOf(file: string, index: number, ending: "ts" | "js"): string {
  return file.replace(/\.ts$/, `.mutant-${index}.${ending}`);
}

function changeOf(folder: string, { name, file }: Mutant, index: number): Change {
  const compiled = `${folder}dist/src/control/`;
  const target = file.replace(/\.ts$/, ".js");
  const by = compiled + besideOf(file, index, "js");
  const lines = changedLines(codeLines(compiled + target), codeLines(by));
  if (lines === null) throw new RangeError(`mutant ${name} changes nothing that is compiled`);
  return { url: pathToFileURL(compiled + target).href, by, file: target, lines };
}

/** Without the line that names the source map. */
function codeLines(path: string): readonly string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("//# sourceMappingURL="));
}

function changedLines(whole: readonly string[], changed: readonly string[]): readonly [number, number] | null {
  const first = whole.findIndex((line, index) => line !== changed[index]);
  if (first === -1) return null;
  let same = 0;
  while (whole.length - same - 1 > first && whole.at(-1 - same) === changed.at(-1 - same)) same += 1;
  // Where text is only added, the line before which it stands.
  return [first, Math.max(first, whole.length - same - 1)];
}
