/** Figures as people read them. */

export function kilowatts(watts: number | null): string {
  return watts === null || !Number.isFinite(watts) ? "–– kW" : `${(watts / 1000).toFixed(1)} kW`;
}

export function rounded(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "––";
}

/** Minutes and seconds. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}
