/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * What holds while nobody dispatches: topic command/<source>/schedule. Never stored: a restart forgets it.
 */
export interface ScheduleMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * 128-bit random identifier of this command, lower-case hexadecimal.
   */
  id: string;
  /**
   * The addressed container.
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
   * Not accepted after this moment [ms since 1970]; how long the schedule itself lasts stands in `endsAt`.
   */
  expiresAt: number;
  /**
   * Not accepted later than this after receipt.
   */
  timeToLiveSeconds: number;
  /**
   * Levels in order of time; each holds until the next, the last until `endsAt`. Before the first the schedule says nothing.
   *
   * @minItems 1
   * @maxItems 288
   *
   * Items: One level.
   */
  entries: {
    /**
     * From this moment on [ms since 1970], later by the container's jitter.
     */
    startsAt: number;
    /**
     * Net import at the container's metering point, auxiliaries included: stay below.
     */
    watts: number;
  }[];
  /**
   * The schedule is over at this moment [ms since 1970], at most seven days ahead.
   */
  endsAt: number;
  /**
   * What follows its end where nobody dispatches yet; without heartbeat never above the failsafe limit.
   */
  afterEnd: {
    /**
     * limit: hold `watts`; off: everything asleep.
     */
    mode: "limit" | "off";
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
