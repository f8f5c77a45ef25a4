/** The table of the invariants: every one has a row, and every row names a test that is there. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const test = suite("table of the invariants");
/** Source: the facts on the grid and safety, section 5.5. */
const invariantCount = 31;

interface Row {
  readonly number: number;
  readonly file: string;
  readonly name: string;
}

function rowsOf(table: string): readonly Row[] {
  return table.split("\n").flatMap((line) => {
    const [, number, , , file, name] = line.split("|").map((cell) => cell.trim());
    return /^\d+$/.test(number ?? "") ? [{ number: Number(number), file: file ?? "", name: name ?? "" }] : [];
  });
}

/** The name stands there as the whole name of a test, of a case or of a rule; a seed may follow it. */
function isThere({ file, name }: Row): boolean {
  const text = readFileSync(root + file, "utf8");
  return [`"${name}"`, `\`${name}`].some((quoted) => text.includes(quoted));
}

const rows = rowsOf(readFileSync(`${root}test/README.md`, "utf8"));

test("every invariant has a row", () => {
  const numbers = new Set(rows.map(({ number }) => number));
  assert.equal(
    Array.from({ length: invariantCount }, (_, index) => index + 1).filter((number) => !numbers.has(number)),
    [],
  );
});

test("every row names a test or a rule that is there", () => {
  assert.equal(
    rows.filter((row) => !isThere(row)).map(({ number, name }) => `${number}: ${name}`),
    [],
  );
});

test("a row that names nothing is found", () => {
  const [row] = rowsOf("| 3 | a sentence | unit | test/README.md | no such test was ever written here |");
  assert.ok(row !== undefined && !isThere(row));
});

test.run();
