/** What the thermal envelope of one tank remembers between scans. */

import { noSlope, type Slope } from "./coolant-slope.ts";
import type { HeldCeiling } from "./held-ceiling.ts";

export interface TankMemory {
  readonly slope: Slope;
  /** What the slope allows, while it does limit [W]. */
  readonly risingWatts: number | null;
  /** Time to the trip when it was worked out [ms]. */
  readonly timeToTrip: number;
  readonly held: HeldCeiling | null;
  /** The same for the difference between hot side and inlet. */
  readonly heldDifference: HeldCeiling | null;
}

export const freshTank: TankMemory = {
  slope: noSlope,
  risingWatts: null,
  timeToTrip: Number.MAX_SAFE_INTEGER,
  held: null,
  heldDifference: null,
};
