/** A cooling loop for the small site of these tests, and what its judges see. */
import { type LoopState, startCooling } from "../../../src/control/cooling/state.ts";
import type { Judged } from "../../../src/control/judge.ts";
import { type LoopPlace, layoutOf } from "../../../src/control/layout.ts";
import type { CoolingLoop, Fan, HeatCircuit } from "../../../src/model/cooling.ts";
import { siteForTests } from "../site-for-tests.ts";

export const greenhouse: HeatCircuit = {
  name: "greenhouse",
  supply: { point: "loop/supplyCelsius", maximumAgeMilliseconds: 15_000 },
  ready: "loop/asks",
  valve: "loop/valvePercent",
  wantedCelsius: 40,
  mostWatts: 20_000,
};

export function fanForTests(number: number, parts: Partial<Fan> = {}): Fan {
  return { output: `loop/fan${number}`, speed: null, feedback: `loop/fan${number}Runs`, ...parts };
}

/** Two tanks of 13.6 kW; 27.2 kW need 1.36 kW/K for 20 K above the air. */
export function loopForTests(parts: Partial<CoolingLoop> = {}): CoolingLoop {
  return {
    name: "cooler",
    tanks: ["tank-1", "tank-2"],
    ambient: { point: "loop/airCelsius", maximumAgeMilliseconds: 60_000 },
    hottestAmbientCelsius: 40,
    fans: [1, 2, 3, 4].map((number) => fanForTests(number)),
    fanWattsPerKelvin: 600,
    stillWattsPerKelvin: 100,
    exchangerWattsPerKelvin: 4000,
    targetCelsius: 42,
    minimumFanPercent: 20,
    heat: null,
    ...parts,
  };
}

export function placeForTests(parts: Partial<CoolingLoop> = {}): LoopPlace {
  const [place] = layoutOf(siteForTests({ coolingLoops: [loopForTests(parts)] })).loops;
  if (place === undefined) throw new Error("the site has a loop");
  return place;
}

/** The state at the start, with nothing known to be wrong. */
export function stateForTests(loop: CoolingLoop, parts: Partial<LoopState> = {}): LoopState {
  const [state] = startCooling(siteForTests({ coolingLoops: [loop] }), 0).loops;
  if (state === undefined) throw new Error("the site has a loop");
  return { ...state, level: loop.fans.length, ...parts };
}

export function sure(value: number, at = 0): Judged {
  return { quality: "good", value, at };
}

export function held(value: number, at = 0): Judged {
  return { quality: "held", value, at };
}

export function lost(value: number | null): Judged {
  return { quality: "bad", value, at: 0, fault: "no-reply" };
}

/** Judged points by name; what is not named is sure to be 1. */
export function seeing(points: Readonly<Record<string, Judged>>, now = 0): (point: string) => Judged {
  return (point) => points[point] ?? sure(1, now);
}
