/**
 * Closing contactors: one at a time, late, the best joules per terahash first, and only with room in every scope for the peak of
 * everything that comes up behind it. Where that room will never be there, the machines are told to sleep as they come up, and the
 * meter is watched: contactors.ts opens it again when they do not.
 */
import type { EventRecord } from "../../model/decision.ts";
import { takesCommands } from "../../model/dialects.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Policy } from "../../model/site.ts";
import { type ContactorState, close, contactorEvent, seenOpen, waitsFor } from "../contactors.ts";
import { kilowatts, seconds } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import { expectPower, expectSleep } from "../machines/command.ts";
import { isPatient, mayCloseAsleep } from "./close-asleep.ts";
import type { WaitingBranch } from "./make-room.ts";
import { type Plan, roomIn } from "./plan.ts";

export interface Closing {
  readonly contactors: readonly (ContactorState | null)[];
  readonly branch: number;
  readonly reservedWatts: number;
  readonly events: readonly EventRecord[];
}

export interface RecloseRules {
  readonly now: Milliseconds;
  readonly policy: Policy;
  readonly jitterMilliseconds: Milliseconds;
  readonly contactors: readonly (ContactorState | null)[];
  readonly feedbacks: readonly (Judged | null)[];
  /** Machines that must not have power. */
  readonly closed: readonly boolean[];
  /** Most that may be added in this scan [W]. */
  readonly stepWatts: number;
  /** Most each branch bears for the minutes of a start, nothing where its meter does not show it [W]. */
  readonly bearsWatts: readonly number[];
}

/** A contactor that stands open, and why. */
export interface OpenBranch {
  readonly branch: number;
  /** What has to come before it closes, as the end of a sentence. */
  readonly waitsFor: string;
  /** It lacks nothing but this room; null: it lacks something else. */
  readonly waiting: WaitingBranch | null;
  /** Its machines did not sleep as they came up, again and again. */
  readonly patient: boolean;
}

/** Every contactor that is told to be open, best first: closing one after the other in this order restarts the best machines first. */
export function openBranches(plan: Plan, rules: RecloseRules): readonly OpenBranch[] {
  return byMerit(plan, rules).map((branch) => {
    const state = certain(rules.contactors[branch], "contactor");
    const waiting = { branch, reservedWatts: reservationOf(plan, branch, rules) };
    const lacks = whatLacks(plan, branch, state, waiting, rules);
    const patient = isPatient(state, rules.now);
    return { branch, waitsFor: lacks ?? roomText(waiting, patient), waiting: lacks === null ? waiting : null, patient };
  });
}

/** Closes the first that has all the room it may need. */
export function closeWithRoom(plan: Plan, open: readonly OpenBranch[], rules: RecloseRules): Closing | null {
  const found = open.find(({ waiting }) => waiting !== null && hasRoom(plan, waiting.reservedWatts));
  if (found?.waiting === undefined || found.waiting === null) return null;
  const { branch, reservedWatts } = found.waiting;
  for (const [scope, watts] of reservedWatts.entries())
    plan.nextWatts[scope] = certain(plan.nextWatts[scope], "next") + watts;
  const watts = certain(reservedWatts[0], "container");
  const text = `${kilowatts(watts)} are reserved until the meter shows what comes.`;
  return carryOut(plan, branch, rules, { asleep: false, reservedWatts: watts, text });
}

/** Closes the first whose machines may be told to sleep as they come up. */
export function closeAsleep(plan: Plan, open: readonly OpenBranch[], rules: RecloseRules): Closing | null {
  const found = open.find(
    ({ waiting, patient }) => waiting !== null && !patient && mayCloseAsleep(plan, waiting, rules.bearsWatts),
  );
  if (found === undefined) return null;
  const text =
    "there is no room for all of its machines at once: they sleep as they come up, and the meter is watched.";
  return carryOut(plan, found.branch, rules, { asleep: true, reservedWatts: 0, text });
}

function carryOut(
  plan: Plan,
  branch: number,
  rules: RecloseRules,
  how: { readonly asleep: boolean; readonly reservedWatts: number; readonly text: string },
): Closing {
  const { behind, branch: site } = certain(plan.layout.branches[branch], "branch");
  for (const machine of behind) {
    if (isBlocked(plan, machine, branch, rules)) continue;
    const { model } = certain(plan.layout.machines[machine], "machine");
    const before = certain(plan.machines[machine], "machine");
    plan.machines[machine] =
      takesCommands(model.dialect) && (how.asleep || !model.hashesAfterPowerCycle)
        ? expectSleep(before, model, rules.now)
        : expectPower(before, model, rules.now);
  }
  return {
    contactors: rules.contactors.map((state, index) =>
      index === branch && state !== null ? close(state, rules.now, how.asleep) : state,
    ),
    branch,
    reservedWatts: how.reservedWatts,
    events: [contactorEvent(site.name, `Contactor ${site.name} closes; ${how.text}`, "information")],
  };
}

/** What it lacks besides room; null: nothing. */
function whatLacks(
  plan: Plan,
  branch: number,
  state: ContactorState,
  { reservedWatts }: WaitingBranch,
  rules: RecloseRules,
): string | null {
  if (!seenOpen(certain(rules.feedbacks[branch], "auxiliary contact"))) return "its contact must be read, and say open";
  const remaining = waitsFor(state, rules.policy, rules.jitterMilliseconds, rules.now);
  if (remaining > 0) return `it closes in ${seconds(remaining)} at the earliest`;
  if (!isFed(plan, branch, rules)) return "the contactor above it must close first";
  if (certain(plan.layout.branches[branch], "branch").behind.some((machine) => rules.closed[machine] === true))
    return "nothing is allowed behind it";
  const watts = certain(reservedWatts[0], "container");
  if (watts > rules.stepWatts)
    return `its machines come with up to ${kilowatts(watts)} at once, and a step may have ${kilowatts(Math.max(0, rules.stepWatts))}`;
  return null;
}

function roomText({ reservedWatts }: WaitingBranch, patient: boolean): string {
  const watts = kilowatts(certain(reservedWatts[0], "container"));
  const again = patient ? "; they did not sleep as they came up, so a person should look at them" : "";
  return `its machines come with up to ${watts} at once, and every limit above them must leave that${again}`;
}

function hasRoom(plan: Plan, reservedWatts: readonly number[]): boolean {
  return reservedWatts.every((watts, scope) => watts <= 0 || watts <= roomIn(plan, scope));
}

/** Open contactors: the mean of the joules per terahash behind each decides, then the order of the site. */
function byMerit(plan: Plan, rules: RecloseRules): readonly number[] {
  const merit = new Map<number, number>();
  for (const [branch, { behind }] of plan.layout.branches.entries()) {
    if (rules.contactors[branch]?.commanded !== 0) continue;
    const sum = behind.reduce((all, machine) => all + certain(plan.machines[machine], "machine").joulesPerTerahash, 0);
    merit.set(branch, sum / Math.max(1, behind.length));
  }
  return [...merit].sort(([a, one], [b, other]) => one - other || a - b).map(([branch]) => branch);
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

/** It stays behind an open contactor of its own, and comes later. */
function isBlocked(plan: Plan, machine: number, branch: number, rules: RecloseRules): boolean {
  const { contactors } = certain(plan.layout.machines[machine], "machine");
  return contactors.some((other) => other !== branch && isOpen(other, rules));
}

/** What may come at once, by scope [W]: the peak of every machine that hashes by itself, the sleep of the others. */
function reservationOf(plan: Plan, branch: number, rules: RecloseRules): number[] {
  const reserved = plan.layout.scopes.map(() => 0);
  for (const machine of certain(plan.layout.branches[branch], "branch").behind) {
    if (isBlocked(plan, machine, branch, rules)) continue;
    const { model, scopes } = certain(plan.layout.machines[machine], "machine");
    const { asleepWatts, peakWakeWatts, ratedWatts } = model;
    const comes = model.hashesAfterPowerCycle || !takesCommands(model.dialect);
    const comesWatts = comes ? Math.max(peakWakeWatts, ratedWatts) : asleepWatts;
    for (const { scope, share } of scopes) reserved[scope] = certain(reserved[scope], "scope") + comesWatts * share;
  }
  return reserved;
}
