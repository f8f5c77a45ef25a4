/**
 * Shedding machines that no command moves (they take none, they do not obey, they refuse, they do not answer): their contactors
 * open, once all that can be told to sleep has been told. The smallest that suffices goes first.
 */
import { takesCommands } from "../../model/dialects.ts";
import type { Milliseconds } from "../../model/reading.ts";
import { type ContactorState, contactMilliseconds } from "../contactors.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import { shedWindow, windowsUntilDefiant } from "../machines/observe.ts";
import { move, type Plan } from "./plan.ts";
import { onlyPatientOrdersBind, type ShedRules } from "./shed.ts";

/** Above this share of their plates machines draw. Source: DESIGN section 3: power counts as gone below a tenth. */
const powerShare = 0.1;

export interface Switches {
  readonly now: Milliseconds;
  /** Aligned with branches, as they stood before this scan. */
  readonly contactors: readonly (ContactorState | null)[];
  readonly feedbacks: readonly (Judged | null)[];
  /** Aligned with branches. */
  readonly meters: readonly (Judged | null)[];
}

export type SwitchRules = ShedRules & Switches;

/** Takes off the sheet what is on its way out: contactors told to open that have not told yet that they did. */
export function countOut(plan: Plan, switches: Switches): void {
  for (const branch of switches.contactors.keys()) if (isOpening(branch, switches)) takeOut(plan, branch);
}

/** Opens what has to open; by branch what goes with it [W]. */
export function switchOff(plan: Plan, rules: SwitchRules): ReadonlyMap<number, number> {
  const opened = new Map<number, number>();
  const open = (branch: number): void => void opened.set(branch, takeOut(plan, branch));
  if (rules.forbidden.size > 0)
    for (const branch of candidates(plan, rules, opened)) if (isForbidden(plan, branch, rules)) open(branch);
  // Innermost first, as for the machines that obey.
  for (let scope = plan.safetyWatts.length - 1; scope >= 0; scope -= 1)
    openFor(plan, scope, certain(plan.safetyWatts[scope], "ceiling"), () => candidates(plan, rules, opened), open);
  const patient = onlyPatientOrdersBind(plan, rules.limits);
  const yielding = (): readonly number[] =>
    candidates(plan, rules, opened).filter(
      (branch) =>
        (!patient || isLongClosed(branch, rules)) &&
        certain(plan.nextWatts[scopeOf(plan, branch)], "branch") <= rules.orderedStepWatts,
    );
  openFor(plan, 0, plan.gentleWatts, yielding, open);
  return opened;
}

/** Opens the smallest that suffices, else the largest and then whatever is still needed. */
function openFor(
  plan: Plan,
  scope: number,
  ceilingWatts: number,
  choices: () => readonly number[],
  open: (branch: number) => void,
): void {
  for (;;) {
    const excess = certain(plan.nextWatts[scope], "scope") - ceilingWatts;
    if (excess <= 0) return;
    const helpful = choices()
      .map((branch) => ({ branch, watts: certain(sharesOf(plan, branch)[scope], "scope") }))
      .filter(({ watts }) => watts > 0)
      .sort((one, other) => one.watts - other.watts);
    const chosen = helpful.find(({ watts }) => watts >= excess) ?? helpful.at(-1);
    if (chosen === undefined) return;
    open(chosen.branch);
  }
}

/** Contactors that are told to be closed, with a machine behind them that no command moves. */
function candidates(plan: Plan, rules: SwitchRules, opened: ReadonlyMap<number, number>): number[] {
  return plan.layout.switchedBy.flatMap((machines, branch) =>
    rules.contactors[branch]?.commanded === 1 &&
    !opened.has(branch) &&
    machines.some((machine) => isBeyondCommand(plan, machine, branch, rules))
      ? [branch]
      : [],
  );
}

/** Source: DESIGN section 3: machines that do not obey are escalated from their API to the contactor. */
function isBeyondCommand(plan: Plan, machine: number, branch: number, { now, meters }: SwitchRules): boolean {
  const { model } = certain(plan.layout.machines[machine], "machine");
  if (!takesCommands(model.dialect)) return true;
  const state = certain(plan.machines[machine], "machine");
  const { phase, since } = state;
  if (phase === "defiant") return true;
  // Refused or out of reach for so long: neither a restart nor a lost packet.
  if (now - since < windowsUntilDefiant * shedWindow(state)) return false;
  return phase === "excluded" || (phase === "unreachable" && showsPower(plan, branch, meters));
}

/** Without a meter that shows power nobody opens a contactor for machines that may merely be dead. */
function showsPower({ layout }: Plan, branch: number, meters: readonly (Judged | null)[]): boolean {
  const meter = meters[branch] ?? null;
  const machines = certain(layout.switchedBy[branch], "branch");
  const plates = machines.reduce((sum, machine) => sum + ratedOf(layout, machine), 0);
  return meter !== null && meter.quality === "good" && meter.value > powerShare * plates;
}

function ratedOf(layout: Plan["layout"], machine: number): number {
  return certain(layout.machines[machine], "machine").model.ratedWatts;
}

/** Told to open, and its contact has not followed yet: its power is as good as gone, or it is welded and trips. */
function isOpening(branch: number, { contactors, feedbacks, now }: Switches): boolean {
  const state = contactors[branch] ?? null;
  const feedback = feedbacks[branch] ?? null;
  if (state?.commanded !== 0 || now - state.commandedAt >= contactMilliseconds) return false;
  return feedback?.quality !== "good" || feedback.value !== 0;
}

/** One of its machines has a limit of its own, and no command would reach it. */
function isForbidden(plan: Plan, branch: number, { forbidden }: SwitchRules): boolean {
  return certain(plan.layout.switchedBy[branch], "branch").some(
    (machine) =>
      forbidden.has(machine) &&
      (plan.machines[machine]?.phase === "defiant" ||
        !takesCommands(certain(plan.layout.machines[machine], "machine").model.dialect)),
  );
}

/** Its minimum on-time is over: everything behind it starts again when it closes. */
function isLongClosed(branch: number, { contactors, minimumOnMilliseconds, now }: SwitchRules): boolean {
  const { closedAt } = certain(contactors[branch], "contactor");
  return closedAt === null || now - closedAt >= minimumOnMilliseconds;
}

/** Takes everything behind a contactor off the sheet; how much that is [W]. */
function takeOut(plan: Plan, branch: number): number {
  const watts = certain(plan.nextWatts[scopeOf(plan, branch)], "branch");
  for (const [scope, share] of sharesOf(plan, branch).entries()) move(plan, scope, -share);
  return watts;
}

/** What goes with a contactor, by scope [W]: all of the branch in it and above it, the machines' parts in tanks and phases. */
function sharesOf(plan: Plan, branch: number): readonly number[] {
  const { layout } = plan;
  const shares = layout.scopes.map(() => 0);
  const behind = certain(layout.branches[branch], "branch").behind.map((machine) => {
    const place = certain(layout.machines[machine], "machine");
    const { nextWatts, unknownWatts } = certain(plan.accounts[machine], "account");
    const asleep = plan.machines[machine]?.command === "sleep" && takesCommands(place.model.dialect);
    return { place, watts: asleep ? Math.min(nextWatts, place.model.asleepWatts) : nextWatts + unknownWatts };
  });
  const watts = certain(plan.nextWatts[scopeOf(plan, branch)], "branch");
  const sum = behind.reduce((total, one) => total + one.watts, 0);
  // A meter bounds what plates only guess at.
  const ratio = sum > watts && sum > 0 ? watts / sum : 1;
  for (const { place, watts: own } of behind)
    for (const { scope, share } of place.scopes) shares[scope] = certain(shares[scope], "scope") + own * ratio * share;
  for (let above: number | null = branch; above !== null; above = layout.branches[above]?.parent ?? null)
    shares[scopeOf(plan, above)] = watts;
  return shares;
}

function scopeOf(plan: Plan, branch: number): number {
  return certain(plan.layout.branches[branch], "branch").scope;
}
