/** The hidden physics behind a site: figures derived from its plates, each off by a share that the controller does not know. */
import type { Branch, Site } from "../../model/site.ts";
import {
  type BranchParameters,
  breakerSecondsOf,
  fluidJoulesPerLiterKelvin,
  type PlantParameters,
  type TankParameters,
} from "../plant/parameters.ts";
import type { Random } from "../random.ts";

export interface HiddenPlant {
  readonly parameters: PlantParameters;
  /** Of each plant branch, its index in `site.branches`. */
  readonly branches: readonly number[];
  /** Index of the feeder in `site.branches`. */
  readonly feeder: number;
}

/** Cold tripping times at 200 % by frame [s]. Source: facts on breakers. */
const frames = [
  { upToAmperes: 100, coldTwofoldSeconds: 60 },
  { upToAmperes: 400, coldTwofoldSeconds: 180 },
  { upToAmperes: Number.MAX_VALUE, coldTwofoldSeconds: 300 },
] as const;

/** Nominal figures a watt of machines, all from the demo's container, which settles 20 K above the air at full load. */
const litersPerWatt = 1500 / 170_000;
export const exchangerPerWatt = 24_000 / 170_000;
export const coolerPerWatt = 28_000 / 340_000;
const loopJoulesPerKelvinAWatt = 0.8e6 / 340_000;
/** The dry cooler's own convection with its fans standing. Source: the demo's container. */
export const stillShare = 1500 / 28_000;
/** Rise of the fluid at full load and rated flow [K]. Source: facts on heating speed. */
const riseKelvin = 8.5;
const stagnantLiters = 5;
/** A greenhouse takes all heat at 20 K above its return. Choice. */
const customerPerWatt = 1 / 20;
const customerCelsius = 22;
/** Fluid below this is thick, and at the second it flows this little. Choice: facts on envelopes: all makers warn below 20 °C. */
const thick = { belowCelsius: 25, atCelsius: 0, flowRatio: 0.35 };
/** Level above the minimum when cold [%]. Choice. */
const spareLevelPercent = 20;
/** Volts lost at the rated current of the feeder. Choice: the demo's 2.5 V. */
const lostVolts = 2.5;
/** Source: the demo's 0.8, 8 and 6 kW. */
const auxiliaryShares = { control: 0.06, pumps: 0.54, fans: 0.4 };

/** Builds the plant, or says why this site cannot be simulated. */
export function plantOf(
  site: Site,
  wishes: { readonly deviationRatio: number; readonly tankCelsius: number; readonly ambientCelsius: number },
  random: Random,
): HiddenPlant | string {
  const feeder = site.branches.findIndex(({ parent }) => parent === null);
  const root = site.branches[feeder];
  if (root === undefined) return "the site has no feeder";
  const branches = site.branches.flatMap(({ parent }, index) => (parent === root.name ? [index] : []));
  if (branches.length !== site.branches.length - 1)
    return "only sites with branches directly below the feeder can be simulated";
  if (root.contactor !== null) return "a contactor in the feeder cannot be simulated";
  if (site.miners.some(({ branch }) => branch === root.name))
    return "machines directly on the feeder cannot be simulated";
  const off = (value: number): number => value * (1 + random.between(-wishes.deviationRatio, wishes.deviationRatio));
  const machinesWatts = site.miners.reduce((sum, { model }) => sum + ratedOf(site, model), 0);
  const coolerWattsPerKelvin = off(machinesWatts * coolerPerWatt);
  return {
    feeder,
    branches,
    parameters: {
      tanks: site.tanks.map((_, index) => tankOf(site, index, wishes.tankCelsius, off)),
      branches: branches.flatMap((index) => site.branches[index] ?? []).map((branch) => breakerOf(branch, off)),
      feeder: breakerOf(root, off),
      nominalVolts: root.nominalVolts + 1,
      sourceOhms: off(lostVolts / root.breakerAmperes),
      controlWatts: site.auxiliaryWatts * auxiliaryShares.control,
      fanWatts: site.auxiliaryWatts * auxiliaryShares.fans,
      loopJoulesPerKelvin: off(machinesWatts * loopJoulesPerKelvinAWatt),
      coolerWattsPerKelvin,
      coolerStillWattsPerKelvin: coolerWattsPerKelvin * stillShare,
      ...(site.coolingLoops?.some(({ heat }) => heat !== null)
        ? { customer: { wattsPerKelvin: off(machinesWatts * customerPerWatt), returnCelsius: customerCelsius } }
        : {}),
    },
  };
}

function ratedOf(site: Site, model: string): number {
  return site.minerModels[model]?.ratedWatts ?? 0;
}

/** Breakers are off in their time constant only: what they carry is their maker's promise. */
function breakerOf({ name, breakerAmperes }: Branch, off: (value: number) => number): BranchParameters {
  const cold = frames.find(({ upToAmperes }) => breakerAmperes <= upToAmperes)?.coldTwofoldSeconds ?? 60;
  return { name, breakerAmperes, breakerSeconds: off(breakerSecondsOf(cold)) };
}

function tankOf(site: Site, index: number, startCelsius: number, off: (value: number) => number): TankParameters {
  const tank = site.tanks[index];
  const members = site.miners.filter((miner) => miner.tank === tank?.name);
  const watts = members.reduce((sum, { model }) => sum + ratedOf(site, model), 0);
  const needed = (watts / riseKelvin / fluidJoulesPerLiterKelvin) * 60;
  // Even a pump that is far off its plate must give what the site calls enough.
  const ratedLitersPerMinute = Math.max(off(needed), 1.2 * (tank?.flow?.minimumLitersPerMinute ?? 0));
  return {
    name: tank?.name ?? "",
    fluidLiters: Math.max(off(watts * litersPerWatt), 2 * stagnantLiters * members.length + 50),
    machines: members.length,
    stagnantLitersPerMachine: stagnantLiters,
    ratedLitersPerMinute,
    pumpWatts: (site.auxiliaryWatts * auxiliaryShares.pumps) / site.tanks.length,
    exchangerWattsPerKelvin: off(watts * exchangerPerWatt),
    startCelsius,
    ...(tank?.warmUp === undefined ? {} : { thick }),
    coldLevelPercent: Math.min(95, (tank?.level?.minimumPercent ?? 60) + spareLevelPercent),
  };
}
