/** Copies of the compiled repository in temporary folders, with every mutant compiled beside the file that it replaces. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Mutant } from "./mutant.ts";
import { linked, root } from "./yard.ts";

/** A copy in which one mutant at a time is put in its file's place. */
export interface Yard {
  /** With a slash at its end. */
  readonly folder: string;
}

/** Copies that run at the same time. Choice: the smallest machine that runs the tests has two cores. */
const yardCount = 2;

/** Compiles all mutants at once; the copies are the caller's to remove. */
export function compileMutants(mutants: readonly Mutant[]): readonly Yard[] {
  const folder = `${mkdtempSync(`${tmpdir()}/weir-mutants-`)}/`;
  for (const name of ["src", "test", "scripts", "tsconfig.json"])
    cpSync(root + name, folder + name, { recursive: true });
  for (const name of linked)
    if (existsSync(root + name) && !existsSync(folder + name)) symlinkSync(root + name, folder + name);
  for (const [index, { file, text, into }] of mutants.entries()) {
    const source = readFileSync(`${root}src/control/${file}`, "utf8");
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
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`a mutant does not compile:\n${stdout}`);
  return Array.from({ length: yardCount }, (_, index) => (index === 0 ? { folder } : copyOf(folder)));
}

/** The compiled or uncompiled mutant beside its file: `ramp.mutant-7.js`. */
export function besideOf(file: string, index: number, ending: "ts" | "js"): string {
  return file.replace(/\.ts$/, `.mutant-${index}.${ending}`);
}

function copyOf(folder: string): Yard {
  const copy = `${mkdtempSync(`${tmpdir()}/weir-mutants-`)}/`;
  cpSync(`${folder}dist`, `${copy}dist`, { recursive: true });
  for (const name of linked) if (existsSync(root + name)) symlinkSync(root + name, copy + name);
  return { folder: copy };
}
