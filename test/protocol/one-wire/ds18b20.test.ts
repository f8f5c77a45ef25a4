import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeScratchpad } from "../../../src/protocol/one-wire/ds18b20.ts";
import { crc8, romCodeBytes } from "../../../src/protocol/one-wire/rom-code.ts";

const test = suite("DS18B20");

/** A scratchpad with a temperature register, 12 bits unless told, and its checksum. */
function scratchpad(raw: number, configuration = 0x7f): number[] {
  const bytes = [raw & 0xff, raw >> 8, 0x4b, 0x46, configuration, 0xff, 0x0c, 0x10];
  return [...bytes, crc8(bytes)];
}

test("the checksum is that of the maker's example", () => {
  // Maxim application note 27: ROM code 02 1C B8 01 00 00 00, checksum A2.
  assert.is(crc8([0x02, 0x1c, 0xb8, 0x01, 0, 0, 0]), 0xa2);
  assert.is(crc8(romCodeBytes("021CB801000000A2")), 0);
});

/** DS18B20 data sheet, table 1: temperature and register; 85 °C, the power-on value, is tested by itself. */
const table: readonly (readonly [celsius: number, raw: number])[] = [
  [125, 0x07d0],
  [25.0625, 0x0191],
  [10.125, 0x00a2],
  [0.5, 0x0008],
  [0, 0x0000],
  [-0.5, 0xfff8],
  [-10.125, 0xff5e],
  [-25.0625, 0xfe6f],
  [-55, 0xfc90],
];

for (const [celsius, raw] of table)
  test(`${raw.toString(16).padStart(4, "0")} is ${celsius} °C`, () => {
    assert.equal(decodeScratchpad(scratchpad(raw)), { good: true, value: celsius });
  });

test("the power-on value of 85 °C is no temperature, its neighbours are", () => {
  assert.equal(decodeScratchpad(scratchpad(0x0550)), { good: false, fault: "no-value" });
  assert.equal(decodeScratchpad(scratchpad(0x0551)), { good: true, value: 85.0625 });
  assert.equal(decodeScratchpad(scratchpad(0x054f)), { good: true, value: 84.9375 });
});

test("below 12 bits the undefined bits are left out, also for the power-on value", () => {
  assert.equal(decodeScratchpad(scratchpad(0x0197, 0x1f)), { good: true, value: 25 });
  assert.equal(decodeScratchpad(scratchpad(0x0553, 0x1f)), { good: false, fault: "no-value" });
});

test("nobody on the wire, a shorted wire and a value that no sensor has are faults", () => {
  const ones = Array.from({ length: 9 }, () => 0xff);
  const zeros = Array.from({ length: 9 }, () => 0);
  assert.equal(decodeScratchpad(ones), { good: false, fault: "broken-sensor" });
  // Nine zeros have a valid checksum, and would be 0 °C.
  assert.is(crc8(zeros), 0);
  assert.equal(decodeScratchpad(zeros), { good: false, fault: "broken-sensor" });
  // -127 °C is what a well-known library says of a sensor that is not there.
  assert.equal(decodeScratchpad(scratchpad(0xf810)), { good: false, fault: "out-of-range" });
  assert.equal(decodeScratchpad(scratchpad(0x07d1)), { good: false, fault: "out-of-range" });
  assert.equal(decodeScratchpad(scratchpad(0xfc8f)), { good: false, fault: "out-of-range" });
  assert.equal(decodeScratchpad(scratchpad(0x0191).slice(0, 8)), { good: false, fault: "bad-frame" });
  // A zero behind the checksum leaves it valid.
  assert.equal(decodeScratchpad([...scratchpad(0x0191), 0]), { good: false, fault: "bad-frame" });
});

test("one or two wrong bits anywhere never pass", () => {
  const whole = scratchpad(0x0191);
  const bits = Array.from({ length: 72 }, (_, bit) => bit);
  for (const one of bits)
    for (const other of bits.slice(one)) {
      const bytes = [...whole];
      for (const bit of new Set([one, other])) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(decodeScratchpad(bytes), { good: false, fault: "bad-frame" }, `bits ${one} and ${other}`);
    }
});

test.run();
