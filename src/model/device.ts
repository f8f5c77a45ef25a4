/** What a board tells of a Modbus device besides its points: who it is, how it must be set, how it is found and switched. Plain data. */
import type { Milliseconds, PointName } from "./reading.ts";

/** Energy fit for settlement: what it counts in, and whose it is. */
export interface SettlementEnergy {
  readonly point: PointName;
  readonly device: string;
  /** Energy of one count [Wh]; where the point has a scale factor, before it. */
  readonly resolutionWattHours: number;
}

/**
 * Words that switch a drive: each list is written in order with a pause after each word. The register reads back as 1 where it holds the last
 * of `on`, else as 0; `on` is written only where it does not hold it, since its first words stop a drive that runs.
 */
export interface WriteWords {
  readonly on: readonly number[];
  readonly off: readonly number[];
  readonly pauseMilliseconds: Milliseconds;
}

/** A read whose answer is known beforehand: it tells the model, or a setting that must be so. */
export interface FixedRead {
  /** What is read, in words. */
  readonly name: string;
  readonly function: 3 | 4;
  /** 0-based, as on the wire. */
  readonly address: number;
  readonly registers: number;
  /** Right answers, raw words as on the wire, hexadecimal; empty: the answer is only shown. */
  readonly expected: readonly { readonly raw: string; readonly meaning: string }[];
  /** False where the right answer is inferred: another one is a warning, not a refusal. */
  readonly certain: boolean;
  readonly remedy: string;
}

export interface SerialNumberRead {
  readonly function: 3 | 4;
  /** 0-based, as on the wire; of a SunSpec device from the header of `model`. */
  readonly address: number;
  readonly registers: number;
  /** number: high word first; text: two characters a register. */
  readonly type: "number" | "text";
  readonly model: number | null;
}

/** SunSpec: addresses of the device's points count from the header of the first of `models` that is found. */
export interface Discovery {
  /** Where the marker may stand, in order of trial; the first model's header follows it. */
  readonly bases: readonly number[];
  /** Raw words, hexadecimal. */
  readonly marker: string;
  readonly models: readonly { readonly id: number; readonly lengthRegisters: number; readonly meaning: string }[];
}
