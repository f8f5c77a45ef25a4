/** Trips: measured violations that latch until a person resets them, with the cause gone and the cool-down over. */
import type { Reason, Scope } from "./reason.ts";

/** `tank-1/coolant`, `tank-2/flow`, `branch-1/contactor`: what `reset TRIP` in the shell names. */
export type TripName = string;

export interface Trip {
  readonly name: TripName;
  readonly scope: Scope;
  readonly reason: Reason;
  /** Wall clock at the moment of the trip, as well as it was known [ms since 1970]. */
  readonly trippedAtUnixMilliseconds: number;
}
