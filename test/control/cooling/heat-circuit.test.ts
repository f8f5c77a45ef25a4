/** A heat customer: gets what the fluid leaves, asks for power below all limits, and warms nothing when it is gone. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { heatRequest, liftTargets, stepHeat, valveOf } from "../../../src/control/cooling/heat-circuit.ts";
import type { LoopState } from "../../../src/control/cooling/state.ts";
import type { Judged } from "../../../src/control/judge.ts";
import type { HeatCircuit } from "../../../src/model/cooling.ts";
import type { Limit } from "../../../src/model/reason.ts";
import { greenhouse, held, loopForTests, lost, placeForTests, seeing, stateForTests, sure } from "./loop-for-tests.ts";

const test = suite("heat circuit");

interface Wishes {
  readonly supply?: Judged;
  readonly ready?: Judged;
  readonly hottestCelsius?: number | null;
  readonly everything?: boolean;
  readonly heat?: Partial<HeatCircuit>;
  readonly state?: Partial<LoopState>;
}

function stepped(wishes: Wishes) {
  const heat = { ...greenhouse, ...wishes.heat };
  return stepHeat(stateForTests(loopForTests(), wishes.state), {
    place: placeForTests({ heat }),
    heat,
    judgedOf: seeing({ "loop/supplyCelsius": wishes.supply ?? sure(40), "loop/asks": wishes.ready ?? sure(1) }),
    hottestCelsius: wishes.hottestCelsius === undefined ? 42 : wishes.hottestCelsius,
    everything: wishes.everything ?? false,
    elapsedMilliseconds: 60_000,
  });
}

test("a customer that asks gets the water while the fluid is cool", () => {
  assert.is(stepped({}).customerRatio, 1);
  assert.is(stepped({ supply: held(40) }).customerRatio, 1);
});

test("in doubt everything goes to the dry cooler, and no power is asked for", () => {
  const asking = { requestWatts: 9000, customerRatio: 1 };
  for (const doubt of [
    { ready: sure(0) },
    { ready: lost(1) },
    { supply: lost(30) },
    { hottestCelsius: null },
    { everything: true },
  ])
    assert.equal(stepped({ ...doubt, state: asking }), { customerRatio: 0, requestWatts: 0 });
});

test("hot fluid is dumped before any power is lowered, and water hotter than wanted goes to the cooler", () => {
  assert.is(stepped({ hottestCelsius: 46 }).customerRatio, 1);
  assert.is(stepped({ hottestCelsius: 48 }).customerRatio, 0.5);
  assert.is(stepped({ hottestCelsius: 50 }).customerRatio, 0);
  assert.is(stepped({ supply: sure(44) }).customerRatio, 0.5);
  assert.is(stepped({ supply: sure(46) }).customerRatio, 0);
});

test("a valve without a position keeps its place within the band", () => {
  const heat = { valve: "loop/valveOpen" };
  assert.is(stepped({ heat, hottestCelsius: 48 }).customerRatio, 0);
  assert.is(stepped({ heat, hottestCelsius: 48, state: { customerRatio: 1 } }).customerRatio, 1);
  assert.is(stepped({ heat, hottestCelsius: 50, state: { customerRatio: 1 } }).customerRatio, 0);
  assert.is(stepped({ heat, hottestCelsius: 45 }).customerRatio, 1);
});

test("the wish for power grows while the water is too cold, shrinks while it is too warm, and has ends", () => {
  assert.is(stepped({ supply: sure(35) }).requestWatts, 2000);
  assert.is(stepped({ supply: sure(35), state: { requestWatts: 19_500 } }).requestWatts, 20_000);
  assert.is(stepped({ supply: sure(42), state: { requestWatts: 5000 } }).requestWatts, 3000);
  assert.is(stepped({ supply: sure(42) }).requestWatts, 0);
  assert.is(stepped({ supply: sure(40.5), state: { requestWatts: 5000 } }).requestWatts, 5000);
});

test("the valve is told its position or its switch", () => {
  assert.is(valveOf(greenhouse, stateForTests(loopForTests(), { customerRatio: 0.256 })), 26);
  assert.is(
    valveOf({ ...greenhouse, valve: "loop/valveOpen" }, stateForTests(loopForTests(), { customerRatio: 1 })),
    1,
  );
});

const limit = (ceilingWatts: number, follows: boolean): Limit => ({
  scope: "container",
  ceilingWatts,
  withinMilliseconds: 0,
  source: "dispatch",
  reason: { code: "setpoint", text: "Setpoint." },
  ...(follows ? { follows: true } : {}),
});

test("heat that is asked for lifts targets to it, and no limit", () => {
  const place = placeForTests({ heat: greenhouse });
  const requests = heatRequest(place, greenhouse, stateForTests(loopForTests(), { requestWatts: 8000 }));
  assert.equal(
    requests.map(({ scope, watts, kind, source }) => [scope, watts, kind, source]),
    [["coolingLoop/cooler", 8000, "atLeast", "heat"]],
  );
  assert.equal(heatRequest(place, greenhouse, stateForTests(loopForTests())), []);
  const limits = [limit(5000, true), limit(4000, false), limit(20_000, true)];
  const lifted = liftTargets(limits, requests, 1000);
  assert.equal(
    lifted.map(({ ceilingWatts }) => ceilingWatts),
    [9000, 4000, 20_000],
  );
  assert.match(lifted[0]?.reason.text ?? "", /greenhouse wants water of 40 °C: at least 8 kW/);
  assert.is(liftTargets(limits, [], 1000), limits);
});

test.run();
