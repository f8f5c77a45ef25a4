/** When the next look is due: the earliest asked for, unless it is put off. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LookTimer } from "../../../src/drivers/miners/look-timer.ts";
import { waitFor } from "../../waiting.ts";

const test = suite("look timer");

const clock = { now: () => performance.now() };

/** The moments of all looks [ms since the start]. */
function watched(): { readonly timer: LookTimer; readonly looks: number[] } {
  const startedAt = clock.now();
  const looks: number[] = [];
  return { timer: new LookTimer(clock, () => void looks.push(clock.now() - startedAt)), looks };
}

const one = (looks: readonly number[]) => waitFor(() => looks.length > 0, { within: 2_000, what: "the look" });

test("an earlier look replaces a later one, a later one changes nothing", async () => {
  const { timer, looks } = watched();
  timer.within(60_000);
  timer.within(20);
  timer.within(60_000);
  await one(looks);
  assert.ok((looks[0] ?? 0) >= 19);
  timer.within(20);
  await waitFor(() => looks.length > 1, { within: 2_000, what: "a look after the look" });
  timer.stop();
});

test("a look that is due soon is put off, one that is due later stays, and none begins where none was asked for", async () => {
  const soon = watched();
  soon.timer.within(1);
  soon.timer.notWithin(120);
  await one(soon.looks);
  assert.ok((soon.looks[0] ?? 0) >= 119);
  const later = watched();
  later.timer.within(60);
  later.timer.notWithin(5);
  await one(later.looks);
  assert.ok((later.looks[0] ?? 0) >= 59);
  const never = watched();
  never.timer.notWithin(1);
  const after = watched();
  after.timer.within(40);
  await one(after.looks);
  assert.equal(never.looks, []);
});

test("after a stop nothing comes, until asked for anew", async () => {
  const { timer, looks } = watched();
  timer.within(10);
  timer.stop();
  const after = watched();
  after.timer.within(40);
  await one(after.looks);
  assert.equal(looks, []);
  timer.within(1);
  await one(looks);
});

test.run();
