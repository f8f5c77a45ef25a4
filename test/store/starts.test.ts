import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { noteStart, noteStop, readStartMoment } from "../../src/store/starts.ts";
import { temporaryFolder } from "./examples.ts";

const test = suite("starts");

function moment(uptimeSeconds: number, bootId = "boot-a", unixSeconds = uptimeSeconds) {
  return { bootId, uptimeSeconds, unixMilliseconds: unixSeconds * 1000 };
}

test("a start after a clean stop is no restart", () => {
  const folder = temporaryFolder();
  for (let start = 0; start < 5; start += 1) {
    assert.is(noteStart(folder, `start-${start}`, moment(start)), 0);
    noteStop(folder);
  }
});

test("starts without a clean stop between them are counted", () => {
  const folder = temporaryFolder();
  const counts = [0, 10, 20, 30].map((uptime) => noteStart(folder, `start-${uptime}`, moment(uptime)));
  assert.equal(counts, [0, 1, 2, 3]);
});

test("restarts more than 10 minutes apart are no loop", () => {
  const folder = temporaryFolder();
  const counts = [0, 700, 1400, 2100].map((uptime) => noteStart(folder, `start-${uptime}`, moment(uptime)));
  assert.equal(counts, [0, 1, 1, 1]);
});

test("a clean stop in between ends the count of nothing but itself", () => {
  const folder = temporaryFolder();
  noteStart(folder, "start-0", moment(0));
  noteStart(folder, "start-10", moment(10));
  noteStop(folder);
  assert.is(noteStart(folder, "start-20", moment(20)), 0);
  assert.is(noteStart(folder, "start-30", moment(30)), 2);
});

test("reboots count too, also when the wall clock went back with them", () => {
  const folder = temporaryFolder();
  noteStart(folder, "start-a", moment(100, "boot-a", 5_000));
  assert.is(noteStart(folder, "start-b", moment(20, "boot-b", 5_100)), 1);
  assert.is(noteStart(folder, "start-c", moment(20, "boot-c", 3_000)), 2);
  assert.is(noteStart(folder, "start-d", moment(20, "boot-d", 90_000)), 1);
});

test("a store process replaced within one start is no restart", () => {
  const folder = temporaryFolder();
  noteStart(folder, "start-0", moment(0));
  assert.is(noteStart(folder, "start-1", moment(10)), 1);
  assert.is(noteStart(folder, "start-1", moment(20)), 1);
  assert.is(noteStart(folder, "start-2", moment(30)), 2);
});

test("a damaged record begins the count again", () => {
  const folder = temporaryFolder();
  noteStart(folder, "start-0", moment(0));
  writeFileSync(join(folder, "starts"), "{");
  assert.is(noteStart(folder, "start-10", moment(10)), 0);
  assert.is(noteStart(folder, "start-20", moment(20)), 1);
});

test("the kernel tells its boot and uptime", () => {
  const now = readStartMoment();
  assert.match(now.bootId, /^[0-9a-f-]{36}$/);
  assert.ok(now.uptimeSeconds > 0);
});

test.run();
