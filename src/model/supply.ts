/** What a site file says about its supply beyond breakers: the contract, and loads that share the feeder. */
import type { Milliseconds, PointName } from "./reading.ts";

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

/** A generator of our own, instead of a grid. */
export interface Generator {
  readonly ratedWatts: number;
  /** Most that may be added, and taken off where safety does not ask for it, within one gap [W]. */
  readonly largestStepUpWatts: number;
  readonly largestStepDownWatts: number;
  readonly stepGapMilliseconds: Milliseconds;
  /** It should never carry less for long [W]. */
  readonly minimumLoadWatts: number;
  readonly frequency?: FrequencyStages;
}

export interface FrequencyStages {
  readonly point: PointName;
  readonly maximumAgeMilliseconds: Milliseconds;
  /** From the mildest to the hardest. */
  readonly stages: readonly FrequencyStage[];
  readonly restoreAboveHertz: number;
  readonly restoreMilliseconds: Milliseconds;
}

export interface FrequencyStage {
  readonly belowHertz: number;
  /** Below for this long. */
  readonly confirmMilliseconds: Milliseconds;
  /** Share of the generator's rating that may stay. */
  readonly keepRatio: number;
}
