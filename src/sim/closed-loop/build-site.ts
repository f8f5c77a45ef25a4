/** A container built from a few figures, with the times of real hardware: what a scenario runs on that names no site file. */
import type {
  Branch,
  DeviceSite,
  LineSite,
  MinerModel,
  MinerSite,
  PointSite,
  Policy,
  Site,
  Tank,
} from "../../model/site.ts";
import { heatOfTank, loopsOf, pumpOf } from "./build-cooling.ts";
import { deratingOf, racksOf, smokePoint, supplyOf } from "./build-supply.ts";
import type { Builder } from "./scenario.ts";

/** Line to neutral [V]. */
const nominalVolts = 230;
/** Share of a breaker that may flow continuously. Source: NEC, facts on breakers. */
const continuousRatio = 0.8;
/** Pumps, fans and controls as a share of the machines. Choice: the demo's 15 kW for 332 kW. */
const auxiliaryShare = 0.045;

/** Real times; the demo's site file names them beside its own. */
function policyOf(builder: Builder, ratedWatts: number): Policy {
  return {
    rampUpWattsPerSecond: builder.rampUpWattsPerSecond,
    rampDownWattsPerSecond: builder.rampDownWattsPerSecond,
    failsafeWatts: builder.failsafeWatts ?? Math.round(ratedWatts / 3),
    heartbeatTimeoutMilliseconds: 60_000,
    jitterMilliseconds: 30_000,
    startHoldMilliseconds: 15_000,
    goodAgainMilliseconds: 60_000,
    coolDownMilliseconds: 600_000,
    contactorRecloseMilliseconds: 300_000,
    startsPerInterval: builder.startsPerInterval,
    startIntervalMilliseconds: 10_000,
    minimumOnMilliseconds: 600_000,
    minimumOffMilliseconds: 300_000,
    shedProofMilliseconds: 5000,
    ...(builder.largestStepUp === undefined
      ? {}
      : {
          largestStepUp: {
            watts: builder.largestStepUp.watts,
            intervalMilliseconds: builder.largestStepUp.intervalSeconds * 1000,
          },
        }),
  };
}

function modelOf(builder: Builder): MinerModel {
  return {
    name: "whatsminer-m50",
    dialect: "whatsminer-v2",
    ratedWatts: 3400,
    peakWakeWatts: 3570,
    asleepWatts: 15,
    ratedTerahashesPerSecond: 118,
    sleepMilliseconds: builder.sleepSeconds * 1000,
    wakeMilliseconds: builder.wakeSeconds * 1000,
    maximumInletCelsius: 60,
    hashesAfterPowerCycle: builder.hashesAfterPowerCycle,
    trim:
      builder.trim === undefined
        ? null
        : {
            minimumWatts: builder.trim.minimumWatts,
            restarts: false,
            settleMilliseconds: builder.trim.settleSeconds * 1000,
          },
  };
}

/** The site of a builder's figures; tanks `tank-1` ..., branches `branch-1` ..., machines `m1-001` .... */
export function buildSite(builder: Builder): Site {
  const model = modelOf(builder);
  const { cooling } = builder;
  const names = Array.from({ length: builder.tanks }, (_, index) => index + 1);
  const mute: MinerModel = { ...model, name: "mute", dialect: "none" };
  const modelIn = (tank: number): MinerModel => (tank > builder.tanks - builder.tanksWithoutCommands ? mute : model);
  const miners = names.flatMap((tank) => machinesOf(tank, builder, modelIn(tank)));
  const machinesWatts = miners.length * model.ratedWatts;
  const auxiliaryWatts = Math.round(machinesWatts * auxiliaryShare);
  const racksWatts = builder.protectedLoad?.ratedWatts ?? 0;
  const ratedWatts = builder.ratedWatts ?? machinesWatts + auxiliaryWatts + racksWatts;
  const feeder = feederOf(builder, machinesWatts + racksWatts, auxiliaryWatts);
  return {
    container: "simulated-c01",
    site: "simulated",
    groups: [],
    configurationHash: "0".repeat(64),
    ratedWatts,
    auxiliaryWatts,
    minimumWatts: auxiliaryWatts,
    policy: policyOf(builder, ratedWatts),
    branches: [
      feeder,
      ...names.map((tank) => branchOf(tank, builder, model)),
      ...racksOf(builder, feeder, breakerFor(racksWatts, 0.9)),
    ],
    ...supplyOf(builder, ratedWatts),
    ...(builder.smoke === true ? { smokeClear: [smokePoint] } : {}),
    tanks: names.map((tank) => tankOf(tank, builder)),
    minerModels: { [model.name]: model, [mute.name]: mute },
    coolingLoops: loopsOf(
      names.map((tank) => `tank-${tank}`),
      machinesWatts,
      cooling,
    ),
    miners,
    lines: [linesOf(names, builder)],
    firmata: [],
    broker: null,
    console: null,
    heartbeatOutput: null,
    settlementEnergy: null,
    coolingOutputs: fansOf(builder),
    clock: "system",
  };
}

function machinesOf(tank: number, builder: Builder, model: MinerModel): readonly MinerSite[] {
  return Array.from({ length: builder.machinesPerTank }, (_, index) => ({
    name: `m${tank}-${(index + 1).toString().padStart(3, "0")}`,
    model: model.name,
    host: `127.${tank}.0.${index + 1}`,
    port: null,
    webPort: null,
    tank: `tank-${tank}`,
    branch: `branch-${tank}`,
    phase: builder.phases === "rotate" ? phaseOf(index) : null,
    credentials: "none",
  }));
}

function phaseOf(index: number): 1 | 2 | 3 {
  return index % 3 === 0 ? 1 : index % 3 === 1 ? 2 : 3;
}

/** The next breaker of the usual sizes that carries the load at the given share of its continuous current. */
function breakerFor(watts: number, shareRatio: number): number {
  const amperes = watts / (3 * nominalVolts) / continuousRatio / shareRatio;
  // Source: preferred rated currents of IEC 60947-2 and above.
  const sizes = [
    16, 25, 32, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500,
  ];
  return sizes.find((size) => size >= amperes) ?? Math.ceil(amperes / 100) * 100;
}

function feederOf(builder: Builder, machinesWatts: number, auxiliaryWatts: number): Branch {
  return {
    name: "feeder",
    parent: null,
    breakerAmperes: breakerFor(machinesWatts + auxiliaryWatts, builder.breakerShareRatio),
    continuousRatio,
    nominalVolts,
    phases: 3,
    meter: meterOf("feeder-meter"),
    contactor: null,
    auxiliaryWatts,
    ...deratingOf(builder),
  };
}

function branchOf(tank: number, builder: Builder, model: MinerModel): Branch {
  const { contactorRatedOperations: ratedOperations } = builder;
  return {
    name: `branch-${tank}`,
    parent: "feeder",
    breakerAmperes: breakerFor(builder.machinesPerTank * model.ratedWatts, builder.breakerShareRatio),
    continuousRatio,
    nominalVolts,
    phases: 3,
    meter: builder.branchMeters ? meterOf(`branch-${tank}-meter`) : null,
    contactor: {
      output: `io/contactor${tank}`,
      feedback: `io/contactor${tank}Closed`,
      ...(ratedOperations === undefined ? {} : { ratedOperations }),
    },
    auxiliaryWatts: 0,
    ...deratingOf(builder),
  };
}

function meterOf(device: string): NonNullable<Branch["meter"]> {
  return {
    powerWatts: `${device}/powerWatts`,
    currentAmperes: [1, 2, 3].map((line) => `${device}/current${line}Amperes`),
    voltageVolts: [1, 2, 3].map((line) => `${device}/voltage${line}Volts`),
    maximumAgeMilliseconds: 5000,
  };
}

function tankOf(tank: number, builder: Builder): Tank {
  return {
    name: `tank-${tank}`,
    coolant: {
      sensors: sensorsOf(tank, builder),
      derateCelsius: 52,
      tripCelsius: 60,
      releaseCelsius: 50,
      maximumAgeMilliseconds: 15_000,
    },
    flow: {
      point: `ai/tank${tank}FlowLitersPerMinute`,
      minimumLitersPerMinute: flowNeeded(builder),
      proofMilliseconds: 3000,
      maximumAgeMilliseconds: 5000,
    },
    pump: pumpOf(tank, builder.cooling),
    ...heatOfTank(tank, builder.machinesPerTank * 3400, flowNeeded(builder), builder.cooling),
    leakDry: [`io/tank${tank}Dry`],
    level: { point: `ai/tank${tank}LevelPercent`, minimumPercent: 60, maximumAgeMilliseconds: 10_000 },
    hardwiredInterlock: builder.interlock,
  };
}

/** Fans of the loop, or one output for all. */
function fansOf({ cooling }: Builder): readonly string[] {
  if (cooling === undefined || cooling.fans === 0) return ["io/fan"];
  return Array.from({ length: cooling.fans }, (_, index) => [
    `io/fan${index + 1}`,
    ...(cooling.drives ? [`drive-${index + 1}/speedPercent`] : []),
  ]).flat();
}

/** A rise of 20 K at full load. Source: facts on heating speed: 200 kW take 688 L/min at 10 K. */
function flowNeeded(builder: Builder): number {
  return Math.round((builder.machinesPerTank * 3400 * 688) / 200_000 / 2);
}

function sensorsOf(tank: number, builder: Builder): readonly string[] {
  return Array.from(
    { length: builder.sensorsPerTank },
    (_, index) => `pt100-${"abcde".charAt(index)}/tank${tank}HotCelsius`,
  );
}

/** Ranges of the points that have one; how they are wired is of no interest here. */
function linesOf(tanks: readonly number[], builder: Builder): LineSite {
  const ranged = tanks.flatMap((tank) => [
    ...sensorsOf(tank, builder).map((name) => point(name, -40, 95)),
    point(`ai/tank${tank}FlowLitersPerMinute`, 0, flowNeeded(builder) * 4),
    point(`ai/tank${tank}LevelPercent`, 0, 100),
  ]);
  const devices = new Set(ranged.map(({ name }) => name.slice(0, name.indexOf("/"))));
  const each = [...devices].map(
    (device, index): DeviceSite => ({
      name: device,
      board: "simulated",
      address: index + 1,
      points: ranged.filter(({ name }) => name.startsWith(`${device}/`)),
      maximumRegisters: 100,
      alignmentRegisters: 1,
      minimumGapMilliseconds: 0,
      responseTimeoutMilliseconds: 500,
      averagingMilliseconds: 0,
      probe: null,
      discovery: null,
      identity: [],
      requirements: [],
      serialNumber: null,
      setpoints: [],
    }),
  );
  return { name: "simulated", port: "simulated", baudRate: 38_400, parity: "none", stopBits: 1, devices: each };
}

function point(name: string, minimum: number, maximum: number): PointSite {
  return {
    name,
    function: 3,
    address: 0,
    type: "float32",
    wordOrder: "high-first",
    scale: 1,
    offset: 0,
    minimum,
    maximum,
    invalid: [],
    rawMinimum: null,
    rawMaximum: null,
    pollMilliseconds: 1000,
    writeFunction: null,
    mask: null,
    decoding: "plain",
    scaleFactorAddress: null,
    writeWords: null,
  };
}
