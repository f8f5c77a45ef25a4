/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * A control command: topic command/<source>/control.
 */
export interface ControlMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * 128-bit random identifier of this command, lower-case hexadecimal.
   */
  id: string;
  /**
   * Container: equals the client certificate's name; unique in the fleet.
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
   * stop: everything asleep until this source's release. release: end this source's stop and setpoint. resync: publish birth and state again. reset: always refused from afar while a trip or lockout stands. self-test (operator only): shed for 15 s what the ledger promises for 10 s, and tell what the meter saw.
   */
  action: "stop" | "release" | "resync" | "reset" | "self-test";
  /**
   * With `self-test`: shed no more than this.
   */
  shedWatts?: number;
  /**
   * Name of the trip, with `reset`.
   */
  trip?: string;
  /**
   * Shown in events.
   */
  reason?: string;
}
