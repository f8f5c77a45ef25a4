/** Exchanging a machine that runs for a better one that sleeps, where the better one earns its start back before the orders change. */
import type { Milliseconds } from "../../model/reading.ts";
import { certain } from "../impossible.ts";
import type { MachineState } from "../machines/machine.ts";
import { confirmGraceMilliseconds, isComing } from "../machines/observe.ts";
import { type Plan, quietRoomUnder } from "./plan.ts";
import { mayWake, type RaiseRules, stepOf } from "./raise.ts";
import { onLongEnough, putToSleep, rankForShedding } from "./shed.ts";
import { nextOf } from "./trim-sheet.ts";

export interface SwapRules extends Pick<RaiseRules, "now" | "policy" | "forbidden" | "budgetWatts"> {
  /** When the last scan was made [ms]. */
  readonly lastAt: Milliseconds;
  /** For so long what is ordered stands [ms]. */
  readonly standsMilliseconds: Milliseconds;
  /** How long one needs from its command until it has shed. */
  readonly responseOf: (machine: number) => Milliseconds;
}

/** The gain must be this many times what the exchange costs in hashing. Source: choice: once for the hashing, once for the wear of a start and for what orders do that nobody announced. */
const worthTimes = 2;
/** Who was woken less long ago is exchanged for nobody [ms]: no machine starts more often for this. Source: issue: at most 4 starts a machine and day. */
const restMilliseconds: Milliseconds = 21_600_000;
/** Exchanges are looked for so often [ms]. Source: choice: what takes hours to pay may wait for a minute. */
const lookMilliseconds: Milliseconds = 60_000;
/** Of the worst that run and the best that sleep so many are compared. Source: choice: where the first few do not fit, the others gain less. */
const mostCompared = 8;

/**
 * Sends at most one machine to sleep; the raise of a later scan wakes the better one into its room, once it is proven free. Nothing
 * is exchanged while anything comes or goes.
 */
export function swap(plan: Plan, rules: SwapRules): void {
  if (!isDue(rules) || !isQuiet(plan)) return;
  const better = best(plan, rules);
  if (better.length === 0) return;
  for (const worse of worst(plan, rules)) {
    if (!better.some((machine) => earnsBack(plan, worse, machine, rules) && fits(plan, worse, machine, rules)))
      continue;
    putToSleep(plan, worse, rules.now);
    return;
  }
}

function isDue({ now, lastAt }: SwapRules): boolean {
  return Math.floor(now / lookMilliseconds) !== Math.floor(lastAt / lookMilliseconds);
}

function isQuiet({ machines, layout, pendingWatts, now }: Plan): boolean {
  if (pendingWatts.some((watts) => watts > 0)) return false;
  return machines.every((machine, index) => !isComing(machine, certain(layout.machines[index], "machine").model, now));
}

/** Machines that could wake, the best first. */
function best(plan: Plan, rules: SwapRules): readonly number[] {
  const ready: number[] = [];
  for (let machine = 0; machine < plan.machines.length; machine += 1)
    if (mayWake(stateOf(plan, machine), rules) && !rules.forbidden.has(machine)) ready.push(machine);
  const joulesOf = (machine: number): number => stateOf(plan, machine).joulesPerTerahash;
  return ready.sort((a, b) => joulesOf(a) - joulesOf(b) || a - b).slice(0, mostCompared);
}

/** Machines that run and may be exchanged, the worst first. */
function worst(plan: Plan, { now, policy: { minimumOnMilliseconds } }: SwapRules): readonly number[] {
  return rankForShedding(plan)
    .filter((machine) => {
      const { wokenAt } = stateOf(plan, machine);
      const rested = wokenAt === null || now - wokenAt >= restMilliseconds;
      return rested && onLongEnough(stateOf(plan, machine), { now, minimumOnMilliseconds });
    })
    .slice(0, mostCompared);
}

/** What it hashes more until the orders change is worth what nobody hashes meanwhile, and its start. */
function earnsBack(plan: Plan, worse: number, better: number, rules: SwapRules): boolean {
  const { model } = certain(plan.layout.machines[better], "machine");
  const darkMilliseconds = rules.responseOf(worse) + confirmGraceMilliseconds + model.wakeMilliseconds;
  const lost = hashrateOf(plan, worse, nextOf(plan, worse));
  const gained = hashrateOf(plan, better, stateOf(plan, better).lastWatts || model.ratedWatts) - lost;
  return gained * (rules.standsMilliseconds - darkMilliseconds) > worthTimes * lost * darkMilliseconds;
}

/** [TH/s] */
function hashrateOf(plan: Plan, machine: number, watts: number): number {
  return watts / stateOf(plan, machine).joulesPerTerahash;
}

/** The peak of its start has room in each of its scopes, once the other has gone. */
function fits(plan: Plan, worse: number, better: number, rules: SwapRules): boolean {
  const step = stepOf(plan, better);
  const freed = nextOf(plan, worse) - certain(plan.layout.machines[worse], "machine").model.asleepWatts;
  const left = certain(plan.layout.machines[worse], "machine").scopes;
  if (step > rules.budgetWatts) return false;
  return certain(plan.layout.machines[better], "machine").scopes.every(({ scope, share }) => {
    const leaving = left.find((covered) => covered.scope === scope)?.share ?? 0;
    const room = quietRoomUnder(plan, scope, certain(plan.raiseWatts[scope], "ceiling"));
    return step * share <= room + freed * leaving;
  });
}

function stateOf(plan: Plan, machine: number): MachineState {
  return certain(plan.machines[machine], "machine");
}
