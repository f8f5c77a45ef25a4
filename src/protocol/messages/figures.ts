/** The figures of one moment, made from a snapshot: telemetry, and all machines by column. Integers only. */
import type { MinersMessage } from "../../model/generated/miners.ts";
import type { TelemetryMessage } from "../../model/generated/telemetry.ts";
import type { Site, Tank } from "../../model/site.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import type { KeyRegistry } from "./contract.ts";
import { pointColumns, scaled } from "./points.ts";
import { meteredPower, wholeWatts } from "./reports.ts";

/** Telemetry; `sequence` grows by one with each message of a boot. */
export function telemetryMessage(
  site: Site,
  snapshot: Snapshot,
  numbering: { readonly boot: string; readonly sequence: number },
  keys: KeyRegistry,
): TelemetryMessage {
  const { decision, image } = snapshot;
  const meter = site.branches.find((branch) => branch.parent === null)?.meter ?? null;
  const power = scaled(meteredPower(site, snapshot), 1);
  const inForce = decision.setpoints.filter((setpoint) => setpoint.state !== "expired");
  const lowest = inForce.reduce<(typeof inForce)[number] | null>(
    (least, setpoint) => (least === null || setpoint.watts < least.watts ? setpoint : least),
    null,
  );
  const column = (names: readonly string[], scale: number): (number | null)[] =>
    names.map((name) => scaled(image.readings[name], scale));
  return {
    version: 1,
    ...numbering,
    at: image.wallClock.unixMilliseconds,
    clockTrusted: image.wallClock.trusted ? 1 : 0,
    mode: decision.mode,
    ...(power === null ? {} : { powerWatts: power }),
    accountedWatts: Math.round(decision.power.accountedWatts),
    machinesWatts: Math.round(decision.power.machinesWatts),
    reservedWatts: Math.round(decision.power.reservedWatts),
    auxiliaryWatts: Math.round(decision.power.auxiliaryWatts),
    ceilingWatts: wholeWatts(decision.ceilingWatts),
    binding: decision.binding.reason.code,
    ...(lowest === null ? {} : { setpointId: lowest.id, setpointWatts: wholeWatts(lowest.watts) }),
    minimumWatts: wholeWatts(decision.availability.minimumWatts),
    maximumWatts: wholeWatts(decision.availability.maximumWatts),
    hashrateTerahashesPerSecond: Math.round(
      Object.values(image.miners).reduce((sum, miner) => sum + (miner.hashrateTerahashesPerSecond ?? 0), 0),
    ),
    machines: keys.phases.map((phase) => decision.miners.filter((miner) => miner.phase === phase).length),
    trips: decision.trips.length,
    alarms: decision.alarms.filter((alarm) => alarm.severity === "alarm").length,
    voltageDecivolts: column(meter?.voltageVolts ?? [], 10),
    currentDeciamperes: column(meter?.currentAmperes ?? [], 10),
    coolantCentidegrees: site.tanks.map((tank) => hottest(tank, snapshot)),
    // 1 L/min is 1000/60 mL/s.
    flowMillilitersPerSecond: site.tanks.map((tank) =>
      tank.flow === null ? null : scaled(image.readings[tank.flow.point], 1000 / 60),
    ),
    points: pointColumns(site).map(({ name, scale }) => scaled(image.readings[name], scale)),
  };
}

/** Every machine of the site, in its order; what a machine does not tell is null. */
export function minersMessage(
  site: Site,
  snapshot: Snapshot,
  numbering: { readonly boot: string; readonly sequence: number },
  keys: KeyRegistry,
): MinersMessage {
  const { image, decision } = snapshot;
  const phases = new Map(decision.miners.map((view) => [view.name, view.phase]));
  const reports = site.miners.map(({ name }) => image.miners[name]);
  const column = (values: readonly (number | undefined)[], scale: number): (number | null)[] =>
    values.map((value) => whole(value, scale));
  return {
    version: 1,
    ...numbering,
    at: image.wallClock.unixMilliseconds,
    name: site.miners.map(({ name }) => name),
    phase: site.miners.map(({ name }) => Math.max(0, keys.phases.indexOf(phases.get(name) ?? "unreachable"))),
    mode: reports.map((report) => Math.max(0, keys.modes.indexOf(report?.mode ?? "unknown"))),
    powerWatts: column(
      reports.map((report) => report?.powerWatts),
      1,
    ),
    powerSource: reports.map((report) => Math.max(0, keys.powerSources.indexOf(report?.powerSource ?? "unknown"))),
    hashrateGigahashesPerSecond: column(
      reports.map((report) => report?.hashrateTerahashesPerSecond),
      1000,
    ),
    inletCentidegrees: column(
      reports.map((report) => report?.inletCelsius),
      100,
    ),
    outletCentidegrees: column(
      reports.map((report) => report?.outletCelsius),
      100,
    ),
    boardCentidegrees: column(
      reports.map((report) => report?.boardCelsius),
      100,
    ),
    chipCentidegrees: column(
      reports.map((report) => report?.chipCelsius),
      100,
    ),
    ageSeconds: reports.map((report) =>
      report?.at === undefined ? null : Math.max(0, Math.round((image.now - report.at) / 1000)),
    ),
    fault: reports.map((report) => {
      const index = report?.fault === undefined ? -1 : keys.faults.indexOf(report.fault);
      return index < 0 ? null : index;
    }),
  };
}

/** The hottest good sensor of the tank [c°C]; null: none is good. */
function hottest(tank: Tank, snapshot: Snapshot): number | null {
  const values = tank.coolant.sensors.flatMap((name) => scaled(snapshot.image.readings[name], 100) ?? []);
  return values.length === 0 ? null : Math.max(...values);
}

function whole(value: number | undefined, scale: number): number | null {
  if (value === undefined) return null;
  const rounded = Math.round(value * scale);
  return Number.isSafeInteger(rounded) ? rounded + 0 : null;
}
