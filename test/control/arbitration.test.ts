/** Arbitration and the ramp, one by one. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arbitrate, bindingOf, ceilingsOf, unlimitedWatts } from "../../src/control/arbitration.ts";
import { type RampInput, type RampState, ramp, rampAtStart, spend } from "../../src/control/ramp.ts";
import type { Limit, LimitSource } from "../../src/model/reason.ts";
import { policyForTests } from "./site-for-tests.ts";

const test = suite("arbitration and ramp");

function limit(ceilingWatts: number, source: LimitSource, parts: Partial<Limit> = {}): Limit {
  return {
    scope: "container",
    ceilingWatts,
    withinMilliseconds: 0,
    source,
    reason: { code: "setpoint", text: "" },
    ...parts,
  };
}

test("the smallest limit binds, and the next one is known, in any order", () => {
  const limits = [limit(300, "site"), limit(100, "dispatch"), limit(200, "envelope")];
  for (const order of [limits, [...limits].reverse()]) {
    const ceilings = arbitrate(order);
    assert.is(bindingOf(ceilings).ceilingWatts, 100);
    assert.is(ceilingsOf(ceilings, "container").next?.ceilingWatts, 200);
  }
});

test("safety and orders are told apart, and what has time yet is no shed", () => {
  const ceilings = ceilingsOf(
    arbitrate([limit(300, "site"), limit(100, "dispatch"), limit(50, "envelope", { withinMilliseconds: 1000 })]),
    "container",
  );
  assert.equal([ceilings.safetyWatts, ceilings.gentleWatts, ceilings.raiseWatts], [300, 100, 50]);
});

test("a limit that is not a number allows nothing, and one below nothing neither", () => {
  assert.is(ceilingsOf(arbitrate([limit(Number.NaN, "envelope")]), "container").safetyWatts, 0);
  assert.is(ceilingsOf(arbitrate([limit(-5, "envelope")]), "container").safetyWatts, 0);
});

test("a scope without limits is unlimited", () => {
  assert.is(ceilingsOf(arbitrate([]), "tank/none").raiseWatts, unlimitedWatts);
});

function advance(before: RampState, limits: readonly Limit[], parts: Partial<RampInput> = {}): RampState {
  return ramp(before, {
    ceilings: ceilingsOf(arbitrate(limits), "container"),
    limits,
    policy: policyForTests,
    elapsedMilliseconds: 1000,
    provenWatts: 0,
    nextWatts: 0,
    adopting: false,
    mayRaise: true,
    largestStepWatts: 3600,
    ...parts,
  });
}

const at = (watts: number): RampState => ({
  ...rampAtStart,
  raiseWatts: watts,
  limitWatts: watts,
  gentleWatts: watts,
  ceilingWatts: watts,
});

test("a raise starts at the power that is there and rises by the ramp", () => {
  const first = advance(at(20_000), [limit(40_000, "dispatch")], { provenWatts: 8000 });
  assert.is(first.raiseWatts, 10_000);
  assert.is(advance(first, [limit(40_000, "dispatch")], { provenWatts: 8000 }).raiseWatts, 12_000);
});

test("a hold stops the ramp, and a lower limit takes it down at once", () => {
  assert.is(advance(at(20_000), [limit(40_000, "dispatch")], { mayRaise: false }).raiseWatts, 20_000);
  assert.is(advance(at(20_000), [limit(5000, "site")]).raiseWatts, 5000);
});

test("orders go down by the ramp from the power that is there, safety at once", () => {
  const order = [limit(5000, "dispatch"), limit(100_000, "site")];
  const first = advance(at(60_000), order, { provenWatts: 50_000 });
  assert.is(first.gentleWatts, 30_000);
  assert.is(first.ceilingWatts, 30_000);
  assert.is(advance(first, order, { provenWatts: 50_000 }).gentleWatts, 10_000);
  assert.is(advance(at(60_000), [...order, limit(7000, "envelope")], { provenWatts: 50_000 }).ceilingWatts, 7000);
});

test("an order's own ramp down may only be gentler than the site's", () => {
  const gentle = advance(at(60_000), [limit(5000, "dispatch", { rampDownWattsPerSecond: 1000 })], {
    provenWatts: 50_000,
  });
  assert.is(gentle.gentleWatts, 49_000);
  const steep = advance(at(60_000), [limit(5000, "dispatch", { rampDownWattsPerSecond: 1e9 })], {
    provenWatts: 50_000,
  });
  assert.is(steep.gentleWatts, 30_000);
});

test("the budget of raises is earned by time, bounded, and spent", () => {
  let state = at(20_000);
  for (let second = 0; second < 100; second += 1) state = advance(state, [limit(20_000, "site")]);
  assert.is(state.budgetWatts, 3600 + 2000);
  const overdrawn = spend(state, 9000);
  assert.is(overdrawn.budgetWatts, -3400);
  assert.is(advance(overdrawn, [limit(20_000, "site")]).budgetWatts, -1400);
});

test("adoption lifts the ceiling to what is found running, within the limits", () => {
  const adopted = advance(rampAtStart, [limit(40_000, "failsafe")], { adopting: true, provenWatts: 28_000 });
  assert.equal([adopted.raiseWatts, adopted.ceilingWatts], [28_000, 28_000]);
  const above = advance(rampAtStart, [limit(10_000, "failsafe")], { adopting: true, provenWatts: 28_000 });
  assert.equal([above.raiseWatts, above.gentleWatts, above.ceilingWatts], [10_000, 28_000, 28_000]);
});

test.run();
