/** Closing contactors: one at a time, late, and only with room in every scope for the peak of everything behind them. */
import type { EventRecord } from "../../model/decision.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Policy } from "../../model/site.ts";
import { type ContactorState, close, contactorEvent, mayClose } from "../contactors.ts";
import { kilowatts } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import { expectPower } from "../machines/command.ts";
import type { WaitingBranch } from "./make-room.ts";
import { type Plan, roomIn } from "./plan.ts";

export interface Reclosed {
  readonly contactors: readonly (ContactorState | null)[];
  /** The branch whose contactor closed; null: none. */
  readonly branch: number | null;
  /** The first that lacks nothing but room; null: none. */
  readonly waiting: WaitingBranch | null;
  readonly reservedWatts: number;
  readonly events: readonly EventRecord[];
}

export interface RecloseRules {
  readonly now: Milliseconds;
  readonly policy: Policy;
  readonly contactors: readonly (ContactorState | null)[];
  readonly feedbacks: readonly (Judged | null)[];
  /** Machines that must not have power. */
  readonly closed: readonly boolean[];
  /** Most that may be added in this scan [W]. */
  readonly stepWatts: number;
}

/** Closes the first contactor that may close, feeder first. */
export function reclose(plan: Plan, rules: RecloseRules): Reclosed {
  let waiting: WaitingBranch | null = null;
  for (const branch of [...plan.layout.leafFirst].reverse()) {
    const state = rules.contactors[branch] ?? null;
    if (state === null) continue;
    const feedback = certain(rules.feedbacks[branch], "auxiliary contact");
    if (!mayClose(state, feedback, rules.policy, rules.now)) continue;
    if (!isFed(plan, branch, rules) || hasClosed(plan, branch, rules)) continue;
    const reserved = reservationOf(plan, branch, rules);
    if (certain(reserved[0], "container") > rules.stepWatts) continue;
    if (reserved.some((watts, scope) => watts > 0 && watts > roomIn(plan, scope))) {
      waiting ??= { branch, reservedWatts: reserved };
      continue;
    }
    for (const [scope, watts] of reserved.entries())
      plan.nextWatts[scope] = certain(plan.nextWatts[scope], "next") + watts;
    const { behind, branch: site } = certain(plan.layout.branches[branch], "branch");
    for (const machine of behind) {
      const { model } = certain(plan.layout.machines[machine], "machine");
      plan.machines[machine] = expectPower(certain(plan.machines[machine], "machine"), model, rules.now);
    }
    const reservedWatts = certain(reserved[0], "container");
    const text = `Contactor ${site.name} closes; ${kilowatts(reservedWatts)} are reserved until the meter shows what comes.`;
    return {
      contactors: rules.contactors.map((other, index) => (index === branch ? close(state, rules.now) : other)),
      branch,
      waiting: null,
      reservedWatts,
      events: [contactorEvent(site.name, text, "information")],
    };
  }
  return { contactors: rules.contactors, branch: null, waiting, reservedWatts: 0, events: [] };
}

/** Every contactor above it is closed. */
function isFed(plan: Plan, branch: number, rules: RecloseRules): boolean {
  const { parent } = certain(plan.layout.branches[branch], "branch");
  return parent === null || (!isOpen(parent, rules) && isFed(plan, parent, rules));
}

/** It has a contactor, and that is not told to close. A branch without one counts as closed. */
function isOpen(branch: number, rules: RecloseRules): boolean {
  const commanded = rules.contactors[branch]?.commanded;
  return commanded === 0 || commanded === null;
}

function hasClosed(plan: Plan, branch: number, rules: RecloseRules): boolean {
  return certain(plan.layout.branches[branch], "branch").behind.some((machine) => rules.closed[machine] === true);
}

/** Peak nameplate of everything behind it, by scope [W]; what stays behind an open contactor of its own comes later. */
function reservationOf(plan: Plan, branch: number, rules: RecloseRules): number[] {
  const reserved = plan.layout.scopes.map(() => 0);
  for (const machine of certain(plan.layout.branches[branch], "branch").behind) {
    const place = certain(plan.layout.machines[machine], "machine");
    const blocked = place.contactors.some((other) => other !== branch && isOpen(other, rules));
    if (blocked) continue;
    const peak = Math.max(place.model.peakWakeWatts, place.model.ratedWatts);
    for (const { scope, share } of place.scopes) reserved[scope] = certain(reserved[scope], "scope") + peak * share;
  }
  return reserved;
}
