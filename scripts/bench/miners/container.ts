/** The container of the hard case: six tanks, each with a branch, a meter and a contactor, around the machines of the bench; and what its instruments show. */
import type { ProcessImage } from "../../../src/model/image.ts";
import type { Reading } from "../../../src/model/reading.ts";
import type { MinerModel, Site } from "../../../src/model/site.ts";
import { buildSite } from "../../../src/sim/closed-loop/build-site.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";

const tanks = 6;

/** Proven times of a site whose Antminers take 21 s to answer [ms]. Source: miners' fact sheet, sections 2.2 and 5; choice: a fifth more. */
const sleepMilliseconds: Readonly<Record<string, number>> = { antminer: 25_000, whatsminer: 5_000 };

/** The site around these machines; they hang on the branches in turn, so that every branch has some of every kind. */
export function siteOf(machines: readonly SimulatedMiner[]): Site {
  const site = buildSite({
    tanks,
    machinesPerTank: Math.ceil(machines.length / tanks),
    tanksWithoutCommands: 0,
    sensorsPerTank: 1,
    breakerShareRatio: 0.6,
    phases: "three",
    branchMeters: true,
    interlock: true,
    hashesAfterPowerCycle: true,
    sleepSeconds: 20,
    wakeSeconds: 180,
    rampUpWattsPerSecond: 100_000,
    rampDownWattsPerSecond: 1e7,
    startsPerInterval: 4,
    failsafeWatts: 1e7,
  });
  const models = Object.values(site.minerModels);
  const modelOf = (kind: string): MinerModel => ({
    ...(models[0] as MinerModel),
    name: kind,
    dialect: kind === "antminer" ? "bitmain-stock" : "whatsminer-v2",
    ratedWatts: 3300,
    peakWakeWatts: 3465,
    sleepMilliseconds: sleepMilliseconds[kind] ?? 0,
  });
  return {
    ...site,
    minerModels: { antminer: modelOf("antminer"), whatsminer: modelOf("whatsminer") },
    miners: machines.map(({ name, host, port = null, webPort = null, kind }, index) => ({
      name,
      host,
      port,
      webPort,
      model: kind,
      tank: `tank-${(index % tanks) + 1}`,
      branch: `branch-${(index % tanks) + 1}`,
      phase: null,
      credentials: "",
    })),
    auxiliaryWatts: 0,
    minimumWatts: 0,
    branches: site.branches.map((branch) => ({ ...branch, auxiliaryWatts: 0 })),
    clock: "always",
  };
}

/** What the far ends of the instruments say. */
export interface Shown {
  /** By branch [W]. */
  readonly watts: Readonly<Record<string, number>>;
  readonly closed: Readonly<Record<string, 0 | 1>>;
  readonly flowing: boolean;
}

/** Everything in order, but for what is shown. */
export function readingsOf(site: Site, shown: Shown, now: number): ProcessImage["readings"] {
  const readings: Record<string, Reading> = {};
  const good = (name: string | null | undefined, value: number): void => {
    if (name !== null && name !== undefined) readings[name] = { quality: "good", value, at: now };
  };
  for (const { name, parent, meter, contactor, nominalVolts } of site.branches) {
    const all = Object.values(shown.watts).reduce((sum, one) => sum + one, 0);
    const watts = parent === null ? all : (shown.watts[name] ?? 0);
    good(meter?.powerWatts, watts);
    for (const point of meter?.voltageVolts ?? []) good(point, nominalVolts);
    for (const point of meter?.currentAmperes ?? []) good(point, watts / nominalVolts / 3);
    good(contactor?.feedback, shown.closed[name] ?? 1);
  }
  for (const { coolant, flow, pump, leakDry, level } of site.tanks) {
    for (const point of coolant.sensors) good(point, 40);
    if (flow !== null) good(flow.point, shown.flowing ? flow.minimumLitersPerMinute * 2 : 0);
    good(pump?.feedback, 1);
    for (const point of leakDry) good(point, 1);
    good(level?.point, 95);
  }
  return readings;
}
