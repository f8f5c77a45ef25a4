/** A small hand-made site and images of it, for tests of the core: two tanks, each with a contactor and its own meter. */
import type { CoolingLoop } from "../../src/model/cooling.ts";
import type { Durable } from "../../src/model/durable.ts";
import type { ProcessImage } from "../../src/model/image.ts";
import type { MinerReport } from "../../src/model/miner.ts";
import type { Reading, Readings } from "../../src/model/reading.ts";
import type { Branch, MinerModel, MinerSite, Policy, Site, Tank } from "../../src/model/site.ts";
import type { BreakerDerating, Contract, Generator, GridFrequency, ProtectedLoad } from "../../src/model/supply.ts";

/** What a test may want otherwise. */
export interface SiteWishes {
  readonly tanks?: number;
  readonly machinesPerTank?: number;
  readonly sensorsPerTank?: number;
  readonly hardwiredInterlock?: boolean;
  readonly ratedWatts?: number;
  readonly branchAmperes?: number;
  readonly feederAmperes?: number;
  readonly branchMeters?: boolean;
  readonly voltages?: boolean;
  readonly currents?: boolean;
  readonly phases?: "three" | "rotate";
  readonly derating?: BreakerDerating;
  readonly ratedOperations?: number;
  readonly contract?: Contract;
  readonly generator?: Generator;
  readonly frequency?: GridFrequency;
  readonly smokeClear?: readonly string[];
  readonly coolingLoops?: readonly CoolingLoop[];
  /** On a branch of its own, `ai`. */
  readonly protectedLoad?: ProtectedLoad;
  readonly policy?: Partial<Policy>;
  readonly model?: Partial<MinerModel>;
  readonly tank?: Partial<Tank>;
}

export const modelForTests: MinerModel = {
  name: "m30",
  dialect: "whatsminer-v2",
  ratedWatts: 3400,
  peakWakeWatts: 3600,
  asleepWatts: 20,
  ratedTerahashesPerSecond: 100,
  sleepMilliseconds: 5000,
  wakeMilliseconds: 60_000,
  maximumInletCelsius: 50,
  hashesAfterPowerCycle: true,
  trim: null,
};

export const policyForTests: Policy = {
  rampUpWattsPerSecond: 2000,
  rampDownWattsPerSecond: 20_000,
  failsafeWatts: 40_000,
  heartbeatTimeoutMilliseconds: 60_000,
  jitterMilliseconds: 0,
  startHoldMilliseconds: 15_000,
  goodAgainMilliseconds: 60_000,
  coolDownMilliseconds: 600_000,
  contactorRecloseMilliseconds: 300_000,
  startsPerInterval: 2,
  startIntervalMilliseconds: 10_000,
  minimumOnMilliseconds: 600_000,
  minimumOffMilliseconds: 300_000,
  shedProofMilliseconds: 5000,
};

/** A site of `tanks` tanks with `machinesPerTank` machines each. */
export function siteForTests(wishes: SiteWishes = {}): Site {
  const tanks = Array.from({ length: wishes.tanks ?? 2 }, (_, index) => `tank-${index + 1}`);
  const perTank = wishes.machinesPerTank ?? 4;
  const miners = tanks.flatMap((tank, tankIndex) =>
    Array.from(
      { length: perTank },
      (_, index): MinerSite => ({
        name: `${"abcdefgh".charAt(tankIndex)}-${(index + 1).toString().padStart(3, "0")}`,
        model: modelForTests.name,
        host: `127.0.${tankIndex + 1}.${index + 1}`,
        port: null,
        webPort: null,
        tank,
        branch: `branch-${tankIndex + 1}`,
        phase: wishes.phases === "rotate" ? phaseOf(index) : null,
        credentials: "none",
      }),
    ),
  );
  return {
    container: "test-c01",
    site: "test",
    groups: [],
    configurationHash: "0".repeat(64),
    ratedWatts: wishes.ratedWatts ?? 40_000,
    auxiliaryWatts: 1000,
    minimumWatts: 1000,
    ...(wishes.contract === undefined ? {} : { contract: wishes.contract }),
    ...(wishes.smokeClear === undefined ? {} : { smokeClear: wishes.smokeClear }),
    ...(wishes.coolingLoops === undefined ? {} : { coolingLoops: wishes.coolingLoops }),
    ...(wishes.generator === undefined ? {} : { generator: wishes.generator }),
    ...(wishes.frequency === undefined ? {} : { frequency: wishes.frequency }),
    policy: { ...policyForTests, ...wishes.policy },
    branches: [feeder(wishes), ...tanks.map((_, index) => branch(index, wishes)), ...protectedBranch(wishes)],
    tanks: tanks.map((name, index) => tankForTests(name, index, wishes)),
    minerModels: { [modelForTests.name]: { ...modelForTests, ...wishes.model } },
    miners,
    lines: [],
    firmata: [],
    broker: null,
    console: null,
    heartbeatOutput: null,
    settlementEnergy: null,
    coolingOutputs: ["io/fanOn"],
    clock: "always",
  };
}

function phaseOf(index: number): 1 | 2 | 3 {
  const phase = (index % 3) + 1;
  return phase === 1 ? 1 : phase === 2 ? 2 : 3;
}

function meterPoints(name: string, wishes: SiteWishes): Branch["meter"] {
  const each = (what: string): readonly string[] => ["1", "2", "3"].map((line) => `${name}/${what.replace("#", line)}`);
  return {
    powerWatts: `${name}/powerWatts`,
    currentAmperes: wishes.currents ? each("current#Amperes") : [],
    voltageVolts: wishes.voltages ? each("voltage#Volts") : [],
    maximumAgeMilliseconds: 5000,
  };
}

function feeder(wishes: SiteWishes): Branch {
  return {
    name: "feeder",
    parent: null,
    breakerAmperes: wishes.feederAmperes ?? 100,
    continuousRatio: 0.8,
    nominalVolts: 230,
    phases: 3,
    meter: meterPoints("feeder", wishes),
    contactor: null,
    auxiliaryWatts: 1000,
  };
}

function branch(index: number, wishes: SiteWishes): Branch {
  const name = `branch-${index + 1}`;
  return {
    name,
    parent: "feeder",
    breakerAmperes: wishes.branchAmperes ?? 63,
    continuousRatio: 0.8,
    nominalVolts: 230,
    phases: 3,
    meter: wishes.branchMeters === false ? null : meterPoints(name, wishes),
    contactor: {
      output: `${name}/contactorClosed`,
      feedback: `${name}/contactorFeedback`,
      ...(wishes.ratedOperations === undefined ? {} : { ratedOperations: wishes.ratedOperations }),
    },
    ...(wishes.derating === undefined ? {} : { derating: wishes.derating }),
    auxiliaryWatts: 0,
  };
}

function protectedBranch(wishes: SiteWishes): readonly Branch[] {
  if (wishes.protectedLoad === undefined) return [];
  const ai: Branch = {
    name: "ai",
    parent: "feeder",
    breakerAmperes: 100,
    continuousRatio: 0.8,
    nominalVolts: 230,
    phases: 3,
    meter: meterPoints("ai", wishes),
    contactor: null,
    auxiliaryWatts: 0,
    protectedLoad: wishes.protectedLoad,
  };
  return [ai];
}

function tankForTests(name: string, index: number, wishes: SiteWishes): Tank {
  const sensors = Array.from(
    { length: wishes.sensorsPerTank ?? 2 },
    (_, sensor) => `probe-${sensor + 1}/tank${index + 1}Celsius`,
  );
  return {
    name,
    coolant: { sensors, derateCelsius: 52, tripCelsius: 60, releaseCelsius: 50, maximumAgeMilliseconds: 15_000 },
    flow: {
      point: `${name}/flowLitersPerMinute`,
      minimumLitersPerMinute: 100,
      proofMilliseconds: 5000,
      maximumAgeMilliseconds: 3000,
    },
    pump: { output: `${name}/pumpOn`, feedback: `${name}/pumpRuns` },
    leakDry: [`${name}/floorDry`],
    level: { point: `${name}/levelPercent`, minimumPercent: 80, maximumAgeMilliseconds: 5000 },
    hardwiredInterlock: wishes.hardwiredInterlock ?? true,
    ...wishes.tank,
  };
}

/** A good reading, sampled at `at`. */
export function good(value: number, at: number): Reading {
  return { quality: "good", value, at };
}

/** Everything in order: cool, flowing, dry, full, contactors closed, and the given powers on the meters. */
export function healthyReadings(site: Site, now: number, powerWatts: Readonly<Record<string, number>> = {}): Readings {
  const readings: Record<string, Reading> = {};
  for (const { name, meter, contactor, nominalVolts, derating } of site.branches) {
    if (derating !== undefined && derating.point !== null) readings[derating.point] = good(25, now);
    const watts = powerWatts[name] ?? 0;
    if (meter !== null) readings[meter.powerWatts] = good(watts, now);
    for (const point of meter?.voltageVolts ?? []) readings[point] = good(nominalVolts, now);
    for (const point of meter?.currentAmperes ?? []) readings[point] = good(watts / nominalVolts / 3, now);
    if (contactor !== null) readings[contactor.feedback] = good(1, now);
  }
  for (const point of site.smokeClear ?? []) readings[point] = good(1, now);
  if (site.frequency?.response) readings[site.frequency.response.point] = good(60, now);
  if (site.frequency?.relay) readings[site.frequency.relay.clear] = good(1, now);
  for (const { ambient, fans, heat } of site.coolingLoops ?? []) {
    if (ambient !== null) readings[ambient.point] = good(25, now);
    for (const { feedback } of fans) if (feedback !== null) readings[feedback] = good(1, now);
    if (heat !== null) {
      readings[heat.supply.point] = good(38, now);
      readings[heat.ready] = good(0, now);
    }
  }
  for (const { coolant, inlet, flow, pump, leakDry, level } of site.tanks) {
    for (const point of coolant.sensors) readings[point] = good(45, now);
    if (inlet !== undefined) readings[inlet.point] = good(37, now);
    if (flow !== null) readings[flow.point] = good(150, now);
    if (pump?.feedback) readings[pump.feedback] = good(1, now);
    if (pump?.standby?.feedback) readings[pump.standby.feedback] = good(0, now);
    for (const point of leakDry) readings[point] = good(1, now);
    if (level !== null) readings[level.point] = good(95, now);
  }
  return readings;
}

/** A machine that hashes at its rated power. */
export function hashing(name: string, at: number, powerWatts = 3400): MinerReport {
  return { name, at, mode: "hashing", powerWatts, powerSource: "measured", hashrateTerahashesPerSecond: 100 };
}

/** A machine asleep. */
export function asleep(name: string, at: number, powerWatts = 20): MinerReport {
  return { name, at, mode: "asleep", powerWatts, powerSource: "measured" };
}

/** An image with everything in order and every machine hashing; the parts given replace it. */
export function imageForTests(site: Site, now: number, parts: Partial<ProcessImage> = {}): ProcessImage {
  const miners = Object.fromEntries(site.miners.map(({ name }) => [name, hashing(name, now)]));
  const power = Object.fromEntries(site.branches.map(({ name }) => [name, powerBehind(site, name, miners)]));
  return {
    now,
    wallClock: { unixMilliseconds: 1_795_390_000_000 + now, trusted: true },
    boot: "00".repeat(16),
    readings: healthyReadings(site, now, power),
    miners,
    commands: [],
    heartbeat: { at: null, epoch: 0, number: 0 },
    storedRevision: Number.MAX_SAFE_INTEGER,
    stopping: false,
    ...parts,
  };
}

/** What the meter of a branch shows with these machines [W]. */
export function powerBehind(site: Site, name: string, miners: Readonly<Record<string, MinerReport>>): number {
  const own = site.miners
    .filter(({ branch }) => branch === name)
    .reduce((sum, miner) => sum + (miners[miner.name]?.powerWatts ?? 0), 0);
  const children = site.branches.filter(({ parent }) => parent === name);
  const auxiliary = site.branches.find((other) => other.name === name)?.auxiliaryWatts ?? 0;
  return own + auxiliary + children.reduce((sum, child) => sum + powerBehind(site, child.name, miners), 0);
}

/** What was stored by an earlier process. */
export function durableForTests(parts: Partial<Durable> = {}): Durable {
  return {
    revision: 1,
    trips: [],
    lockout: null,
    remoteStop: null,
    order: {},
    asleepByUs: [],
    contactorOperations: {},
    ...parts,
  };
}
