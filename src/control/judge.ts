/** Judges readings: range, age, believable change; a lost point counts again only after a time of good values. What a value means is decided elsewhere. */
import type { Fault, Milliseconds, PointName, Reading, Readings } from "../model/reading.ts";
import { certain } from "./impossible.ts";
import type { JudgedPoint } from "./judged-points.ts";

/** What the core remembers of a point. */
export interface PointState {
  readonly quality: "unread" | "good" | "lost";
  /** Newest value that counted, or was about to while the point settles. */
  readonly value: number;
  readonly at: Milliseconds;
  /** While lost: since when its values have been good again; null: they are not. */
  readonly goodSince: Milliseconds | null;
  readonly fault: Fault;
  /** Moments of its losses within the last hour. */
  readonly losses: readonly Milliseconds[];
  readonly latched: boolean;
}

/**
 * What a point is worth in this scan. `good`: counts. `held`: the newest reading failed, but the last good one is younger than
 * its maximum age: it may keep things as they are and never allow more. `bad`: it proves nothing; `value` is the last one known.
 */
export type Judged =
  | { readonly quality: "good" | "held"; readonly value: number; readonly at: Milliseconds }
  | { readonly quality: "bad"; readonly value: number | null; readonly at: Milliseconds; readonly fault: Fault };

export interface JudgedPoints {
  readonly states: Readonly<Record<PointName, PointState>>;
  readonly judged: Readonly<Record<PointName, Judged>>;
  /** Points whose third loss within an hour happened in this scan. */
  readonly latched: readonly PointName[];
}

export interface JudgeRules {
  readonly now: Milliseconds;
  readonly goodAgainMilliseconds: Milliseconds;
  /** Points whose latch a person has not reset yet. */
  readonly latched: ReadonlySet<PointName>;
}

/** Source: DESIGN section 3: the third time within an hour latches. */
const lossesWithinMilliseconds = 3_600_000;
const lossesToLatch = 3;
/** Noise that a coolant sensor may show on top of its believable change [K]. Source: choice: twice the class B error of a Pt100 at 60 °C, rounded up. */
export const changeTolerance = 1.5;

/** Judges every point of the layout against the image's readings. */
export function judgeReadings(
  points: readonly JudgedPoint[],
  before: Readonly<Record<PointName, PointState>>,
  readings: Readings,
  rules: JudgeRules,
): JudgedPoints {
  const states: Record<PointName, PointState> = {};
  const judged: Record<PointName, Judged> = {};
  const latched: PointName[] = [];
  for (const point of points) {
    const previous = before[point.name] ?? unread;
    const reading = readings[point.name];
    const fault = faultOf(point, previous, reading, rules.now);
    const state = advance(point, previous, reading, fault, rules);
    if (state.latched && !previous.latched && !rules.latched.has(point.name)) latched.push(point.name);
    states[point.name] = state;
    judged[point.name] = judgementOf(state, fault);
  }
  return { states, judged, latched };
}

/** The worst a `held` value may have become by now, upwards, for a quantity with a believable change. */
export function worstSince(
  judged: { readonly value: number; readonly at: Milliseconds },
  now: Milliseconds,
  changePerSecond: number,
): number {
  return judged.value + changeTolerance + (changePerSecond * (now - judged.at)) / 1000;
}

/** The same downwards. */
export function lowestSince(
  judged: { readonly value: number; readonly at: Milliseconds },
  now: Milliseconds,
  changePerSecond: number,
): number {
  return 2 * judged.value - worstSince(judged, now, changePerSecond);
}

const unread: PointState = {
  quality: "unread",
  value: 0,
  at: 0,
  goodSince: null,
  fault: "not-read-yet",
  losses: [],
  latched: false,
};

/** Why a reading does not count; null: it does. */
function faultOf(
  point: JudgedPoint,
  previous: PointState,
  reading: Reading | undefined,
  now: Milliseconds,
): Fault | null {
  if (reading === undefined) return "not-read-yet";
  if (reading.quality === "bad") return reading.fault;
  const { value, at } = reading;
  if (!Number.isFinite(value)) return "no-value";
  if (!Number.isFinite(at) || at > now) return "implausible";
  if (now - at > point.maximumAgeMilliseconds) return "stale";
  if (value < point.minimum || value > point.maximum) return "out-of-range";
  if (point.contact && value !== 0 && value !== 1) return "out-of-range";
  if (point.changePerSecond === null || previous.quality === "unread") return null;
  const room = changeTolerance + (point.changePerSecond * Math.max(0, at - previous.at)) / 1000;
  return Math.abs(value - previous.value) > room ? "implausible" : null;
}

function advance(
  point: JudgedPoint,
  previous: PointState,
  reading: Reading | undefined,
  fault: Fault | null,
  rules: JudgeRules,
): PointState {
  const newest = fault === null && reading?.quality === "good" ? reading : null;
  if (previous.quality === "unread") {
    if (newest === null) return { ...previous, fault: certain(fault, "fault") };
    if (rules.latched.has(point.name))
      return { ...previous, ...seen(newest), quality: "lost", goodSince: newest.at, latched: true };
    return { ...previous, ...seen(newest), quality: "good" };
  }
  if (previous.quality === "good") {
    const newestAt = Math.max(previous.at, newest?.at ?? previous.at);
    const gap = newestAt - previous.at > point.maximumAgeMilliseconds;
    if (!gap && rules.now - newestAt <= point.maximumAgeMilliseconds)
      return newest === null || newest.at <= previous.at ? previous : renewed(previous, newest);
    return lose(point, previous, newest, fault ?? "stale");
  }
  return settle(point, previous, newest, fault, rules);
}

/** The moment of loss is when the last good value grew too old, however late the scan that notices it. */
function lose(
  point: JudgedPoint,
  previous: PointState,
  newest: { readonly value: number; readonly at: Milliseconds } | null,
  fault: Fault,
): PointState {
  const lostAt = previous.at + point.maximumAgeMilliseconds;
  const losses = [...previous.losses.filter((at) => lostAt - at < lossesWithinMilliseconds), lostAt];
  return {
    ...previous,
    ...(newest === null ? {} : seen(newest)),
    quality: "lost",
    goodSince: newest?.at ?? null,
    fault,
    losses: losses.slice(-lossesToLatch),
    latched: losses.length >= lossesToLatch,
  };
}

function settle(
  point: JudgedPoint,
  previous: PointState,
  newest: { readonly value: number; readonly at: Milliseconds } | null,
  fault: Fault | null,
  rules: JudgeRules,
): PointState {
  // A latch ends when the person's reset has taken it from the durable trips.
  const latched = previous.latched && rules.latched.has(point.name);
  const reset = previous.latched && !latched;
  const broken = newest === null && rules.now - previous.at > point.maximumAgeMilliseconds;
  const goodSince = broken ? null : certain(previous.goodSince ?? newest?.at, "good value");
  const state: PointState = {
    ...previous,
    ...(newest === null || newest.at <= previous.at ? {} : seen(newest)),
    goodSince,
    fault: latched ? "latched-bad" : goodSince === null ? certain(fault, "fault") : "settling",
    losses: reset ? [] : previous.losses,
    latched,
  };
  const settled = newest !== null && goodSince !== null && rules.now - goodSince >= rules.goodAgainMilliseconds;
  return settled && !latched ? { ...state, quality: "good", goodSince: null } : state;
}

/** Written out: this copy is made for most points in every scan, and a spread takes ten times as long. */
function renewed(
  previous: PointState,
  { value, at }: { readonly value: number; readonly at: Milliseconds },
): PointState {
  const { quality, goodSince, fault, losses, latched } = previous;
  return { quality, value, at, goodSince, fault, losses, latched };
}

function seen(reading: { readonly value: number; readonly at: Milliseconds }): {
  readonly value: number;
  readonly at: Milliseconds;
} {
  return { value: reading.value, at: reading.at };
}

function judgementOf(state: PointState, fault: Fault | null): Judged {
  const { value, at } = state;
  if (state.quality === "good") return { quality: fault === null ? "good" : "held", value, at };
  return { quality: "bad", value: state.quality === "unread" ? null : value, at, fault: state.fault };
}
