import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openProgress, openWaiting, progressText, waitingText } from "../../src/commands/progress.ts";

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

test("a wait tells what for and since when, within 80 columns, and leaves the line clean", async () => {
  const lines: string[] = [];
  const write = (text: string): boolean => lines.push(text) > 0;
  assert.is(
    await openWaiting(true, write)(
      () => "sleep: sent",
      150_000,
      async () => 7,
    ),
    7,
  );
  assert.equal(lines, ["\r\x1b[Ksleep: sent, 0 s of at most 150 s", "\r\x1b[K"]);
  assert.is(
    await openWaiting(false, write)(
      () => "sleep: sent",
      150_000,
      async () => 8,
    ),
    8,
  );
  assert.is(lines.length, 2);
  assert.is(waitingText("x".repeat(200), 0, 1).length, 79);
});

test.run();
