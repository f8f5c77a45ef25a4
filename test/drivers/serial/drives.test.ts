/** Drives on a simulated line: started by their words, kept at their speed, read back; never stopped by being told what they do already. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSerialLine } from "../../../src/drivers/serial/serial-line.ts";
import type { PointDriver } from "../../../src/model/driver.ts";
import { waitFor } from "../../waiting.ts";
import { clock, type FarLine, resolveLine, startFarLine, temporaryFolder } from "./line-under-test.ts";

const test = suite("drives");
const folder = temporaryFolder();
const port = folder.path("line");
const baudRate = 57_600;
const devices = [
  { name: "pump", board: "abb-acs355-ach550", address: 1, setpoints: [{ point: "speedReferencePercent", value: 80 }] },
  { name: "fan", board: "danfoss-fc51", address: 2, setpoints: [{ point: "speedReferencePercent", value: 50 }] },
];
let far: FarLine | null = null;
let driver: PointDriver | null = null;

test.before(async () => {
  far = await startFarLine(port, baudRate, devices);
});

test.after(async () => {
  await driver?.stop();
  await far?.kill();
  folder.remove();
});

const open = (): PointDriver => {
  const opened = openSerialLine(resolveLine(port, baudRate, devices), clock);
  opened.start();
  return opened;
};
const shown = (name: string): number | null => {
  const reading = driver?.readings()[name];
  return reading?.quality === "good" ? reading.value : null;
};
const told = () => JSON.stringify({ readings: driver?.readings(), effects: far?.effects() });
const reads = (name: string, value: number) =>
  waitFor(() => Math.abs((shown(name) ?? Number.NaN) - value) < 0.1 * Math.max(1, value / 10), {
    within: 10_000,
    what: told,
  });

test("a drive nobody has commanded stands, and its speed is set nevertheless", async () => {
  driver = open();
  await reads("pump/speedReferencePercent", 80);
  await reads("fan/speedReferencePercent", 50);
  for (const name of ["pump/running", "fan/running", "pump/tripped"]) await reads(name, 0);
});

test("it is started by its words and shows status, speed and current", async () => {
  driver?.command({ "pump/run": 1, "fan/run": 1 });
  await reads("pump/running", 1);
  await reads("fan/running", 1);
  await reads("pump/motorRevolutionsPerMinute", 1200);
  await reads("pump/outputHertz", 40);
  await reads("pump/motorAmperes", 12.3);
  await reads("fan/outputHertz", 25);
  assert.is(shown("pump/run"), 1);
});

test("a commanded speed replaces the one that is kept; one beyond the range is refused and changes nothing", async () => {
  assert.equal(driver?.command({ "pump/speedReferencePercent": 60, "fan/speedReferencePercent": 100 }), []);
  await reads("pump/speedReferencePercent", 60);
  await reads("pump/motorRevolutionsPerMinute", 900);
  await reads("fan/outputHertz", 50);
  assert.equal(driver?.command({ "pump/speedReferencePercent": 101 }), [
    { point: "pump/speedReferencePercent", value: 101, minimum: 0, maximum: 100 },
  ]);
  await reads("pump/speedReferencePercent", 60);
});

test("a drive that somebody changed or stopped on the spot is brought back to what is commanded", async () => {
  const restored = (times: number) =>
    waitFor(
      () => {
        const effects = far?.effects() ?? {};
        const speeds = [effects["pump/speedPercent"] ?? 0, effects["fan/speedPercent"] ?? 0];
        const counts = [effects["pump/restored"] ?? 0, effects["fan/restored"] ?? 0];
        const right = Math.abs((speeds[0] ?? 0) - 60) < 0.1 && Math.abs((speeds[1] ?? 0) - 100) < 0.1;
        return right && counts.every((count) => count === times);
      },
      { within: 10_000, what: told },
    );
  far?.truth({ "pump/speedPercent": 20, "fan/speedPercent": 20 });
  await restored(1);
  far?.truth({ "pump/stopped": 1, "fan/stopped": 1 });
  await restored(2);
  await reads("pump/running", 1);
});

test("a new controller that finds it running leaves it running", async () => {
  await driver?.stop();
  let stops = 0;
  driver = open();
  driver.command({ "pump/run": 1, "fan/run": 1 });
  const since = performance.now();
  // Longer than the words take to be written again.
  await waitFor(
    () => {
      if (far?.effects()["pump/running"] !== 1 || far?.effects()["fan/running"] !== 1) stops += 1;
      return performance.now() - since > 6500 && shown("pump/run") === 1;
    },
    { within: 12_000, what: told },
  );
  assert.is(stops, 0);
});

test("a trip is shown; stop stops", async () => {
  driver?.command({ "pump/run": 1, "fan/run": 0 });
  await reads("fan/running", 0);
  assert.is(shown("pump/running"), 1);
  far?.truth({ "pump/tripped": 1 });
  await reads("pump/tripped", 1);
  await reads("pump/running", 0);
});

test.run();
