/** A random container: tanks, machines, cooling and supply drawn from one seed. What happens to it is drawn elsewhere. */
import type { Random } from "../random.ts";
import type { Builder } from "./scenario.ts";

/** Plate of the built machines [W]; as in the built site. */
const machineWatts = 3400;
const peakWatts = 3570;

/** Each part draws from a stream of its own: a part that draws more leaves the others as they are. `machines`: grown to about so many. */
export function randomBuilder(random: Random, seed: number, machines?: number): Builder {
  const drawn = plainBuilder(random, seed);
  const plain = machines === undefined ? drawn : grown(drawn, machines);
  const machinesWatts = plain.tanks * plain.machinesPerTank * machineWatts;
  const cooling = coolingOf(random.fork("cooling"));
  return {
    ...plain,
    ...(cooling === null ? {} : { cooling }),
    ...supplyOf(random.fork("supply"), plain, machinesWatts),
    ...besides(random.fork("besides"), machinesWatts),
  };
}

function plainBuilder(random: Random, seed: number): Builder {
  return {
    tanks: 1 + random.below(3),
    machinesPerTank: 3 + random.below(10),
    // Not drawn, so that the days of all seeds stay what they are but for this.
    tanksWithoutCommands: seed % 4 === 0 ? 1 : 0,
    sensorsPerTank: 2 + random.below(2),
    breakerShareRatio: random.between(0.6, 1.1),
    phases: random.next() < 0.5 ? "three" : "rotate",
    branchMeters: random.next() < 0.7,
    interlock: random.next() < 0.4,
    hashesAfterPowerCycle: random.next() < 0.7,
    sleepSeconds: 4 + random.below(22),
    wakeSeconds: 40 + random.below(300),
    rampUpWattsPerSecond: random.between(300, 5000),
    rampDownWattsPerSecond: random.between(2000, 50_000),
    startsPerInterval: 1 + random.below(4),
  };
}

/** A tank of a large container holds about so many machines; choice: four of them make 300. */
const grownTankMachines = 75;

/** As it was drawn, with its ramps and starts in proportion to its size. */
function grown(builder: Builder, machines: number): Builder {
  const tanks = Math.ceil(machines / grownTankMachines);
  const machinesPerTank = Math.ceil(machines / tanks);
  const ratio = (tanks * machinesPerTank) / (builder.tanks * builder.machinesPerTank);
  return {
    ...builder,
    tanks,
    machinesPerTank,
    rampUpWattsPerSecond: builder.rampUpWattsPerSecond * ratio,
    rampDownWattsPerSecond: builder.rampDownWattsPerSecond * ratio,
    startsPerInterval: Math.max(1, Math.round(builder.startsPerInterval * ratio)),
  };
}

/** Null: one output holds all fans, and nobody runs them by need. */
function coolingOf(random: Random): NonNullable<Builder["cooling"]> | null {
  if (random.next() < 0.25) return null;
  const targetCelsius = random.between(38, 46);
  return {
    fans: random.below(6),
    drives: random.next() < 0.5,
    ambient: random.next() < 0.8,
    targetCelsius,
    standbyPumps: random.next() < 0.5,
    ...(random.next() < 0.5 ? { afterRunSeconds: 60 + random.below(900) } : {}),
    inlets: random.next() < 0.6,
    inletDerateKelvin: random.between(10, 20),
    warmUp: random.next() < 0.4,
    ...(random.next() < 0.4 ? { heatWantedCelsius: targetCelsius - random.between(1, 6) } : {}),
  };
}

/** A generator or a grid with or without a response to its frequency; a contract; racks beside the machines. */
function supplyOf(random: Random, plain: Builder, machinesWatts: number): Partial<Builder> {
  const kind = random.next();
  const contract = random.next() < 0.35 ? { watts: machinesWatts * random.between(0.4, 0.95) } : null;
  const racks = random.next() < 0.35 ? Math.round(machinesWatts * random.between(0.1, 0.4)) : null;
  return {
    ...(kind < 0.3 ? generatorOf(random, plain, machinesWatts) : {}),
    ...(kind >= 0.3 && kind < 0.7 ? frequencyOf(random, machinesWatts) : {}),
    ...(contract === null
      ? {}
      : { contract: { watts: contract.watts, intervalMinutes: random.next() < 0.5 ? 15 : 30 } }),
    ...(racks === null
      ? {}
      : {
          protectedLoad: {
            ratedWatts: racks,
            ...(random.next() < 0.7 ? { riseWatts: racks * random.between(0.2, 0.6) } : {}),
          },
        }),
  };
}

/** With steps that its contactors and its machines fit into, as the check of a site file asks for. */
function generatorOf(random: Random, plain: Builder, machinesWatts: number): Partial<Builder> {
  const branchWatts = plain.machinesPerTank * peakWatts;
  const small = random.next() < 0.5;
  const step = small ? peakWatts * (1 + random.below(4)) : branchWatts;
  return {
    // Behind a contactor that is more than a step, nothing may start by itself.
    ...(small ? { hashesAfterPowerCycle: false, tanksWithoutCommands: 0 } : {}),
    generator: {
      largestStepUpWatts: step,
      largestStepDownWatts: step * random.between(1, 2),
      stepGapSeconds: 5 + random.below(20),
      minimumLoadWatts: machinesWatts * random.between(0, 0.4),
      ...(random.next() < 0.5 ? { shedWithinSeconds: plain.sleepSeconds * random.between(0.6, 3) } : {}),
      stages: [
        { belowHertz: 58.2, keepRatio: 0.6 },
        { belowHertz: 57, keepRatio: 0.2 },
      ],
    },
  };
}

function frequencyOf(random: Random, machinesWatts: number): Partial<Builder> {
  return {
    frequency: {
      droopRatio: random.next() < 0.7 ? random.between(0.01, 0.06) : 0,
      headroomWatts: random.next() < 0.4 ? machinesWatts * 0.15 : 0,
      stages: [{ belowHertz: 59.7, keepRatio: 0.5 }],
      holdSeconds: 60 + random.below(900),
    },
  };
}

function besides(random: Random, machinesWatts: number): Partial<Builder> {
  return {
    smoke: random.next() < 0.6,
    ...(random.next() < 0.4
      ? {
          derating: {
            measured: random.next() < 0.8,
            calibratedCelsius: random.between(25, 40),
            lossPerKelvinRatio: 0.006,
            hottestCelsius: 55,
          },
        }
      : {}),
    ...(random.next() < 0.3
      ? {
          largestStepUp: {
            watts: machinesWatts * random.between(1, 1.5),
            intervalSeconds: 10 + random.below(50),
          },
        }
      : {}),
    ...(random.next() < 0.4 ? { contactorRatedOperations: 4 + random.below(8) } : {}),
  };
}
