/** What a site file says about its supply beyond breakers: the contract, and loads that share the feeder. */
import type { Milliseconds, PointName } from "./reading.ts";

export interface ProtectedLoad {
  /** Most it can draw [W]: counts while its meter is not good. */
  readonly ratedWatts: number;
  /** Fastest rise measured while it was commissioned, within the time of a shed [W]; absent: its rating. */
  readonly riseWatts?: number;
}

/** How a breaker's rating falls with the air around it, from the maker's table. */
export interface BreakerDerating {
  /** Its air [°C]; null: not measured, and the hottest counts. */
  readonly point: PointName | null;
  readonly maximumAgeMilliseconds: Milliseconds;
  /** Up to this air it carries its whole rating. */
  readonly calibratedCelsius: number;
  /** Share of its rating lost for each kelvin above. */
  readonly lossPerKelvinRatio: number;
  /** The hottest air it will ever stand in: counts while none is measured. */
  readonly hottestCelsius: number;
}

/** Most that may be added within an interval, whatever adds it. */
export interface StepLimit {
  readonly watts: number;
  readonly intervalMilliseconds: Milliseconds;
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
  /** What takes longer to shed is withheld, but for what its hardest stage keeps; absent: nothing is. */
  readonly shedWithinMilliseconds?: Milliseconds;
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

/** What the container does for the frequency of its grid. */
export interface GridFrequency {
  readonly response?: FrequencyResponse;
  readonly relay?: FrequencyRelay;
}

/** A response of weir's own, by a transducer that measures anew at least every 100 ms. */
export interface FrequencyResponse {
  readonly point: PointName;
  readonly maximumAgeMilliseconds: Milliseconds;
  readonly nominalHertz: number;
  /** Within this of nominal nothing is done [Hz]. */
  readonly deadbandHertz: number;
  /** Change of frequency, as a share of nominal, that moves the whole rated power; 0: no droop. */
  readonly droopRatio: number;
  /** Kept free of the rated power, for more load when the frequency is high [W]. */
  readonly headroomWatts: number;
  /** From the mildest to the hardest; `keepRatio` is the share of what was drawn as the frequency fell. */
  readonly stages: readonly FrequencyStage[];
  /** Stages come back when the frequency has been above this for the hold, one after the other. */
  readonly restoreAboveHertz: number;
  readonly holdMilliseconds: Milliseconds;
  readonly returnMilliseconds: Milliseconds;
  /** From the sample to the last command; slower is told. */
  readonly respondWithinMilliseconds: Milliseconds;
}

/** A certified under-frequency relay trips a breaker by itself; weir only knows of it. */
export interface FrequencyRelay {
  /** Normally closed contact: 1 is not tripped. */
  readonly clear: PointName;
  /** What may be drawn while it is tripped [W]. */
  readonly keepWatts: number;
}
