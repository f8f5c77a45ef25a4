/** The physics of the container: heat, flow, level, contactors, breakers. Pure: the same effects over the same time give the same plant. */
import { approach, type BreakerState, cellMilliseconds, warm } from "./breaker.ts";
import { takenWatts, thinness } from "./fluid-and-customer.ts";
import {
  convectionWattsPerKelvin,
  expansionPerKelvin,
  fanSeconds,
  fluidJoulesPerLiterKelvin,
  leakPercentPerSecond,
  metalJoulesPerKelvin,
  type Phases,
  type PlantParameters,
  pumpSeconds,
  sensorSeconds,
  type TankParameters,
} from "./parameters.ts";

export interface TankEffects {
  /** Heat of the tank's machines [W]. */
  readonly machinesWatts: number;
  readonly pumpCommanded: boolean;
  /** The coupling is gone: the motor turns, nothing flows. */
  readonly pumpBroken: boolean;
  /** What a clogged strainer leaves of the flow; absent: 1. */
  readonly flowRatio?: number;
  readonly leaking: boolean;
}

export interface BranchEffects {
  /** Drawn behind the contactor by machines, L1 to L3 [W]. */
  readonly machinesWatts: Phases;
  readonly contactorCommanded: boolean;
  readonly welded: boolean;
}

/** What acts on the plant; by the names of its parameters, in their order. */
export interface PlantEffects {
  readonly tanks: readonly TankEffects[];
  readonly branches: readonly BranchEffects[];
  readonly fanCommanded: boolean;
  readonly ambientCelsius: number;
  /** Voltage of the supply as a share of nominal: 0 in a black-out, 0.9 in a sag; absent: 1. */
  readonly supplyRatio?: number;
  /** Speed that the fans are given together, when they are commanded; absent: 1. */
  readonly fanShare?: number;
  /** Share of the loop's water that goes past the cooler to the heat customer, and whether that takes anything; absent: 0. */
  readonly customerRatio?: number;
  readonly customerTakes?: boolean;
  /** What fouling leaves of the dry cooler; absent: 1. */
  readonly coolerRatio?: number;
}

export interface TankState {
  /** Well-mixed fluid: what leaves the tank on its hot side [°C]. */
  readonly bulkCelsius: number;
  /** Fluid standing around the machines [°C]. */
  readonly localCelsius: number;
  /** What a sensor in its well shows [°C]. */
  readonly sensedCelsius: number;
  /** 1 is full speed, as far as it moves fluid. */
  readonly pumpRatio: number;
  /** Motor on, coupled or not. */
  readonly pumpRunning: boolean;
  readonly lostPercent: number;
  readonly leaking: boolean;
}

export interface BranchState {
  readonly closed: boolean;
  readonly breaker: BreakerState;
  readonly amperes: Phases;
  readonly watts: number;
}

export interface Plant {
  readonly parameters: PlantParameters;
  /** Grid time integrated so far [ms]. */
  readonly milliseconds: number;
  /** Time given but shorter than one cell [ms]. */
  readonly pendingMilliseconds: number;
  readonly tanks: readonly TankState[];
  readonly branches: readonly BranchState[];
  readonly feeder: Omit<BranchState, "closed">;
  /** Nothing comes from the grid. */
  readonly dark: boolean;
  readonly volts: number;
  readonly auxiliaryWatts: number;
  readonly fanRatio: number;
  readonly loopCelsius: number;
  readonly ambientCelsius: number;
  readonly heatRejectedWatts: number;
}

const coldBreaker: BreakerState = { heatRatio: 0, tripped: false };
const nothing: Phases = [0, 0, 0];

/** A plant at rest in its circulation: pumps and fans at full speed, contactors closed, nothing drawn. */
export function startPlant(parameters: PlantParameters): Plant {
  return {
    parameters,
    milliseconds: 0,
    pendingMilliseconds: 0,
    tanks: parameters.tanks.map((tank) => ({
      bulkCelsius: tank.startCelsius,
      localCelsius: tank.startCelsius,
      sensedCelsius: tank.startCelsius,
      pumpRatio: 1,
      pumpRunning: true,
      lostPercent: 0,
      leaking: false,
    })),
    branches: parameters.branches.map(() => ({ closed: true, breaker: coldBreaker, amperes: nothing, watts: 0 })),
    feeder: { breaker: coldBreaker, amperes: nothing, watts: 0 },
    dark: false,
    volts: parameters.nominalVolts,
    auxiliaryWatts: parameters.controlWatts,
    fanRatio: 1,
    loopCelsius: Math.min(...parameters.tanks.map((tank) => tank.startCelsius)) - 4,
    ambientCelsius: 20,
    heatRejectedWatts: 0,
  };
}

/** The plant after `milliseconds` of constant effects. */
export function advance(plant: Plant, milliseconds: number, effects: PlantEffects): Plant {
  const given = plant.pendingMilliseconds + milliseconds;
  const cells = Math.floor(given / cellMilliseconds);
  let next = plant;
  for (let cell = 0; cell < cells; cell += 1) next = advanceCell(next, effects);
  return { ...next, pendingMilliseconds: given - cells * cellMilliseconds };
}

function advanceCell(plant: Plant, effects: PlantEffects): Plant {
  const { parameters } = plant;
  const seconds = cellMilliseconds / 1000;
  const dark = (effects.supplyRatio ?? 1) <= 0;
  const powered = !plant.feeder.breaker.tripped && !dark;
  const fanRatio = approach(plant.fanRatio, effects.fanCommanded && powered ? (effects.fanShare ?? 1) : 0, fanSeconds);
  const exchangedWatts = plant.tanks.map((tank, index) => exchanged(at(parameters.tanks, index), tank, plant));
  const { branches, feeder, volts, auxiliaryWatts } = electrics(plant, effects, fanRatio);
  const conductance =
    (effects.coolerRatio ?? 1) *
    (parameters.coolerStillWattsPerKelvin +
      (parameters.coolerWattsPerKelvin - parameters.coolerStillWattsPerKelvin) * fanRatio);
  const toCustomer = effects.customerRatio ?? 0;
  const heatRejectedWatts =
    (1 - toCustomer) * conductance * (plant.loopCelsius - effects.ambientCelsius) +
    (effects.customerTakes === true ? toCustomer * takenWatts(parameters, plant.loopCelsius) : 0);
  // Written out: this is made ten times a second, and a spread takes ten times as long.
  return {
    parameters,
    branches,
    feeder,
    volts,
    auxiliaryWatts,
    milliseconds: plant.milliseconds + cellMilliseconds,
    pendingMilliseconds: plant.pendingMilliseconds,
    tanks: plant.tanks.map((tank, index) =>
      advanceTank(at(parameters.tanks, index), tank, at(effects.tanks, index), {
        exchangedWatts: at(exchangedWatts, index),
        powered,
      }),
    ),
    dark,
    fanRatio,
    heatRejectedWatts,
    ambientCelsius: effects.ambientCelsius,
    loopCelsius:
      plant.loopCelsius + (seconds * (sum(exchangedWatts) - heatRejectedWatts)) / parameters.loopJoulesPerKelvin,
  };
}

function exchanged(parameters: TankParameters, tank: TankState, plant: Plant): number {
  return parameters.exchangerWattsPerKelvin * tank.pumpRatio * (tank.bulkCelsius - plant.loopCelsius);
}

function advanceTank(
  parameters: TankParameters,
  tank: TankState,
  effects: TankEffects,
  surroundings: { exchangedWatts: number; powered: boolean },
): TankState {
  const seconds = cellMilliseconds / 1000;
  const carried = carriedWatts(parameters, tank);
  const pumpRunning = effects.pumpCommanded && surroundings.powered;
  return {
    bulkCelsius:
      tank.bulkCelsius + (seconds * (carried - surroundings.exchangedWatts)) / bulkJoulesPerKelvin(parameters),
    localCelsius: tank.localCelsius + (seconds * (effects.machinesWatts - carried)) / localJoulesPerKelvin(parameters),
    sensedCelsius: approach(tank.sensedCelsius, tank.bulkCelsius, sensorSeconds),
    pumpRatio: approach(tank.pumpRatio, pumpRunning && !effects.pumpBroken ? (effects.flowRatio ?? 1) : 0, pumpSeconds),
    pumpRunning,
    lostPercent: tank.lostPercent + (effects.leaking ? leakPercentPerSecond * seconds : 0),
    leaking: effects.leaking,
  };
}

/** From the machines' surroundings into the bulk: with the flow, or by convection alone [W]. */
function carriedWatts(parameters: TankParameters, tank: TankState): number {
  const flowWattsPerKelvin = (flowLitersPerMinute(parameters, tank) / 60) * fluidJoulesPerLiterKelvin;
  const stillWattsPerKelvin = convectionWattsPerKelvin * parameters.machines;
  return (flowWattsPerKelvin + stillWattsPerKelvin) * (tank.localCelsius - tank.bulkCelsius);
}

function electrics(
  plant: Plant,
  effects: PlantEffects,
  fanRatio: number,
): Pick<Plant, "branches" | "feeder" | "volts" | "auxiliaryWatts"> {
  const { parameters } = plant;
  const supplyRatio = effects.supplyRatio ?? 1;
  const feederOn = !plant.feeder.breaker.tripped && supplyRatio > 0;
  const branches = plant.branches.map((branch, index): BranchState => {
    const effect = at(effects.branches, index);
    const closed = effect.contactorCommanded || (effect.welded && branch.closed);
    const supplied = feederOn && closed && !branch.breaker.tripped;
    const watts = supplied ? effect.machinesWatts : nothing;
    // Power supplies draw constant power: in a sag their current grows; in the first moment after a black-out nominal counts.
    const amperes = currents(watts, plant.volts > 0 ? plant.volts : parameters.nominalVolts);
    return {
      closed,
      amperes,
      watts: sum(watts),
      breaker: warm(branch.breaker, amperes, at(parameters.branches, index)),
    };
  });
  const motors = plant.tanks.map((tank, index) => (tank.pumpRunning ? at(parameters.tanks, index).pumpWatts : 0));
  // The fan's power falls with the cube of its speed.
  const auxiliaryWatts = feederOn ? parameters.controlWatts + sum(motors) + parameters.fanWatts * fanRatio ** 3 : 0;
  const third = currents(
    [auxiliaryWatts / 3, auxiliaryWatts / 3, auxiliaryWatts / 3],
    plant.volts > 0 ? plant.volts : parameters.nominalVolts,
  );
  const onPhase = (phase: 0 | 1 | 2): number =>
    branches.reduce((total, branch) => total + branch.amperes[phase], third[phase]);
  const amperes: Phases = [onPhase(0), onPhase(1), onPhase(2)];
  return {
    branches,
    auxiliaryWatts,
    feeder: {
      amperes,
      watts: auxiliaryWatts + sum(branches.map((branch) => branch.watts)),
      breaker: warm(plant.feeder.breaker, amperes, parameters.feeder),
    },
    volts: supplyRatio > 0 ? parameters.nominalVolts * supplyRatio - parameters.sourceOhms * Math.max(...amperes) : 0,
  };
}

/** Flow through the tank [L/min]. */
export function flowLitersPerMinute(parameters: TankParameters, tank: TankState): number {
  return parameters.ratedLitersPerMinute * tank.pumpRatio * thinness(parameters, tank.bulkCelsius);
}

/** Level as the transmitter shows it [%]: expands with the bulk, falls with a leak. */
export function levelPercent(parameters: TankParameters, tank: TankState): number {
  const expanded = parameters.coldLevelPercent * (1 + expansionPerKelvin * (tank.bulkCelsius - 20));
  return Math.max(0, expanded - tank.lostPercent);
}

/** Heat the fluid and the machines hold at their temperatures above 0 °C [J]. */
export function storedJoules(parameters: TankParameters, tank: TankState): number {
  return tank.bulkCelsius * bulkJoulesPerKelvin(parameters) + tank.localCelsius * localJoulesPerKelvin(parameters);
}

/** Whether a branch's machines have supply. */
export function supplied(plant: Plant, index: number): boolean {
  const branch = at(plant.branches, index);
  return branch.closed && !branch.breaker.tripped && !plant.feeder.breaker.tripped && !plant.dark;
}

function localJoulesPerKelvin(tank: TankParameters): number {
  return tank.machines * (tank.stagnantLitersPerMachine * fluidJoulesPerLiterKelvin + metalJoulesPerKelvin);
}

function bulkJoulesPerKelvin(tank: TankParameters): number {
  return (tank.fluidLiters - tank.machines * tank.stagnantLitersPerMachine) * fluidJoulesPerLiterKelvin;
}

function currents(watts: Phases, volts: number): Phases {
  return [watts[0] / volts, watts[1] / volts, watts[2] / volts];
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`the plant has no part number ${index}`);
  return item;
}
