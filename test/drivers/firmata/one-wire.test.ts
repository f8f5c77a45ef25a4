/**
 * The far end's DS18B20 answer by their data sheet, and the OneWire messages by the published protocol (onewire.md),
 * beside the real StandardFirmata on a simulated Uno. No real firmware with OneWire comes in a package that a fresh
 * machine can fetch: what ConfigurableFirmata does other than its protocol says is not tested here.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openFirmataBoard } from "../../../src/drivers/firmata/board.ts";
import type { PointDriver } from "../../../src/model/driver.ts";
import type { FirmataSite } from "../../../src/model/firmata.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { waitFor } from "../../waiting.ts";
import { boardOnPort, clock, type FarBoard, startFarBoard } from "./rig.ts";

const test = suite("DS18B20 behind a Firmata board");

/** Family code, serial number, checksum: the ROM codes of the two sensors on pin 3. */
const romCodes = ["280102030405069E", "28AA00000000008D"] as const;
const serials = {
  2: [[9, 9, 9, 9, 9, 9]],
  3: [
    [1, 2, 3, 4, 5, 6],
    [0xaa, 0, 0, 0, 0, 0],
  ],
};

let far: FarBoard;
let driver: PointDriver;
/** The same points on a board whose firmware has no OneWire. */
let plainFar: FarBoard;
let plainDriver: PointDriver;

/** The shipped board, its outlet sensor made two that share a pin. */
function site(port: string): FirmataSite {
  const shipped = boardOnPort("uno-one-wire", port);
  const points = shipped.points.flatMap((point) =>
    point.pin === 3
      ? romCodes.map((romCode, index) => ({ ...point, name: `tank-io/outlet${index + 1}Celsius`, romCode }))
      : [point],
  );
  return { ...shipped, points };
}

test.before(async () => {
  [far, plainFar] = await Promise.all([
    startFarBoard({ s0Celsius: 40, s1Celsius: -10.125, s2Celsius: 61.5, d4Level: 1 }, { oneWire: serials }),
    startFarBoard({ d4Level: 1 }),
  ]);
  driver = openFirmataBoard(site(far.port), clock);
  plainDriver = openFirmataBoard(site(plainFar.port), clock);
  driver.start();
  plainDriver.start();
});

test.after(async () => {
  await Promise.all([driver.stop(), plainDriver.stop()]);
  await Promise.all([far.stop(), plainFar.stop()]);
});

const reading = (point: string): Reading | undefined => driver.readings()[`tank-io/${point}`];

async function becomes(point: string, expected: number | string, within: number): Promise<void> {
  await waitFor(
    () => {
      const now = reading(point);
      return now !== undefined && (now.quality === "good" ? now.value : now.fault) === expected;
    },
    { within, what: () => `${point} becomes ${expected}; ${JSON.stringify(driver.readings())}` },
  );
}

test("alone on a pin, and several on one, each is read with its sign", async () => {
  await becomes("inletCelsius", 40, 8000);
  await becomes("outlet1Celsius", -10.125, 2000);
  await becomes("outlet2Celsius", 61.5, 2000);
  await becomes("leakDry", 1, 2000);
});

test("a reading is as old as its conversion, and each second brings a new one", async () => {
  const first = reading("inletCelsius")?.at ?? Number.NaN;
  await waitFor(() => reading("inletCelsius")?.at !== first, { within: 3000, what: "another conversion" });
  const age = clock.now() - (reading("inletCelsius")?.at ?? Number.NaN);
  assert.ok(age >= 750 && age < 1600, `age ${age} ms`);
});

test("the power-on value of 85 °C is no value, and a jump is not believed before it has stood", async () => {
  far.truth({ s0Celsius: 85, s2Celsius: 81.5 });
  far.fault("power-cut", true, undefined, "0");
  await Promise.all([becomes("inletCelsius", "no-value", 4000), becomes("outlet2Celsius", "implausible", 4000)]);
  far.truth({ s0Celsius: 41 });
  await Promise.all([becomes("inletCelsius", 41, 4000), becomes("outlet2Celsius", 81.5, 4000)]);
});

test("a sensor that is cut off, a shorted bus and a disturbed answer are faults, and the others are read on", async () => {
  far.fault("disconnect", true, undefined, "1");
  far.fault("short", true, undefined, "2");
  far.fault("disturb", true, undefined, "2");
  await becomes("outlet1Celsius", "broken-sensor", 3000);
  await becomes("inletCelsius", "broken-sensor", 3000);
  await becomes("outlet2Celsius", "bad-frame", 3000);
  assert.is(reading("leakDry")?.quality, "good");
  far.fault("disconnect", false, undefined, "1");
  far.fault("short", false, undefined, "2");
  far.fault("disturb", false, undefined, "2");
  await becomes("outlet1Celsius", -10.125, 4000);
  await becomes("inletCelsius", 41, 4000);
  await becomes("outlet2Celsius", 81.5, 4000);
});

test("a reset board gets its sensors configured again", async () => {
  far.fault("reset", true);
  await becomes("inletCelsius", "board-silent", 4000);
  await becomes("inletCelsius", 41, 8000);
});

test("a firmware without OneWire is told plainly, and its other points are read", async () => {
  await waitFor(
    () => {
      const readings = plainDriver.readings();
      const inlet = readings["tank-io/inletCelsius"];
      const refused = inlet?.quality === "bad" && inlet.fault === "refused-by-device";
      return refused && readings["tank-io/leakDry"]?.quality === "good";
    },
    { within: 8000, what: () => JSON.stringify(plainDriver.readings()) },
  );
});

test.run();
