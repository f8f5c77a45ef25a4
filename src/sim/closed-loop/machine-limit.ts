/** A simulated machine's limit in watts: what its firmware makes of one, and how its power follows. When it is told is its link's. */
import type { MinerModel } from "../../model/site.ts";
import type { Random } from "../random.ts";

/** What of a machine its limit concerns. */
export interface LimitedMachine {
  readonly model: MinerModel;
  readonly hiddenWatts: number;
  readonly limitRatio: number;
  readonly limitMilliseconds: number;
  readonly faults: { readonly trimRatio: number; readonly ignoresLimits: boolean };
  readonly stage: string;
  readonly watts: number;
  limitWatts: number | null;
  limitedFromWatts: number;
  limitedAt: number;
  limitIsOurs: boolean;
}

/** From a chance of its own, so that all else stays the same to the bit. */
export function hiddenLimit(
  { trim }: MinerModel,
  random: Random,
): Pick<LimitedMachine, "limitRatio" | "limitMilliseconds"> {
  return {
    limitRatio: random.between(limitRatios.least, limitRatios.most),
    limitMilliseconds: Math.max(1, (trim?.settleMilliseconds ?? 0) * random.between(0.4, 0.95)),
  };
}

/** What firmware makes of a limit. Source: miners.md 2.6: estimates above the target; choice: by as much as users tell of, but for the worst. */
const limitRatios = { least: 0.95, most: 1.06 };

/** The firmware has it at once, the power follows; what comes with it is kept over sleep and power cuts. False: it has it already, or takes none. */
export function takeLimit(machine: LimitedMachine, watts: number | null, now: number): boolean {
  if (machine.model.trim === null || machine.limitWatts === watts) return false;
  machine.limitedFromWatts = machine.stage === "hashing" ? machine.watts : machine.hiddenWatts;
  machine.limitWatts = watts;
  machine.limitedAt = now;
  machine.limitIsOurs = watts !== null;
  return true;
}

/** What it draws when it runs: its own, or on its way to and at its limit. */
export function runningWatts(machine: LimitedMachine, now: number): number {
  const { limitWatts, limitedFromWatts, limitedAt, limitMilliseconds, limitRatio, faults } = machine;
  const whole = machine.hiddenWatts * faults.trimRatio;
  if (faults.ignoresLimits) return whole;
  const held = limitWatts === null ? whole : Math.min(whole, limitWatts * limitRatio);
  const share = Math.min(1, (now - limitedAt) / limitMilliseconds);
  return share === 1 ? held : limitedFromWatts + (held - limitedFromWatts) * share;
}
