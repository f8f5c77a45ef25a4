/** The difference between a tank's hot side and its inlet: what the flow carries. Too large, less flows than the heat needs, whatever the flow meter says. */

import type { TankInlet } from "../../model/cooling.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit, Reason } from "../../model/reason.ts";
import type { Tank } from "../../model/site.ts";
import { kilowatts, seconds } from "../figures.ts";
import { lowestSince } from "../judge.ts";
import { type Finding, nothingAllowed, nothingFound, type Warning } from "./finding.ts";
import { derated, hold, holdTime } from "./held-ceiling.ts";
import type { TankMemory } from "./tank-memory.ts";
import type { TankScan } from "./tank-scan.ts";

/** Fastest believable change of the inlet [K/s]. Source: as for every coolant sensor; see the layout. */
const changePerSecond = 1;
/** The hot side cannot be colder than the inlet by more than this while machines run [K]. Source: choice: two class B sensors at their worst. */
const reversedKelvin = -2;
/** Enough power to tell which side is hot [share of rated]. Choice. */
const runningShare = 0.2;
/** It must be reversed for this long [ms]. Choice: a slug of cold fluid passes within a turnover of 180 s. */
const reversedMilliseconds: Milliseconds = 180_000;

interface Difference {
  /** Null: one side is not known. */
  readonly kelvin: number | null;
  /** Not below it, and not below what a failed sensor may make of it by now. */
  readonly cautiousKelvin: number | null;
}

/** Judges the difference of one tank, where its inlet is measured. */
export function judgeDifference(tank: Tank, ratedWatts: number, memory: TankMemory, scan: TankScan): Finding {
  const { inlet } = tank;
  if (inlet === undefined) return nothingFound;
  const scope = `tank/${tank.name}` as const;
  const name = `${tank.name}/difference`;
  const { kelvin, cautiousKelvin } = differenceOf(inlet, scan);
  const limits: Limit[] = [];
  const { heldDifference } = memory;
  if (heldDifference !== null && heldDifference.ceilingWatts !== null) {
    const text = `${tank.name} was derated for its difference of hot side and inlet; it stays at ${kilowatts(heldDifference.ceilingWatts)} until that has left room for more for ${seconds(holdTime(heldDifference))}.`;
    limits.push(limitOf(tank, heldDifference.ceilingWatts, holdTime(heldDifference), { code: "coolant-hold", text }));
  }
  if (kelvin === null || cautiousKelvin === null) {
    const text = `The difference of hot side and inlet of ${tank.name} is not known; what it lowered stays low.`;
    const reason: Reason = { code: "coolant-difference-unknown", text };
    const warning: Warning = { name: `coolant-difference-unknown ${tank.name}`, severity: "warning", reason };
    return {
      ...nothingFound,
      limits,
      causes: { [name]: "its difference is not known." },
      warnings: scan.patient ? [] : [warning],
    };
  }
  const warnings = judgeDirection(tank, kelvin, ratedWatts, scan);
  const causes: Record<string, string> =
    kelvin >= inlet.derateKelvin ? { [name]: `its hot side is ${tenths(kelvin)} above its inlet.` } : {};
  if (kelvin >= inlet.tripKelvin) {
    const text = `Hot side of ${tank.name} is ${tenths(kelvin)} above its inlet; at ${tenths(inlet.tripKelvin)} its machines sleep: too little flows.`;
    const reason: Reason = { code: "coolant-difference-trip", text };
    const violations = [{ name, scope, reason }];
    return { ...nothingFound, causes, warnings, limits: [nothingAllowed(scope, reason)], violations };
  }
  const measured = derate(tank, inlet, ratedWatts, kelvin, scan.holdMilliseconds);
  const cautious = derate(tank, inlet, ratedWatts, cautiousKelvin, inlet.maximumAgeMilliseconds);
  return { ...nothingFound, causes, warnings, limits: [...limits, ...measured, ...cautious] };
}

/** Learns from this scan for the next ones. */
export function learnDifference(tank: Tank, ratedWatts: number, memory: TankMemory, scan: TankScan): TankMemory {
  const { inlet } = tank;
  if (inlet === undefined) return memory;
  const { kelvin } = differenceOf(inlet, scan);
  const { derateKelvin, tripKelvin } = inlet;
  const heldDifference = scan.tripped
    ? null
    : hold(memory.heldDifference, {
        allowedWatts: kelvin === null ? ratedWatts : derated(kelvin, derateKelvin, tripKelvin, ratedWatts),
        value: kelvin,
        limit: derateKelvin,
        // At the rated power a sound tank is not above its derate point.
        spanAtRated: derateKelvin,
        presentWatts: scan.presentWatts,
        ratedWatts,
        now: scan.now,
      });
  return heldDifference === memory.heldDifference ? memory : { ...memory, heldDifference };
}

function differenceOf({ point }: TankInlet, { judgedOf, vote, now }: TankScan): Difference {
  const inlet = judgedOf(point);
  if (inlet.quality === "bad" || vote.celsius === null || vote.cautiousCelsius === null)
    return { kelvin: null, cautiousKelvin: null };
  const lowest = inlet.quality === "good" ? inlet.value : lowestSince(inlet, now, changePerSecond);
  return { kelvin: vote.celsius - inlet.value, cautiousKelvin: vote.cautiousCelsius - lowest };
}

function derate(
  tank: Tank,
  { derateKelvin, tripKelvin }: TankInlet,
  ratedWatts: number,
  kelvin: number,
  withinMilliseconds: Milliseconds,
): readonly Limit[] {
  if (kelvin <= derateKelvin) return [];
  const ceilingWatts = derated(kelvin, derateKelvin, tripKelvin, ratedWatts);
  const text = `Hot side of ${tank.name} is ${tenths(kelvin)} above its inlet; above ${tenths(derateKelvin)} its power is derated, to ${kilowatts(ceilingWatts)}: too little flows.`;
  return [limitOf(tank, ceilingWatts, withinMilliseconds, { code: "coolant-difference", text })];
}

function limitOf(tank: Tank, ceilingWatts: number, withinMilliseconds: Milliseconds, reason: Reason): Limit {
  return { scope: `tank/${tank.name}`, ceilingWatts, withinMilliseconds, source: "envelope", reason };
}

/** Sensors that are exchanged make every difference a small one. */
function judgeDirection(tank: Tank, kelvin: number, ratedWatts: number, scan: TankScan): readonly Warning[] {
  const key = `${tank.name}/direction`;
  const straight = kelvin >= reversedKelvin || scan.presentWatts < runningShare * ratedWatts;
  if (straight) scan.keepProof(key, scan.now);
  if (straight || scan.now - scan.provenAt(key) < reversedMilliseconds) return [];
  const text = `Hot side of ${tank.name} is ${tenths(-kelvin)} colder than its inlet while machines run: are the sensors exchanged?`;
  return [{ name: `coolant-reversed ${tank.name}`, severity: "alarm", reason: { code: "coolant-reversed", text } }];
}

function tenths(kelvin: number): string {
  return `${(Math.round(kelvin * 10) / 10).toString()} K`;
}
