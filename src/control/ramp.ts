/** The container's ramp: how fast its ceiling may rise, and how fast an order may lower it. Safety is never ramped. */
import type { Limit } from "../model/reason.ts";
import type { Policy } from "../model/site.ts";
import { isGentle, type ScopeCeilings } from "./arbitration.ts";

export interface RampState {
  /** No raise may lead above this [W]; never above the limits, never faster up than the ramp. */
  readonly raiseWatts: number;
  /** The limit as of the last scan [W]: while `raiseWatts` is below it, a raise is under way. */
  readonly limitWatts: number;
  /** What orders are held to on their way down [W]; at or above their level. */
  readonly gentleWatts: number;
  /** The gentle ceiling is still above its level. */
  readonly descending: boolean;
  /** What a raise may still add [W]: earned by time at the ramp's rate, spent by each wake. */
  readonly budgetWatts: number;
  /** Ceiling as it is shown [W]. */
  readonly ceilingWatts: number;
}

export interface RampInput {
  readonly ceilings: ScopeCeilings;
  readonly limits: readonly Limit[];
  readonly policy: Policy;
  readonly elapsedMilliseconds: number;
  /** Measured plus reserved power: where a raise starts from, as a lost input would leave it at most [W]. */
  readonly provenWatts: number;
  /** What may be drawn as commanded, unknown machines with their plates: while the start holds, no order sheds below it [W]. */
  readonly nextWatts: number;
  /** Machines found running are taken over as they are: the ceiling starts where they are. */
  readonly adopting: boolean;
  /** Nothing may rise: the start, a store behind, a second controller, the end. */
  readonly mayRaise: boolean;
  /** Largest single step a machine makes [W]. */
  readonly largestStepWatts: number;
}

/** At the start nothing is allowed yet; adoption lifts it to what is found running. */
export const rampAtStart: RampState = {
  raiseWatts: 0,
  limitWatts: 0,
  gentleWatts: 0,
  descending: false,
  budgetWatts: 0,
  ceilingWatts: 0,
};

/** Advances the ramp by the elapsed time. */
export function ramp(before: RampState, input: RampInput): RampState {
  const { ceilings, policy } = input;
  const seconds = input.elapsedMilliseconds / 1000;
  const up = policy.rampUpWattsPerSecond * seconds;
  const raiseWatts = rise(before, input, up);
  const gentle = descend(before, input, seconds);
  const budgetCap = input.largestStepWatts + policy.rampUpWattsPerSecond;
  const shown = Math.max(raiseWatts, Math.min(gentle.watts, ceilings.safetyWatts));
  const limit = input.adopting ? shown : before.ceilingWatts + up;
  return {
    raiseWatts,
    limitWatts: ceilings.raiseWatts,
    gentleWatts: gentle.watts,
    descending: gentle.descending,
    budgetWatts: Math.min(budgetCap, before.budgetWatts + up),
    ceilingWatts: gentle.descending ? Math.max(raiseWatts, Math.min(shown, limit)) : raiseWatts,
  };
}

/** Spends what a wake adds. A contactor that closes may overdraw: then nothing else rises until the ramp has caught up. */
export function spend(state: RampState, watts: number): RampState {
  return { ...state, budgetWatts: state.budgetWatts - watts };
}

function rise(before: RampState, input: RampInput, up: number): number {
  const limitWatts = input.ceilings.raiseWatts;
  if (input.adopting) return Math.min(limitWatts, Math.max(before.raiseWatts, input.provenWatts));
  if (!input.mayRaise) return Math.min(limitWatts, before.raiseWatts);
  // A raise begins at the power that is there, not at a ceiling that was never reached.
  const underWay = before.raiseWatts < before.limitWatts;
  const from = underWay ? before.raiseWatts : Math.min(before.raiseWatts, input.provenWatts);
  return limitWatts > before.raiseWatts ? Math.min(limitWatts, from + up) : limitWatts;
}

function descend(
  before: RampState,
  input: RampInput,
  seconds: number,
): { readonly watts: number; readonly descending: boolean } {
  const target = input.ceilings.gentleWatts;
  if (input.adopting) {
    const watts = Math.max(target, input.nextWatts, input.provenWatts);
    return { watts, descending: target < watts };
  }
  if (target >= before.gentleWatts) return { watts: target, descending: false };
  const from = before.descending
    ? before.gentleWatts
    : Math.min(before.gentleWatts, Math.max(target, input.provenWatts));
  const watts = Math.max(target, from - downRate(input, from) * seconds);
  return { watts, descending: watts > target };
}

/** The fastest way down that any order below the present level allows; the site's own ramp bounds them all. */
function downRate(input: RampInput, fromWatts: number): number {
  const site = input.policy.rampDownWattsPerSecond;
  const rates = input.limits
    .filter((limit) => limit.scope === "container" && isGentle(limit) && limit.ceilingWatts < fromWatts)
    .map((limit) => Math.min(site, limit.rampDownWattsPerSecond ?? site));
  return rates.length === 0 ? site : Math.max(...rates);
}
