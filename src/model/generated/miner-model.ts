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
   * True where a machine that hashed when its power was cut hashes again by itself when it returns.
   */
  hashesAfterPowerCycle?: {
    value: boolean;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * From a command that restarts mining until power has settled.
   */
  restartSeconds?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * Lowest limit that the firmware takes.
   */
  minimumLimitWatts?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * True where a new limit in watts stops mining and starts it again.
   */
  limitRestartsMining?: {
    value: boolean;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * From a new limit in watts until power has settled under it.
   */
  limitSettleSeconds?: {
    value: number;
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * What carries its heat away as it is sold.
   */
  cooling?: {
    value: "air" | "hydro" | "immersion";
    /**
     * Where it comes from.
     */
    source: string;
  };
  /**
   * Figures that differ by mode.
   *
   * Items: One mode.
   */
  modes?: {
    name: "low" | "normal" | "high";
    /**
     * Nominal.
     */
    joulesPerTerahash?: number;
    /**
     * Inlet at which an operator's software warns; no maker's limit.
     */
    inletWarningCelsius?: number;
    /**
     * Where it comes from.
     */
    source: string;
  }[];
  /**
   * Traps.
   *
   * Items: A trap.
   */
  notes?: string[];
}
