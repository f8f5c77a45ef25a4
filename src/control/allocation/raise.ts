/** Raising: which sleeping machines wake, few at a time, so that no ceiling, ramp or minimum off-time is broken; those of the best choice first, the best joules per terahash before others. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Policy } from "../../model/site.ts";
import { certain } from "../impossible.ts";
import { wake } from "../machines/command.ts";
import { type MachineState, wearAt } from "../machines/machine.ts";
import { change, type Plan, roomFor } from "./plan.ts";
import { worthWaking } from "./worth.ts";

export interface RaiseRules {
  readonly now: Milliseconds;
  readonly policy: Policy;
  /** Machines that must not wake. */
  readonly forbidden: ReadonlySet<number>;
  /** Moments of the last starts, oldest first. */
  readonly starts: readonly Milliseconds[];
  /** What the ramp still allows to be added [W]. */
  readonly budgetWatts: number;
}

export interface Raised {
  readonly starts: readonly Milliseconds[];
  readonly spentWatts: number;
}

export interface Ready {
  readonly machine: number;
  /** From its sleep to the peak of its start [W]. */
  readonly stepWatts: number;
}

/** Wakes what may be woken. */
export function raise(plan: Plan, rules: RaiseRules): Raised {
  const { now, policy } = rules;
  const recent = rules.starts.filter((at) => now - at < policy.startIntervalMilliseconds);
  const starts = [...recent];
  let spentWatts = 0;
  if (starts.length >= policy.startsPerInterval) return { starts, spentWatts };
  for (const machine of rankForWaking(plan, rules)) {
    const step = stepOf(plan, machine);
    if (step > rules.budgetWatts - spentWatts || step > roomFor(plan, machine)) continue;
    plan.machines[machine] = wake(certain(plan.machines[machine], "machine"), now);
    change(plan, machine, step);
    spentWatts += step;
    starts.push(now);
    if (starts.length >= policy.startsPerInterval) break;
  }
  return { starts, spentWatts };
}

/** From its sleep to the peak of its start [W]. */
export function stepOf(plan: Plan, machine: number): number {
  const { model } = certain(plan.layout.machines[machine], "machine");
  return Math.max(model.peakWakeWatts, model.ratedWatts) - certain(plan.accounts[machine], "account").nextWatts;
}

/** Machines that could wake in this scan but for the room, the best joules per terahash first, and what each adds at its peak. */
export function readyToWake(plan: Plan, rules: RaiseRules): readonly Ready[] {
  const ready: number[] = [];
  for (let machine = 0; machine < plan.machines.length; machine += 1)
    if (mayWake(certain(plan.machines[machine], "machine"), rules) && !rules.forbidden.has(machine))
      ready.push(machine);
  const joules = (machine: number): number => certain(plan.machines[machine], "machine").joulesPerTerahash;
  return ready
    .sort((a, b) => joules(a) - joules(b) || a - b)
    .map((machine) => ({ machine, stepWatts: stepOf(plan, machine) }));
}

/** Machines that could wake in this scan; in front those that the best choice wakes, then by joules per terahash, least wear, order of the site. */
function rankForWaking(plan: Plan, rules: RaiseRules): readonly number[] {
  const ready: number[] = [];
  let fits = false;
  for (let machine = 0; machine < plan.machines.length; machine += 1) {
    const state = certain(plan.machines[machine], "machine");
    if (!mayWake(state, rules) || rules.forbidden.has(machine)) continue;
    ready.push(machine);
    const step = stepOf(plan, machine);
    fits ||= step <= rules.budgetWatts && step <= roomFor(plan, machine);
  }
  if (!fits) return [];
  const chosen = worthWaking(plan, ready, (machine) => stepOf(plan, machine));
  return ready.sort((a, b) => {
    const one = certain(plan.machines[a], "machine");
    const other = certain(plan.machines[b], "machine");
    return (
      Number(chosen.has(b)) - Number(chosen.has(a)) ||
      one.joulesPerTerahash - other.joulesPerTerahash ||
      wearAt(one, plan.now) - wearAt(other, plan.now) ||
      a - b
    );
  });
}

/** Only what we put to sleep, seen asleep in this moment, and asleep long enough; the minimum off-time never yields. */
export function mayWake(machine: MachineState, { now, policy }: Pick<RaiseRules, "now" | "policy">): boolean {
  if (machine.phase !== "asleep" || !machine.ours || machine.asleepSince === null) return false;
  return now - machine.asleepSince >= policy.minimumOffMilliseconds;
}
