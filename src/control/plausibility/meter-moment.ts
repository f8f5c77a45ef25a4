/** What the readings of one meter's device say of this moment. Names follow the board's words; what it does not have is null. */
import type { PointName, Reading, Readings } from "../../model/reading.ts";
import type { MeterMoment } from "./meter-sense.ts";

/** Names of the points of one meter, worked out once: names are not made in a scan. */
export interface MeterNames {
  readonly powerWatts: PointName;
  readonly frequencyHertz: PointName;
  readonly powerFactorRatio: PointName;
  readonly energyWattHours: PointName;
  readonly phases: readonly {
    readonly voltageVolts: PointName;
    readonly currentAmperes: PointName;
    readonly powerWatts: PointName;
  }[];
}

/** The device's names, from the name of its power (`feeder-meter/powerWatts`). */
export function meterNames(powerWatts: PointName, phases: 1 | 3): MeterNames {
  const device = powerWatts.slice(0, powerWatts.indexOf("/"));
  const numbers = phases === 3 ? [1, 2, 3] : [];
  return {
    powerWatts,
    frequencyHertz: `${device}/frequencyHertz`,
    powerFactorRatio: `${device}/powerFactorRatio`,
    energyWattHours: `${device}/energyImportWattHours`,
    phases: numbers.map((phase) => ({
      voltageVolts: `${device}/voltage${phase}Volts`,
      currentAmperes: `${device}/current${phase}Amperes`,
      powerWatts: `${device}/power${phase}Watts`,
    })),
  };
}

/** Values of one moment: those more than `spreadMilliseconds` older than the power are of another one. */
export function momentOf(names: MeterNames, readings: Readings, spreadMilliseconds: number): MeterMoment {
  const power = readings[names.powerWatts];
  const at = power?.at ?? 0;
  const value = (name: PointName): number | null => goodValue(readings[name], at, spreadMilliseconds);
  return {
    powerWatts: value(names.powerWatts),
    frequencyHertz: value(names.frequencyHertz),
    powerFactorRatio: value(names.powerFactorRatio),
    phases: names.phases.map((phase) => ({
      voltageVolts: value(phase.voltageVolts),
      currentAmperes: value(phase.currentAmperes),
      powerWatts: value(phase.powerWatts),
    })),
  };
}

function goodValue(reading: Reading | undefined, at: number, spreadMilliseconds: number): number | null {
  if (reading?.quality !== "good" || !Number.isFinite(reading.value)) return null;
  return Math.abs(reading.at - at) <= spreadMilliseconds ? reading.value : null;
}
