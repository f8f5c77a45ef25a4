import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openFirmataBoard } from "../../../src/drivers/firmata/board.ts";
import type { PointDriver } from "../../../src/model/driver.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { waitFor } from "../../waiting.ts";
import { clock, type FarBoard, startFarBoard, unoTank } from "./rig.ts";

/** R/R25 of EPCOS characteristic 8016, from its data sheet: the far end's truth, not the driver's formula. */
const ohmsAt = { 40: 5327, 60: 2488 } as const;

const test = suite("Firmata board on the real firmware");
let far: FarBoard;
let driver: PointDriver;

test.before(async () => {
  far = await startFarBoard({ input0Ohms: ohmsAt[40], d4Level: 1, d5Level: 1 });
  driver = openFirmataBoard(unoTank(far.port), clock);
  driver.start();
});

test.after(async () => {
  await driver.stop();
  await far.stop();
});

function reading(point: string): Reading {
  const found = driver.readings()[`tank-io/${point}`];
  if (found === undefined) throw new Error(`no reading of ${point}`);
  return found;
}

const told = (): string =>
  JSON.stringify({ readings: driver.readings(), health: driver.health(), pins: far.effects() });

/** Waits until the point is good with about that value; answers how long it took [ms]. */
async function becomes(point: string, value: number, tolerance: number, within: number): Promise<number> {
  const from = performance.now();
  await waitFor(
    () => {
      const now = reading(point);
      return now.quality === "good" && Math.abs(now.value - value) <= tolerance;
    },
    { within, what: () => `${point} becomes ${value}; ${told()}` },
  );
  return performance.now() - from;
}

async function turnsBad(point: string, fault: string, within: number): Promise<number> {
  const from = performance.now();
  await waitFor(
    () => {
      const now = reading(point);
      return now.quality === "bad" && now.fault === fault;
    },
    { within, what: () => `${point} turns bad as ${fault}; ${told()}` },
  );
  return performance.now() - from;
}

const pinIs = (pin: string, level: number, within: number): Promise<unknown> =>
  waitFor(() => far.effects()[pin] === level, { within, what: () => `${pin} is ${level}; ${told()}` });

test("every point is there from the start, bad until the board has spoken", () => {
  const readings = Object.entries(driver.readings());
  assert.is(readings.length, 5);
  assert.ok(readings.every(([, { quality }]) => quality === "bad"));
});

test("the thermistor's temperature is right within half a kelvin", async () => {
  await becomes("coolantCelsius", 40, 0.5, 8000);
  far.truth({ input0Ohms: ohmsAt[60] });
  await becomes("coolantCelsius", 60, 0.5, 5000);
});

test("a reading is never younger than the poll before it, nor older than a second", async () => {
  const now = reading("coolantCelsius");
  const age = clock.now() - now.at;
  assert.ok(age >= 0 && age < 1000, `age ${age} ms`);
});

test("the leak contact is followed both ways", async () => {
  assert.is(reading("leakDry").quality, "good");
  far.truth({ d4Level: 0 });
  await becomes("leakDry", 0, 0, 1000);
  far.truth({ d4Level: 1 });
  await becomes("leakDry", 1, 0, 1000);
  await becomes("levelGood", 1, 0, 1000);
});

test("the relay output reaches the pin and is read back; its neighbour on the port keeps its own level", async () => {
  driver.command({ "tank-io/contactorClosed": 1, "tank-io/heartbeat": 0 });
  await pinIs("d8Level", 1, 1000);
  await becomes("contactorClosed", 1, 0, 1000);
  driver.command({ "tank-io/contactorClosed": 1, "tank-io/heartbeat": 1 });
  await pinIs("d9Level", 1, 1000);
  assert.is(far.effects()["d8Level"], 1);
  driver.command({ "tank-io/contactorClosed": 1, "tank-io/heartbeat": 0 });
  await pinIs("d9Level", 0, 1000);
  assert.is(far.effects()["d8Level"], 1);
  const refused = { point: "tank-io/contactorClosed", value: 0.5, minimum: 0, maximum: 1 };
  assert.equal(driver.command({ "tank-io/contactorClosed": 0.5, "tank-io/heartbeat": 0 }), [refused]);
});

test("a cut or shorted thermistor is a broken sensor, not a temperature", async () => {
  far.truth({ input0Ohms: 1e9 });
  await turnsBad("coolantCelsius", "broken-sensor", 2000);
  far.truth({ input0Ohms: 0 });
  await turnsBad("coolantCelsius", "broken-sensor", 2000);
  far.truth({ input0Ohms: ohmsAt[40] });
  await becomes("coolantCelsius", 40, 0.5, 2000);
});

test("flipped bits on the wire make no wrong temperature and no wrong contact", async () => {
  let judged = 0;
  far.fault("flip", true, 97);
  const until = performance.now() + 3000;
  await waitFor(
    () => {
      for (const [name, now] of Object.entries(driver.readings())) {
        if (now.quality !== "good") continue;
        judged += 1;
        if (name === "tank-io/coolantCelsius") assert.ok(Math.abs(now.value - 40) <= 0.5, told());
        if (name === "tank-io/leakDry") assert.is(now.value, 1, told());
      }
      return performance.now() > until;
    },
    { within: 6000, what: "three seconds of flipped bits" },
  );
  assert.ok(judged > 100);
  far.fault("flip", false);
  await becomes("coolantCelsius", 40, 0.5, 5000);
});

test("a board that hangs is noticed within 2 s and comes back by itself", async () => {
  far.fault("hang", true);
  const took = await turnsBad("coolantCelsius", "board-silent", 4000);
  assert.ok(took <= 2000, `${took} ms`);
  await turnsBad("leakDry", "board-silent", 500);
  await turnsBad("contactorClosed", "board-silent", 500);
  far.fault("hang", false);
  await becomes("coolantCelsius", 40, 0.5, 5000);
});

test("a reset board gets its outputs again, and what it said before does not count", async () => {
  await becomes("contactorClosed", 1, 0, 2000);
  const resets = driver.health().devices[0]?.exceptions ?? 0;
  far.fault("reset", true);
  await pinIs("d8Level", 0, 1000);
  await turnsBad("coolantCelsius", "board-silent", 3000);
  await pinIs("d8Level", 1, 6000);
  await becomes("coolantCelsius", 40, 0.5, 3000);
  await becomes("contactorClosed", 1, 0, 1000);
  assert.is(driver.health().devices[0]?.exceptions, resets + 1);
});

test("a board unplugged while it talks is lost within 2 s, and found again when it is back", async () => {
  far.fault("hangup", true);
  const took = await turnsBad("coolantCelsius", "line-lost", 4000);
  assert.ok(took <= 2000, `${took} ms`);
  assert.is(driver.health().state, "lost");
  far.fault("hangup", false);
  await becomes("coolantCelsius", 40, 0.5, 5000);
  await becomes("contactorClosed", 1, 0, 1000);
});

test("the far end killed is a lost line; its return restores readings and outputs", async () => {
  await far.kill();
  await turnsBad("coolantCelsius", "line-lost", 2000);
  await far.restart();
  await becomes("coolantCelsius", 40, 0.5, 8000);
  await pinIs("d8Level", 1, 3000);
  assert.is(driver.health().devices[0]?.state, "good");
});

test("the driver reports at each poll, whatever the board does", async () => {
  const before = driver.reportedAt();
  await waitFor(() => driver.reportedAt() > before, { within: 2000, what: "a newer report" });
  assert.ok(clock.now() - driver.reportedAt() < 1500);
});

test("a contactor that a reset of its board has opened stays open until it is commanded anew", async () => {
  await driver.stop();
  driver = openFirmataBoard(unoTank(far.port), clock, new Set(["tank-io/contactorClosed"]));
  driver.start();
  await becomes("coolantCelsius", 40, 0.5, 8000);
  driver.command({ "tank-io/contactorClosed": 0 });
  await becomes("contactorClosed", 0, 0, 2000);
  driver.command({ "tank-io/contactorClosed": 1 });
  await becomes("contactorClosed", 1, 0, 2000);
  far.fault("reset", true);
  await pinIs("d8Level", 0, 1000);
  await turnsBad("coolantCelsius", "board-silent", 3000);
  await becomes("coolantCelsius", 40, 0.5, 8000);
  driver.command({ "tank-io/contactorClosed": 1 });
  const from = performance.now();
  await waitFor(() => performance.now() - from > 1500 || far.effects()["d8Level"] === 1, {
    within: 3000,
    what: () => `three polls; ${told()}`,
  });
  assert.is(far.effects()["d8Level"], 0);
  driver.command({ "tank-io/contactorClosed": 0 });
  driver.command({ "tank-io/contactorClosed": 1 });
  await pinIs("d8Level", 1, 2000);
});

test.run();
