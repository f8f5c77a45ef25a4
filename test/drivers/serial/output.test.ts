import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  createOutput,
  createSetpoint,
  mayWrite,
  nextWord,
  type Output,
  outputOpened,
  outputRead,
  outputResult,
  wantOutput,
} from "../../../src/drivers/serial/output.ts";
import { point } from "../../protocol/modbus/points.ts";

const test = suite("outputs made of words");

const writeWords = { on: [0x06, 0x07, 0x6f], off: [0x6e], pauseMilliseconds: 100 };
const drive = (): Output => createOutput(point({ function: 3, writeFunction: 6, writeWords }));

/** Writes what is due and answers it, until nothing is due at `now`. */
function write(output: Output, now: number): number {
  const wanted = output.wanted ?? -1;
  const word = nextWord(output, wanted);
  outputResult(output, wanted, true, now);
  return word;
}

test("a drive is not written to before it is proven and read", () => {
  const output = drive();
  wantOutput(output, 1, 0);
  assert.equal([mayWrite(output, false), mayWrite(output, true)], [false, false]);
  outputRead(output, 0, 5, 5);
  assert.equal([mayWrite(output, false), mayWrite(output, true)], [false, true]);
  assert.is(mayWrite(createOutput(point({ function: 1, type: "bit", writeFunction: 5 })), false), true);
});

test("one that stands gets all words with their pauses, and read-backs in between disturb nothing", () => {
  const output = drive();
  outputRead(output, 0, 0, 0);
  wantOutput(output, 1, 10);
  assert.equal([write(output, 10), output.writeAt], [0x06, 110]);
  outputRead(output, 0, 20, 20);
  assert.equal([write(output, 110), output.writeAt], [0x07, 210]);
  outputRead(output, 0, 120, 120);
  assert.equal([write(output, 210), output.writeAt], [0x6f, 5210]);
  outputRead(output, 1, 220, 220);
  assert.is(output.proven, true);
  assert.is(write(output, 5210), 0x6f, "what runs is only told to go on");
});

test("one that runs already is only told to go on; one that stopped by itself gets all words again", () => {
  const output = drive();
  outputRead(output, 1, 0, 0);
  wantOutput(output, 1, 10);
  assert.is(write(output, 10), 0x6f);
  outputRead(output, 0, 20, 20);
  assert.is(write(output, 600), 0x06);
});

test("one that was away is read before a word is written, for it may have lost its power", () => {
  const output = drive();
  outputRead(output, 1, 0, 0);
  wantOutput(output, 1, 10);
  outputResult(output, 1, false, 20);
  assert.is(mayWrite(output, true), false);
  outputRead(output, 0, 30, 30);
  assert.equal([mayWrite(output, true), nextWord(output, 1)], [true, 0x06]);
  outputOpened(output, 40);
  assert.is(mayWrite(output, true), false);
});

test("a number is written as its register holds it, and kept", () => {
  const speed = point({ function: 3, type: "int16", scale: 0.005, writeFunction: 6 });
  const output = createSetpoint(speed, 80);
  assert.equal([mayWrite(output, false), mayWrite(output, true), nextWord(output, 80)], [false, true, 16_000]);
  outputResult(output, 80, true, 10);
  outputRead(output, 80.004, 20, 20);
  assert.is(output.proven, true);
  outputRead(output, 40, 1000, 1000);
  assert.is(output.writeAt, 1000);
  assert.is(nextWord(createSetpoint(point({ type: "int16", writeFunction: 6 }), -2), -2), 0xfffe);
});

test("a commanded number is written at once, re-asserted, and written again when it reads back as another", () => {
  const output = createOutput(point({ function: 3, type: "int16", scale: 0.005, writeFunction: 6 }));
  outputRead(output, 20, 0, 0);
  assert.is(output.wanted, null, "nobody has commanded it: it stays as it is found");
  assert.is(wantOutput(output, 65, 10), null);
  assert.equal([write(output, 10), output.writeAt], [13_000, 5010]);
  outputRead(output, 65, 20, 30);
  assert.equal([output.proven, output.writeAt], [true, 5010]);
  outputRead(output, 20, 1000, 1010);
  assert.equal([output.writeAt, nextWord(output, 65)], [1010, 13_000]);
});

test("a command replaces the number that the site keeps", () => {
  const output = createSetpoint(point({ function: 3, type: "int16", scale: 0.005, writeFunction: 6 }), 80);
  wantOutput(output, 65, 10);
  assert.equal([output.wanted, output.writeAt, output.fresh], [65, 10, true]);
});

test("what an output cannot take is refused, and what was commanded stands", () => {
  const speed = { name: "pump/speedReferencePercent", function: 3, scale: 0.005, writeFunction: 6 } as const;
  const bounded = createOutput(point({ ...speed, type: "int16", minimum: 0, maximum: 100 }));
  assert.is(wantOutput(bounded, 100, 0), null);
  for (const value of [100.1, -0.1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const refusal = wantOutput(bounded, value, 10);
    assert.equal(refusal, { point: "pump/speedReferencePercent", value, minimum: 0, maximum: 100 });
    assert.equal([bounded.wanted, bounded.commanded, bounded.writeAt], [100, 100, 0]);
  }
  const unbounded = createOutput(point({ ...speed, type: "uint16" }));
  assert.is(wantOutput(unbounded, 327.675, 0), null);
  assert.equal(wantOutput(unbounded, 327.68, 0)?.maximum, 327.675, "what the register does not hold");
  assert.equal(wantOutput(unbounded, -1, 0)?.minimum, 0);
  assert.equal(wantOutput(createOutput(point({ ...speed, type: "int16" })), -163.85, 0)?.minimum, -163.84);
  for (const output of [drive(), createOutput(point({ function: 1, type: "bit", writeFunction: 5 }))]) {
    const { minimum, maximum } = wantOutput(output, 0.5, 0) ?? {};
    assert.equal([output.wanted, minimum, maximum], [null, 0, 1]);
  }
});

test.run();
