/** The book of reasons and the page that dispatchers read say the same, code by code. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { reasonBook } from "../../src/control/reason-book.ts";

const test = suite("reason book");

const page = readFileSync(new URL("../../../schemas/README.md", import.meta.url), "utf8");

test("each code stands on the dispatchers' page with its meaning and what allows more", () => {
  const rows = page.split("\n").filter((line) => /^\| `[a-z-]+` \| .+ \| .+ \|$/.test(line));
  for (const [code, { means, more }] of Object.entries(reasonBook))
    assert.ok(rows.includes(`| \`${code}\` | ${means} | ${more} |`), `schemas/README.md lacks the row of ${code}`);
});

test("each remedy is a clause of its own", () => {
  for (const [code, { means, more }] of Object.entries(reasonBook)) {
    assert.match(more, /^[A-Z].*[^.]$/, code);
    assert.match(means, /[^.]$/, code);
  }
});

test.run();
