/** The list of mutants keeps up with the core: each still fits its file, and no file of the core is without one. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mutants } from "../../scripts/soak/mutants/list.ts";
import type { Mutant } from "../../scripts/soak/mutants/mutant.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const core = `${root}src/control/`;
const test = suite("list of mutants");

/** What it throws nothing reaches: whatever is changed there, the core behaves the same. */
const unreachable = "impossible.ts";

/** A text that is not found, or found twice, says nothing. */
function misfits(list: readonly Mutant[]): readonly string[] {
  return list
    .filter(({ file, text, into }) => readFileSync(core + file, "utf8").split(text).length !== 2 || text === into)
    .map(({ name }) => name);
}

/** A file of types compiles to nothing. */
function hasCode(file: string): boolean {
  const compiled = readFileSync(`${root}dist/src/control/${file.replace(/\.ts$/, ".js")}`, "utf8");
  return compiled.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").trim() !== "export {};";
}

test("every mutant changes one text that stands once in its file", () => {
  assert.equal(misfits(mutants), []);
});

test("a mutant whose text has gone is found", () => {
  const [mutant] = mutants;
  assert.ok(mutant !== undefined);
  assert.equal(misfits([{ ...mutant, text: "no such text stands in the core" }]), [mutant.name]);
});

test("every mutant has a name of its own, and a test file that is asked first", () => {
  const names = mutants.map(({ name }) => name);
  assert.equal(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  assert.equal(
    mutants.filter(({ by }) => !existsSync(`${root}test/${by}.test.ts`)).map(({ name }) => name),
    [],
  );
});

test("every file of the core has a mutant", () => {
  const broken = new Set(mutants.map(({ file }) => file));
  const files = readdirSync(core, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  assert.equal(
    files.filter((file) => hasCode(file) && !broken.has(file)),
    [unreachable],
  );
});

test.run();
