/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * A miner model as data.
 */
export interface MinerModelFile {
  /**
   * Path of this schema.
   */
  $schema?: string;
  kind: "miner";
  /**
   * Maker.
   */
  vendor: string;
  /**
   * Model.
   */
  model: string;
  dialect:
    | "whatsminer-v2"
    | "whatsminer-v3"
    | "bitmain-stock"
    | "avalon"
    | "luxos"
    | "braiins"
    | "braiins-graphql"
    | "vnish"
    | "epic"
    | "sealminer"
    | "ebang"
    | "none";
  /**
   * Rated wall power.
   */
  ratedWatts?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * Highest power while waking.
   */
  peakWakeWatts?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * Asleep.
   */
  asleepWatts?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * Rated.
   */
  ratedTerahashesPerSecond?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * Proven time from command to a tenth of the power.
   */
  sleepSeconds?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * From command until power has settled.
   */
  wakeSeconds?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * Highest coolant inlet.
   */
  maximumInletCelsius?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * True where the machine hashes again by itself when power returns.
   */
  hashesAfterPowerCycle?: {
    value: boolean;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * Traps.
   *
   * Items: A trap.
   */
  notes?: string[];
}
