/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * The dispatcher lives: topic weir/v1/group/<site>/heartbeat, every 10 s.
 */
export interface HeartbeatMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * Fencing term of the dispatcher; older than its newest accepted command: does not count.
   */
  epoch: number;
  /**
   * Grows with every heartbeat of an epoch; unix seconds will do.
   */
  number: number;
  /**
   * Wall clock of the sender [ms since 1970].
   */
  issuedAt?: number;
}
