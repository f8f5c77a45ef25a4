/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * Answer to a command: topic acknowledgement, in the command's encoding.
 */
export interface AcknowledgementMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * The command's identifier; null where it could not be read.
   */
  id: string | null;
  /**
   * accepted or rejected at once; then active, limited, reached; then one end.
   */
  state: "accepted" | "rejected" | "active" | "limited" | "reached" | "expired" | "superseded" | "cancelled" | "failed";
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
   * accepted, active, reached: the setpoint's; limited: the ceiling that holds.
   */
  watts?: number;
  /**
   * With limited: code of the reason that binds, as in `state`; `store` while a raise waits for the disk.
   */
  limitedBy?: string;
  /**
   * Wall clock [ms since 1970].
   */
  at: number;
  /**
   * 128-bit random number of this start, lower-case hexadecimal; other than before: everything ended.
   */
  boot: string;
  /**
   * Fencing term of the command; 0 where it could not be read.
   */
  epoch: number;
  /**
   * Sequence of the command; 0 where it could not be read.
   */
  sequence: number;
}
