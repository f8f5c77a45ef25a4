/** SunSpec meters on a simulated line: integers with scale factors and floats, the marker at each base; found, proven, read, and walked again. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSerialLine } from "../../../src/drivers/serial/serial-line.ts";
import type { PointDriver } from "../../../src/model/driver.ts";
import { sunspecSerialNumber } from "../../../src/sim/wires/modbus-sunspec.ts";
import { type PlayedLine, playLine, weir } from "../../field/far-lines.ts";
import { waitFor } from "../../waiting.ts";
import { clock, resolveLine, temporaryFolder } from "./line-under-test.ts";

const test = suite("SunSpec meters on a line");
const folder = temporaryFolder();
const link = folder.path("line");
const baudRate = 57_600;
const meters = [
  { name: "ints", kind: "sunspec-meter-201-204", address: 1, base: 40_000 },
  { name: "floats", kind: "sunspec-meter-211-214", address: 2, base: 50_000 },
  { name: "low", kind: "sunspec-meter-201-204", address: 3, base: 0 },
] as const;
let line: PlayedLine | null = null;
let driver: PointDriver | null = null;

test.before(async () => {
  line = await playLine({ link, baudRate, parity: "none", stopBits: 1, devices: meters });
  line.truth({ "ints/powerWatts": 123_450, "floats/powerWatts": 61_234.5, "low/powerWatts": -5000 });
  line.truth({ "ints/energyImportWattHours": 34_568_090, "low/frequencyHertz": 59.98 });
  // A counter of 0 says that there is none.
  line.truth({ "low/energyImportWattHours": 70_000 });
});

test.after(async () => {
  await driver?.stop();
  await line?.stop();
  folder.remove();
});

const shown = (name: string): number => {
  const reading = driver?.readings()[name];
  return reading?.quality === "good" ? reading.value : Number.NaN;
};
const reads = (name: string, value: number, tolerance: number) =>
  waitFor(() => Math.abs(shown(name) - value) <= tolerance, {
    within: 10_000,
    what: () => `${name} ${value}: ${JSON.stringify(driver?.readings()[name])}`,
  });

test("the line finds each model, whatever its base, and scales by the factor read with the value", async () => {
  const devices = meters.map(({ name, kind, address }) => ({ name, board: kind, address }));
  driver = openSerialLine(resolveLine(link, baudRate, devices), clock);
  driver.start();
  // The meter counts tens of watts.
  await reads("ints/powerWatts", 123_450, 5);
  await reads("ints/current2Amperes", 123_450 / 3 / 0.98 / 230, 0.01);
  await reads("ints/powerFactorRatio", 0.98, 0.001);
  await reads("ints/energyImportWattHours", 34_568_090, 1000);
  await reads("floats/powerWatts", 61_234.5, 0.01);
  await reads("floats/voltage3Volts", 230, 0.01);
  await reads("low/powerWatts", -5000, 5);
  await reads("low/frequencyHertz", 59.98, 0.001);
});

test("nothing is good after an unplug until each was found again", async () => {
  line?.fault("line", "hangup", true);
  await waitFor(() => Number.isNaN(shown("floats/powerWatts")), { within: 5000, what: "a bad reading" });
  line?.truth({ "floats/powerWatts": 7000, "ints/powerWatts": 9000 });
  line?.fault("line", "hangup", false);
  await reads("floats/powerWatts", 7000, 0.01);
  await reads("ints/powerWatts", 9000, 5);
});

test("weir read walks to it as well, and shows the serial number of its common model", async () => {
  await driver?.stop();
  driver = null;
  for (const { kind, address } of meters) {
    const { status, stdout, stderr } = await weir(
      ["read", link, "--board", kind, "--address", String(address), "--baud", String(baudRate), "--json"],
      20_000,
    );
    assert.is(status, 0, stdout + stderr);
    const { probe, serialNumber, points } = JSON.parse(stdout);
    assert.is(probe.proven, true);
    assert.is(serialNumber, sunspecSerialNumber);
    const power = points.find(({ name }: { name: string }) => name === "powerWatts");
    assert.is(power.fault, null);
  }
});

test("floats asked for as integers are nowhere: one clear sentence", async () => {
  const words = ["read", link, "--board", "sunspec-meter-201-204", "--address", "2", "--baud", String(baudRate)];
  const { status, stderr } = await weir(words, 20_000);
  assert.is(status, 1);
  assert.match(stderr, /no model of SunSpec .* was found/);
});

test.run();
