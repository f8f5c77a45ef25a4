/** Exposure of a generator: machines that cannot be shed as fast as it needs are withheld beforehand, but for what its hardest stage leaves running. */
import type { Limit } from "../../model/reason.ts";
import type { Generator } from "../../model/supply.ts";
import { kilowatts, listed, seconds } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { Layout } from "../layout.ts";
import type { MachineState } from "../machines/machine.ts";
import { type Finding, nothingFound } from "./finding.ts";

/** Judges every machine by its proven response; the best joules per terahash stay. */
export function judgeExposure(
  generator: Generator | undefined,
  layout: Layout,
  machines: readonly MachineState[],
): Finding {
  const within = generator?.shedWithinMilliseconds;
  if (generator === undefined || within === undefined) return nothingFound;
  const slow = [...machines.entries()]
    .filter(([, { responseMilliseconds }]) => responseMilliseconds > within)
    .sort(([a, one], [b, other]) => one.joulesPerTerahash - other.joulesPerTerahash || a - b);
  let leftWatts = (generator.frequency?.stages.at(-1)?.keepRatio ?? 0) * generator.ratedWatts;
  const withheld: string[] = [];
  for (const [index] of slow) {
    const { model, miner } = certain(layout.machines[index], "machine");
    const watts = Math.max(model.ratedWatts, model.peakWakeWatts);
    if (watts <= leftWatts) leftWatts -= watts;
    else withheld.push(miner.name);
  }
  if (withheld.length === 0) return nothingFound;
  const keeps = kilowatts((generator.frequency?.stages.at(-1)?.keepRatio ?? 0) * generator.ratedWatts);
  const text = `${withheld.length} machines (${listed(withheld)}) take longer than ${seconds(within)} to shed, and the generator's hardest stage keeps ${keeps}: they stay asleep.`;
  const reason = { code: "exposure", text } as const;
  return {
    ...nothingFound,
    limits: withheld.map(
      (name): Limit => ({ scope: `miner/${name}`, ceilingWatts: 0, withinMilliseconds: 0, source: "site", reason }),
    ),
    warnings: [{ name: "exposure", severity: "warning", reason }],
  };
}
