import { basename } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { measureFunctions } from "./function-lengths.ts";
import { filesBelow, read, sources } from "./sources.ts";
import { onlyCode, withoutComments } from "./walls.ts";

const test = suite("house rules of text");

interface Rule {
  readonly name: string;
  /** Files it holds for, by path. */
  readonly files: RegExp;
  readonly broken: (text: string, file: string) => boolean;
  /** A text that must be found broken. */
  readonly sample: string;
}

/** Words of a name that say nothing about the thing. */
const vague = /(^|[-.])(utils?|helpers?|manager|common|misc|index)([-.]|$)/;

const rules: readonly Rule[] = [
  {
    name: "nothing is left to do, nothing is silenced",
    files: /./,
    broken: (text) =>
      /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|expect-error|nocheck)/.test(text) || /\bas any\b/.test(onlyCode(text)),
    sample: `// ${"TO"}DO later`,
  },
  {
    name: "a source says in its first lines what it is for",
    files: /^(src|scripts)\//,
    broken: (text) => !/^(#!.*\n)?\/\*\*/.test(text),
    sample: 'import { a } from "./a.ts";',
  },
  {
    name: "no barrels",
    files: /./,
    broken: (text) => /^export \* from/m.test(text),
    sample: 'export * from "./a.ts";',
  },
  {
    name: "no test is skipped or singled out",
    files: /^test\//,
    broken: (text) => /\b\w+\.(skip|only)\(/.test(onlyCode(text)),
    sample: 'test.skip("a", () => {});',
  },
  {
    name: "tests wait for conditions, not for time",
    files: /^test\/(?!waiting\.ts$)/,
    broken: (text) =>
      /\bsetTimeout\s*\((\s*\(\)\s*=>\s*)?\s*(resolve|done|wake)\b|\bAtomics\.wait\b/.test(onlyCode(text)) ||
      /["'](node:)?timers/.test(withoutComments(text)),
    sample: "await new Promise((resolve) => setTimeout(resolve, 10));",
  },
  {
    // The linter sees a possible promise in fast-check's assert, and only where the packages are installed for real.
    name: "a property is awaited, or marked as synchronous by void",
    files: /^test\//,
    broken: (text) => /^\s*(fc|fastCheck|check)\.assert\(/m.test(onlyCode(text)),
    sample: "  fc.assert(property);",
  },
  {
    name: "comments tell how it is, not how it came to be",
    files: /^(src|scripts)\//,
    broken: (text) => /\/\/.*\b(previously|used to be|no longer|formerly|refactored)\b/i.test(text),
    sample: "// previously a list",
  },
];

for (const { name, files, broken, sample } of rules) {
  test(name, () => {
    const found = sources().filter(
      (file) => files.test(file) && file !== "test/house/text.test.ts" && broken(read(file), file),
    );
    assert.equal(found, []);
  });
  test(`${name}: a file that breaks it is found`, () => assert.ok(broken(sample, "sample.ts")));
}

test("file names are kebab-case and say what the thing is", () => {
  const found = sources().filter((file) => {
    const name = basename(file).replace(/\.((test|d|pending)\.)?ts$/, "");
    return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || vague.test(name);
  });
  assert.equal(found, []);
  assert.ok(vague.test("miner-helpers") && vague.test("utils") && !vague.test("commonwealth"));
});

/** Longest function that can be read in one go [lines], without the functions inside it; in tests, where it is data, a little more. Choice. */
const longestFunction = 70;
const longestFixture = 100;

test("functions can be read in one go", () => {
  const found = sources().flatMap((file) =>
    measureFunctions(read(file))
      .filter(({ ownLines }) => ownLines > (file.startsWith("test/") ? longestFixture : longestFunction))
      .map(({ line, ownLines }) => `${file}:${line} ${ownLines} lines`),
  );
  assert.equal(found, []);
});

test("a long function is found, its inner functions count for themselves", () => {
  const body = (count: number, indent: string): string => `${indent}work();\n`.repeat(count);
  const inner = `  const inner = (a: number): void => {\n${body(71, "    ")}  };\n`;
  const text = `export function outer(\n  a: number,\n): void {\n${body(10, "  ")}${inner}  if (a) {\n    work();\n  }\n}\n`;
  assert.equal(
    measureFunctions(text).map(({ ownLines }) => ownLines),
    [71, 14],
  );
  const method = `class A {\n  async go(a: string): Promise<void> {\n${body(80, "    ")}  }\n}\n`;
  assert.equal(measureFunctions(method), [{ line: 2, ownLines: 80 }]);
});

test("every test file is one the runner picks up, and mirrors a folder", () => {
  const lost = filesBelow("test", ".ts").filter((file) => /suite\(/.test(read(file)) && !file.endsWith(".test.ts"));
  assert.equal(lost, []);
});

test.run();
