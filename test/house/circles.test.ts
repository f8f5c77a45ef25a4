import { suite } from "uvu";
import * as assert from "uvu/assert";
import { circles } from "./circles.ts";
import { read, sources } from "./sources.ts";

const test = suite("imports lead down");

test("no two files need each other, not even for a type", () => {
  const files = sources().filter((file) => file.startsWith("src/") || file.startsWith("scripts/"));
  assert.ok(files.length > 100, `${files.length} files were looked at`);
  assert.equal(circles(new Map(files.map((file) => [file, read(file)]))), []);
});

test("a circle through a type is found", () => {
  const texts = new Map([
    ["src/a.ts", 'import { b } from "./b.ts";'],
    ["src/b.ts", 'import { c } from "./c.ts";'],
    ["src/c.ts", 'import type { A } from "./a.ts";'],
  ]);
  assert.equal(circles(texts), [["src/a.ts", "src/b.ts", "src/c.ts", "src/a.ts"]]);
});

test.run();
