/** What the simulated container is built of: figures of the plant, each with its source. No behaviour. */

export type Phases = readonly [number, number, number];

/** One immersion tank with its pump. */
export interface TankParameters {
  readonly name: string;
  /** All the fluid in it [L]. */
  readonly fluidLiters: number;
  readonly machines: number;
  /** Fluid that stands around one machine and hardly mixes while nothing flows [L]. */
  readonly stagnantLitersPerMachine: number;
  /** Flow with the pump at full speed [L/min]. */
  readonly ratedLitersPerMinute: number;
  /** Plate power of the pump [W]. */
  readonly pumpWatts: number;
  /** Plate heat exchanger to the water loop at full flow [W/K]. */
  readonly exchangerWattsPerKelvin: number;
  /** Fluid temperature at the start [°C]. */
  readonly startCelsius: number;
  /** Level at 20 °C [%]. */
  readonly coldLevelPercent: number;
  /** Fluid colder than the first is thick: its flow falls in a straight line to a share at the second; absent: it never does. */
  readonly thick?: { readonly belowCelsius: number; readonly atCelsius: number; readonly flowRatio: number };
}

/** A branch behind the feeder, with its breaker and contactor. */
export interface BranchParameters {
  readonly name: string;
  readonly breakerAmperes: number;
  /** Time constant of the breaker's thermal element [s]. */
  readonly breakerSeconds: number;
}

export interface PlantParameters {
  readonly tanks: readonly TankParameters[];
  readonly branches: readonly BranchParameters[];
  readonly feeder: BranchParameters;
  /** Line to neutral without load [V]. */
  readonly nominalVolts: number;
  /** Impedance of the supply, one phase [Ω]. */
  readonly sourceOhms: number;
  /** Controls, lights, switches: always on [W]. */
  readonly controlWatts: number;
  readonly fanWatts: number;
  /** Water loop between the exchangers and the dry cooler [J/K]. */
  readonly loopJoulesPerKelvin: number;
  /** Dry cooler with its fans at full speed [W/K]. */
  readonly coolerWattsPerKelvin: number;
  /** Dry cooler with its fans standing [W/K]. */
  readonly coolerStillWattsPerKelvin: number;
  /** A customer of the heat behind a three-way valve; absent: there is none. */
  readonly customer?: { readonly wattsPerKelvin: number; readonly returnCelsius: number };
}

/** Oil: 0.83 kg/L at 2.1 kJ/(kg K), so 1,500 L hold 2.61 MJ/K. Source: facts on heating speed, computed. */
export const fluidJoulesPerLiterKelvin = 0.83 * 2100;

/** 8 kg of aluminium in a machine at 0.9 kJ/(kg K). Source: the same computation. */
export const metalJoulesPerKelvin = 8 * 900;

/** What natural convection carries from a machine to the bulk without flow [W/K]. Choice: 300 W of 3.5 kW at +15 K, so that the adiabatic table holds within a tenth. */
export const convectionWattsPerKelvin = 20;

/** Lag of a PT100 in its well [s]. Source: the two-node simulation behind the facts on heating speed. */
export const sensorSeconds = 20;

/** An unpowered pump or fan stops within some seconds. Choice: first order. */
export const pumpSeconds = 1.5;
export const fanSeconds = 4;

/** Expansion of the fluid [1/K]: 0.07 to 0.10 % per kelvin is reported for immersion fluids. */
export const expansionPerKelvin = 0.0008;

/** Level lost by an open leak [%/s]. Choice: a hose off its barb. */
export const leakPercentPerSecond = 0.05;

/** Time constant from the time a cold breaker takes at 200 % [s]: t = T ln(4 / (4 - 1.13²)). Source: facts on breakers. */
export function breakerSecondsOf(coldTwofoldSeconds: number): number {
  return coldTwofoldSeconds / Math.log(4 / (4 - thermalTripRatio ** 2));
}

/** The element trips at this multiple of the rated current held for ever. Source: IEC conventional non-tripping current, 1.13. */
export const thermalTripRatio = 1.13;

/** Cold tripping times at 200 % [s]; 250 A class also stands for 315 A. Source: facts on breakers. */
const branchColdTwofoldSeconds = 180;
const feederColdTwofoldSeconds = 300;

const demoTank = {
  // Choice: 1,500 L would be usual; with less, two minutes are enough to see the temperature move.
  fluidLiters: 900,
  machines: 50,
  stagnantLitersPerMachine: 5,
  // 688 L/min carry 200 kW at 10 K; source: facts on heating speed.
  ratedLitersPerMinute: 690,
  pumpWatts: 4000,
  // Choice: 170 kW at 7 K between fluid and water.
  exchangerWattsPerKelvin: 24_000,
  startCelsius: 40,
  coldLevelPercent: 84,
};

/** The container of the demo: two tanks with fifty machines each, one dry cooler, a 630 A feeder. */
export const demoPlant: PlantParameters = {
  tanks: [
    { ...demoTank, name: "tank-1" },
    { ...demoTank, name: "tank-2", startCelsius: 39 },
  ],
  branches: ["branch-1", "branch-2"].map((name) => ({
    name,
    breakerAmperes: 315,
    breakerSeconds: breakerSecondsOf(branchColdTwofoldSeconds),
  })),
  feeder: { name: "feeder", breakerAmperes: 630, breakerSeconds: breakerSecondsOf(feederColdTwofoldSeconds) },
  nominalVolts: 231,
  // Choice: a 630 kVA transformer near by; 2 V less at 500 A.
  sourceOhms: 0.004,
  controlWatts: 800,
  fanWatts: 6000,
  // Choice: 200 L of water and glycol.
  loopJoulesPerKelvin: 0.8e6,
  // Choice: 340 kW at 12 K above the ambient air.
  coolerWattsPerKelvin: 28_000,
  coolerStillWattsPerKelvin: 1500,
};
