/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * What the container does and why: topic state, retained; on change, at most once a second, and each 60 s; valid 180 s.
 */
export interface StateMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * 128-bit random number of this start, lower-case hexadecimal; other than before: everything ended.
   */
  boot: string;
  /**
   * Wall clock [ms since 1970].
   */
  at: number;
  /**
   * false: raising commands are refused with `clock`.
   */
  clockTrusted: boolean;
  /**
   * What the container is in.
   */
  mode: "starting" | "failsafe" | "controlled" | "stopped" | "lockout" | "stopping";
  /**
   * What allocation keeps below, after the ramp.
   */
  ceilingWatts: number;
  /**
   * The limit that binds the container.
   */
  binding: {
    /**
     * Who sets it.
     */
    source: string;
    /**
     * Stable code of the reason.
     */
    code: string;
    /**
     * One sentence.
     */
    text: string;
    /**
     * Its ceiling.
     */
    watts: number;
  };
  /**
   * Metered at the metering point; absent: the meter is not good.
   */
  powerWatts?: number;
  /**
   * What could be had.
   */
  availability: {
    /**
     * Lowest power that can be held.
     */
    minimumWatts: number;
    /**
     * Highest power every limit other than remote ones allows.
     */
    maximumWatts: number;
  };
  /**
   * Firm-power ledger: what an order surely sheds within a time, by the proven responses of the machines.
   *
   * @maxItems 8
   *
   * Items: One time of the ledger.
   */
  firm?: {
    /**
     * From the receipt of the order to the meter.
     */
    withinSeconds: number;
    /**
     * Shed by then.
     */
    watts: number;
  }[];
  /**
   * Response to the grid's frequency; absent where the site has none.
   */
  frequency?: {
    /**
     * As last measured, to the thousandth; absent: not known.
     */
    frequencyHertz?: number;
    /**
     * Under-frequency stages that hold; 0: none.
     */
    stage: number;
    /**
     * The certified under-frequency relay; absent: there is none.
     */
    relay?: "clear" | "tripped";
    /**
     * From the sample to the last command, newest response; absent: there was none since the start.
     */
    lastResponseMilliseconds?: number;
    /**
     * The slowest response since the start.
     */
    worstResponseMilliseconds?: number;
  };
  /**
   * The slots.
   *
   * Items: One slot.
   */
  setpoints: {
    /**
     * dispatch, site, operator or group.
     */
    slot: string;
    /**
     * The setpoint's identifier.
     */
    id: string;
    /**
     * As ordered.
     */
    kind: "limit" | "target";
    /**
     * As ordered; after the expiry what follows.
     */
    watts: number;
    /**
     * accepted, active, limited, reached, failed, cancelled or expired.
     */
    state: string;
    /**
     * Until it expires.
     */
    remainingMilliseconds: number;
    /**
     * Reason and reference.
     */
    reason: string;
  }[];
  /**
   * Schedules that are not over, one of each source; absent where there is none.
   *
   * @maxItems 3
   *
   * Items: One schedule.
   */
  schedules?: {
    /**
     * dispatch, site or operator.
     */
    source: string;
    /**
     * The schedule's identifier.
     */
    id: string;
    /**
     * Its level for this moment; absent before its first.
     */
    watts?: number;
    /**
     * Its next level, or what follows its end.
     */
    nextWatts: number;
    /**
     * Until then.
     */
    nextMilliseconds: number;
    /**
     * Until its end.
     */
    remainingMilliseconds: number;
    /**
     * Reason and reference.
     */
    reason: string;
  }[];
  /**
   * Latched trips.
   *
   * Items: One trip.
   */
  trips: {
    /**
     * What reset names.
     */
    name: string;
    /**
     * container, branch/…, phase/…, coolingLoop/…, tank/…, miner/….
     */
    scope: string;
    /**
     * Reason.
     */
    code: string;
    /**
     * One sentence.
     */
    text: string;
    /**
     * Wall clock [ms since 1970].
     */
    trippedAt: number;
  }[];
  /**
   * Standing alarms.
   */
  alarms: {
    /**
     * Count.
     */
    warnings: number;
    /**
     * Count.
     */
    alarms: number;
  };
  /**
   * The last 16, oldest first.
   *
   * @maxItems 16
   *
   * Items: One answer.
   */
  acknowledgements: {
    /**
     * The command's identifier; null where it could not be read.
     */
    id: string | null;
    /**
     * accepted or rejected at once; then active, limited, reached; then one end.
     */
    state:
      "accepted" | "rejected" | "active" | "limited" | "reached" | "expired" | "superseded" | "cancelled" | "failed";
    /**
     * The first check that failed, in the contract's order.
     */
    rejection?:
      | "size"
      | "retained"
      | "schema"
      | "signature"
      | "key"
      | "rate"
      | "container"
      | "boot"
      | "conflict"
      | "epoch"
      | "sequence"
      | "expired"
      | "future"
      | "range"
      | "clock"
      | "store"
      | "lockout"
      | "tripped"
      | "unsupported";
    /**
     * Wall clock [ms since 1970].
     */
    at: number;
  }[];
  /**
   * Number of the newest stored event; 0: none.
   */
  lastEvent: number;
  /**
   * Older than this it says nothing.
   */
  validSeconds: number;
  /**
   * Highest (epoch, sequence) accepted, so that a new dispatcher knows where to go on.
   *
   * Items: One register.
   */
  order: {
    /**
     * source/kind/container or source/kind/group.
     */
    register: string;
    /**
     * Epoch.
     */
    epoch: number;
    /**
     * Sequence; -1: any.
     */
    sequence: number;
  }[];
}
