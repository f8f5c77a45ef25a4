import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openProgress, progressText } from "../../src/commands/progress.ts";

const test = suite("progress");

test("the estimate is what the rest takes at the pace so far, and is not made of too little", () => {
  assert.is(progressText(50, 200, "looked at", 2_000), "looked at 50 of 200, about 6 s to go");
  assert.is(progressText(5, 200, "looked at", 2_000), "looked at 5 of 200");
});

test("the line is written seldom, removed at the end, and never where nobody looks", () => {
  const lines: string[] = [];
  const write = (text: string): boolean => lines.push(text) > 0;
  const told = openProgress(true, write);
  for (let done = 1; done <= 1_000; done += 1) told(done, 1_000, "looked at");
  assert.is(lines[0], "\r\x1b[Klooked at 1 of 1000");
  assert.is(lines.at(-1), "\r\x1b[K");
  assert.ok(lines.length < 100, `${lines.length} lines`);
  const before = lines.length;
  openProgress(false, write)(1, 2, "looked at");
  assert.is(lines.length, before);
});

test.run();
