/**
 * Trimming where everything stands still: back up into room that no whole machine fits, down a little where it has become tight, or down
 * as far as one more machine needs for its start.
 */
import type { Milliseconds } from "../../model/reading.ts";
import { certain } from "../impossible.ts";
import { isComing } from "../machines/observe.ts";
import { isSettling, limitTo, mayChange, mayReturn, restore, shownMilliseconds } from "../machines/trimming.ts";
import { change, type Plan, quietRoomUnder, roomFor, roomUnder } from "./plan.ts";
import { type RaiseRules, type Ready, readyToWake } from "./raise.ts";
import { halfStepOf, lower, missing, nextOf, sumOf, type Trimmable, type TrimRules, trimmable } from "./trim-sheet.ts";

/** Trims where nothing is on its way, after everyone who fits has been woken: what this adds [W]. `rules` null: nothing is trimmed. */
export function trim(plan: Plan, raising: RaiseRules, rules: TrimRules | null): number {
  if (rules === null || !standsStill(plan, rules.now)) return 0;
  // What is raised on its way up would be raised again each second.
  if (certain(plan.raiseWatts[0], "ceiling") < certain(plan.limitWatts[0], "ceiling")) return 0;
  const room = quietRoomUnder(plan, 0, certain(plan.raiseWatts[0], "ceiling"));
  const held = missing(plan);
  if (room < -rules.deadBandWatts) {
    const own = trimmable(plan, rules, (machine) => plan.machines[machine]?.command === "limit");
    lower(plan, own, [{ scope: 0, watts: Math.min(-room, sumOf(own)) }], rules);
    return 0;
  }
  const back = held
    .filter(({ machine }) => mayChange(certain(plan.machines[machine], "machine"), "up", rules.orderSince, rules.now))
    .reduce((sum, { machine, watts }) => sum + Math.max(0, Math.min(watts, roomFor(plan, machine))), 0);
  for (const asleep of readyToWake(plan, raising)) {
    const free = roomFor(plan, asleep.machine);
    // It fits: it wakes as soon as starts and ramp allow.
    if (free >= asleep.stepWatts) return 0;
    if (free - back < worthOf(plan, asleep, rules)) continue;
    const lacking = certain(plan.layout.machines[asleep.machine], "machine").scopes.flatMap(({ scope, share }) => {
      const quiet = quietRoomUnder(plan, scope, certain(plan.raiseWatts[scope], "ceiling"));
      const watts = asleep.stepWatts * share - quiet;
      return watts > 0 ? [{ scope, watts: watts + rules.deadBandWatts * share }] : [];
    });
    // Once it has settled they get back what is left: those first that may still turn back.
    const returns = ({ machine }: Trimmable): number =>
      Number(mayReturn(certain(plan.machines[machine], "machine"), rules.orderSince));
    const others = [...trimmable(plan, rules, () => true)].sort((one, other) => returns(other) - returns(one));
    if (lower(plan, others, lacking, rules)) return 0;
  }
  return raiseBack(plan, held, raising.budgetWatts, rules);
}

/** Whether trimming and setting down can be judged: nothing has come or gone for as long as the slowest meter needs to show it. */
function standsStill(plan: Plan, now: Milliseconds): boolean {
  for (let index = 0; index < plan.machines.length; index += 1) {
    const machine = certain(plan.machines[index], "machine");
    const { model } = certain(plan.layout.machines[index], "machine");
    const { phase, since } = machine;
    if (phase === "curtailing" || isComing(machine, model, now)) return false;
    if (now - since < shownMilliseconds && (phase === "asleep" || phase === "hashing")) return false;
    if (isSettling(machine, model, now)) return false;
  }
  return true;
}

/** A limit, unlike a target, asks for no exact power: another start pays for itself from this share of a machine on. Source: choice, as for the room of a contactor. */
const worthShare = 0.25;

/** What another start must bring [W]: for a target, what it lacks to half of the smallest step. */
function worthOf(plan: Plan, { machine }: Ready, rules: TrimRules): number {
  const { limits, deadBandWatts } = rules;
  const lowest = limits
    .filter(({ scope }) => scope === "container")
    .reduce((least, limit) => (limit.ceilingWatts < least.ceilingWatts ? limit : least));
  if (lowest.follows === true) {
    const ceiling = certain(plan.limitWatts[0], "ceiling");
    const kept = roomUnder(plan, 0, ceiling) - quietRoomUnder(plan, 0, ceiling);
    return Math.max(deadBandWatts, halfStepOf(rules) - kept);
  }
  return worthShare * certain(plan.layout.machines[machine], "machine").model.ratedWatts;
}

/** Gives back what fits; what that adds [W]. */
function raiseBack(
  plan: Plan,
  held: readonly { readonly machine: number; readonly watts: number }[],
  budgetWatts: number,
  rules: TrimRules,
): number {
  let added = 0;
  for (const { machine, watts } of held) {
    const state = certain(plan.machines[machine], "machine");
    if (!mayChange(state, "up", rules.orderSince, rules.now)) continue;
    const room = Math.min(roomFor(plan, machine), budgetWatts - added);
    const whole = watts <= room;
    if (!whole && room < rules.deadBandWatts) continue;
    const { model } = certain(plan.layout.machines[machine], "machine");
    const by = whole ? watts : room;
    plan.machines[machine] = whole
      ? restore(state, rules.orderSince, rules.now)
      : limitTo(state, model, nextOf(plan, machine) + by, rules.orderSince, rules.now);
    change(plan, machine, by);
    added += by;
  }
  return added;
}
