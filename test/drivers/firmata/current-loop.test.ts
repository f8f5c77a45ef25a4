import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loopSpan, loopValue } from "../../../src/drivers/firmata/current-loop.ts";

const test = suite("current loop");

/** What a 10-bit converter makes of a current through a shunt. */
function codeAt(milliamperes: number, shuntOhms = 220, supplyVolts = 5): number {
  return Math.min(1023, Math.floor(((milliamperes / 1000) * shuntOhms * 1024) / supplyVolts));
}

const plain = { shuntOhms: 220, supplyVolts: 5, range: null } as const;

function valueAt(milliamperes: number, loop: Parameters<typeof loopValue>[1]): number | string {
  const measured = loopValue(codeAt(milliamperes, loop.shuntOhms, loop.supplyVolts), loop);
  return measured.good ? measured.value : measured.fault;
}

function assertNear(actual: number | string, expected: number, tolerance: number): void {
  assert.ok(typeof actual === "number" && Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);
}

test("without a range it reads its milliamperes", () => {
  for (const milliamperes of [3.7, 4, 12, 20, 20.9]) assertNear(valueAt(milliamperes, plain), milliamperes, 0.03);
});

test("its range is what 4 and 20 mA mean, also where it falls or starts below zero", () => {
  const flow = { ...plain, range: [0, 1000] } as const;
  assertNear(valueAt(4, flow), 0, 2);
  assertNear(valueAt(12, flow), 500, 2);
  assertNear(valueAt(20, flow), 1000, 2);
  assertNear(valueAt(8, { ...plain, range: [100, 0] }), 75, 0.2);
  assertNear(valueAt(20, { ...plain, range: [-50, 150] }), 150, 0.4);
});

test("another shunt and the supply as measured change what a volt means", () => {
  assertNear(valueAt(16, { shuntOhms: 150, supplyVolts: 5, range: null }), 16, 0.04);
  assertNear(valueAt(16, { shuntOhms: 220, supplyVolts: 4.75, range: null }), 16, 0.03);
});

test("below 3.6 mA and above 21 mA the transmitter or its cable is broken", () => {
  for (const milliamperes of [0, 1, 3.5, 21.1, 22.4, 30]) assert.is(valueAt(milliamperes, plain), "broken-sensor");
});

test("a code at the rail is broken, whatever the shunt makes of it", () => {
  for (const code of [1019, 1023])
    assert.equal(loopValue(code, { shuntOhms: 250, supplyVolts: 5, range: null }), {
      good: false,
      fault: "broken-sensor",
    });
});

test("the whole range is told in the unit of the point", () => {
  const spans = [loopSpan(plain), loopSpan({ ...plain, range: [100, 0] })];
  assert.equal(spans, [16, 100]);
});

test.run();
