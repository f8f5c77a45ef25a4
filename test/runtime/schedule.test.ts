import { suite } from "uvu";
import * as assert from "uvu/assert";
import { systemClock } from "../../src/runtime/clock.ts";
import { type Schedule, startSchedule } from "../../src/runtime/schedule.ts";
import { waitFor } from "../waiting.ts";

const test = suite("schedule of the scans");

interface Seen {
  readonly at: number;
  readonly isRegular: boolean;
}

let running: Schedule | null = null;
test.after.each(() => running?.stop());

function watch(during: () => void = () => {}): Seen[] {
  const seen: Seen[] = [];
  running = startSchedule(systemClock, (isRegular) => {
    seen.push({ at: systemClock.now(), isRegular });
    during();
  });
  return seen;
}

test("scans come at once and then every second on a fixed grid", async () => {
  const seen = watch();
  await waitFor(() => seen.length >= 4, { within: 5_000, what: "four scans" });
  const [first, , , fourth] = seen;
  assert.ok(seen.every((scan) => scan.isRegular));
  assert.ok(Math.abs((fourth?.at ?? 0) - (first?.at ?? 0) - 3_000) < 100, "three periods without drift");
});

test("something urgent brings a scan at once, at most every 50 ms, and does not move the grid", async () => {
  const seen = watch();
  await waitFor(() => seen.length === 1, { within: 1_000, what: "first scan" });
  const until = systemClock.now() + 500;
  await waitFor(
    () => {
      running?.urge();
      return systemClock.now() > until;
    },
    { within: 2_000, what: "half a second of urging" },
  );
  const urgent = seen.slice(1);
  assert.ok(urgent.length >= 5 && urgent.length <= 11, `${urgent.length} urgent scans in half a second`);
  seen.slice(1).forEach((scan, index) => {
    assert.ok(scan.at - (seen[index]?.at ?? 0) >= 50, "never closer than 50 ms");
  });
  await waitFor(() => seen.filter((scan) => scan.isRegular).length === 2, {
    within: 2_000,
    what: "second regular scan",
  });
  const regular = seen.filter((scan) => scan.isRegular);
  assert.ok(Math.abs((regular[1]?.at ?? 0) - (regular[0]?.at ?? 0) - 1_000) < 100);
});

test("scans missed while the process stood still are not made up for", async () => {
  let isFirst = true;
  const seen = watch(() => {
    if (!isFirst) return;
    isFirst = false;
    const end = performance.now() + 2_500;
    while (performance.now() < end);
  });
  await waitFor(() => seen.length >= 3, { within: 6_000, what: "three scans" });
  assert.ok((seen[2]?.at ?? 0) - (seen[1]?.at ?? 0) > 900, "no burst after the standstill");
});

test("nothing is scanned after the stop, also when it comes from within a scan", async () => {
  const seen = watch(() => {
    running?.urge();
    running?.stop();
  });
  await waitFor(() => seen.length === 1, { within: 1_000, what: "one scan" });
  const end = systemClock.now() + 200;
  await waitFor(() => systemClock.now() > end, { within: 1_000, what: "some time" });
  assert.is(seen.length, 1);
});

test.run();
