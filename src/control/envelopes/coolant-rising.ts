/** Derates a tank before its temperature says so: what counts is the time to the trip at the present slope. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import type { Tank } from "../../model/site.ts";
import { celsius, kilowatts, seconds } from "../figures.ts";
import { takeSample, timeToTrip } from "./coolant-slope.ts";
import { derated, hold, holdTime } from "./held-ceiling.ts";
import type { TankMemory } from "./tank-memory.ts";
import type { TankScan } from "./tank-scan.ts";

/** Below the first power is lowered, to nothing at the second [ms]. Source: grid-and-safety 5.2: a stopped pump or fan trips a tank after 111 to 322 s, and a shed may take 60 s. */
const derateMilliseconds: Milliseconds = 180_000;
const nothingMilliseconds: Milliseconds = 60_000;
/** What the slope lowered stays until it leaves this much time [ms]. Source: choice: well above the time at which it begins. */
const releaseMilliseconds: Milliseconds = 300_000;
/** From no power to the rated power the fluid rises by this [K]. Source: choice: coolers are built for 15 to 25 K above the air; what a dirty one takes more, the derate band finds. */
const spanKelvin = 25;

/** Limits of what earlier scans have learned: this scan's own reading can only lower them by its own derate line. */
export function risingLimits(tank: Tank, memory: TankMemory, scan: TankScan): readonly Limit[] {
  const scope = `tank/${tank.name}` as const;
  const limits: Limit[] = [];
  const { risingWatts, held } = memory;
  if (risingWatts !== null) {
    const left = seconds(memory.timeToTrip);
    const text = `${tank.name} warms so fast that it reaches its trip at ${celsius(tank.coolant.tripCelsius)} in ${left}; its power is derated to ${kilowatts(risingWatts)}.`;
    const withinMilliseconds = scan.holdMilliseconds;
    limits.push({
      scope,
      ceilingWatts: risingWatts,
      withinMilliseconds,
      source: "envelope",
      reason: { code: "coolant-rising", text },
    });
  }
  if (held !== null && held.ceilingWatts !== null) {
    const text = `${tank.name} was derated; it stays at ${kilowatts(held.ceilingWatts)} until its coolant has left room for more for ${seconds(holdTime(held))}.`;
    const reason = { code: "coolant-hold", text } as const;
    // It keeps machines from waking; what sheds are the slope and the derate band.
    limits.push({
      scope,
      ceilingWatts: held.ceilingWatts,
      withinMilliseconds: holdTime(held),
      source: "envelope",
      reason,
    });
  }
  return limits;
}

/** Learns from this scan for the next ones. A trip ends what is held: a person who resets it has looked. */
export function learnHeat(tank: Tank, ratedWatts: number, memory: TankMemory, scan: TankScan): TankMemory {
  const { vote, now } = scan;
  const { derateCelsius, tripCelsius } = tank.coolant;
  const slope = takeSample(memory.slope, vote.celsius, vote.valid, now);
  const left = vote.celsius === null ? null : timeToTrip(slope, vote.celsius, tripCelsius);
  const risingWatts =
    left === null || slope === memory.slope ? memory.risingWatts : lowered(memory.risingWatts, left, ratedWatts);
  const band = vote.celsius === null ? ratedWatts : derated(vote.celsius, derateCelsius, tripCelsius, ratedWatts);
  const held = scan.tripped
    ? null
    : hold(memory.held, {
        allowedWatts: Math.min(band, risingWatts ?? ratedWatts),
        value: vote.celsius,
        limit: derateCelsius,
        spanAtRated: spanKelvin,
        presentWatts: scan.presentWatts,
        ratedWatts,
        now,
      });
  if (slope === memory.slope && risingWatts === memory.risingWatts && held === memory.held) return memory;
  const milliseconds = Math.min(left ?? memory.timeToTrip, Number.MAX_SAFE_INTEGER);
  return { ...memory, slope, risingWatts, held, timeToTrip: milliseconds };
}

/** Once it limits it only falls, until there is time again. */
function lowered(before: number | null, left: Milliseconds, ratedWatts: number): number | null {
  if (left >= (before === null ? derateMilliseconds : releaseMilliseconds)) return null;
  return Math.min(before ?? ratedWatts, derated(-left, -derateMilliseconds, -nothingMilliseconds, ratedWatts));
}
