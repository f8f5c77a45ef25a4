/** A breaker's thermal element, and the grid of time on which everything is integrated. Pure. */
import type { Phases } from "./parameters.ts";
import { thermalTripRatio } from "./parameters.ts";

/** Everything is integrated on a fixed grid, so that cutting a time into more calls changes nothing. */
export const cellMilliseconds = 100;

export interface BreakerState {
  /** Heat of the thermal element: 1 settles at the rated current. */
  readonly heatRatio: number;
  readonly tripped: boolean;
}

/** The breaker's bimetal follows the square of the current; it stays tripped until somebody closes it. */
export function warm(
  breaker: BreakerState,
  amperes: Phases,
  parameters: { readonly breakerAmperes: number; readonly breakerSeconds: number },
): BreakerState {
  const load = (Math.max(...amperes) / parameters.breakerAmperes) ** 2;
  const heatRatio = approach(breaker.heatRatio, load, parameters.breakerSeconds);
  return { heatRatio, tripped: breaker.tripped || heatRatio >= thermalTripRatio ** 2 };
}

/** First-order lag over one cell, exact for a constant goal. */
export function approach(value: number, goal: number, timeConstantSeconds: number): number {
  return goal + (value - goal) * Math.exp(-cellMilliseconds / 1000 / timeConstantSeconds);
}
