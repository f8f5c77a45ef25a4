import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openFirmataBoard } from "../../../src/drivers/firmata/board.ts";
import type { PointDriver } from "../../../src/model/driver.ts";
import { arduinoPins } from "../../../src/site/arduino.ts";
import { waitFor } from "../../waiting.ts";
import { askBoard, boardOnPort, clock, type FarBoard, startFarBoard } from "./rig.ts";

/** R/R25 of EPCOS characteristic 8016 at 40 °C and 60 °C (data sheet of B57861S), times 10 kΩ. */
const ohmsAt = { 40: 5327, 60: 2488 } as const;
const shuntOhms = 220;
const voltsAt = (milliamperes: number): number => (milliamperes / 1000) * shuntOhms;

const tooOld = "refused-by-device";

/**
 * What stands at the pins of each board, and what its points and outputs must then be; the light is on pin 13. The
 * package has Firmata 2.3 only for Nano and Mega: a firmware that does not tell how contacts stand.
 */
const boards = [
  {
    board: "uno-tank",
    arduino: "uno-2.5",
    pins: "uno",
    truth: { input0Ohms: ohmsAt[60], d4Level: 1, d5Level: 0 },
    values: { coolantCelsius: 60, leakDry: 1, levelGood: 0 },
    outputs: { contactorClosed: "d8Level", heartbeat: "d9Level" },
  },
  {
    board: "nano-tank",
    arduino: "nano",
    pins: "nano",
    truth: { input0Ohms: ohmsAt[40], a6Volts: voltsAt(12), d4Level: 1, d5Level: 0 },
    values: { coolantCelsius: 40, supplyLitersPerMinute: 500, leakDry: tooOld, levelGood: tooOld },
    outputs: { contactorClosed: "d8Level", heartbeat: "d9Level" },
  },
  {
    board: "mega-tank",
    arduino: "mega2560",
    pins: "mega2560",
    truth: {
      input0Ohms: ohmsAt[40],
      input1Ohms: ohmsAt[60],
      a8Volts: voltsAt(8),
      a15Volts: voltsAt(16),
      d22Level: 1,
      d23Level: 0,
      d30Level: 0,
      d31Level: 1,
    },
    values: {
      tank1Celsius: 40,
      tank2Celsius: 60,
      tank1LitersPerMinute: 250,
      tank2LitersPerMinute: 750,
      leak1Dry: tooOld,
      leak2Dry: tooOld,
      level1Good: tooOld,
      level2Good: tooOld,
    },
    outputs: { contactor1Closed: "d40Level", contactor2Closed: "d41Level", heartbeat: "d48Level" },
  },
] as const;

/** Temperatures within half a kelvin, flows within two steps of the converter; contacts exactly. */
function toleranceOf(point: string): number {
  return point.endsWith("Celsius") ? 0.5 : point.endsWith("PerMinute") ? 3 : 0;
}

for (const { board, arduino, pins, truth, values, outputs } of boards) {
  const test = suite(`${board} on its real firmware`);
  let far: FarBoard;
  let driver: PointDriver | null = null;

  test.before(async () => {
    far = await startFarBoard(truth, { arduino, seriesOhms: { 0: 4700, 1: 4700 } });
  });

  test.after(async () => {
    await driver?.stop();
    await far.stop();
  });

  test("the firmware drives the pin of the board's light while it starts, so that weir check refuses it", async () => {
    await waitFor(() => far.effects()["d13Level"] === 1, { within: 4000, what: "pin 13 high" });
    await waitFor(() => far.effects()["d13Level"] === 0, { within: 4000, what: "pin 13 low" });
  });

  test("the capability reply offers exactly the pins that weir check knows", async () => {
    const offers = await askBoard(far.port);
    const { highestDigitalPin, analogChannels } = arduinoPins[pins];
    for (let pin = 2; pin <= 100; pin += 1) {
      assert.is(offers("output", pin), pin <= highestDigitalPin, `output on pin ${pin}`);
      assert.not.ok(offers("one-wire", pin));
    }
    for (let channel = 0; channel < 32; channel += 1)
      assert.is(offers("analog", channel), channel < analogChannels, `analog channel ${channel}`);
    for (const pin of [0, 1]) assert.not.ok(offers("output", pin), `pin ${pin}`);
    assert.is(offers("contact", 4), arduino === "uno-2.5", "contacts only where levels are told");
  });

  test("every input is read, or refused where the firmware is too old", async () => {
    driver = openFirmataBoard(boardOnPort(board, far.port), clock);
    driver.start();
    for (const [point, value] of Object.entries(values))
      await waitFor(
        () => {
          const now = driver?.readings()[`tank-io/${point}`];
          if (now?.quality !== "good" || typeof value === "string")
            return now?.quality === "bad" && now.fault === value;
          return Math.abs(now.value - value) <= toleranceOf(point);
        },
        { within: 8000, what: () => `${point} is ${value}; ${JSON.stringify(driver?.readings())}` },
      );
  });

  test("every output reaches its pin alone", async () => {
    for (const [point, pin] of Object.entries(outputs)) {
      const levels = Object.keys(outputs).map((other) => [`tank-io/${other}`, other === point ? 1 : 0] as const);
      driver?.command(Object.fromEntries(levels));
      await waitFor(() => Object.values(outputs).every((other) => far.effects()[other] === (other === pin ? 1 : 0)), {
        within: 3000,
        what: () => `${pin} alone is high; ${JSON.stringify(far.effects())}`,
      });
    }
  });

  test.run();
}
