/** A plant without physics: what the machines draw flows through the feeder, and the coolant is well unless a test says otherwise. */
import type { FarEnd } from "./far-end.ts";
import { auxiliaryWatts } from "./site-file.ts";

export interface TrivialPlant {
  /** What flows through the feeder in truth [W]. */
  feederWatts(): number;
  /** Highest truth of the feeder since the last call [W]. */
  takeHighestWatts(): number;
  /** One machine's [W]. */
  minerWatts(index: number): number;
  /** A machine whose far end is dead draws nothing. */
  forgetMiner(index: number): void;
  /** Replaces what the meter is told of the truth [W]. */
  meterShows(shown: (watts: number) => number): void;
  /** Truth of the cooling instruments. */
  coolingTruth(values: Readonly<Record<string, number>>): void;
}

/** Each machine is alone in its far end. */
export const machineName = "w";

/** The plant is advanced this often [ms]. Choice: far below the meter's refresh. */
const tickMilliseconds = 50;

/** 12 mA is 500 L/min. */
const wellCooled = {
  "pt100-a/input1Celsius": 40,
  "pt100-b/input1Celsius": 40.2,
  "ai8/input1Milliamperes": 12,
  "io/input1": 1,
  "io/input2": 1,
  // The contactor is closed and stays so: nothing here opens it.
  "io/input3": 1,
};

/** Runs until `end`. */
export function startPlant(feeder: FarEnd, cooling: FarEnd, miners: readonly FarEnd[]): TrivialPlant & { end(): void } {
  let shown = (watts: number): number => watts;
  let highest = 0;
  const minerWatts = (index: number): number => miners[index]?.effects()[`${machineName}/powerWatts`] ?? 0;
  const feederWatts = (): number => miners.reduce((sum, _, index) => sum + minerWatts(index), auxiliaryWatts);
  const tick = (): void => {
    highest = Math.max(highest, feederWatts());
    feeder.truth({ "feeder-meter/powerWatts": shown(feederWatts()) });
  };
  cooling.truth(wellCooled);
  tick();
  const timer = setInterval(tick, tickMilliseconds);
  return {
    feederWatts,
    minerWatts,
    takeHighestWatts() {
      const taken = highest;
      highest = 0;
      return taken;
    },
    forgetMiner: (index) => miners[index]?.forget(),
    meterShows(wanted) {
      shown = wanted;
    },
    coolingTruth: (values) => cooling.truth(values),
    end: () => clearInterval(timer),
  };
}
