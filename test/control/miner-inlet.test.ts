/** Inlets of machines by power mode: what a machine takes in one mode may be too hot in another. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerPowerMode } from "../../src/model/miner-model.ts";
import { type Plant, run, scan, startPlant } from "./plant-for-tests.ts";
import { siteForTests } from "./site-for-tests.ts";

const test = suite("inlets by power mode");

/** Machine a-001 tells this inlet and this mode; its model takes 50 °C, 40 °C in high mode. */
function telling(inlet: number, mode: () => MinerPowerMode | undefined): Plant {
  const plant = startPlant(
    siteForTests({ model: { maximumInletCelsius: 50, inletWarningCelsius: { low: 50, normal: 60, high: 40 } } }),
  );
  plant.inlets.set("a-001", inlet);
  plant.reports.set("a-001", (truth) => {
    const powerMode = mode();
    return powerMode === undefined ? truth : { ...truth, powerMode };
  });
  run(plant, 5);
  return plant;
}

const isHeld = ({ decision }: Plant): boolean => decision?.minerTargets["a-001"]?.mode === "sleep";

test("45 °C are taken in low and normal mode and too hot in high mode", () => {
  for (const mode of ["low", "normal", undefined] as const) assert.not.ok(isHeld(telling(45, () => mode)), mode);
  const plant = telling(45, () => "high");
  assert.ok(isHeld(plant));
  assert.match(
    plant.decision?.limits.find(({ reason }) => reason.code === "miner-inlet-hot")?.reason.text ?? "",
    /^Inlet of a-001 is at 45 °C; its model allows 40 °C in its mode high\.$/,
  );
});

test("a mode that is at its edge is taken, and none takes more than the site's own maximum", () => {
  assert.not.ok(isHeld(telling(40, () => "high")));
  assert.ok(isHeld(telling(51, () => "normal")));
  assert.ok(isHeld(telling(51, () => undefined)));
});

test("a mode that is not told any more counts as it was", () => {
  let mode: MinerPowerMode | undefined = "high";
  const plant = telling(39, () => mode);
  mode = undefined;
  plant.inlets.set("a-001", 45);
  scan(plant);
  assert.ok(isHeld(plant));
});

test.run();
