import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type NewEntry, openEventLog } from "../../src/store/event-log.ts";
import { temporaryFolder } from "./examples.ts";

const test = suite("event log");

const bounds = { segmentBytes: 2_000, segments: 3 };

function entry(sequence: number, boot = "boot-a"): NewEntry {
  const text = `Event ${sequence} about a tank.`;
  return { boot, sequence, unixMilliseconds: 1_795_390_000_000, kind: "mode", severity: "warning", subject: "s", text };
}

function logFiles(folder: string): string[] {
  return readdirSync(folder).sort();
}

test("numbers begin at 1 and go on after a reopening", () => {
  const folder = temporaryFolder();
  openEventLog(folder, bounds).append([entry(1), entry(2)]);
  const stored = openEventLog(folder, bounds).append([entry(1, "boot-b")]);
  assert.equal(
    stored.map((event) => event.number),
    [3],
  );
});

test("an entry that is on disk already keeps its number and is not written again", () => {
  const folder = temporaryFolder();
  openEventLog(folder, bounds).append([entry(1), entry(2)]);
  const log = openEventLog(folder, bounds);
  assert.equal(
    log.append([entry(2), entry(3)]).map((event) => event.number),
    [2, 3],
  );
  assert.is(log.lastNumber(), 3);
});

test("a tail torn at any byte is cut off and its numbers are given anew", () => {
  for (let cut = 1; cut < 60; cut += 3) {
    const folder = temporaryFolder();
    openEventLog(folder, bounds).append([entry(1), entry(2)]);
    const path = join(folder, logFiles(folder)[0] ?? "");
    truncateSync(path, statSync(path).size - cut);
    const log = openEventLog(folder, bounds);
    assert.is(log.lastNumber(), 1, `cut by ${cut}`);
    log.append([entry(9)]);
    const numbers = openEventLog(folder, bounds)
      .newest(10)
      .map((event) => `${event.number}:${event.sequence}`);
    assert.equal(numbers, ["1:1", "2:9"], `cut by ${cut}`);
  }
});

test("rubbish behind the last record does not swallow the next one", () => {
  const folder = temporaryFolder();
  openEventLog(folder, bounds).append([entry(1)]);
  appendFileSync(join(folder, logFiles(folder)[0] ?? ""), "\0\0\0\0 12 {");
  openEventLog(folder, bounds).append([entry(2)]);
  assert.equal(
    openEventLog(folder, bounds)
      .newest(10)
      .map((event) => event.sequence),
    [1, 2],
  );
});

test("a record damaged in the middle is left out and the others stand", () => {
  const folder = temporaryFolder();
  openEventLog(folder, bounds).append([entry(1), entry(2), entry(3)]);
  const path = join(folder, logFiles(folder)[0] ?? "");
  writeFileSync(path, readFileSync(path, "utf8").replace("Event 2", "Event 7"));
  const log = openEventLog(folder, bounds);
  assert.equal(
    log.newest(10).map((event) => event.number),
    [1, 3],
  );
  assert.is(log.lastNumber(), 3);
});

test("the log is bounded and loses the oldest only", () => {
  const folder = temporaryFolder();
  const log = openEventLog(folder, bounds);
  for (let sequence = 1; sequence <= 100; sequence += 1) log.append([entry(sequence)]);
  assert.is(logFiles(folder).length, bounds.segments);
  const bytes = logFiles(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  assert.ok(bytes < bounds.segments * (bounds.segmentBytes + 300), `${bytes} bytes`);
  const kept = openEventLog(folder, bounds).newest(100);
  assert.is(kept.at(-1)?.number, 100);
  kept.forEach((event, index) => {
    assert.is(event.number, (kept[0]?.number ?? 0) + index);
  });
});

test("numbers go on even when all records of the newest segment are lost", () => {
  const folder = temporaryFolder();
  const log = openEventLog(folder, bounds);
  for (let sequence = 1; sequence <= 30; sequence += 1) log.append([entry(sequence)]);
  const newest = logFiles(folder).at(-1) ?? "";
  const first = Number(newest.slice("events-".length, -".log".length));
  truncateSync(join(folder, newest), 0);
  assert.is(openEventLog(folder, bounds).lastNumber(), first - 1);
});

test.run();
