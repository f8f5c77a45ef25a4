import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cellMilliseconds, warm } from "../../../src/sim/plant/breaker.ts";
import { breakerSecondsOf, demoPlant, type PlantParameters } from "../../../src/sim/plant/parameters.ts";
import {
  advance,
  flowLitersPerMinute,
  levelPercent,
  type Plant,
  type PlantEffects,
  startPlant,
  storedJoules,
} from "../../../src/sim/plant/plant.ts";

const test = suite("plant");

const tankWatts = 170_000;

function effects(watts: number, change: { pumpsOn?: boolean; broken?: boolean; closed?: boolean } = {}): PlantEffects {
  const { pumpsOn = true, broken = false, closed = true } = change;
  return {
    tanks: demoPlant.tanks.map(() => ({
      machinesWatts: watts,
      pumpCommanded: pumpsOn,
      pumpBroken: broken,
      leaking: false,
    })),
    branches: demoPlant.branches.map(() => ({
      machinesWatts: [watts / 3, watts / 3, watts / 3] as const,
      contactorCommanded: closed,
      welded: false,
    })),
    fanCommanded: true,
    ambientCelsius: 28,
  };
}

function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error("nothing there");
  return item;
}

function near(actual: number, expected: number, ratio: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * ratio, `${what}: ${actual}, expected ${expected}`);
}

function heldJoules(plant: Plant): number {
  const tanks = plant.parameters.tanks.map((tank, index) =>
    storedJoules(tank, plant.tanks[index] ?? first(plant.tanks)),
  );
  return tanks.reduce((sum, joules) => sum + joules, 0) + plant.loopCelsius * plant.parameters.loopJoulesPerKelvin;
}

test("what goes in as power is stored or leaves through the dry cooler", () => {
  let plant = startPlant(demoPlant);
  const before = heldJoules(plant);
  let rejected = 0;
  for (let cell = 0; cell < 6000; cell += 1) {
    plant = advance(plant, cellMilliseconds, effects(tankWatts));
    rejected += (plant.heatRejectedWatts * cellMilliseconds) / 1000;
  }
  const given = 2 * tankWatts * 600;
  near(heldJoules(plant) - before + rejected, given, 1e-6, "energy");
});

test("at full power and 28 °C outside a tank settles below its derate point", () => {
  const plant = advance(startPlant(demoPlant), 3_600_000, effects(tankWatts));
  const { bulkCelsius } = first(plant.tanks);
  assert.ok(bulkCelsius > 42 && bulkCelsius < 50, `${bulkCelsius} °C`);
});

for (const [liters, expectedSeconds] of [
  [5, 68],
  [10, 106],
  [20, 180],
] as const)
  test(`after the pump stopped, ${liters} L around a machine of 3.5 kW gain 15 K in about ${expectedSeconds} s`, () => {
    const parameters: PlantParameters = {
      ...demoPlant,
      tanks: demoPlant.tanks.map((tank) => ({ ...tank, machines: 30, stagnantLitersPerMachine: liters })),
    };
    const heat = effects(30 * 3500, { pumpsOn: false });
    // Without circulation from the start: the fluid is of one temperature, as the table assumes.
    const stopped = startPlant(parameters);
    let plant: Plant = { ...stopped, tanks: stopped.tanks.map((tank) => ({ ...tank, pumpRatio: 0 })) };
    const begin = first(plant.tanks).localCelsius;
    let seconds = 0;
    while (first(plant.tanks).localCelsius < begin + 15 && seconds < 600) {
      plant = advance(plant, 1000, heat);
      seconds += 1;
    }
    near(seconds, expectedSeconds, 0.1, "time to +15 K");
  });

test("cutting a time into more calls gives the same plant", () => {
  const whole = advance(startPlant(demoPlant), 30_000, effects(tankWatts, { broken: true }));
  let cut = startPlant(demoPlant);
  for (const milliseconds of [1, 99, 350, 7, 12_345, 17_198])
    cut = advance(cut, milliseconds, effects(tankWatts, { broken: true }));
  assert.equal(cut, whole);
});

test("a broken coupling ends the flow within seconds while the motor reports running", () => {
  const plant = advance(startPlant(demoPlant), 6000, effects(tankWatts, { broken: true }));
  const tank = first(plant.tanks);
  assert.ok(flowLitersPerMinute(first(demoPlant.tanks), tank) < 20);
  assert.ok(tank.pumpRunning);
});

test("the feeder carries its branches and the auxiliaries", () => {
  const plant = advance(startPlant(demoPlant), 1000, effects(tankWatts));
  assert.ok(Math.abs(plant.feeder.watts - 2 * tankWatts - plant.auxiliaryWatts) < 1);
  near(plant.auxiliaryWatts, 800 + 2 * 4000 + 6000, 1e-9, "auxiliaries");
  near(first(plant.branches).amperes[0], tankWatts / 3 / 229, 0.01, "current");
});

test("an open contactor leaves nothing but the auxiliaries", () => {
  const plant = advance(startPlant(demoPlant), 1000, effects(tankWatts, { closed: false }));
  assert.is(first(plant.branches).watts, 0);
  assert.ok(Math.abs(plant.feeder.watts - plant.auxiliaryWatts) < 1);
});

test("a welded contactor stays closed", () => {
  const open = effects(tankWatts, { closed: false });
  const welded = { ...open, branches: open.branches.map((branch) => ({ ...branch, welded: true })) };
  assert.ok(first(advance(startPlant(demoPlant), 1000, welded).branches).closed);
});

test("in a black-out nothing flows and nothing is drawn; a fouled cooler leaves the water warmer", () => {
  const dark = advance(startPlant(demoPlant), 10_000, { ...effects(tankWatts), supplyRatio: 0 });
  assert.is(dark.feeder.watts, 0);
  assert.is(dark.volts, 0);
  assert.not.ok(first(dark.tanks).pumpRunning);
  const clean = advance(startPlant(demoPlant), 600_000, effects(tankWatts));
  const fouled = advance(startPlant(demoPlant), 600_000, { ...effects(tankWatts), coolerRatio: 0.5 });
  assert.ok(fouled.loopCelsius > clean.loopCelsius + 3);
});

test("in a sag the same power takes more current", () => {
  const normal = advance(startPlant(demoPlant), 2000, effects(tankWatts));
  const sagging = advance(startPlant(demoPlant), 2000, { ...effects(tankWatts), supplyRatio: 0.9 });
  near(first(sagging.branches).amperes[0] / first(normal.branches).amperes[0], 1 / 0.9, 0.01, "current");
});

test("a leak lowers the level, warmth raises it", () => {
  const parameters = first(demoPlant.tanks);
  const start = startPlant(demoPlant);
  const cold = levelPercent(parameters, first(start.tanks));
  const calm = effects(tankWatts);
  const leaking = { ...calm, tanks: calm.tanks.map((tank) => ({ ...tank, leaking: true })) };
  assert.ok(levelPercent(parameters, first(advance(start, 600_000, calm).tanks)) > cold);
  assert.ok(levelPercent(parameters, first(advance(start, 600_000, leaking).tanks)) < cold - 20);
});

for (const [coldTwofold, preload, load, expected] of [
  [60, 0.8, 1.25, 183],
  [60, 1, 2, 15],
  [180, 0.8, 1.25, 549],
  [180, 1, 1.5, 117],
  [180, 1, 2, 45],
] as const)
  test(`a breaker preloaded to ${preload} trips at ${load} times its rating after about ${expected} s`, () => {
    const parameters = { breakerAmperes: 100, breakerSeconds: breakerSecondsOf(coldTwofold) };
    let breaker = { heatRatio: preload ** 2, tripped: false };
    let seconds = 0;
    while (!breaker.tripped && seconds < 2000) {
      breaker = warm(breaker, [100 * load, 0, 0], parameters);
      seconds += cellMilliseconds / 1000;
    }
    near(seconds, expected, 0.04, "tripping time");
  });

test.run();
