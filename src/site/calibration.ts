/** What a site sets for a device and the device does not know: transformer ratios, reversed transformers, scaling of loops. */
import { unitOf } from "./units.ts";

interface Calibrated {
  readonly ratio: number;
  readonly voltageRatio?: number;
  readonly invert: boolean;
}

/** Units that a current transformer's ratio multiplies. */
const byCurrent = ["W", "A", "Wh", "VA", "var", "VAh", "varh"];
/** Units that a voltage transformer's ratio multiplies. */
const byVoltage = ["W", "V", "Wh", "VA", "var", "VAh", "varh"];
/** Units that a reversed current transformer turns; apparent power has no direction. */
const directed = ["W", "A", "Wh", "var", "varh"];

/** Factor of a point, by the unit its name ends with. Imported and exported energy are exchanged instead of turned. */
export function factorOf(device: Calibrated, name: string): number {
  const unit = unitOf(name) ?? "";
  const current = byCurrent.includes(unit) ? device.ratio : 1;
  const voltage = byVoltage.includes(unit) ? (device.voltageRatio ?? 1) : 1;
  const turns = device.invert && directed.includes(unit) && !/Import|Export/.test(name);
  return current * voltage * (turns ? -1 : 1);
}

/** The straight line through two points; without any, the board's value as it is. */
export function straightLine(
  scaling: { readonly from: readonly [number, number]; readonly to: readonly [number, number] } | undefined,
): { slope: number; intercept: number } {
  if (scaling === undefined) return { slope: 1, intercept: 0 };
  const { from, to } = scaling;
  const slope = from[1] === from[0] ? 0 : (to[1] - to[0]) / (from[1] - from[0]);
  return { slope, intercept: to[0] - from[0] * slope };
}
