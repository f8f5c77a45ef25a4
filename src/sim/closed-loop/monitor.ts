/** Watches every invariant at every scan, and keeps what was violated with enough facts to reproduce it. */

import { coolingStaysOn, standbyTakesOver } from "./invariants/cooling.ts";
import { fluidBelowTrip, lostFlowSheds, stagnantFluid, tripTakesPower } from "./invariants/heat.ts";
import { commandsAnswered, figuresAreFinite, lossNeverRaises } from "./invariants/judgement.ts";
import { breakerNeverTrips, ceilingKept, continuousCurrent, failsafeHolds, rampUpKept } from "./invariants/power.ts";
import {
  contactorOrder,
  latchesHold,
  minimumOffTime,
  nothingRaisedWhileHeld,
  staggeredStarts,
  wakesOnlyOwn,
  weldedIsTold,
} from "./invariants/sequence.ts";
import { connectionSteps, contractKept, generatorSteps } from "./invariants/supply.ts";
import type { Invariant, Moment, RunParts } from "./moment.ts";

export const invariants: readonly Invariant[] = [
  fluidBelowTrip,
  stagnantFluid,
  lostFlowSheds,
  tripTakesPower,
  coolingStaysOn,
  standbyTakesOver,
  breakerNeverTrips,
  continuousCurrent,
  ceilingKept,
  rampUpKept,
  failsafeHolds,
  minimumOffTime,
  wakesOnlyOwn,
  staggeredStarts,
  nothingRaisedWhileHeld,
  latchesHold,
  contactorOrder,
  weldedIsTold,
  lossNeverRaises,
  commandsAnswered,
  figuresAreFinite,
  contractKept,
  generatorSteps,
  connectionSteps,
];

export interface Violation {
  readonly invariant: string;
  readonly atSeconds: number;
  readonly text: string;
  /** How many times in all; the first is told. */
  count: number;
  /** What binds each scope at that moment, in the core's own words. */
  readonly explanation: readonly string[];
  /** What was broken at that moment. */
  readonly faults: readonly string[];
  readonly trips: readonly string[];
}

export interface Monitor {
  watch(moment: Moment): void;
  violations(): readonly Violation[];
}

export function openMonitor(parts: RunParts): Monitor {
  const rules = invariants.map(({ name, open }) => ({ name, rule: open(parts) }));
  const found = new Map<string, Violation>();
  return {
    watch(moment) {
      for (const { name, rule } of rules) {
        const text = rule(moment);
        if (text === null) continue;
        const known = found.get(name);
        if (known !== undefined) known.count += 1;
        else found.set(name, violationOf(name, text, moment, parts));
      }
    },
    violations: () => [...found.values()],
  };
}

function violationOf(invariant: string, text: string, moment: Moment, { faults }: RunParts): Violation {
  const decision = moment.scan?.decision;
  return {
    invariant,
    atSeconds: moment.now / 1000,
    text,
    count: 1,
    explanation: (decision?.explanation ?? []).map(({ scope, binding }) => `${scope}: ${binding.reason.text}`),
    faults: faults
      .list()
      .map(({ fault, target, value }) => `${fault} ${target}${value === null ? "" : ` ${value}`}`.trim()),
    trips: (decision?.trips ?? []).map(({ name }) => name),
  };
}
