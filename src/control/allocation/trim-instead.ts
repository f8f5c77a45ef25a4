/** The last part of a machine that an order takes: off machines by limits, where that is in time, instead of by another sleep. Never for safety: sheds are whole machines. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import type { MinerModel } from "../../model/site.ts";
import { isGentle } from "../arbitration.ts";
import { certain } from "../impossible.ts";
import type { MachineState } from "../machines/machine.ts";
import { confirmGraceMilliseconds, shedWindow } from "../machines/observe.ts";
import { isSettling, shownMilliseconds } from "../machines/trimming.ts";
import { type Plan, quietRoomUnder } from "./plan.ts";
import { lower, missing, type TrimRules, trimmable } from "./trim-sheet.ts";

/** How an order's last part of a machine is taken off without a sleep; null: it is not. */
export function insteadOf(
  plan: Plan,
  rules: TrimRules | null,
  orderedStepWatts: number,
): (candidate: number) => boolean {
  return (candidate) => rules !== null && trimInstead(plan, rules, candidate, orderedStepWatts);
}

/**
 * Instead of putting `candidate` to sleep: takes what is still too much off machines that are trimmed, where that is less than the
 * candidate draws and the orders leave the time. False: nothing was done.
 */
function trimInstead(plan: Plan, rules: TrimRules, candidate: number, orderedStepWatts: number): boolean {
  const allowed = allowedMilliseconds(plan, rules.limits);
  const lateMilliseconds = rules.responseOf(candidate) + confirmGraceMilliseconds;
  // As long as its sleep would still be in time, what is on its way is waited for.
  if (allowed > lateMilliseconds && isOnItsWay(plan, rules.now)) return true;
  if (plan.machines.some(({ trim }) => trim !== null && (trim.refusedAt ?? 0) > rules.orderSince)) return false;
  const excess = quietExcess(plan);
  const freed =
    certain(plan.accounts[candidate], "account").nextWatts -
    certain(plan.layout.machines[candidate], "machine").model.asleepWatts;
  // With what is trimmed already it would be a whole machine: it sleeps, and the others get theirs back.
  if (excess > orderedStepWatts || excess > freed - rules.deadBandWatts) return false;
  const trimmed = missing(plan).reduce((sum, { watts }) => sum + watts, 0);
  if (excess + trimmed > freed - rules.deadBandWatts) return false;
  const inTime = trimmable(plan, rules, () => true).filter(({ machine }) => {
    const { model } = certain(plan.layout.machines[machine], "machine");
    const settles = certain(model.trim, "trimming").settleMilliseconds;
    return settles <= Math.max(allowed, rules.responseOf(machine));
  });
  return lower(plan, inTime, [{ scope: 0, watts: excess }], rules);
}

/** How much more than its quiet part the container's lowest ceiling in sight would carry as commanded [W]. */
function quietExcess(plan: Plan): number {
  return -quietRoomUnder(plan, 0, certain(plan.limitWatts[0], "ceiling")) - certain(plan.pendingWatts[0], "pending");
}

/** Stands for "whenever it has settled" [ms]. */
const unhurried: Milliseconds = Number.MAX_SAFE_INTEGER;

/** Commands of one order follow each other from scan to scan; after this they have all been given. Source: choice: two scans. */
const oneOrderMilliseconds: Milliseconds = 2000;

/** All that an order takes has been told, and reports and meters have not all seen it: what seems too much may be gone already, or be seen by one of them only. */
function isOnItsWay(plan: Plan, now: Milliseconds): boolean {
  if (plan.gentleWatts > certain(plan.limitWatts[0], "ceiling")) return false;
  let newest = Number.NEGATIVE_INFINITY;
  let movingWatts = 0;
  for (let index = 0; index < plan.machines.length; index += 1) {
    const machine = certain(plan.machines[index], "machine");
    const watts = moving(machine, certain(plan.layout.machines[index], "machine").model, now);
    if (watts <= 0) continue;
    movingWatts += watts;
    newest = Math.max(newest, machine.commandedAt);
  }
  const excess = certain(plan.nextWatts[0], "container") - plan.gentleWatts;
  return excess <= movingWatts && now - newest > oneOrderMilliseconds;
}

/** What a machine was told to change, and may not yet be seen by all [W]. */
function moving(machine: MachineState, model: MinerModel, now: Milliseconds): number {
  const { phase, commandedAt, since, trim: limit } = machine;
  const curtails = phase === "curtailing" && now - commandedAt < shedWindow(machine);
  if (curtails || (phase === "asleep" && now - since < shownMilliseconds))
    return machine.baselineWatts - model.asleepWatts;
  return limit !== null && isSettling(machine, model, now) ? Math.abs(limit.fromWatts - limit.wantedWatts) : 0;
}

/** The time that the orders in force leave; a target asks for its power once everything has settled, and a limit at once. */
function allowedMilliseconds(plan: Plan, limits: readonly Limit[]): Milliseconds {
  const next = certain(plan.nextWatts[0], "container");
  let allowed: Milliseconds = unhurried;
  for (const limit of limits) {
    if (limit.scope !== "container" || !isGentle(limit) || limit.ceilingWatts >= next) continue;
    if (limit.withinMilliseconds > 0 || limit.follows !== true) allowed = Math.min(allowed, limit.withinMilliseconds);
  }
  return allowed;
}
