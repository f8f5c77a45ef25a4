/** A checked site file with its wires and machines as the Site that the program works with: seconds to milliseconds, names to points. */
import { resolve } from "node:path";
import type { SettlementEnergy } from "../model/device.ts";
import type { SiteFile } from "../model/generated/site.ts";
import type { Branch, LineSite, MeterPoints, MinerModel, MinerSite, Policy, Site, Tank } from "../model/site.ts";
import type { BreakerDerating } from "../model/supply.ts";
import { loopOutputs, resolveInlet, resolveLoop, resolvePump } from "./resolve-cooling.ts";
import type { ResolvedWires } from "./resolve-lines.ts";

export interface SiteParts {
  /** Folder of the site file. */
  readonly folder: string;
  readonly file: SiteFile;
  readonly wires: ResolvedWires;
  readonly miners: readonly MinerSite[];
  readonly models: Readonly<Record<string, MinerModel>>;
  readonly settlementEnergy: SettlementEnergy | null;
  readonly configurationHash: string;
}

export function resolveSite(parts: SiteParts): Site {
  const { folder, file, wires, miners, models, settlementEnergy, configurationHash } = parts;
  const pumps = file.tanks.flatMap(({ pump }) => (pump?.output === undefined ? [] : [pump.output]));
  const coolingLoops = file.coolingLoops.map(resolveLoop);
  const branches = file.branches.map((branch) => resolveBranch(branch, wires.lines));
  return {
    container: file.container,
    site: file.site,
    groups: file.groups,
    configurationHash,
    ratedWatts: file.ratedWatts,
    auxiliaryWatts: branches.reduce((sum, branch) => sum + branch.auxiliaryWatts, 0),
    minimumWatts: file.minimumWatts,
    ...resolveGenerator(file),
    ...resolveFrequency(file),
    policy: resolvePolicy(file),
    ...(file.contract === undefined
      ? {}
      : { contract: { watts: file.contract.watts, intervalMilliseconds: file.contract.intervalMinutes * 60_000 } }),
    branches,
    tanks: file.tanks.map(resolveTank),
    coolingLoops,
    minerModels: models,
    miners,
    searchAddresses: file.searchAddresses,
    lines: wires.lines,
    firmata: wires.firmata,
    broker: resolveBroker(file, folder),
    console: file.console === undefined ? null : { port: file.console.port, baudRate: file.console.baudRate },
    heartbeatOutput: file.heartbeatOutput ?? null,
    ...(file.alarmLamp === undefined ? {} : { alarmLamp: file.alarmLamp }),
    settlementEnergy,
    smokeClear: file.smokeClear,
    coolingOutputs: [...pumps, ...file.fans, ...loopOutputs(coolingLoops)],
    clock: file.clock,
  };
}

function resolveGenerator({ generator }: SiteFile): Pick<Site, "generator"> {
  if (generator === undefined) return {};
  const { stepGapSeconds, shedWithinSeconds, frequency, ...rest } = generator;
  const resolved = {
    ...rest,
    stepGapMilliseconds: stepGapSeconds * 1000,
    ...(shedWithinSeconds === undefined ? {} : { shedWithinMilliseconds: shedWithinSeconds * 1000 }),
  };
  if (frequency === undefined) return { generator: resolved };
  const { point, maximumAgeSeconds, stages, restoreAboveHertz, restoreSeconds } = frequency;
  return {
    generator: {
      ...resolved,
      frequency: {
        point,
        maximumAgeMilliseconds: maximumAgeSeconds * 1000,
        stages: stages.map(({ belowHertz, confirmSeconds, keepRatio }) => ({
          belowHertz,
          confirmMilliseconds: confirmSeconds * 1000,
          keepRatio,
        })),
        restoreAboveHertz,
        restoreMilliseconds: restoreSeconds * 1000,
      },
    },
  };
}

function resolveFrequency({ frequency }: SiteFile): Pick<Site, "frequency"> {
  if (frequency === undefined) return {};
  const { response, relay } = frequency;
  const relayed = relay === undefined ? {} : { relay };
  if (response === undefined) return { frequency: relayed };
  const { point, nominalHertz, deadbandHertz, droopRatio, headroomWatts, stages } = response;
  return {
    frequency: {
      ...relayed,
      response: {
        point,
        nominalHertz,
        deadbandHertz,
        droopRatio,
        headroomWatts,
        maximumAgeMilliseconds: response.maximumAgeSeconds * 1000,
        stages: stages.map(({ belowHertz, confirmSeconds, keepRatio }) => ({
          belowHertz,
          confirmMilliseconds: confirmSeconds * 1000,
          keepRatio,
        })),
        restoreAboveHertz: response.restoreAboveHertz ?? nominalHertz - deadbandHertz,
        holdMilliseconds: response.holdSeconds * 1000,
        returnMilliseconds: response.returnSeconds * 1000,
        respondWithinMilliseconds: response.respondWithinSeconds * 1000,
      },
    },
  };
}

function resolvePolicy({ ramp, failsafe, times }: SiteFile): Policy {
  return {
    rampUpWattsPerSecond: ramp.upWattsPerSecond,
    rampDownWattsPerSecond: ramp.downWattsPerSecond,
    ...(ramp.largestStepUp === undefined
      ? {}
      : {
          largestStepUp: {
            watts: ramp.largestStepUp.watts,
            intervalMilliseconds: ramp.largestStepUp.intervalSeconds * 1000,
          },
        }),
    failsafeWatts: failsafe.limitWatts,
    heartbeatTimeoutMilliseconds: failsafe.heartbeatTimeoutSeconds * 1000,
    jitterMilliseconds: failsafe.jitterSeconds * 1000,
    startHoldMilliseconds: times.startHoldSeconds * 1000,
    goodAgainMilliseconds: times.goodAgainSeconds * 1000,
    coolDownMilliseconds: times.coolDownSeconds * 1000,
    contactorRecloseMilliseconds: times.contactorRecloseSeconds * 1000,
    startsPerInterval: times.startsPerInterval,
    startIntervalMilliseconds: times.startIntervalSeconds * 1000,
    minimumOnMilliseconds: times.minimumOnSeconds * 1000,
    minimumOffMilliseconds: times.minimumOffSeconds * 1000,
    shedProofMilliseconds: times.shedProofSeconds * 1000,
  };
}

function resolveBranch(branch: SiteFile["branches"][number], lines: readonly LineSite[]): Branch {
  return {
    name: branch.name,
    parent: branch.parent ?? null,
    breakerAmperes: branch.breakerAmperes,
    ...(branch.doubleCurrentTripSeconds === undefined
      ? {}
      : { doubleCurrentTripSeconds: branch.doubleCurrentTripSeconds }),
    ...(branch.derating === undefined ? {} : { derating: resolveDerating(branch.derating) }),
    continuousRatio: branch.continuousRatio,
    nominalVolts: branch.nominalVolts,
    phases: branch.phases,
    meter: branch.meter === undefined ? null : meterPoints(branch.meter, branch, lines),
    contactor: branch.contactor ?? null,
    ...(branch.protectedLoad === undefined ? {} : { protectedLoad: branch.protectedLoad }),
    auxiliaryWatts: branch.auxiliaryWatts,
  };
}

function resolveDerating({
  point,
  maximumAgeSeconds,
  ...figures
}: NonNullable<SiteFile["branches"][number]["derating"]>): BreakerDerating {
  return { ...figures, point: point ?? null, maximumAgeMilliseconds: maximumAgeSeconds * 1000 };
}

/** The standard points of a meter; a set of phases is told whole or not at all. */
function meterPoints(meter: string, branch: SiteFile["branches"][number], lines: readonly LineSite[]): MeterPoints {
  const points = new Set(
    lines.flatMap((line) => line.devices.flatMap((device) => device.points.map(({ name }) => name))),
  );
  const ofPhases = (name: (phase: number) => string): readonly string[] => {
    const wanted = Array.from({ length: branch.phases }, (_, index) => `${meter}/${name(index + 1)}`);
    return wanted.every((point) => points.has(point)) ? wanted : [];
  };
  return {
    powerWatts: `${meter}/powerWatts`,
    currentAmperes: ofPhases((phase) => `current${phase}Amperes`),
    voltageVolts: ofPhases((phase) => `voltage${phase}Volts`),
    maximumAgeMilliseconds: branch.meterMaximumAgeSeconds * 1000,
  };
}

function resolveTank(tank: SiteFile["tanks"][number]): Tank {
  const { coolant, inlet, warmUp, flow, level, pump } = tank;
  return {
    name: tank.name,
    coolant: {
      sensors: coolant.sensors,
      derateCelsius: coolant.derateCelsius,
      tripCelsius: coolant.tripCelsius,
      releaseCelsius: coolant.releaseCelsius,
      maximumAgeMilliseconds: coolant.maximumAgeSeconds * 1000,
    },
    flow:
      flow === undefined
        ? null
        : {
            point: flow.point,
            minimumLitersPerMinute: flow.minimumLitersPerMinute,
            proofMilliseconds: flow.proofSeconds * 1000,
            maximumAgeMilliseconds: flow.maximumAgeSeconds * 1000,
          },
    pump: resolvePump(pump),
    leakDry: tank.leakDry,
    level:
      level === undefined
        ? null
        : {
            point: level.point,
            minimumPercent: level.minimumPercent,
            maximumAgeMilliseconds: level.maximumAgeSeconds * 1000,
          },
    ...(inlet === undefined ? {} : { inlet: resolveInlet(inlet) }),
    ...(warmUp === undefined ? {} : { warmUp }),
    hardwiredInterlock: tank.interlock === "hard-wired",
  };
}

/** Paths are relative to the site file. */
function resolveBroker({ broker }: SiteFile, folder: string): Site["broker"] {
  if (broker === undefined) return null;
  const path = (file: string | undefined): string | null => (file === undefined ? null : resolve(folder, file));
  return {
    url: broker.url,
    caFile: path(broker.caFile),
    certificateFile: path(broker.certificateFile),
    keyFile: path(broker.keyFile),
    telemetryMilliseconds: broker.telemetrySeconds * 1000,
  };
}
