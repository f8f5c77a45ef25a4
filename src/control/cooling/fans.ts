/** Fans of a dry cooler: as many, or as fast, as the heat needs; up at once, down late; all of them whenever something is not known. */
import { type CoolingLoop, fullOf } from "../../model/cooling.ts";
import type { Milliseconds, PointName } from "../../model/reading.ts";
import { certain } from "../impossible.ts";
import type { FanState, LoopState } from "./state.ts";

/** From standing to full speed over this much temperature, the target in its middle [K]. Source: choice: half of it is still below any derate point. */
const bandKelvin = 8;
/** Fluid colder than the target by more than this needs no cooling yet, however much heat comes [K]. Source: choice: cold fluid must get warm. */
const coldKelvin = 8;
/** Steps of a drive. Source: choice: 5 %, finer makes only wear. */
const driveSteps = 20;
/** A step down needs this much less than the step, for this long: fans that are switched, drives [ms]. Source: choice: motors bear some starts an hour. */
const stepMargin = 0.25;
const switchDownMilliseconds: Milliseconds = 300_000;
const driveDownMilliseconds: Milliseconds = 30_000;

export interface FansInput {
  readonly loop: CoolingLoop;
  /** Hottest tank [°C]; null: one is not known. */
  readonly hottestCelsius: number | null;
  readonly ambientCelsius: number;
  /** Heat there is or will be: the larger [W]. */
  readonly heatWatts: number;
  /** A trip stands, or the start is not complete. */
  readonly everything: boolean;
  readonly now: Milliseconds;
}

export type FanLevel = Pick<LoopState, "level" | "lowSince">;

/** Advances the level of a loop's fans. */
export function stepFans(before: LoopState, input: FansInput): FanLevel {
  const steps = stepsOf(input.loop);
  const most = Math.min(before.level, steps);
  if (input.everything || input.hottestCelsius === null) return { level: steps, lowSince: null };
  const needed = steps * shareNeeded(before, input, input.hottestCelsius);
  const level = Math.ceil(needed - 1e-9);
  if (level >= most) return { level, lowSince: null };
  if (needed > Math.max(0, most - 1 - stepMargin)) return { level: most, lowSince: null };
  const lowSince = before.lowSince ?? input.now;
  // Cold fluid must not be cooled for long by fans that ran when it was found.
  const cold = input.hottestCelsius < input.loop.targetCelsius - coldKelvin - bandKelvin;
  const down = cold || isDriven(input.loop) ? driveDownMilliseconds : switchDownMilliseconds;
  if (input.now - lowSince < down) return { level: most, lowSince };
  return { level: most - 1, lowSince: input.now };
}

/** Share of the fans: what the temperature asks for, and what the heat will need once everything is settled; the larger. */
function shareNeeded({ factorRatio, customerRatio }: LoopState, input: FansInput, hottestCelsius: number): number {
  const { loop, ambientCelsius, heatWatts } = input;
  const over = hottestCelsius - loop.targetCelsius;
  const share = Math.min(1, Math.max(0, over / bandKelvin + 0.5));
  if (over < -coldKelvin || heatWatts <= 0) return share;
  const conductance = heatWatts / factorRatio / Math.max(0.1, loop.targetCelsius - ambientCelsius);
  const left = 1 / conductance - 1 / loop.exchangerWattsPerKelvin;
  const fans = loop.fans.length * loop.fanWattsPerKelvin;
  const ahead = left <= 0 ? 1 : Math.min(1, Math.max(0, 1 / left - loop.stillWattsPerKelvin) / fans);
  return Math.max(share, ahead * (1 - customerRatio));
}

/** What every fan is told. Fans that failed are told to run with the others: one that comes back proves itself. */
export function commandFans(loop: CoolingLoop, fans: readonly FanState[], level: number): Record<PointName, number> {
  const outputs: Record<PointName, number> = {};
  const shares = sharesOf(loop, fans, level);
  for (const [index, { output, speed }] of loop.fans.entries()) {
    const share = certain(shares[index], "share");
    if (output !== null) outputs[output] = share > 0 ? 1 : 0;
    if (speed !== null) outputs[speed] = share > 0 ? Math.max(loop.minimumFanPercent, share * fullOf(speed)) : 0;
  }
  return outputs;
}

/** Share of full speed of every fan at this level. */
export function sharesOf(loop: CoolingLoop, fans: readonly FanState[], level: number): readonly number[] {
  const steps = stepsOf(loop);
  const share = Math.min(level, steps) / steps;
  if (isDriven(loop)) return loop.fans.map(() => share);
  let left = Math.min(level, steps);
  return fans.map(({ healthy }) => {
    if (level <= 0) return 0;
    if (!healthy) return 1;
    left -= 1;
    return left >= 0 ? 1 : 0;
  });
}

function stepsOf(loop: CoolingLoop): number {
  return isDriven(loop) ? driveSteps : loop.fans.length;
}

function isDriven(loop: CoolingLoop): boolean {
  return loop.fans.every(({ speed }) => speed !== null);
}
