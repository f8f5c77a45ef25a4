/** Pumps, inlets and cooling loops of a checked site file as the core knows them. */
import type { CoolingLoop, HeatCircuit, Pump, TankInlet } from "../model/cooling.ts";
import type { SiteFile } from "../model/generated/site.ts";
import type { PointName } from "../model/reading.ts";

type TankFile = SiteFile["tanks"][number];
type LoopFile = SiteFile["coolingLoops"][number];

export function resolvePump(pump: TankFile["pump"]): Pump | null {
  if (pump === undefined) return null;
  const { output, feedback, standby, afterRunSeconds } = pump;
  return {
    output: output ?? null,
    feedback: feedback ?? null,
    ...(standby === undefined ? {} : { standby: { output: standby.output, feedback: standby.feedback ?? null } }),
    ...(afterRunSeconds === undefined ? {} : { afterRunMilliseconds: afterRunSeconds * 1000 }),
  };
}

export function resolveInlet(inlet: NonNullable<TankFile["inlet"]>): TankInlet {
  const { point, derateKelvin, tripKelvin, maximumAgeSeconds } = inlet;
  return { point, derateKelvin, tripKelvin, maximumAgeMilliseconds: maximumAgeSeconds * 1000 };
}

export function resolveLoop({ ambient, fans, heat, ...figures }: LoopFile): CoolingLoop {
  return {
    ...figures,
    ambient:
      ambient === undefined ? null : { point: ambient.point, maximumAgeMilliseconds: ambient.maximumAgeSeconds * 1000 },
    fans: fans.map(({ output, speed, feedback }) => ({
      output: output ?? null,
      speed: speed ?? null,
      feedback: feedback ?? null,
    })),
    heat: heat === undefined ? null : resolveHeat(heat),
  };
}

function resolveHeat({ supply, maximumAgeSeconds, ...rest }: NonNullable<LoopFile["heat"]>): HeatCircuit {
  return { ...rest, supply: { point: supply, maximumAgeMilliseconds: maximumAgeSeconds * 1000 } };
}

/** Outputs of all fans of all loops. */
export function loopOutputs(loops: readonly CoolingLoop[]): readonly PointName[] {
  return loops.flatMap(({ fans }) => fans.flatMap(({ output, speed }) => [output ?? [], speed ?? []].flat()));
}
