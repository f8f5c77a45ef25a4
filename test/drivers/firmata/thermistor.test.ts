import { suite } from "uvu";
import * as assert from "uvu/assert";
import { thermistorCelsius } from "../../../src/drivers/firmata/thermistor.ts";
import { unoTank } from "./rig.ts";

const test = suite("thermistor");

const divider = unoTank("").points.find(({ thermistor }) => thermistor !== null)?.thermistor;
if (divider === null || divider === undefined) throw new Error("the shipped board has no thermistor");

/** R/R25 of EPCOS R/T characteristic 8016 (data sheet of B57861S, page 6). */
const characteristic: readonly (readonly [celsius: number, ratio: number])[] = [
  [10, 1.99],
  [20, 1.249],
  [25, 1],
  [30, 0.8057],
  [40, 0.5327],
  [50, 0.3603],
  [60, 0.2488],
  [70, 0.1752],
  [80, 0.1258],
  [85, 0.1072],
];

/** What a 10-bit converter makes of the divider. */
function codeOf(ohms: number): number {
  return Math.floor((ohms / (ohms + 4700)) * 1024);
}

test("the shipped board follows the maker's table within half a kelvin, the converter's steps included", () => {
  for (const [celsius, ratio] of characteristic) {
    const measured = thermistorCelsius(codeOf(ratio * 10_000), divider);
    assert.ok(measured.good);
    if (measured.good) assert.ok(Math.abs(measured.value - celsius) <= 0.5, `${celsius}: ${measured.value}`);
  }
});

test("hotter is never colder: the temperature falls with each code", () => {
  let before = Infinity;
  for (let code = 5; code < 1019; code += 1) {
    const measured = thermistorCelsius(code, divider);
    assert.ok(measured.good && measured.value < before, `code ${code}`);
    if (measured.good) before = measured.value;
  }
});

test("codes at a rail are a broken sensor", () => {
  for (const code of [0, 1, 4, 1019, 1022, 1023])
    assert.equal(thermistorCelsius(code, divider), { good: false, fault: "broken-sensor" });
});

test.run();
