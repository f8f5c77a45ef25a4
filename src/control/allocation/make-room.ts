/** Making room for a contactor: a few machines elsewhere sleep, so that the peak of many that stand dark may come. */
import type { Milliseconds } from "../../model/reading.ts";
import { certain } from "../impossible.ts";
import type { Plan } from "./plan.ts";
import { onLongEnough, putToSleep, rankForShedding } from "./shed.ts";

/** A branch whose contactor may close, but for the room. */
export interface WaitingBranch {
  readonly branch: number;
  /** Peak nameplate of everything behind it, by scope [W]. */
  readonly reservedWatts: readonly number[];
}

export interface RoomRules {
  readonly now: Milliseconds;
  readonly minimumOnMilliseconds: Milliseconds;
  /** What every limit allows the container, once the ramp is there [W]. */
  readonly limitWatts: number;
}

/** At most this share of what comes may be given up for it. Source: choice: a restart each, for four times as many that hash. */
const worthShare = 0.25;

/** `making`: it is on its way, and nobody else may take it; `soon`: it is there once the ramp is; `none`: too little is to be gained, or it cannot be made. */
export type Room = "making" | "soon" | "none";

/** Sends as many machines to sleep as the branch lacks room for, where that is worth it. */
export function makeRoom(plan: Plan, { branch, reservedWatts }: WaitingBranch, rules: RoomRules): Room {
  const { behind } = certain(plan.layout.branches[branch], "branch");
  const own = new Set(behind);
  const lacking = reservedWatts.map((watts, scope) => {
    const ceiling = scope === 0 ? rules.limitWatts : certain(plan.raiseWatts[scope], "ceiling");
    return watts > 0 ? watts - (ceiling - certain(plan.nextWatts[scope], "next")) : 0;
  });
  const promised = certain(plan.pendingWatts[0], "pending") > 0;
  if (lacking.every((watts) => watts <= 0)) return promised ? "making" : "soon";
  let worthWatts = worthShare * behind.reduce((sum, machine) => sum + ratedOf(plan, machine), 0);
  const chosen: number[] = [];
  for (const machine of rankForShedding(plan)) {
    const scopes = certain(plan.layout.machines[machine], "machine").scopes;
    if (lacking.every((watts) => watts <= 0)) break;
    const helps = scopes.some(({ scope }) => certain(lacking[scope], "scope") > 0);
    if (own.has(machine) || !helps || !onLongEnough(certain(plan.machines[machine], "machine"), rules)) continue;
    worthWatts -= ratedOf(plan, machine);
    chosen.push(machine);
    const freed = certain(plan.accounts[machine], "account").nextWatts - asleepOf(plan, machine);
    for (const { scope, share } of scopes) lacking[scope] = certain(lacking[scope], "scope") - freed * share;
  }
  if (worthWatts < 0 || lacking.some((watts) => watts > 0)) return "none";
  for (const machine of chosen) putToSleep(plan, machine, rules.now);
  return "making";
}

function ratedOf(plan: Plan, machine: number): number {
  return certain(plan.layout.machines[machine], "machine").model.ratedWatts;
}

function asleepOf(plan: Plan, machine: number): number {
  return certain(plan.layout.machines[machine], "machine").model.asleepWatts;
}
