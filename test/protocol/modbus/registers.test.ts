import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PointSite } from "../../../src/model/site.ts";
import { decodePoint } from "../../../src/protocol/modbus/registers.ts";
import { point } from "./points.ts";

const test = suite("register decoding");
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
console.log(`seed ${seed}`);

const decode = (more: Partial<PointSite>, hexadecimal: string, start = 0) =>
  decodePoint(point(more), Buffer.from(hexadecimal.replaceAll(" ", ""), "hex"), start);
const good = (value: number) => ({ ok: true, value });
const bad = (fault: string) => ({ ok: false, fault });

test("every type is read high byte first, from its own place in the block", () => {
  assert.equal(decode({ type: "uint16" }, "FF90"), good(0xff90));
  assert.equal(decode({ type: "int16", scale: 0.1 }, "FF90"), good(-112 * 0.1));
  assert.equal(decode({ type: "uint32" }, "0001 0002"), good(65_538));
  assert.equal(decode({ type: "int32" }, "FFFF FFFE"), good(-2));
  assert.equal(decode({ type: "uint64" }, "0000 0001 0000 0000"), good(2 ** 32));
  assert.equal(decode({ type: "int64" }, "FFFF FFFF FFFF FFFF"), good(-1));
  // Eastron SDM120 protocol V2.4: 230.2 V.
  const volts = decode({ type: "float32" }, "4366 3334");
  assert.ok(volts.ok && Math.abs(volts.value - 230.2) < 1e-4);
  assert.equal(decode({ address: 12 }, "0001 0002 0003", 10), good(3));
});

test("with the low word first only the words change places", () => {
  assert.equal(decode({ type: "uint32", wordOrder: "low-first" }, "0002 0001"), good(65_538));
  // TUF-2000M manual's own bytes 80 6B 42 12: 36.6254.
  const flow = decode({ type: "float32", wordOrder: "low-first" }, "806B 4212");
  assert.ok(flow.ok && Math.abs(flow.value - 36.6254) < 1e-4);
  assert.equal(decode({ type: "uint64", wordOrder: "low-first" }, "0004 0003 0002 0001"), good(0x0001_0002_0003_0004));
});

test("contacts are bits, lowest first", () => {
  assert.equal(decode({ type: "bit", function: 2, address: 3 }, "08"), good(1));
  assert.equal(decode({ type: "bit", function: 2, address: 2 }, "08"), good(0));
  assert.equal(decode({ type: "bit", function: 2, address: 9 }, "00 02"), good(1));
  assert.equal(decode({ type: "bit", function: 2, address: 5 }, "02", 4), good(1));
});

test("no value is a fault, never a number: NaN, infinity, the board's patterns", () => {
  assert.equal(decode({ type: "float32" }, "7FC0 0000"), bad("no-value"));
  assert.equal(decode({ type: "float32" }, "FF80 0000"), bad("no-value"));
  assert.equal(decode({ type: "float32", scale: 1e300 }, "7F7F FFFF"), bad("no-value"));
  assert.equal(decode({ type: "int32", invalid: ["7FFFFFFF"] }, "7FFF FFFF"), bad("no-value"));
  assert.equal(decode({ type: "int32", wordOrder: "low-first", invalid: ["7FFFFFFF"] }, "FFFF 7FFF"), bad("no-value"));
  assert.equal(decode({ type: "int16", invalid: ["8000"] }, "8000"), bad("no-value"));
});

test("a float too small for all its digits is words in the other order, not nothing", () => {
  // 12,000 W and 50 Hz, as a meter tells them that was set to the other word order.
  assert.equal(decode({ type: "float32" }, "8000 463B"), bad("out-of-range"));
  assert.equal(decode({ type: "float32" }, "0000 4248"), bad("out-of-range"));
  assert.equal(decode({ type: "float32" }, "0080 0000"), good(2 ** -126));
  assert.equal(decode({ type: "float32" }, "0000 0000"), good(0));
  assert.equal(decode({ type: "float32" }, "8000 0000"), good(-0));
});

test("a broken current loop is a broken sensor, whatever the site's scaling; a value that cannot be is out of range", () => {
  const loop = { scale: 250 / 16_000, offset: -62.5, rawMinimum: 3600, rawMaximum: 21_000, minimum: 0, maximum: 240 };
  assert.equal(decode(loop, "2EE0"), good(125));
  assert.equal(decode(loop, "0000"), bad("broken-sensor"));
  assert.equal(decode(loop, "0E0F"), bad("broken-sensor"));
  assert.equal(decode(loop, "5209"), bad("broken-sensor"));
  assert.equal(decode(loop, "0E10"), bad("out-of-range"));
  assert.equal(decode(loop, "4E20"), bad("out-of-range"));
});

test("bits of a word are a number of their own", () => {
  assert.equal(decode({ mask: 0x0004 }, "0004"), good(1));
  assert.equal(decode({ mask: 0x0004 }, "FFFB"), good(0));
  assert.equal(decode({ mask: 0x00f0 }, "12A5"), good(10));
  assert.equal(decode({ type: "uint32", mask: 0x8000_0000 }, "8000 0000"), good(1));
  assert.equal(decode({ type: "uint32", mask: 0xffff_0000 }, "8001 0000"), good(0x8001));
});

test("a switch made of words is on while it reads back as the last of them", () => {
  const writeWords = { on: [0x0006, 0x006f], off: [0x006e], pauseMilliseconds: 100 };
  assert.equal(decode({ writeWords }, "006F"), good(1));
  assert.equal(decode({ writeWords }, "006E"), good(0));
  assert.equal(decode({ writeWords }, "0006"), good(0));
});

test("a power factor of four quadrants is lagging to 1 and leading beyond", () => {
  const factor = { type: "float32", decoding: "four-quadrant-power-factor" } as const;
  assert.equal(decode(factor, "3F00 0000"), good(0.5));
  assert.equal(decode(factor, "BF00 0000"), good(-0.5));
  // 1.5 and -1.5.
  assert.equal(decode(factor, "3FC0 0000"), good(0.5));
  assert.equal(decode(factor, "BFC0 0000"), good(-0.5));
});

test("a power of ten from its own register scales the raw number; without one there is no value", () => {
  const watts = { type: "int16", address: 2, scaleFactorAddress: 4 } as const;
  assert.equal(decode(watts, "1234 0000 0002", 2), good(466_000));
  assert.equal(decode(watts, "FFFE 0000 FFFF", 2), good(-0.2));
  assert.equal(decode(watts, "1234 0000 8000", 2), bad("no-value"));
  assert.equal(decode({ ...watts, address: 5 }, "0001 0007", 4), good(70));
});

test("whatever the bytes, a good value is finite and within the range", () => {
  const types = ["uint16", "int16", "uint32", "int32", "uint64", "int64", "float32"] as const;
  void fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.constantFrom("high-first" as const, "low-first" as const),
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (type, wordOrder, data, scale) => {
        const decoded = decodePoint(point({ type, wordOrder, scale, minimum: -1e6, maximum: 1e6 }), data, 0);
        if (decoded.ok) assert.ok(Number.isFinite(decoded.value) && Math.abs(decoded.value) <= 1e6);
      },
    ),
    { seed, numRuns: 2000 },
  );
});

test.run();
