/** The explanation: for every limited scope what binds it, what comes next, and what must change for more. One reason, shown everywhere. */
import type { ScopeExplanation } from "../model/decision.ts";
import type { Limit, LimitSource, ReasonCode, Scope } from "../model/reason.ts";
import type { Plan } from "./allocation/plan.ts";
import type { OpenBranch } from "./allocation/reclose.ts";
import type { ScopeCeilings } from "./arbitration.ts";
import { ceilingsOf, unlimitedWatts } from "./arbitration.ts";
import { kilowatts } from "./figures.ts";
import { certain } from "./impossible.ts";
import type { Layout } from "./layout.ts";
import type { MachineState } from "./machines/machine.ts";
import { reasonBook } from "./reason-book.ts";

export interface ExplanationInput {
  readonly layout: Layout;
  readonly ceilings: ReadonlyMap<Scope, ScopeCeilings>;
  readonly plan: Plan;
  /** Why nothing may rise; null: it may. */
  readonly holding: string | null;
  /** Why a step limit lets no machine wake; null: it does. */
  readonly stepWait: string | null;
  /** Contactors that stand open, and what each waits for. */
  readonly open: readonly OpenBranch[];
}

/** Explains every scope that has a limit, container first. */
export function explain({
  layout,
  ceilings,
  plan,
  holding,
  stepWait,
  open,
}: ExplanationInput): readonly ScopeExplanation[] {
  const sleepers = sleepersOf(layout, plan.machines);
  const dark = darkScopes(layout, open);
  return layout.scopes.flatMap((scope, index) => {
    const { binding, next } = ceilingsOf(ceilings, scope);
    if (binding === null) return [];
    const accountedWatts = certain(plan.nextWatts[index], "scope");
    const freeWatts = binding.ceilingWatts - accountedWatts;
    const { count, leastWatts } = certain(sleepers[index], "scope");
    // Where a good part is free, and a machine fits into it, the limit is not what holds it.
    const forMore =
      freeWatts > freeShare * binding.ceilingWatts && (count === 0 || freeWatts >= leastWatts)
        ? `${kilowatts(freeWatts)} are free: ${untaken(count, holding ?? stepWait, dark.get(index))}.`
        : `${remedy(binding)}; ${behind(next)}.`;
    return [{ scope, binding, next, accountedWatts, forMore }];
  });
}

/** Free room larger than this is no more the last machine that does not fit. Source: choice: one machine of ten. */
const freeShare = 0.1;

/** How many machines of each scope could wake, and the least that one of them adds there [W]. */
interface Sleepers {
  count: number;
  leastWatts: number;
}

function sleepersOf(layout: Layout, machines: readonly MachineState[]): readonly Sleepers[] {
  const sleepers = layout.scopes.map((): Sleepers => ({ count: 0, leastWatts: Number.MAX_SAFE_INTEGER }));
  for (let index = 0; index < machines.length; index += 1) {
    const { phase, ours } = certain(machines[index], "machine");
    if (phase !== "asleep" || !ours) continue;
    const { model, scopes } = certain(layout.machines[index], "machine");
    const stepWatts = Math.max(model.peakWakeWatts, model.ratedWatts) - model.asleepWatts;
    for (const { scope, share } of scopes) {
      const found = certain(sleepers[scope], "scope");
      found.count += 1;
      found.leastWatts = Math.min(found.leastWatts, stepWatts * share);
    }
  }
  return sleepers;
}

/** Scopes with machines that have no power, and what their contactor waits for: of several the one that closes first. */
function darkScopes(layout: Layout, open: readonly OpenBranch[]): ReadonlyMap<number, string> {
  const dark = new Map<number, string>();
  for (const { branch, waitsFor } of open) {
    const { branch: site, behind } = certain(layout.branches[branch], "branch");
    const text = `contactor ${site.name} stands open, and ${waitsFor}`;
    for (const machine of behind)
      for (const { scope } of certain(layout.machines[machine], "machine").scopes)
        if (!dark.has(scope)) dark.set(scope, text);
  }
  return dark;
}

/** Why nobody takes what is free. */
function untaken(sleepers: number, holding: string | null, dark: string | undefined): string {
  if (sleepers === 0) return dark ?? "every machine here that weir may wake is awake";
  const many =
    sleepers === 1 ? "one machine that weir may wake sleeps" : `${sleepers} machines that weir may wake sleep`;
  return holding === null
    ? `${many}; as minimum off-times, ramp, staggered starts and the limits around it allow, more may come`
    : `${many}, and ${holding.charAt(0).toLowerCase()}${holding.slice(1).replace(/\.$/, "")}`;
}

/** What comes when the limit that binds is gone. */
function behind(next: Limit | null): string {
  return next === null || next.ceilingWatts >= unlimitedWatts
    ? "nothing else limits it then"
    : `then ${kilowatts(next.ceilingWatts)} are next (${next.reason.code})`;
}

/** Some limits are lifted by whoever set them, whatever their reason. */
const byWhoSet: Partial<Readonly<Record<LimitSource, string>>> = {
  trip: "A person here must reset the trip when its cause is gone and the cool-down is over",
  dispatch: "A higher setpoint of the dispatcher allows more",
  group: "A higher setpoint of the group allows more",
  operator: "A higher setpoint of the operator allows more",
};

/** Orders that do not end with another setpoint. */
const ownRemedy: ReadonlySet<ReasonCode> = new Set(["remote-stop", "schedule", "schedule-end", "self-test"]);

function remedy({ source, reason }: Limit): string {
  const { more } = reasonBook[reason.code];
  return ownRemedy.has(reason.code) ? more : (byWhoSet[source] ?? more);
}
