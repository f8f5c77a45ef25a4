import { suite } from "uvu";
import * as assert from "uvu/assert";
import { effectsOn, outputsAtStart, terminals, type WiredMachine } from "../../../src/sim/demo/wiring.ts";
import { demoPlant } from "../../../src/sim/plant/parameters.ts";
import { advance, startPlant } from "../../../src/sim/plant/plant.ts";

const test = suite("the demo's wiring");

const machines: readonly WiredMachine[] = [0, 1].flatMap((tank) =>
  ([0, 1, 2] as const).map((phase) => ({ name: `m-${tank}-${phase}`, tank, branch: tank, phase })),
);
const watts = new Map(machines.map((machine) => [machine.name, 30_000 * (machine.tank + 1)]));
const calm = { brokenPumps: new Set<number>(), ambientCelsius: 25 };

function after(
  milliseconds: number,
  outputs: Readonly<Record<string, number>>,
  heartbeatHolds = true,
  mischief = calm,
) {
  const plant = startPlant(demoPlant);
  const effects = effectsOn(plant, machines, { machineWatts: watts, outputs, heartbeatHolds }, mischief);
  return advance(plant, milliseconds, effects);
}

function terminal(plant: ReturnType<typeof after>, farEnd: string, name: string): number {
  const value = terminals(plant)[farEnd]?.[name];
  if (value === undefined) throw new Error(`${farEnd} has no terminal ${name}`);
  return value;
}

test("the meters see what the machines draw, the feeder also the auxiliaries", () => {
  const plant = after(1000, outputsAtStart);
  assert.is(terminal(plant, "branches", "branch-1-meter/powerWatts"), 90_000);
  assert.is(terminal(plant, "branches", "branch-2-meter/powerWatts"), 180_000);
  const feeder = terminal(plant, "feeder", "feeder-meter/powerWatts");
  assert.ok(Math.abs(feeder - 270_000 - plant.auxiliaryWatts) < 1e-6);
});

test("currents and power of a meter agree with each other", () => {
  const plant = after(1000, outputsAtStart);
  const value = (name: string): number => terminal(plant, "feeder", `feeder-meter/${name}`);
  const product = [1, 2, 3].reduce(
    (sum, phase) => sum + value(`current${phase}Amperes`) * value(`voltage${phase}Volts`),
    0,
  );
  assert.ok(Math.abs(product - value("powerWatts")) < 10, `${product} and ${value("powerWatts")}`);
});

for (const [output, line, contact] of [
  ["io/output1", "cooling", "io/input1"],
  ["io/output2", "cooling", "io/input2"],
  ["io/output4", "cooling", "io/input3"],
  ["io/output5", "cooling", "io/input4"],
] as const)
  test(`${output} moves ${contact} and no other contact`, () => {
    const before = terminals(after(1000, outputsAtStart))[line] ?? {};
    const off = terminals(after(1000, { ...outputsAtStart, [output]: 0 }))[line] ?? {};
    const moved = Object.keys(before).filter((name) => name.startsWith("io/") && before[name] !== off[name]);
    assert.equal(moved, [contact]);
  });

test("without heartbeat both contactors drop, whatever the outputs say; pumps and fans go on", () => {
  const plant = after(10_000, outputsAtStart, false);
  assert.is(terminal(plant, "cooling", "io/input3"), 0);
  assert.is(terminal(plant, "cooling", "io/input4"), 0);
  assert.is(terminal(plant, "cooling", "io/input1"), 1);
  assert.ok(plant.fanRatio > 0.99);
});

test("a broken coupling of tank 2 ends its flow; its motor's contact stays, and tank 1 flows", () => {
  const plant = after(10_000, outputsAtStart, true, { ...calm, brokenPumps: new Set([1]) });
  assert.ok(terminal(plant, "cooling", "ai8/input2Milliamperes") < 4.2);
  assert.ok(terminal(plant, "cooling", "ai8/input1Milliamperes") > 14);
  assert.is(terminal(plant, "cooling", "io/input2"), 1);
});

test("the thermistor of tank 1 has 10 kΩ at 25 °C and 2.49 kΩ at 60 °C", () => {
  const at = (celsius: number): number => {
    const plant = startPlant(demoPlant);
    const tanks = plant.tanks.map((tank) => ({ ...tank, sensedCelsius: celsius }));
    return terminal({ ...plant, tanks }, "uno-tank", "input0Ohms");
  };
  assert.ok(Math.abs(at(25) - 10_000) < 1);
  assert.ok(Math.abs(at(60) - 2488) < 15, String(at(60)));
});

test.run();
