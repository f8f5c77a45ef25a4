import { suite } from "uvu";
import * as assert from "uvu/assert";
import { watchDrives } from "../../../src/control/plausibility/drive-watch.ts";
import type { Readings } from "../../../src/model/reading.ts";
import type { Site } from "../../../src/model/site.ts";

const test = suite("what drives say of themselves");

const points = ["run", "running", "tripped", "lastFault", "remote"].map((name) => ({ name: `fan/${name}` }));
const meter = { name: "meter", points: [{ name: "meter/powerWatts" }] };
const site = { lines: [{ devices: [meter, { name: "fan", points }] }] } as unknown as Site;

const good = (values: Readonly<Record<string, number>>, at: number): Readings =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`fan/${name}`, { quality: "good", value, at }]));
const watch = (values: Readonly<Record<string, number>>, since: number | null, now: number, at = now) =>
  watchDrives(site, good(values, at), since === null ? {} : { fan: since }, now);
const nothing = { since: {}, warnings: [] };

test("a drive that tripped is told, with its fault where it names one", () => {
  const told = watch({ run: 1, running: 0, tripped: 1, lastFault: 7 }, null, 1000).warnings[0];
  assert.is(told?.name, "drive-fault fan");
  assert.match(told?.reason.text ?? "", /The drive fan has tripped with fault 7: read its panel/);
  const unnumbered = watch({ tripped: 1, lastFault: 0 }, null, 1000);
  assert.equal(unnumbered, { since: { "fan tripped": 1000 }, warnings: [] }, "its number may be on the way");
  const later = watchDrives(site, good({ tripped: 1, lastFault: 0 }, 4000), unnumbered.since, 4000);
  assert.match(later.warnings[0]?.reason.text ?? "", /fan has tripped: read/);
  assert.match(watch({ tripped: 1 }, null, 1000).warnings[0]?.reason.text ?? "", /fan has tripped: read/);
});

test("one that is told to run and stands is told after 15 s, and why where it says so", () => {
  const standing = { run: 1, running: 0, tripped: 0, remote: 1 };
  assert.equal(watch(standing, null, 1000), { since: { fan: 1000 }, warnings: [] });
  assert.equal(watch(standing, 1000, 15_999).warnings, []);
  const told = watch(standing, 1000, 16_000);
  assert.equal([told.since, told.warnings[0]?.name], [{ fan: 1000 }, "drive-stands fan"]);
  assert.match(told.warnings[0]?.reason.text ?? "", /told to run and stands, for 15 s: look at its enable input/);
  const local = watch({ ...standing, remote: 0 }, 1000, 16_000).warnings[0];
  assert.match(local?.reason.text ?? "", /does not obey the line: put it to remote/);
});

test("one that runs, is told to stand, or has not been heard of lately is nothing", () => {
  assert.equal(watch({ run: 1, running: 1, tripped: 0 }, 1000, 20_000), nothing);
  assert.equal(watch({ run: 0, running: 0, tripped: 0 }, 1000, 20_000), nothing);
  assert.equal(watch({ run: 1, running: 0, tripped: 0 }, 1000, 20_000, 9_000), nothing);
  assert.equal(watch({ tripped: 1 }, null, 20_000, 9_000), nothing);
  assert.equal(watch({}, 1000, 20_000), nothing);
});

test.run();
