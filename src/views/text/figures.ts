/** Figures, ages and columns as a technician reads them on an 80-column terminal. Pure. */
import type { Milliseconds, Reading } from "../../model/reading.ts";

export const columns = 80;

/** How a unit that ends a point's name is written. Longest first: `kilowattHours` ends in `Hours` too. */
const units: readonly (readonly [suffix: string, unit: string, decimals: number])[] = [
  ["TerahashesPerSecond", "TH/s", 1],
  ["LitersPerMinute", "L/min", 1],
  ["KilowattHours", "kWh", 1],
  ["WattHours", "Wh", 0],
  ["VoltAmperes", "VA", 0],
  ["Kilopascals", "kPa", 1],
  ["Milliamperes", "mA", 2],
  ["Milliseconds", "ms", 0],
  ["Celsius", "°C", 1],
  ["Percent", "%", 1],
  ["Amperes", "A", 1],
  ["Seconds", "s", 0],
  ["Hertz", "Hz", 2],
  ["Volts", "V", 1],
  ["Watts", "W", 0],
  ["Ratio", "", 3],
];

export function kilowatts(watts: number | null): string {
  return watts === null ? "unknown" : Number.isFinite(watts) ? `${(watts / 1000).toFixed(1)} kW` : "no limit";
}

/** The value of a point with the unit its name ends in; contacts as 1 or 0. */
export function valueWithUnit(point: string, value: number): string {
  const found = units.find(([suffix]) => point.endsWith(suffix) || point.endsWith(`/${suffix.toLowerCase()}`));
  if (found === undefined) return Number.isInteger(value) ? String(value) : value.toFixed(3);
  return `${value.toFixed(found[2])} ${found[1]}`.trimEnd();
}

/** `0.4 s`, `12 s`, `3 min 34 s`, `2 h 05 min`, `3 d 4 h`. */
export function duration(milliseconds: Milliseconds): string {
  if (!Number.isFinite(milliseconds)) return "never";
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${two(minutes % 60)} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Swedish writes moments as ISO 8601 does, with a space. */
const isoLike = new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC", dateStyle: "short", timeStyle: "medium" });
/** Last moment a calendar of the language knows (ECMAScript, time values and time range). */
const lastMoment = 8.64e15;

/** `2026-11-12 14:03:22` in UTC. */
export function moment(unixMilliseconds: number): string {
  return Math.abs(unixMilliseconds) <= lastMoment ? isoLike.format(unixMilliseconds) : "unknown time";
}

/** `good 0.4 s`, `BAD stale 12 s`. */
export function qualityAndAge(reading: Reading, now: Milliseconds): string {
  const age = duration(now - reading.at);
  return reading.quality === "good" ? `good  ${age}` : `BAD   ${reading.fault}, ${age}`;
}

export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Cells of a row at given widths, cut where too long; the last one takes what is left of the line. */
export function row(cells: readonly (readonly [text: string, width: number])[], last = ""): string {
  const head = cells.map(([text, width]) => cut(text, width).padEnd(width)).join(" ");
  return cut(`${head} ${last}`.trimEnd(), columns);
}

/** A label in the margin and text beside it, broken between words. */
export function labelled(label: string, text: string, margin = 10): string[] {
  const lines = wrap(text, columns - margin);
  return lines.map((line, index) => `${(index === 0 ? label : "").padEnd(margin)}${line}`.trimEnd());
}

export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
