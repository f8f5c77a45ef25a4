/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * Something happened: topic event; numbers grow without gaps.
 */
export interface EventMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * 128-bit random number of this start, lower-case hexadecimal; other than before: everything ended.
   */
  boot: string;
  /**
   * Persistent, without gaps.
   */
  number: number;
  /**
   * start, stop, mode, trip, reset, alarm, alarm-cleared, command, lockout, release, contactor, miner ….
   */
  kind: string;
  /**
   * How bad.
   */
  severity: "information" | "warning" | "alarm";
  /**
   * Trip, command, machine … it is about.
   */
  subject: string;
  /**
   * One sentence.
   */
  text: string;
  /**
   * Wall clock [ms since 1970].
   */
  at: number;
}
