/** What trimming looks at and how it lowers: machines under a limit and what they lack, machines that can be lowered, and the least number of them that suffices. When is decided elsewhere. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import { certain } from "../impossible.ts";
import type { MachineState } from "../machines/machine.ts";
import { isSettling, leastWatts, limitTo, mayChange } from "../machines/trimming.ts";
import { change, type Plan } from "./plan.ts";

/** The order that trimming follows: what it allows [W], and since when it has stood. */
export interface TrimOrder {
  readonly watts: number;
  readonly since: Milliseconds;
}

export interface TrimRules {
  readonly now: Milliseconds;
  readonly limits: readonly Limit[];
  /** Machines whose own power is measured, and that settle under a limit without starting anew. */
  readonly mayTrim: (machine: number) => boolean;
  /** How long one needs from its sleep command until it has shed. */
  readonly responseOf: (machine: number) => Milliseconds;
  /** Since when the present order stands: a machine turns back once for each. */
  readonly orderSince: Milliseconds;
  /** Changes below this are left alone [W]. */
  readonly deadBandWatts: number;
}

/** From here on trimmed power is as exact as orders are judged: twice what counts as `reached`. Source: DESIGN section 6: 1 % of rated. */
const smallestStepRatio = 0.02;

/** Share of the smallest step that is not corrected. Source: choice: with what meters' noise keeps free it stays below half a step; measured in test/control/trimming.test.ts. */
const deadBandShare = 0.125;

/** What is left alone, from the container's rated power [W]. */
export function deadBandOf(ratedWatts: number): number {
  return deadBandShare * smallestStepRatio * ratedWatts;
}

/** Half of the smallest step, from the dead band [W]. */
export function halfStepOf({ deadBandWatts }: TrimRules): number {
  return deadBandWatts / (2 * deadBandShare);
}

/** What one machine may do [W]. */
export interface Trimmable {
  readonly machine: number;
  readonly nowWatts: number;
  readonly leastWatts: number;
}

/** Machines under a limit of ours, and what each would draw more without it; those that lack least first: few stay trimmed. */
export function missing(plan: Plan): { readonly machine: number; readonly watts: number }[] {
  const held: { machine: number; watts: number }[] = [];
  for (let machine = 0; machine < plan.machines.length; machine += 1) {
    const { command, phase, trim: limit } = certain(plan.machines[machine], "machine");
    if (command !== "limit" || phase !== "trimmed" || limit === null) continue;
    const watts = limit.wholeWatts - nextOf(plan, machine);
    held.push({ machine, watts: Math.max(0, watts) });
  }
  return held.sort((one, other) => one.watts - other.watts || one.machine - other.machine);
}

/** Machines that can be lowered: those under a limit first, then the worst joules per terahash, then order of the site. */
export function trimmable(plan: Plan, rules: TrimRules, wanted: (machine: number) => boolean): readonly Trimmable[] {
  const found: Trimmable[] = [];
  for (let machine = 0; machine < plan.machines.length; machine += 1) {
    const state = certain(plan.machines[machine], "machine");
    const { model } = certain(plan.layout.machines[machine], "machine");
    // What this scan has sent to sleep is gone.
    const stands = state.command === "limit" ? state.phase === "trimmed" : isWhole(state);
    if (!stands || model.trim === null || !rules.mayTrim(machine) || !wanted(machine)) continue;
    if (isSettling(state, model, rules.now) || !mayChange(state, "down", rules.orderSince, rules.now)) continue;
    const nowWatts = nextOf(plan, machine);
    const least = leastWatts(state, model);
    if (nowWatts > least) found.push({ machine, nowWatts, leastWatts: least });
  }
  const isTrimmed = ({ machine }: Trimmable): number => Number(plan.machines[machine]?.command === "limit");
  const joules = ({ machine }: Trimmable): number => certain(plan.machines[machine], "machine").joulesPerTerahash;
  return found.sort(
    (one, other) => isTrimmed(other) - isTrimmed(one) || joules(other) - joules(one) || other.machine - one.machine,
  );
}

function isWhole({ command, phase }: MachineState): boolean {
  return command === "leave" && phase === "hashing";
}

export function sumOf(found: readonly Trimmable[]): number {
  return found.reduce((sum, { nowWatts, leastWatts: least }) => sum + nowWatts - least, 0);
}

/** Lowers as few as suffice in every scope that lacks; none where they do not suffice. */
export function lower(
  plan: Plan,
  found: readonly Trimmable[],
  lacking: readonly { readonly scope: number; readonly watts: number }[],
  rules: TrimRules,
): boolean {
  const left = new Map(lacking.map(({ scope, watts }) => [scope, watts]));
  const cuts: { machine: number; toWatts: number; byWatts: number }[] = [];
  for (const { machine, nowWatts, leastWatts: least } of found) {
    const { scopes } = certain(plan.layout.machines[machine], "machine");
    const wanted = scopes.reduce((most, { scope, share }) => Math.max(most, (left.get(scope) ?? 0) / share), 0);
    if (wanted <= 0) continue;
    const byWatts = Math.min(wanted, nowWatts - least);
    cuts.push({ machine, toWatts: nowWatts - byWatts, byWatts });
    for (const { scope, share } of scopes) {
      const lacks = left.get(scope);
      if (lacks !== undefined) left.set(scope, lacks - byWatts * share);
    }
  }
  if (cuts.length === 0 || [...left.values()].some((watts) => watts > rounding)) return false;
  for (const { machine, toWatts, byWatts } of cuts) {
    const { model } = certain(plan.layout.machines[machine], "machine");
    const state = certain(plan.machines[machine], "machine");
    plan.machines[machine] = limitTo(state, model, toWatts, rules.orderSince, rules.now);
    change(plan, machine, -byWatts);
  }
  return true;
}

/** Smaller lacks are rounding [W]. */
const rounding = 1e-6;

export function nextOf(plan: Plan, machine: number): number {
  return certain(plan.accounts[machine], "account").nextWatts;
}
