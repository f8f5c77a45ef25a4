/** The words of a bench: what it is called by, what it leaves behind, and how its tables look. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Bench {
  readonly summary: string;
  /** True when every mark was met. */
  run(parameters: readonly string[]): Promise<boolean>;
}

/** What weir has to reach, and what it reached in this run. */
export interface Mark {
  readonly text: string;
  readonly met: boolean;
}

/** The clone this runs from, with a slash at its end. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));
/** Peers, compiled programs and results; not under version control. */
export const workFolder = `${root}.weir/bench/`;

/** A table in columns; numbers are set to the right by whoever formats them. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((word, column) => Math.max(word.length, ...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of [head, widths.map((width) => "-".repeat(width)), ...rows]) {
    console.log(
      row
        .map((word, column) => (column === 0 ? word.padEnd(widths[column] ?? 0) : word.padStart(widths[column] ?? 0)))
        .join("  "),
    );
  }
}

/** Prints each mark and whether it was met; true when all were. */
export function printMarks(marks: readonly Mark[]): boolean {
  for (const { text, met } of marks) console.log(`${met ? "met   " : "MISSED"}  ${text}`);
  return marks.every(({ met }) => met);
}

/** Leaves the result of a bench as JSON for whoever compares runs. */
export function writeResult(name: string, result: unknown): void {
  mkdirSync(workFolder, { recursive: true });
  const file = `${workFolder}${name}.json`;
  writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
  console.log(`results: ${file}`);
}

/** The middle one of an odd number of measurements; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}
