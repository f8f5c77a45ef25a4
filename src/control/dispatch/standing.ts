/** How long the present orders will stand, as far as anybody has said: what pays back only in time is weighed against it. */
import type { Milliseconds } from "../../model/reading.ts";
import { courseAt } from "./course.ts";
import type { DispatchState } from "./state.ts";

/** Nobody counts on more, whatever an order's expiry [ms]. Source: choice: day-ahead markets settle by the hour, and what is dispatched changes with them. */
const longestMilliseconds: Milliseconds = 3_600_000;

/** [ms]; 0: it may change at any moment, as what follows a lost dispatcher or an expired order does. */
export function standsFor({ slots, stops, failsafe, selfTest }: DispatchState, now: Milliseconds): Milliseconds {
  if (failsafe !== null || selfTest !== null || stops.length > 0) return 0;
  let left = longestMilliseconds;
  for (const slot of slots) {
    const moves = courseAt(slot.course, now) !== slot.course.toWatts;
    left = Math.min(left, slot.expired || slot.endsWithRevision !== null || moves ? 0 : slot.deadline - now);
  }
  return Math.max(0, left);
}
