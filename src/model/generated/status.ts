/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * Whether the container is there: topic status, retained; `lost` is the will.
 */
export interface StatusMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * lost is said by the broker, the others by the container.
   */
  status: "online" | "offline" | "lost";
  /**
   * 128-bit random number of this start, lower-case hexadecimal; other than before: everything ended.
   */
  boot: string;
  /**
   * Grows with every connection; a `lost` of an older one means nothing.
   */
  connection: number;
  /**
   * Wall clock [ms since 1970].
   */
  at?: number;
}
