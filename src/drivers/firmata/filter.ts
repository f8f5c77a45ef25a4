/** Firmata has no checksum: a flipped bit is another value, or another pin's. These filters let only what repeats itself through. Pure. */
import type { Fault, Milliseconds, Reading } from "../../model/reading.ts";
import { highestCode, type Measured } from "./converter.ts";

/** Reports the median is taken of; choice: two wrong ones among them do not show. */
const windowLength = 5;
/** A jump counts after it has stood for this long [ms]; choice: longer than any burst of wrong bytes, shorter than a tank's age limit. */
const jumpMilliseconds = 2000;

export interface Plausible {
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Fastest believable change [units per second], on top of `noise`. */
  readonly slopePerSecond: number;
  /** What two good values may differ by however close in time. */
  readonly noise: number;
}

/** A value, or why there is none. */
export type Sample =
  | { readonly good: true; readonly value: number }
  | { readonly good: false; readonly fault: Exclude<Fault, "implausible"> };

export interface SlopeFilter {
  /** Judges a sample of the moment `at` that arrived at `arrivedAt`. */
  judge(sample: Sample, arrivedAt: Milliseconds, at: Milliseconds): Reading;
  /** Forgets everything: what comes is of another life of the board. */
  clear(): void;
}

/** Outside of its range a value is bad at once; one that jumps counts only after it has stood. */
export function createSlopeFilter(options: Plausible): SlopeFilter {
  let accepted: { readonly value: number; readonly at: Milliseconds } | null = null;
  let jumpedAt: Milliseconds | null = null;
  return {
    judge: (sample, arrivedAt, at) => {
      const bad = (fault: Fault): Reading => ({ quality: "bad", fault, at });
      if (!sample.good) {
        accepted = null;
        return bad(sample.fault);
      }
      const { value } = sample;
      if (value < (options.minimum ?? -Infinity) || value > (options.maximum ?? Infinity)) {
        accepted = null;
        return bad("out-of-range");
      }
      if (accepted !== null) {
        const allowed = options.noise + (options.slopePerSecond * (arrivedAt - accepted.at)) / 1000;
        if (Math.abs(value - accepted.value) > allowed) {
          jumpedAt ??= arrivedAt;
          if (arrivedAt - jumpedAt < jumpMilliseconds) return bad("implausible");
        }
      }
      jumpedAt = null;
      accepted = { value, at: arrivedAt };
      return { quality: "good", value, at };
    },
    clear: () => {
      accepted = null;
      jumpedAt = null;
    },
  };
}

export interface AnalogFilterOptions extends Plausible {
  /** Between two reports [ms]. */
  readonly samplingMilliseconds: Milliseconds;
  readonly measure: (code: number) => Measured;
}

export interface AnalogFilter {
  /** Takes a report, with its arrival and the earliest moment of its sampling; false when no 10-bit input says so. */
  push(code: number, arrivedAt: Milliseconds, sampledAt: Milliseconds): boolean;
  /** Newest judgement; null before the window is full. */
  reading(): Reading | null;
  /** Forgets everything: what comes is of another life of the board. */
  clear(): void;
}

export function createAnalogFilter(options: AnalogFilterOptions): AnalogFilter {
  const slope = createSlopeFilter(options);
  let window: number[] = [];
  let newest: Reading | null = null;
  return {
    push: (code, arrivedAt, sampledAt) => {
      if (code > highestCode) return false;
      window = [...window.slice(1 - windowLength), code];
      const middle = [...window].sort((a, b) => a - b)[windowLength >> 1];
      // The median is as old as the middle of the window.
      if (window.length === windowLength && middle !== undefined) {
        const at = sampledAt - options.samplingMilliseconds * (windowLength >> 1);
        newest = slope.judge(options.measure(middle), arrivedAt, at);
      }
      return true;
    },
    reading: () => newest,
    clear: () => {
      window = [];
      slope.clear();
      newest = null;
    },
  };
}

export interface ContactFilter {
  /** Takes a report; true when another one is needed to believe it. */
  push(level: 0 | 1, at: Milliseconds): boolean;
  reading(): Reading | null;
  clear(): void;
}

/** A contact changes when two reports in a row say so. */
export function createContactFilter(): ContactFilter {
  let candidate: 0 | 1 | null = null;
  let newest: Reading | null = null;
  return {
    push: (level, at) => {
      const believed = newest?.quality === "good" ? newest.value : null;
      if (level === believed || level === candidate) {
        newest = { quality: "good", value: level, at };
        candidate = null;
        return false;
      }
      candidate = level;
      return true;
    },
    reading: () => newest,
    clear: () => {
      candidate = null;
      newest = null;
    },
  };
}
