/** Figures as sentences show them: one way to write watts, degrees and seconds. */

/** `12.3 kW`. */
export function kilowatts(watts: number): string {
  return `${(Math.round(watts / 100) / 10).toString()} kW`;
}

/** `57.2 °C`. */
export function celsius(value: number): string {
  return `${(Math.round(value * 10) / 10).toString()} °C`;
}

/** `59.98 Hz`. */
export function hertz(value: number): string {
  return `${(Math.round(value * 1000) / 1000).toString()} Hz`;
}

/** `12 s`; never negative. */
export function seconds(milliseconds: number): string {
  return `${Math.max(0, Math.round(milliseconds / 1000)).toString()} s`;
}

/** `a, b, c and 4 more`: a list a person can read, whatever its length. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length <= 3 ? shown : `${shown} and ${(names.length - 3).toString()} more`;
}
