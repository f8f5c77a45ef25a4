/** Coolant at the inlet of a machine: too hot, and the machine sleeps, whatever the tank's own sensors say. */

import type { MinerPowerMode } from "../../model/miner-model.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit, Reason } from "../../model/reason.ts";
import type { MinerModel } from "../../model/site.ts";
import { celsius } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { Layout } from "../layout.ts";
import type { MachineState } from "../machines/machine.ts";
import { type Finding, nothingAllowed, nothingFound } from "./finding.ts";

/** An inlet that is not told any more counts as it was for this long [ms]. Source: choice: a machine that sleeps stops telling it. */
const rememberedMilliseconds: Milliseconds = 60_000;
/** A machine held down may run again when its inlet is this much cooler [K]. Source: choice: above the noise of the machines' sensors. */
const releaseKelvin = 3;

/** Whether each machine's inlet forbids it to run, and the limits that say so. */
export function judgeInlets(layout: Layout, machines: readonly MachineState[], now: Milliseconds): Finding {
  const limits: Limit[] = [];
  for (let index = 0; index < machines.length; index += 1) {
    const machine = certain(machines[index], "machine");
    const { miner, model } = certain(layout.machines[index], "machine");
    const inlet = machine.inletCelsius;
    if (inlet === null || now - machine.inletAt > rememberedMilliseconds) continue;
    // Asleep by our doing, it must be cooler before it may run again.
    const margin = machine.command === "sleep" ? releaseKelvin : 0;
    const { most, inMode } = mostOf(model, machine.powerMode);
    if (inlet <= most - margin) continue;
    const text = `Inlet of ${miner.name} is at ${celsius(inlet)}; its model allows ${celsius(most)}${inMode}.`;
    limits.push(nothingAllowed(`miner/${miner.name}`, { code: "miner-inlet-hot", text }));
  }
  const [first] = limits;
  if (first === undefined) return nothingFound;
  // One alarm however many machines it is: a hot tank would flood the log otherwise.
  const more = limits.length === 1 ? "" : ` ${limits.length} machines are too hot.`;
  const reason: Reason = { code: "miner-inlet-hot", text: `${first.reason.text}${more}` };
  return { ...nothingFound, limits, warnings: [{ name: "miner-inlet-hot", severity: "alarm", reason }] };
}

/** The site's own maximum, or less where the mode it told last stands less; the site's where no mode was told. Source: grid-and-safety 5.1: a hydro machine that takes 50 °C takes 40 °C in high mode. */
function mostOf(
  { maximumInletCelsius, inletWarningCelsius }: MinerModel,
  mode: MinerPowerMode | null,
): { readonly most: number; readonly inMode: string } {
  const least = mode === null ? undefined : inletWarningCelsius?.[mode];
  if (least === undefined || least >= maximumInletCelsius) return { most: maximumInletCelsius, inMode: "" };
  return { most: least, inMode: ` in its mode ${mode}` };
}
