import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSerialLine } from "../../../src/drivers/serial/serial-line.ts";
import type { PointDriver } from "../../../src/model/driver.ts";
import { waitFor } from "../../waiting.ts";
import { clock, type DeviceWords, resolveLine, startFarLine, temporaryFolder } from "./line-under-test.ts";

const test = suite("serial line on a paced pseudo-terminal");
const folder = temporaryFolder();
test.after(folder.remove);

const baudRate = 19_200;
const meter: DeviceWords = { name: "meter", board: "eastron-sdm630-v2", address: 1, pollMilliseconds: 200 };
const tank: DeviceWords = {
  name: "tank",
  board: "eletechsup-pta8d08",
  address: 2,
  pollMilliseconds: 200,
  channels: [
    { point: "input1Celsius", name: "coolantCelsius" },
    { point: "input2Celsius", name: "openCelsius" },
  ],
};
const flow: DeviceWords = {
  name: "flow",
  board: "waveshare-ai8",
  address: 3,
  pollMilliseconds: 200,
  channels: [
    { point: "input1Milliamperes", name: "coolantLitersPerMinute", scaling: { from: [4, 20], to: [0, 250] } },
    { point: "input2Milliamperes", name: "brokenLitersPerMinute", scaling: { from: [4, 20], to: [0, 250] } },
  ],
};
const io: DeviceWords = {
  name: "io",
  board: "waveshare-io8",
  address: 4,
  channels: [
    { point: "input1", name: "leakDry" },
    { point: "output1", name: "contactor" },
  ],
};

const good = (driver: PointDriver, name: string): number | null => {
  const reading = driver.readings()[name];
  return reading?.quality === "good" ? reading.value : null;
};
const fault = (driver: PointDriver, name: string): string | null => {
  const reading = driver.readings()[name];
  return reading?.quality === "bad" ? reading.fault : null;
};
const told = (driver: PointDriver) => () => JSON.stringify({ health: driver.health(), readings: driver.readings() });
const near = (a: number | null, b: number): boolean => a !== null && Math.abs(a - b) <= Math.abs(b) * 1e-4;

test("four kinds of devices on one line bring their points with units, qualities and ages", async () => {
  const devices = [meter, tank, flow, io];
  const port = folder.path("four");
  const far = await startFarLine(port, baudRate, devices);
  far.truth({
    "meter/powerWatts": 90_000,
    "tank/input1Celsius": 41.3,
    "flow/input1Milliamperes": 12,
    "io/input1": 1,
  });
  const line = resolveLine(port, baudRate, devices);
  let urgent = 0;
  const driver = openSerialLine(line, clock, { onUrgent: () => (urgent += 1) });
  for (const [name, reading] of Object.entries(driver.readings())) {
    assert.is(reading.quality === "bad" && reading.fault, "not-read-yet", name);
  }
  const begun = clock.now();
  driver.start();
  const missing = (): string[] =>
    Object.values(driver.readings()).flatMap((reading) => (reading.quality === "good" ? [] : [reading.fault]));
  await waitFor(() => missing().join() === "broken-sensor,broken-sensor", { within: 8000, what: told(driver) });
  assert.ok(near(good(driver, "meter/powerWatts"), 90_000));
  assert.ok(near(good(driver, "meter/current2Amperes"), 90_000 / 3 / 230 / 0.98));
  assert.ok(near(good(driver, "meter/frequencyHertz"), 50));
  assert.is(good(driver, "tank/coolantCelsius"), 41.300000000000004);
  // An open input reads 97.7 °C.
  assert.is(fault(driver, "tank/openCelsius"), "broken-sensor");
  assert.is(good(driver, "flow/coolantLitersPerMinute"), 125);
  assert.is(fault(driver, "flow/brokenLitersPerMinute"), "broken-sensor");
  assert.is(good(driver, "io/leakDry"), 1);
  assert.is(good(driver, "io/contactor"), 0);
  for (const { at } of Object.values(driver.readings())) assert.ok(at > begun - 1100 && at <= clock.now());

  const before = urgent;
  far.truth({ "io/input1": 0 });
  await waitFor(() => good(driver, "io/leakDry") === 0, { within: 2000, what: told(driver) });
  assert.ok(urgent > before, "a changed contact is told at once");

  const commanded = clock.now();
  driver.command({ "io/contactor": 1, "elsewhere/output": 1 });
  await waitFor(() => far.effects()["io/output1"] === 1, { within: 1000, what: "the contactor's coil" });
  await waitFor(() => good(driver, "io/contactor") === 1, { within: 1000, what: told(driver) });
  assert.ok(clock.now() - commanded < 800, `written and read back after ${clock.now() - commanded} ms`);
  assert.is(driver.health().state, "open");
  assert.ok(
    driver.health().devices.every(({ state, timeouts }) => state === "good" && timeouts === 0),
    told(driver)(),
  );
  await driver.stop();
  await far.kill();
});

test.run();
