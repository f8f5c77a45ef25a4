/** What a dry cooler can carry, from the air and the fans that run: a loop is limited before its tanks grow hot, and held there, so that a hot day costs no cycles. */
import type { CoolingLoop } from "../../model/cooling.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import type { Finding, Warning } from "../envelopes/finding.ts";
import { nothingFound } from "../envelopes/finding.ts";
import { prove } from "../envelopes/proof.ts";
import { celsius, kilowatts, listed } from "../figures.ts";
import { certain } from "../impossible.ts";
import { type Judged, worstSince } from "../judge.ts";
import type { LoopPlace } from "../layout.ts";
import type { CapacityState, FanState, LoopState } from "./state.ts";

/** A fan must show that it runs at least this often [ms]. Source: choice: fans of this size start within 10 s. */
const fanProofMilliseconds: Milliseconds = 15_000;
/** Fastest believable change of the air [K/s]. Source: as for every temperature; see the layout. */
const changePerSecond = 1;
/** The loop is kept this far below what the derate bands of its tanks would come to [K]. Source: choice: above noise, so that the bands themselves shed nothing. */
const marginKelvin = 1;
/** More is allowed again only after this long, and only if it is this much more. Source: choice: a cloud is no evening; 2 starts a day are allowed a machine. */
const riseMilliseconds: Milliseconds = 1_800_000;
const riseShare = 0.03;
/** How far and how fast the site's figures are corrected by what is seen. Source: choice: dirt takes 40 % at most before the alarms of the tanks speak; a tank settles within ten minutes. */
const leastFactor = 0.6;
const mostFactor = 1.2;
const learnSeconds = 1800;
/** Less difference to the air, or less power, tells nothing of a cooler [K, share]. Choice. */
const learnKelvin = 5;
const learnShare = 0.3;
/** A loop that still warms or cools faster than this stores its heat [K/s]. Source: choice: a tenth of a tank's full power. */
const settledKelvinPerSecond = 0.004;

export interface LoopInput {
  readonly place: LoopPlace;
  readonly before: LoopState;
  readonly judgedOf: (point: string) => Judged;
  /** What its fans were told last: share of full speed. */
  readonly commanded: readonly number[];
  /** Hottest tank [°C], as voted; null: one of them is not known. */
  readonly hottestCelsius: number | null;
  /** Largest slope of its tanks, up or down; null: not known [K/s]. */
  readonly slope: number | null;
  /** Drawn by its machines at most [W]. */
  readonly presentWatts: number;
  readonly now: Milliseconds;
  readonly elapsedMilliseconds: Milliseconds;
  readonly holdMilliseconds: Milliseconds;
}

export interface JudgedLoop {
  readonly finding: Finding;
  readonly state: LoopState;
  /** Air that counts [°C]. */
  readonly ambientCelsius: number;
}

/** Judges one loop. What is learned in this scan limits from the next one on. */
export function judgeLoop(input: LoopInput): JudgedLoop {
  const { place, before, now } = input;
  const { loop } = place;
  const ambientCelsius = airOf(loop, input.judgedOf, now);
  const fans = loop.fans.map((fan, index) => {
    const known = certain(before.fans[index], "fan");
    if (fan.feedback === null) return known;
    return watchFan(known, input.judgedOf(fan.feedback), certain(input.commanded[index], "fan") > 0, now);
  });
  const healthy = fans.reduce((count, fan) => count + (fan.healthy ? 1 : 0), 0);
  const allowedWatts = settledWatts(place, before.factorRatio * conductance(loop, healthy), ambientCelsius);
  const capacity = advance(before.capacity, allowedWatts, place.ratedWatts, now);
  const limits = capacity === null ? [] : [limitOf(input, capacity, healthy, ambientCelsius)];
  const full = input.commanded.every((share, index) => share >= 1 || fans[index]?.healthy === false);
  const factorRatio = full ? learn(input, conductance(loop, healthy), ambientCelsius) : before.factorRatio;
  return {
    finding: { ...nothingFound, limits, warnings: fanWarnings(loop, fans) },
    state: { ...before, fans, factorRatio, capacity },
    ambientCelsius,
  };
}

/** The air at the cooler; the hottest it is built for while it is not known, and never cooler than when it was last known. */
function airOf(loop: CoolingLoop, judgedOf: LoopInput["judgedOf"], now: Milliseconds): number {
  if (loop.ambient === null) return loop.hottestAmbientCelsius;
  const air = judgedOf(loop.ambient.point);
  if (air.quality === "good") return air.value;
  if (air.quality === "held") return worstSince(air, now, changePerSecond);
  return Math.max(loop.hottestAmbientCelsius, air.value ?? Number.NEGATIVE_INFINITY);
}

function watchFan(before: FanState, judged: Judged, commanded: boolean, now: Milliseconds): FanState {
  // One that is not told to run cannot prove anything: it stays what it was.
  if (!commanded) return before.provenAt === now ? before : { provenAt: now, healthy: before.healthy };
  const proof = prove(before.provenAt, judged, (value) => value === 1, now, fanProofMilliseconds);
  return { provenAt: proof.provenAt, healthy: proof.verdict === "proven" && (before.healthy || proof.standing) };
}

/** From the fluid to the air with so many fans at full speed [W/K]. */
export function conductance(loop: CoolingLoop, fans: number): number {
  const cooler = loop.stillWattsPerKelvin + fans * loop.fanWattsPerKelvin;
  return 1 / (1 / cooler + 1 / loop.exchangerWattsPerKelvin);
}

/** Where the derate band of the tanks and the cooler meet: the power that both agree on, once everything has settled [W]. */
function settledWatts(
  { derateCelsius, tripCelsius, ratedWatts }: LoopPlace,
  wattsPerKelvin: number,
  ambientCelsius: number,
): number {
  const bandWattsPerKelvin = ratedWatts / (tripCelsius - derateCelsius);
  const nothingCelsius = tripCelsius - marginKelvin;
  const settledCelsius =
    (bandWattsPerKelvin * nothingCelsius + wattsPerKelvin * ambientCelsius) / (bandWattsPerKelvin + wattsPerKelvin);
  return Math.max(0, wattsPerKelvin * (settledCelsius - ambientCelsius));
}

function advance(
  before: CapacityState | null,
  allowedWatts: number,
  ratedWatts: number,
  now: Milliseconds,
): CapacityState | null {
  if (allowedWatts < (before?.ceilingWatts ?? ratedWatts))
    return { ceilingWatts: allowedWatts, since: now, lowestWatts: ratedWatts };
  if (before === null) return null;
  const lowestWatts = Math.min(before.lowestWatts, allowedWatts);
  if (now - before.since < riseMilliseconds)
    return lowestWatts === before.lowestWatts ? before : { ...before, lowestWatts };
  if (lowestWatts >= ratedWatts) return null;
  const ceilingWatts = lowestWatts > before.ceilingWatts * (1 + riseShare) ? lowestWatts : before.ceilingWatts;
  return { ceilingWatts, since: now, lowestWatts: ratedWatts };
}

function limitOf(
  { place, holdMilliseconds }: LoopInput,
  { ceilingWatts }: CapacityState,
  healthy: number,
  ambientCelsius: number,
): Limit {
  const { name, fans } = place.loop;
  const text = `Cooling loop ${name} carries ${kilowatts(ceilingWatts)}: air of ${celsius(ambientCelsius)} counts, and ${healthy} of ${fans.length} fans.`;
  const reason = { code: "cooling-capacity", text } as const;
  return {
    scope: `coolingLoop/${name}`,
    ceilingWatts,
    withinMilliseconds: holdMilliseconds,
    source: "envelope",
    reason,
  };
}

/** With all fans at full speed and everything settled, power and temperatures tell what the cooler is worth. */
function learn(input: LoopInput, nominal: number, ambientCelsius: number): number {
  const { before, hottestCelsius, presentWatts, place, slope, elapsedMilliseconds } = input;
  const known = place.loop.ambient !== null && input.judgedOf(place.loop.ambient.point).quality === "good";
  if (!known || hottestCelsius === null || slope === null || slope > settledKelvinPerSecond) return before.factorRatio;
  const kelvin = hottestCelsius - ambientCelsius;
  // What goes to a heat customer does not tell of the cooler.
  if (before.customerRatio > 0 || kelvin < learnKelvin || presentWatts < learnShare * place.ratedWatts)
    return before.factorRatio;
  const seen = Math.min(mostFactor, Math.max(leastFactor, presentWatts / (nominal * kelvin)));
  return seen + (before.factorRatio - seen) * Math.exp(-elapsedMilliseconds / 1000 / learnSeconds);
}

function fanWarnings(loop: CoolingLoop, fans: readonly FanState[]): readonly Warning[] {
  const failed = loop.fans.flatMap(({ output, speed }, index) =>
    fans[index]?.healthy === false ? [output ?? certain(speed, "speed of a fan without a switch")] : [],
  );
  if (failed.length === 0) return [];
  const text = `Fans of ${loop.name} are told to run and do not: ${listed(failed)}.`;
  return [{ name: `fan-not-running ${loop.name}`, severity: "alarm", reason: { code: "fan-not-running", text } }];
}
