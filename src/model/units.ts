/** Units as the last word of a name: the one table that code, schemas and boards agree on. */

/** Suffix -> unit as schemas write it; longer suffixes first. */
const unitsBySuffix: readonly (readonly [suffix: string, unit: string])[] = [
  ["TerahashesPerSecond", "TH/s"],
  ["JoulesPerTerahash", "J/TH"],
  ["GigahashesPerSecond", "GH/s"],
  ["LitersPerMinute", "L/min"],
  ["MillilitersPerSecond", "mL/s"],
  ["Centidegrees", "c°C"],
  ["Decivolts", "dV"],
  ["Deciamperes", "dA"],
  ["WattsPerSecond", "W/s"],
  ["WattsPerKelvin", "W/K"],
  ["VoltAmperesReactiveHours", "varh"],
  ["VoltAmpereHours", "VAh"],
  ["VoltAmperesReactive", "var"],
  ["VoltAmperes", "VA"],
  ["WattHours", "Wh"],
  ["Milliamperes", "mA"],
  ["Microamperes", "µA"],
  ["Amperes", "A"],
  ["RevolutionsPerMinute", "1/min"],
  ["MetersPerSecond", "m/s"],
  ["Liters", "L"],
  ["Degrees", "°"],
  ["Milliseconds", "ms"],
  ["Seconds", "s"],
  ["Kilopascals", "kPa"],
  ["Celsius", "°C"],
  ["Kelvin", "K"],
  ["Percent", "%"],
  ["Millivolts", "mV"],
  ["Volts", "V"],
  ["Hertz", "Hz"],
  ["Ratio", "1"],
  ["Ohms", "Ω"],
  ["Watts", "W"],
];

/** Unit that the name of a point or property ends with; null where it names none (contacts, counts). */
export function unitOf(name: string): string | null {
  const found = unitsBySuffix.find(([suffix]) => name.endsWith(suffix) || name === lowerFirst(suffix));
  return found?.[1] ?? null;
}

function lowerFirst(word: string): string {
  return `${word.slice(0, 1).toLowerCase()}${word.slice(1)}`;
}
