/** Which units a quantity can have: the word a name begins with, against the unit it ends with. */
import type { Finding } from "./problem.ts";
import { unitOf } from "./units.ts";

/** First word -> the unit, and the word names end with. Longer words first. Choice: weir's own names, SI units (powers in W, energies in Wh). */
const quantities: readonly (readonly [word: string, unit: string, ending: string])[] = [
  ["powerFactor", "1", "Ratio"],
  ["apparentPower", "VA", "VoltAmperes"],
  ["reactivePower", "var", "VoltAmperesReactive"],
  ["power", "W", "Watts"],
  ["voltage", "V", "Volts"],
  ["current", "A", "Amperes"],
  ["frequency", "Hz", "Hertz"],
  ["apparentEnergy", "VAh", "VoltAmpereHours"],
  ["reactiveEnergy", "varh", "VoltAmperesReactiveHours"],
  ["energy", "Wh", "WattHours"],
  ["temperature", "°C", "Celsius"],
  ["resistance", "Ω", "Ohms"],
  ["velocity", "m/s", "MetersPerSecond"],
];

/** The name's quantity in a unit it cannot have; empty where it can, or where the name says no quantity. */
export function quantityFinding(name: string, pointer: string): Finding[] {
  const found = quantities.find(([word]) => new RegExp(`^${word}([0-9A-Z]|$)`).test(name));
  if (found === undefined) return [];
  const [word, unit, ending] = found;
  const actual = unitOf(name);
  if (actual === unit || distortionOf(name, actual)) return [];
  return [
    {
      pointer,
      found: `${name} [${actual ?? "no unit"}]`,
      expected: `a name that ends in ${ending}: ${word} is told in ${unit === "1" ? "a ratio" : unit}`,
      remedy: "correct the name, and convert by `scale`",
    },
  ];
}

/** The distortion of a voltage or current is a share of it. */
function distortionOf(name: string, unit: string | null): boolean {
  return unit === "%" && name.includes("Distortion");
}
