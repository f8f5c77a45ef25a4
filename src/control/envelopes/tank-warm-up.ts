/** Cold fluid: less flow is enough for less power, so that a cold tank can be warmed at all. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import type { Tank } from "../../model/site.ts";
import { celsius, kilowatts } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { TankScan } from "./tank-scan.ts";

/** What runs already is shed for cold only this far below what a wake needs [K]. Source: choice: above noise and daily swings, so that nothing flickers. */
const marginKelvin = 3;
/** A wake waits for the warmth; how long is of no interest to a shed [ms]. Choice. */
const patienceMilliseconds: Milliseconds = 600_000;

/** Flow that a tank needs at the temperature it has [L/min]; the full one where that is not known. */
export function flowNeeded({ flow, warmUp }: Tank, at: number | null): number {
  const full = certain(flow, "flow of a tank that is asked for it").minimumLitersPerMinute;
  if (warmUp === undefined || at === null) return full;
  return between(warmUp.coldLitersPerMinute, full, warmth(warmUp, at));
}

/** Limits of a cold tank. */
export function judgeWarmUp(tank: Tank, ratedWatts: number, scan: TankScan): readonly Limit[] {
  const { warmUp } = tank;
  if (warmUp === undefined || ratedWatts <= warmUp.watts) return [];
  const { vote } = scan;
  const coldest = vote.coldestCelsius ?? Number.NEGATIVE_INFINITY;
  if (coldest >= warmUp.warmCelsius) return [];
  const wakesWatts = between(warmUp.watts, ratedWatts, warmth(warmUp, coldest));
  const limits = [limitOf(tank, wakesWatts, patienceMilliseconds, vote.celsius)];
  const shedAt = (vote.celsius ?? warmUp.warmCelsius) + marginKelvin;
  if (shedAt < warmUp.warmCelsius)
    limits.push(
      limitOf(tank, between(warmUp.watts, ratedWatts, warmth(warmUp, shedAt)), scan.holdMilliseconds, vote.celsius),
    );
  return limits;
}

function limitOf(tank: Tank, ceilingWatts: number, withinMilliseconds: Milliseconds, at: number | null): Limit {
  const told = at === null ? "not known to be warm" : `at ${celsius(at)}, and thick`;
  const text = `Coolant of ${tank.name} is ${told}; it is warmed with ${kilowatts(ceilingWatts)} at most.`;
  return {
    scope: `tank/${tank.name}`,
    ceilingWatts,
    withinMilliseconds,
    source: "envelope",
    reason: { code: "warm-up", text },
  };
}

/** 0: cold; 1: warm. */
function warmth(
  { coldCelsius, warmCelsius }: { readonly coldCelsius: number; readonly warmCelsius: number },
  at: number,
): number {
  return Math.min(1, Math.max(0, (at - coldCelsius) / (warmCelsius - coldCelsius)));
}

function between(cold: number, warm: number, share: number): number {
  return cold + (warm - cold) * share;
}
