/** Shedding: which machines go to sleep so that every ceiling of every nested scope holds; first those that the best choice does without, the worst joules per terahash before others. */
import { takesCommands } from "../../model/dialects.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import { isGentle } from "../arbitration.ts";
import { certain } from "../impossible.ts";
import { sendToSleep } from "../machines/command.ts";
import { type MachineState, wearAt } from "../machines/machine.ts";
import { change, mostIn, type Plan } from "./plan.ts";
import { keptAwake } from "./worth.ts";

export interface ShedRules {
  readonly now: Milliseconds;
  readonly minimumOnMilliseconds: Milliseconds;
  readonly limits: readonly Limit[];
  /** Machines that must sleep whatever the scopes say. */
  readonly forbidden: ReadonlySet<number>;
  /** Most that orders may take off in this scan: a generator bears no larger step [W]. Safety takes what it needs. */
  readonly orderedStepWatts: number;
}

/** Sends machines to sleep until every scope is below its ceiling, or nothing is left to shed. `responseOf`: how long one needs from its command until it has shed; `instead`: takes an order's last part of a machine off without this one's sleep, if it can. */
export function shed(
  plan: Plan,
  rules: ShedRules,
  responseOf: (machine: number) => Milliseconds,
  instead: (machine: number) => boolean,
): void {
  const patient = onlyPatientOrdersBind(plan, rules.limits);
  const atOnce = certain(plan.nextWatts[0], "container") <= rules.orderedStepWatts;
  const closed = closedScopes(plan, patient || !atOnce);
  if (closed.size > 0 || rules.forbidden.size > 0)
    for (const [machine, place] of plan.layout.machines.entries())
      if (rules.forbidden.has(machine) || place.scopes.some(({ scope }) => closed.has(scope)))
        putToSleep(plan, machine, rules.now);
  const ranked = lazily(() => slowLast(keepBest(plan, rankForShedding(plan)), responseOf, hasteOf(plan, rules.limits)));
  // Innermost first: what is shed for a tank also counts for its branch and the container.
  for (let scope = plan.safetyWatts.length - 1; scope >= 0; scope -= 1)
    shedScope(plan, scope, certain(plan.safetyWatts[scope], "ceiling"), ranked, rules.now);
  if (mostIn(plan, 0) <= plan.gentleWatts) return;
  const sheddable = lazily(() =>
    patient ? ranked().filter((machine) => onLongEnough(certain(plan.machines[machine], "machine"), rules)) : ranked(),
  );
  shedScope(plan, 0, Math.max(plan.gentleWatts, lowestOf(plan, rules)), sheddable, rules.now, instead);
}

/** How far orders may go in this scan: the last machine may not lead beyond the step [W]. */
function lowestOf(plan: Plan, { orderedStepWatts }: ShedRules): number {
  if (orderedStepWatts >= certain(plan.nextWatts[0], "container")) return 0;
  const largest = plan.layout.machines.reduce((most, { model }) => Math.max(most, model.ratedWatts), 0);
  return mostIn(plan, 0) - Math.max(0, orderedStepWatts - largest);
}

/** Scopes where nothing at all is allowed: there even machines out of reach get the command, for when they are back. */
function closedScopes(plan: Plan, slowly: boolean): ReadonlySet<number> {
  const closed = new Set<number>();
  for (const [scope, watts] of plan.safetyWatts.entries()) if (watts <= 0) closed.add(scope);
  if (plan.gentleWatts <= 0 && !slowly) closed.add(0);
  return closed;
}

function shedScope(
  plan: Plan,
  scope: number,
  ceilingWatts: number,
  ranked: () => readonly number[],
  now: Milliseconds,
  instead: (machine: number) => boolean = () => false,
): void {
  if (mostIn(plan, scope) <= ceilingWatts) return;
  for (const machine of ranked()) {
    if (!certain(plan.layout.machines[machine], "machine").scopes.some((covered) => covered.scope === scope)) continue;
    if (instead(machine)) return;
    putToSleep(plan, machine, now);
    if (mostIn(plan, scope) <= ceilingWatts) return;
  }
}

/** Sends one machine to sleep and takes what it drew out of the sheet. */
export function putToSleep(plan: Plan, machine: number, now: Milliseconds): void {
  const before = certain(plan.machines[machine], "machine");
  const { model } = certain(plan.layout.machines[machine], "machine");
  const after = sendToSleep(before, model, now);
  if (after === before) return;
  plan.machines[machine] = after;
  if (after.phase !== "curtailing") return;
  change(plan, machine, Math.min(0, model.asleepWatts - certain(plan.accounts[machine], "account").nextWatts));
}

/** The shortest time in which an order wants to be obeyed; null: none says. */
function hasteOf(plan: Plan, limits: readonly Limit[]): Milliseconds | null {
  const next = certain(plan.nextWatts[0], "container");
  const hasty = limits.filter(
    (limit) =>
      limit.scope === "container" && isGentle(limit) && limit.withinMilliseconds > 0 && limit.ceilingWatts < next,
  );
  return hasty.length === 0 ? null : Math.min(...hasty.map(({ withinMilliseconds }) => withinMilliseconds));
}

/** Machines that would come too late for an order in haste go last, whatever they are worth. */
function slowLast(
  ranked: readonly number[],
  responseOf: (machine: number) => Milliseconds,
  haste: Milliseconds | null,
): readonly number[] {
  if (haste === null) return ranked;
  const slow = (machine: number): boolean => responseOf(machine) > haste;
  return [...ranked.filter((machine) => !slow(machine)), ...ranked.filter(slow)];
}

/** Those that stay under the lowest ceilings in sight come last: an order on its way down leads there anyway. */
function keepBest(plan: Plan, awake: readonly number[]): readonly number[] {
  const kept = keptAwake(plan, [...awake].reverse());
  return [...awake.filter((machine) => !kept.has(machine)), ...awake.filter((machine) => kept.has(machine))];
}

/** Machines that can be shed, worst first: joules per terahash, then most wear last, then order of the site. */
export function rankForShedding(plan: Plan): readonly number[] {
  const awake = [...plan.machines.entries()].filter(
    ([index, machine]) =>
      isAwake(machine) && takesCommands(certain(plan.layout.machines[index], "machine").model.dialect),
  );
  return awake
    .sort(
      ([a, one], [b, other]) =>
        other.joulesPerTerahash - one.joulesPerTerahash || wearAt(one, plan.now) - wearAt(other, plan.now) || b - a,
    )
    .map(([machine]) => machine);
}

function isAwake({ phase, command }: MachineState): boolean {
  return command !== "sleep" && (phase === "hashing" || phase === "trimmed" || phase === "waking");
}

/** Source: DESIGN section 3: minimum on-times yield to safety and emergencies, not to ordinary orders. */
export function onlyPatientOrdersBind(plan: Plan, limits: readonly Limit[]): boolean {
  const next = certain(plan.nextWatts[0], "container");
  return limits
    .filter((limit) => limit.scope === "container" && isGentle(limit) && limit.ceilingWatts < next)
    .every((limit) => limit.patient === true);
}

/** Its minimum on-time is over. */
export function onLongEnough(machine: MachineState, rules: Pick<ShedRules, "now" | "minimumOnMilliseconds">): boolean {
  return machine.wokenAt === null || rules.now - machine.wokenAt >= rules.minimumOnMilliseconds;
}

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
