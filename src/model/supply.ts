/** What a site file says about its supply beyond breakers: the contract, and loads that share the feeder. */
import type { Milliseconds } from "./reading.ts";

export interface ProtectedLoad {
  /** Most it can draw [W]: counts while its meter is not good. */
  readonly ratedWatts: number;
  /** Fastest rise measured while it was commissioned, within the time of a shed [W]; absent: its rating. */
  readonly riseWatts?: number;
}

export interface Contract {
  readonly watts: number;
  /** 15 or 30 minutes, counted from the full hour. */
  readonly intervalMilliseconds: Milliseconds;
}
