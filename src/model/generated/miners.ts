/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * All machines at one moment, by column: topic miners; a CBOR map with the integer keys of keys.json.
 */
export interface MinersMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * 128-bit random number of this start, lower-case hexadecimal; other than before: everything ended.
   */
  boot: string;
  /**
   * Grows by one with every message of a boot.
   */
  sequence: number;
  /**
   * Wall clock [ms since 1970].
   */
  at: number;
  /**
   * Machine of the row.
   *
   * Items: Machine.
   */
  name: string[];
  /**
   * Index into keys.json's phases: what the core makes of it.
   *
   * Items: Index.
   */
  phase: number[];
  /**
   * Index into keys.json's modes: what it says itself.
   *
   * Items: Index.
   */
  mode: number[];
  /**
   * At the wall.
   *
   * Items: null: no good value.
   */
  powerWatts: (number | null)[];
  /**
   * Index into keys.json's powerSources.
   *
   * Items: Index.
   */
  powerSource: number[];
  /**
   * As it says.
   *
   * Items: null: no good value.
   */
  hashrateGigahashesPerSecond: (number | null)[];
  /**
   * Coolant or air in.
   *
   * Items: null: no good value.
   */
  inletCentidegrees: (number | null)[];
  /**
   * Out.
   *
   * Items: null: no good value.
   */
  outletCentidegrees: (number | null)[];
  /**
   * Hottest board.
   *
   * Items: null: no good value.
   */
  boardCentidegrees: (number | null)[];
  /**
   * Hottest chip.
   *
   * Items: null: no good value.
   */
  chipCentidegrees: (number | null)[];
  /**
   * Since the last good read.
   *
   * Items: null: no good value.
   */
  ageSeconds: (number | null)[];
  /**
   * Index into keys.json's faults; null: reads succeed.
   *
   * Items: null: no good value.
   */
  fault: (number | null)[];
}
