import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createAnalogFilter, createContactFilter } from "../../../src/drivers/firmata/filter.ts";

const test = suite("filters of a wire without checksum");

/** Codes as they are: a linear sensor of one unit a code. */
function analogFilter(change: { minimum?: number; maximum?: number } = {}) {
  return createAnalogFilter({
    samplingMilliseconds: 100,
    measure: (code) => (code === 0 ? { good: false, fault: "broken-sensor" } : { good: true, value: code }),
    minimum: change.minimum ?? null,
    maximum: change.maximum ?? null,
    slopePerSecond: 5,
    noise: 2,
  });
}

test("nothing is told before the window is full", () => {
  const filter = analogFilter();
  for (let index = 0; index < 4; index += 1) filter.push(400, index * 100, index * 100);
  assert.is(filter.reading(), null);
  filter.push(400, 400, 400);
  assert.equal(filter.reading(), { quality: "good", value: 400, at: 200 });
});

test("two wrong reports among five never show", () => {
  const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}`);
  void fc.assert(
    fc.property(
      fc.array(fc.nat(1023), { minLength: 2, maxLength: 2 }),
      fc.uniqueArray(fc.nat(4), { minLength: 2, maxLength: 2 }),
      fc.nat(20),
      (wrong, places, offset) => {
        const filter = analogFilter();
        for (let index = 0; index < 30; index += 1) {
          const place = places.indexOf((index + offset) % 5);
          filter.push(place < 0 ? 400 : (wrong[place] ?? 400), index * 100, index * 100);
          const reading = filter.reading();
          if (reading === null) continue;
          assert.equal([reading.quality, reading.quality === "good" && reading.value], ["good", 400]);
        }
      },
    ),
    { seed },
  );
});

test("a value beyond ten bits is refused and changes nothing", () => {
  const filter = analogFilter();
  for (let index = 0; index < 5; index += 1) filter.push(400, index * 100, index * 100);
  assert.not.ok(filter.push(8601, 500, 500));
  assert.equal(filter.reading(), { quality: "good", value: 400, at: 200 });
});

test("a slow change is followed, a jump counts only after it has stood for two seconds", () => {
  const filter = analogFilter();
  let now = 0;
  const feed = (code: number): void => {
    now += 100;
    filter.push(code, now, now);
  };
  for (let code = 400; code < 420; code += 1) for (let times = 0; times < 3; times += 1) feed(code);
  assert.is(filter.reading()?.quality, "good");
  const jumpedAt = now;
  let believedAt = 0;
  for (let times = 0; times < 40; times += 1) {
    feed(700);
    const reading = filter.reading();
    if (reading?.quality === "good" && reading.value === 700) believedAt ||= now;
    else if (reading?.quality === "bad") assert.is(reading.fault, "implausible");
  }
  assert.ok(believedAt - jumpedAt >= 2000 && believedAt - jumpedAt <= 2500, `${believedAt - jumpedAt} ms`);
});

test("outside of the point's range and at a rail it is bad, and good again at once when that is over", () => {
  const filter = analogFilter({ minimum: 100, maximum: 500 });
  const feed = (code: number, at: number): void => {
    for (let index = 0; index < 5; index += 1) filter.push(code, at + index, at + index);
  };
  const fault = (): string | null => {
    const reading = filter.reading();
    return reading?.quality === "bad" ? reading.fault : null;
  };
  feed(501, 0);
  assert.is(fault(), "out-of-range");
  feed(99, 100);
  assert.is(fault(), "out-of-range");
  feed(0, 200);
  assert.is(fault(), "broken-sensor");
  feed(400, 300);
  assert.is(fault(), null);
});

test("a cleared filter knows nothing of before", () => {
  const filter = analogFilter();
  for (let index = 0; index < 5; index += 1) filter.push(400, index, index);
  filter.clear();
  assert.is(filter.reading(), null);
});

test("a contact changes when two reports in a row say so, and asks for the second one", () => {
  const filter = createContactFilter();
  assert.ok(filter.push(1, 0));
  assert.is(filter.reading(), null);
  assert.not.ok(filter.push(1, 1));
  assert.equal(filter.reading(), { quality: "good", value: 1, at: 1 });
  assert.ok(filter.push(0, 2));
  assert.not.ok(filter.push(1, 3));
  assert.equal(filter.reading(), { quality: "good", value: 1, at: 3 });
  assert.ok(filter.push(0, 4));
  assert.not.ok(filter.push(0, 5));
  assert.equal(filter.reading(), { quality: "good", value: 0, at: 5 });
});

test.run();
