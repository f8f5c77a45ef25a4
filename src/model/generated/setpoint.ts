/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * A power setpoint: topic command/<source>/setpoint, or the group's.
 */
export interface SetpointMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * 128-bit random identifier of this command, lower-case hexadecimal.
   */
  id: string;
  /**
   * The addressed container; on a group topic the word `group`.
   */
  container: string;
  /**
   * Boot of the addressed container as its `status` tells it; optional unless signatures are required.
   */
  boot?: string;
  /**
   * Fencing term of the dispatcher: a higher one fences an older dispatcher.
   */
  epoch: number;
  /**
   * Grows with every command of an epoch, per source, kind and addressee.
   */
  sequence: number;
  /**
   * Wall clock of the sender [ms since 1970].
   */
  issuedAt: number;
  /**
   * No effect after this moment [ms since 1970], where the container's clock is trusted.
   */
  expiresAt: number;
  /**
   * No effect later than this after receipt, on the container's monotonic clock.
   */
  timeToLiveSeconds: number;
  /**
   * limit: stay below. target: ceiling, and duty to follow from below.
   */
  kind: "limit" | "target";
  /**
   * Net import at the container's metering point, auxiliaries included.
   */
  watts: number;
  /**
   * Gentlest way down that is allowed; safety may be faster.
   */
  rampDownWattsPerSecond?: number;
  /**
   * Steepest way up; the site's own ramp still narrows it.
   */
  rampUpWattsPerSecond?: number;
  /**
   * Metered power must have reached the setpoint this long after receipt, else the command ends `failed`.
   */
  reachBySeconds?: number;
  /**
   * What follows when the setpoint expires without a successor.
   */
  onExpiry: {
    /**
     * limit: hold `watts`; off: everything asleep; schedule: the stored schedule.
     */
    mode: "limit" | "off" | "schedule";
    /**
     * Net import at the container's metering point, auxiliaries included.
     */
    watts?: number;
  };
  /**
   * Why it was sent.
   */
  reason: "sced" | "rrs" | "ecrs" | "nonspin" | "peak" | "price" | "emergency" | "manual" | "test";
  /**
   * The sender's own reference, shown in events and reports.
   */
  reference?: string;
}
