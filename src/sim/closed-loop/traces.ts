/** Quantities that follow a file of comma-separated values: read into numbers, and looked up by time. */
import type { Scenario } from "./scenario.ts";

export type TraceWish = Scenario["traces"][number];

export interface Trace {
  readonly quantity: TraceWish["quantity"];
  /** Growing [s since the start of the scenario]. */
  readonly seconds: readonly number[];
  readonly values: readonly number[];
}

/** The numbers of a file's text, or a sentence on what is wrong with it. Lines that begin with # say where it comes from. */
export function readTrace(text: string, wish: TraceWish): Trace | string {
  const [header = "", ...rows] = text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
  const columns = header.split(",");
  const [timeColumn, valueColumn] = [columns.indexOf("seconds"), columns.indexOf(wish.column)];
  if (timeColumn < 0 || valueColumn < 0) return `its header has no column ${timeColumn < 0 ? "seconds" : wish.column}`;
  const seconds: number[] = [];
  const values: number[] = [];
  for (const [index, row] of rows.entries()) {
    const cells = row.split(",");
    const at = numberOf(cells[timeColumn]) + wish.startSeconds;
    const value = numberOf(cells[valueColumn]) * wish.scale + wish.offset;
    if (!Number.isFinite(at) || !Number.isFinite(value)) return `row ${index + 1} holds no numbers`;
    if (at <= (seconds.at(-1) ?? Number.NEGATIVE_INFINITY)) return `row ${index + 1} is not later than the one before`;
    seconds.push(at);
    values.push(value);
  }
  return seconds.length === 0 ? "it has no rows" : { quantity: wish.quantity, seconds, values };
}

function numberOf(cell: string | undefined): number {
  return cell === undefined || cell.trim() === "" ? Number.NaN : Number(cell);
}

/** A lookup that is asked in order of time: the newest value at a moment [ms]; before the first the first. */
export function followTrace({ seconds, values }: Trace): (now: number) => number {
  let index = 0;
  return (now) => {
    while (index + 1 < seconds.length && (seconds[index + 1] ?? 0) * 1000 <= now) index += 1;
    return values[index] ?? 0;
  };
}
