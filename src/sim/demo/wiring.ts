/** How the demo's container is wired: which terminal of which instrument sees what of the plant, and what each output drives. Pure. */

import type { Phases } from "../plant/parameters.ts";
import {
  type BranchEffects,
  flowLitersPerMinute,
  levelPercent,
  type Plant,
  type PlantEffects,
  type TankEffects,
} from "../plant/plant.ts";
import { currentLoopMilliamperes, thermistorOhms } from "../plant/sensors.ts";

/** A machine where it hangs; indices into the plant's tanks and branches, phase 0 to 2. */
export interface WiredMachine {
  readonly name: string;
  readonly tank: number;
  readonly branch: number;
  readonly phase: 0 | 1 | 2;
}

/** What people and faults do to the container. */
export interface Mischief {
  /** Tanks whose pump lost its coupling. */
  readonly brokenPumps: ReadonlySet<number>;
  readonly ambientCelsius: number;
}

type Values = Readonly<Record<string, number>>;

/** Spans of the transmitters, as on their plates. */
const flowSpanLitersPerMinute = 1000;
const levelSpanPercent = 100;
/** Height of the float switch; choice. */
const floatSwitchPercent = 65;

/** The thermistor in tank 1. Source: EPCOS B57861S0103F040, characteristic 8016; beta between 25 and 60 °C. */
const thermistor = { nominalOhms: 10_000, nominalCelsius: 25, betaKelvin: 3948 };
/** Resistor on the Uno's shield from 5 V to the thermistor [Ω]. */
export const thermistorSeriesOhms = 4700;

/** Names of the far ends that carry the plant's truth. */
export const lineNames = ["feeder", "branches", "cooling"] as const;
export const boardName = "uno-tank";
/** Everything on a serial port of its own. */
export const serialNames = [...lineNames, boardName] as const;

/** The IO module keeps its outputs: the container runs when the controller comes to it. */
export const outputsAtStart: Values = {
  "io/output1": 1,
  "io/output2": 1,
  "io/output3": 1,
  "io/output4": 1,
  "io/output5": 1,
};

/** Pin of the board that drives the timer relay. */
export const heartbeatOutput = "d9Level";

/** What each instrument has at its terminals, by far end. */
export function terminals(plant: Plant): Readonly<Record<string, Values>> {
  const [tank1, tank2] = plant.tanks;
  const [branch1, branch2] = plant.branches;
  const [parameters1, parameters2] = plant.parameters.tanks;
  if (!tank1 || !tank2 || !branch1 || !branch2 || !parameters1 || !parameters2)
    throw new RangeError("the demo's wiring is for two tanks and two branches");
  const flow1 = flowLitersPerMinute(parameters1, tank1);
  const flow2 = flowLitersPerMinute(parameters2, tank2);
  return {
    feeder: meter("feeder-meter", plant.volts, plant.feeder.amperes, plant.feeder.watts),
    branches: {
      ...meter("branch-1-meter", plant.volts, branch1.amperes, branch1.watts),
      ...meter("branch-2-meter", plant.volts, branch2.amperes, branch2.watts),
    },
    cooling: {
      "pt100-a/input1Celsius": tank1.sensedCelsius,
      "pt100-a/input2Celsius": tank2.sensedCelsius,
      "pt100-a/input3Celsius": plant.loopCelsius,
      "pt100-b/input1Celsius": tank1.sensedCelsius + 0.2,
      "pt100-b/input2Celsius": tank2.sensedCelsius - 0.2,
      "pt100-b/input3Celsius": plant.ambientCelsius,
      "ai8/input1Milliamperes": currentLoopMilliamperes(flow1, 0, flowSpanLitersPerMinute),
      "ai8/input2Milliamperes": currentLoopMilliamperes(flow2, 0, flowSpanLitersPerMinute),
      "ai8/input3Milliamperes": currentLoopMilliamperes(levelPercent(parameters1, tank1), 0, levelSpanPercent),
      "ai8/input4Milliamperes": currentLoopMilliamperes(levelPercent(parameters2, tank2), 0, levelSpanPercent),
      "io/input1": contact(tank1.pumpRunning),
      "io/input2": contact(tank2.pumpRunning),
      "io/input3": contact(branch1.closed),
      "io/input4": contact(branch2.closed),
      "io/input5": contact(!tank1.leaking),
      "io/input6": contact(!tank2.leaking),
    },
    [boardName]: {
      input0Ohms: thermistorOhms(tank1.sensedCelsius, thermistor),
      // Live through normally closed contacts: leak detector on pin 4, float switch on pin 5.
      d4Level: contact(!tank1.leaking),
      d5Level: contact(levelPercent(parameters1, tank1) > floatSwitchPercent),
    },
  };
}

function meter(name: string, volts: number, amperes: Phases, watts: number): Values {
  return {
    [`${name}/voltage1Volts`]: volts,
    [`${name}/voltage2Volts`]: volts,
    [`${name}/voltage3Volts`]: volts,
    [`${name}/current1Amperes`]: amperes[0],
    [`${name}/current2Amperes`]: amperes[1],
    [`${name}/current3Amperes`]: amperes[2],
    [`${name}/power1Watts`]: amperes[0] * volts,
    [`${name}/power2Watts`]: amperes[1] * volts,
    [`${name}/power3Watts`]: amperes[2] * volts,
    [`${name}/powerWatts`]: watts,
    [`${name}/frequencyHertz`]: 50,
  };
}

function contact(closed: boolean): number {
  return closed ? 1 : 0;
}

/** Effects on the plant of the outputs as they are driven, the machines as they draw, and mischief. */
export function effectsOn(
  plant: Plant,
  machines: readonly WiredMachine[],
  known: {
    readonly machineWatts: ReadonlyMap<string, number>;
    /** Outputs of the IO module, `io/output1`. */
    readonly outputs: Values;
    /** The timer relay holds. */
    readonly heartbeatHolds: boolean;
  },
  mischief: Mischief,
): PlantEffects {
  const tankWatts = plant.tanks.map(() => 0);
  const branchWatts = plant.branches.map((): [number, number, number] => [0, 0, 0]);
  for (const machine of machines) {
    const watts = known.machineWatts.get(machine.name) ?? 0;
    tankWatts[machine.tank] = (tankWatts[machine.tank] ?? 0) + watts;
    const phases = branchWatts[machine.branch];
    if (phases !== undefined) phases[machine.phase] += watts;
  }
  const on = (output: string): boolean => (known.outputs[output] ?? 0) !== 0;
  return {
    tanks: tankWatts.map(
      (machinesWatts, index): TankEffects => ({
        machinesWatts,
        pumpCommanded: on(`io/output${index + 1}`),
        pumpBroken: mischief.brokenPumps.has(index),
        leaking: false,
      }),
    ),
    branches: branchWatts.map(
      (machinesWatts, index): BranchEffects => ({
        machinesWatts,
        contactorCommanded: known.heartbeatHolds && on(`io/output${index + 4}`),
        welded: false,
      }),
    ),
    fanCommanded: on("io/output3"),
    ambientCelsius: mischief.ambientCelsius,
  };
}
