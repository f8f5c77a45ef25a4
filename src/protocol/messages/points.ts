/** Points as columns of telemetry: their order, units and scales, as the birth tells them. */
import type { PointName, Reading } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import { unitOf } from "../../model/units.ts";

export interface PointColumn {
  readonly name: PointName;
  /** Empty: a contact. */
  readonly unit: string;
  /** The integer on the wire divided by this is the value. */
  readonly scale: number;
}

/** Fine enough for every instrument in boards/, and still integers. Choice. */
const scales: Readonly<Record<string, number>> = {
  W: 1,
  Wh: 1,
  VA: 1,
  var: 1,
  "": 1,
  V: 10,
  A: 10,
  kPa: 10,
  "%": 10,
  "°C": 100,
  "L/min": 100,
  mA: 100,
  Hz: 1000,
};

/** Where no scale is named. Choice. */
const otherScale = 1000;

/** Every point of the site, in the order of the site file. */
export function pointColumns(site: Site): readonly PointColumn[] {
  const names = [
    ...site.lines.flatMap((line) => line.devices.flatMap((device) => device.points.map(({ name }) => name))),
    ...site.firmata.flatMap((board) => board.points.map(({ name }) => name)),
  ];
  return names.map((name) => {
    const unit = unitOf(name.slice(name.indexOf("/") + 1)) ?? "";
    return { name, unit, scale: scales[unit] ?? otherScale };
  });
}

/** A reading as an integer of the scale; null: not good. */
export function scaled(reading: Reading | undefined, scale: number): number | null {
  if (reading?.quality !== "good") return null;
  const value = Math.round(reading.value * scale);
  // Math.round makes -0 of small negatives, which is no integer for everybody.
  return Number.isSafeInteger(value) ? value + 0 : null;
}
