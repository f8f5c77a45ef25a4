/** What a meter in a simulated installation sees: quantities from the power that is told of it, through transformers that may be wired wrongly. */

/** Faults of a meter's installation or setting that are on, by name, with their value (a phase, or a factor). */
export type MeterFaults = ReadonlyMap<string, number>;

/**
 * `lost-transformer`, `reversed-transformer` (value: phase); `swapped-transformers`: those of phases 1 and 2 (value 1), 2 and 3, or 3 and 1;
 * `other-word-order`; `other-unit`: powers by a factor (value), as of a device that counts in another unit than its board says.
 */
export const meterFaults = [
  "lost-transformer",
  "reversed-transformer",
  "swapped-transformers",
  "other-word-order",
  "other-unit",
] as const;

const nominalVolts = 230;
const nominalHertz = 50;
const powerFactor = 0.98;
const phases = [1, 2, 3];
/** From one phase to the next. */
const third = (2 * Math.PI) / 3;

/** What the parent did not tell of a meter follows from its power at nominal voltage, evenly over the phases. */
export function meterQuantity(values: ReadonlyMap<string, number>, quantity: string, faults: MeterFaults): number {
  const derived = (name: string): number => meterQuantity(values, name, faults);
  const phase = Number(/\d/.exec(quantity)?.[0] ?? 0);
  const isPower = quantity.startsWith("power") && quantity.endsWith("Watts");
  const factor = faults.get("other-unit");
  if (isPower && factor !== undefined) return factor * meterQuantity(values, quantity, without(faults, "other-unit"));
  if (phase !== 0 && phase === faults.get("lost-transformer") && !quantity.startsWith("voltage")) return 0;
  if (isPower && phase !== 0) return seenPower(values, phase, faults);
  if (quantity === "powerWatts" && faults.size > 0)
    return phases.reduce((sum, each) => sum + derived(`power${each}Watts`), 0);
  const told = values.get(quantity);
  if (told !== undefined) return told;
  if (quantity.startsWith("voltage")) return nominalVolts;
  if (quantity === "frequencyHertz") return nominalHertz;
  if (/^powerFactor\d?Ratio$/.test(quantity))
    return phase === 0 ? powerFactor : derived(`power${phase}Watts`) / apparent(values, phase);
  if (quantity.startsWith("current")) return apparent(values, phase) / derived(`voltage${phase}Volts`);
  return 0;
}

/** Power of one phase as its transformer tells it: turned by half a period where reversed, by a third where it sits on another phase. */
function seenPower(values: ReadonlyMap<string, number>, phase: number, faults: MeterFaults): number {
  const swapped = faults.get("swapped-transformers");
  const sign = faults.get("reversed-transformer") === phase ? -1 : 1;
  const next = swapped === undefined ? 0 : (swapped % 3) + 1;
  const turned = phase === swapped ? third : phase === next ? -third : 0;
  const told = values.get(`power${phase}Watts`) ?? (values.get("powerWatts") ?? 0) / 3;
  if (turned === 0) return sign * told;
  return sign * apparent(values, phase) * Math.cos(Math.acos(powerFactor) + turned);
}

/** [VA] */
function apparent(values: ReadonlyMap<string, number>, phase: number): number {
  const told = values.get(`power${phase}Watts`) ?? (values.get("powerWatts") ?? 0) / 3;
  return Math.abs(told) / (values.get("powerFactorRatio") ?? powerFactor);
}

function without(faults: MeterFaults, name: string): MeterFaults {
  return new Map([...faults].filter(([other]) => other !== name));
}
