/** What became of each mutant, kept in `.weir/mutants.json` from run to run. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Mutant } from "./mutant.ts";
import type { Fate } from "./trial.ts";
import { root } from "./yard.ts";

export interface Trial extends Pick<Mutant, "name" | "file" | "stands" | "equivalent">, Fate {}

export const ledgerFile = `${root}.weir/mutants.json`;

/** By name; empty: none was tried yet. */
export function readTrials(): ReadonlyMap<string, Trial> {
  const trials = existsSync(ledgerFile) ? (JSON.parse(readFileSync(ledgerFile, "utf8")) as readonly Trial[]) : [];
  return new Map(trials.map((trial) => [trial.name, trial]));
}

/** Keeps what is known of the mutants of the list, in its order. */
export function writeTrials(list: readonly Mutant[], trials: ReadonlyMap<string, Trial>): void {
  mkdirSync(`${root}.weir`, { recursive: true });
  writeFileSync(
    ledgerFile,
    JSON.stringify(
      list.flatMap(({ name }) => trials.get(name) ?? []),
      null,
      2,
    ),
  );
}
