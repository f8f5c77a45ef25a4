import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hold } from "../../../src/drivers/serial/hold.ts";

const test = suite("short holds");

test("a hold is never early, and finer than a timer", () => {
  const begun = performance.now();
  let [held, late] = [0, 0];
  while (held < 20) {
    const from = performance.now();
    if (!hold(1.75, from)) continue;
    const took = performance.now() - from;
    assert.ok(took >= 1.75, `${took} ms`);
    held += 1;
    if (took > 2.5) late += 1;
  }
  // A busy machine may be late now and then.
  assert.ok(late < 10, `${late} of 20 late`);
  assert.ok(performance.now() - begun >= 20 * 1.75);
});

test("holds take a quarter of the time at most, and none is long", () => {
  let virtual = performance.now() + 60_000;
  assert.is(hold(2.01, virtual), false);
  assert.is(hold(-1, virtual), true, "nothing to hold for");
  let held = 0;
  for (let index = 0; index < 1000; index += 1) {
    virtual += 0.1;
    if (hold(0.1, virtual)) held += 0.1;
  }
  // 4 ms were saved before, 100 ms went by.
  assert.ok(held > 20 && held <= 4 + 25.2, `${held} ms`);
});

test.run();
