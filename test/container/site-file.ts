/** The site file of the tests' container: one tank, one feeder, a few WhatsMiners, times shortened so that a test takes seconds. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface SiteOptions {
  readonly machines: number;
  readonly ratedWatts: number;
  readonly brokerUrl: string;
  /** Paths of the serial ports by line. */
  readonly ports: { readonly feeder: string; readonly cooling: string; readonly drives: string };
  /** True: pump and dry cooler are run by drives on a line of their own, not by relays. */
  readonly drives: boolean;
  /** First three numbers of the machines' addresses; the last counts from 1. */
  readonly network: string;
  /** True: a hard-wired flow switch guards the tank; false: a contactor that weir opens feeds it. */
  readonly hardwired: boolean;
  /** Replaces top-level entries. */
  readonly entries?: Readonly<Record<string, unknown>>;
}

export const containerName = "test-c01";
export const siteName = "test";

/** Plate of every machine [W]. */
export const machineWatts = 3_400;
/** Drawn by a sleeping machine [W]. */
export const asleepWatts = 15;
/** Pump and controls [W]. */
export const auxiliaryWatts = 500;
/** Ceiling without dispatcher [W]: room for one machine. */
export const failsafeWatts = 5_000;
/** Without heartbeats failsafe comes after this [s]. */
export const heartbeatTimeoutSeconds = 4;
/** Of the feeder meter: older readings count as bad [s]. */
export const meterAgeSeconds = 3;

const password = "test-password";
export const minerLogin = { user: "admin", password };

const times = {
  startHoldSeconds: 3,
  goodAgainSeconds: 1,
  coolDownSeconds: 1,
  contactorRecloseSeconds: 1,
  startIntervalSeconds: 1,
  startsPerInterval: 4,
  minimumOnSeconds: 1,
  minimumOffSeconds: 1,
  shedProofSeconds: 5,
};

const cooling = {
  name: "cooling",
  baudRate: 38_400,
  parity: "none",
  stopBits: 1,
  devices: [
    {
      name: "pt100-a",
      board: "eletechsup-pta8d08",
      address: 11,
      channels: [{ point: "input1Celsius", name: "hotCelsius" }],
    },
    {
      name: "pt100-b",
      board: "eletechsup-pta8d08",
      address: 12,
      channels: [{ point: "input1Celsius", name: "hotCelsius" }],
    },
    {
      name: "ai8",
      board: "waveshare-ai8",
      address: 21,
      pollMilliseconds: 500,
      channels: [
        { point: "input1Milliamperes", name: "flowLitersPerMinute", scaling: { from: [4, 20], to: [0, 1000] } },
      ],
    },
    {
      name: "io",
      board: "waveshare-io8",
      address: 31,
      channels: [
        { point: "input1", name: "pumpRunning" },
        { point: "input2", name: "dry" },
        { point: "input3", name: "contactorClosed" },
        { point: "output1", name: "pump" },
        { point: "output2", name: "heartbeat" },
        { point: "output3", name: "contactor" },
      ],
    },
  ],
};

const tank = {
  name: "tank-1",
  coolant: {
    sensors: ["pt100-a/hotCelsius", "pt100-b/hotCelsius"],
    derateCelsius: 52,
    tripCelsius: 60,
    releaseCelsius: 50,
  },
  flow: { point: "ai8/flowLitersPerMinute", minimumLitersPerMinute: 300, proofSeconds: 3, maximumAgeSeconds: 5 },
  pump: { output: "io/pump", feedback: "io/pumpRunning", branch: "feeder" },
  leakDry: ["io/dry"],
};

/** Kept written by the line [%]. */
export const pumpPercent = 80;

const fan = (name: string) => ({
  output: `${name}/run`,
  speed: `${name}/speedReferencePercent`,
  feedback: `${name}/running`,
});

/** Run by the core, whose fluid is as warm as the target: half of the fans' speed would do. */
const dryCooler = {
  name: "dry-cooler",
  tanks: ["tank-1"],
  fans: [fan("dry-cooler"), fan("dry-cooler-2")],
  hottestAmbientCelsius: 30,
  fanWattsPerKelvin: 20_000,
  exchangerWattsPerKelvin: 20_000,
  targetCelsius: 40,
};

const drives = {
  name: "drives",
  baudRate: 57_600,
  parity: "none",
  stopBits: 1,
  devices: [
    {
      name: "pump",
      board: "abb-acs355-ach550",
      address: 1,
      setpoints: [{ point: "speedReferencePercent", value: pumpPercent }],
    },
    { name: "dry-cooler", board: "danfoss-fc51", address: 2 },
    { name: "dry-cooler-2", board: "abb-acs355-ach550", address: 3 },
  ],
};

const machinesBranch = {
  name: "machines",
  parent: "feeder",
  breakerAmperes: 63,
  nominalVolts: 230,
  phases: 3,
  contactor: { output: "io/contactor", feedback: "io/contactorClosed" },
};

/** Writes site and secrets into the folder; the result is the site file's path. JSON is YAML too. */
export function writeSite(folder: string, options: SiteOptions): string {
  const feeder = {
    name: "feeder",
    port: options.ports.feeder,
    baudRate: 19_200,
    parity: "none",
    stopBits: 1,
    devices: [{ name: "feeder-meter", board: "eastron-sdm630-v2", address: 1, pollMilliseconds: 500 }],
  };
  const site = {
    version: 1,
    container: containerName,
    site: siteName,
    ratedWatts: options.ratedWatts,
    minimumWatts: auxiliaryWatts + options.machines * asleepWatts,
    clock: "always",
    ramp: { upWattsPerSecond: 5_000, downWattsPerSecond: 50_000 },
    failsafe: { limitWatts: failsafeWatts, heartbeatTimeoutSeconds, jitterSeconds: 0 },
    times,
    broker: { url: options.brokerUrl, telemetrySeconds: 1 },
    secretsFile: "secrets.yaml",
    heartbeatOutput: "io/heartbeat",
    ...(options.drives ? { coolingLoops: [dryCooler] } : {}),
    lines: [
      feeder,
      { ...cooling, port: options.ports.cooling },
      ...(options.drives ? [{ ...drives, port: options.ports.drives }] : []),
    ],
    branches: [
      {
        name: "feeder",
        breakerAmperes: 63,
        nominalVolts: 230,
        phases: 3,
        meter: "feeder-meter",
        meterMaximumAgeSeconds: meterAgeSeconds,
        auxiliaryWatts,
      },
      ...(options.hardwired ? [] : [machinesBranch]),
    ],
    tanks: [
      {
        ...tank,
        ...(options.drives ? { pump: { output: "pump/run", feedback: "pump/running", branch: "feeder" } } : {}),
        interlock: options.hardwired ? "hard-wired" : "none",
      },
    ],
    miners: [
      {
        name: "w",
        model: "whatsminer-m50",
        addresses: `${options.network}.1-${options.network}.${options.machines}`,
        tank: "tank-1",
        branch: options.hardwired ? "feeder" : machinesBranch.name,
        phase: "rotate",
        credentials: "whatsminer",
        overrides: {
          ratedWatts: machineWatts,
          peakWakeWatts: machineWatts,
          asleepWatts,
          wakeSeconds: 3,
          sleepSeconds: 2,
          maximumInletCelsius: 60,
          hashesAfterPowerCycle: true,
        },
      },
    ],
    ...options.entries,
  };
  const path = join(folder, "site.yaml");
  writeFileSync(path, JSON.stringify(site, null, 2));
  writeFileSync(join(folder, "secrets.yaml"), JSON.stringify({ whatsminer: minerLogin }), { mode: 0o600 });
  return path;
}
