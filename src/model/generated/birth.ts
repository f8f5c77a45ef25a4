/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * What this container is: topic birth, retained; at each connection and on resync.
 */
export interface BirthMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * Container: equals the client certificate's name; unique in the fleet.
   */
  container: string;
  /**
   * Site: the group topic's second level.
   */
  site: string;
  /**
   * Groups it is counted in.
   *
   * Items: Group.
   */
  groups: string[];
  /**
   * 128-bit random number of this start, lower-case hexadecimal; other than before: everything ended.
   */
  boot: string;
  /**
   * As in status.
   */
  connection: number;
  /**
   * Wall clock [ms since 1970].
   */
  at: number;
  /**
   * Version of weir.
   */
  software: string;
  /**
   * Version of the key registry that telemetry and miners use.
   */
  keysVersion: number;
  /**
   * SHA-256 of the site file and every board it uses.
   */
  configurationHash: string;
  /**
   * Where watts are counted.
   */
  meteringPoint: {
    /**
     * Root of the feeder tree.
     */
    branch: string;
    /**
     * Its power's point; null: not metered.
     */
    point: string | null;
  };
  /**
   * What may be asked of it.
   */
  capabilities: {
    /**
     * Highest net import it may ever have; above it a setpoint is `range`.
     */
    ratedWatts: number;
    /**
     * Drawn with every machine asleep.
     */
    minimumWatts: number;
    /**
     * Limit without a dispatcher.
     */
    failsafeWatts: number;
    /**
     * Steepest way up.
     */
    rampUpWattsPerSecond: number;
    /**
     * Ramp down of what follows an expiry.
     */
    rampDownWattsPerSecond: number;
    /**
     * Without a heartbeat for this long: failsafe.
     */
    heartbeatTimeoutMilliseconds: number;
    /**
     * Command kinds it takes.
     *
     * Items: Kind.
     */
    kinds: string[];
    /**
     * Setpoint kinds it takes.
     *
     * Items: Kind.
     */
    setpointKinds: string[];
    /**
     * onExpiry modes it takes.
     *
     * Items: Mode.
     */
    expiryModes: string[];
    /**
     * Encodings it takes.
     *
     * Items: Encoding.
     */
    encodings: string[];
  };
  /**
   * Columns of telemetry's `points`, in this order.
   *
   * Items: One point.
   */
  points: {
    /**
     * device/quantityUnit.
     */
    name: string;
    /**
     * Unit of the value; empty: a contact, 1 or 0.
     */
    unit: string;
    /**
     * Telemetry's integer divided by this is the value.
     */
    scale: number;
  }[];
  /**
   * Columns of telemetry's tank values, in this order.
   *
   * Items: Tank.
   */
  tanks: string[];
  /**
   * SHA-256 of the client certificate it connects with; absent without one.
   */
  certificate?: string;
  /**
   * Identity of the event log; other than before: its numbers began anew.
   */
  logId?: string;
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
  /**
   * Number of the newest stored event; 0: none.
   */
  lastEvent: number;
}
