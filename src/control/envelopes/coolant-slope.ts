/** How fast a tank warms: a robust slope over the last minute, and how long it leaves until the trip. */
import type { Milliseconds } from "../../model/reading.ts";
import { certain } from "../impossible.ts";

export interface Slope {
  readonly samples: readonly { readonly at: Milliseconds; readonly celsius: number }[];
  /** Sensors that counted in them: with another set the voted temperature may jump, and the slope begins anew. */
  readonly counted: number;
  /** Newest slopes, the last one last [K/s]. */
  readonly newest: readonly number[];
  /** What all of them show at least; null: not known yet. */
  readonly kelvinPerSecond: number | null;
}

export const noSlope: Slope = { samples: [], counted: 0, newest: [], kelvinPerSecond: null };

/** Time between samples, and how many make a slope. Source: choice: a minute; 0.08 K of noise make a slope of 0.001 K/s in it, and the slowest fault that matters has 0.03. */
const sampleMilliseconds: Milliseconds = 5000;
const sampleCount = 13;
/** A slope is not believed before it has this many samples. Source: choice: 40 s. */
const leastCount = 9;
/** A slope counts when this many in succession show it. */
const successive = 3;
/** Samples further apart than this make no slope [ms]. Source: choice: nothing is known of what lies between. */
const gapMilliseconds: Milliseconds = 30_000;

/** Takes the voted temperature; nothing changes between two samples. */
export function takeSample(before: Slope, celsius: number | null, counted: number, now: Milliseconds): Slope {
  if (celsius === null) return noSlope;
  const last = before.samples.at(-1);
  const anew = last === undefined || counted !== before.counted || now - last.at > gapMilliseconds;
  if (anew) return { ...noSlope, samples: [{ at: now, celsius }], counted };
  if (now - last.at < sampleMilliseconds) return before;
  const samples = [...before.samples.slice(1 - sampleCount), { at: now, celsius }];
  if (samples.length < leastCount) return { ...before, samples };
  const newest = [...before.newest.slice(1 - successive), medianSlope(samples)];
  const kelvinPerSecond = newest.length < successive ? null : Math.min(...newest);
  return { samples, counted, newest, kelvinPerSecond };
}

/** Time until the trip at this slope [ms]; infinite while it does not rise. */
export function timeToTrip(slope: Slope, celsius: number, tripCelsius: number): Milliseconds {
  const { kelvinPerSecond } = slope;
  if (kelvinPerSecond === null || kelvinPerSecond <= 0) return Number.POSITIVE_INFINITY;
  return (1000 * Math.max(0, tripCelsius - celsius)) / kelvinPerSecond;
}

/** The median of the slopes between all pairs (Theil and Sen): up to a quarter of the samples may be anything. */
function medianSlope(samples: Slope["samples"]): number {
  const slopes = new Float64Array((samples.length * (samples.length - 1)) / 2);
  let count = 0;
  for (const [index, later] of samples.entries())
    for (let before = 0; before < index; before += 1) {
      const earlier = certain(samples[before], "sample");
      slopes[count] = (1000 * (later.celsius - earlier.celsius)) / (later.at - earlier.at);
      count += 1;
    }
  slopes.sort();
  return certain(slopes[Math.floor(slopes.length / 2)], "slope");
}
