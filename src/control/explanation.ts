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

export interface ExplanationInput {
  readonly layout: Layout;
  readonly ceilings: ReadonlyMap<Scope, ScopeCeilings>;
  readonly plan: Plan;
  /** Why nothing may rise; null: it may. */
  readonly holding: string | null;
  /** Contactors that stand open, and what each waits for. */
  readonly open: readonly OpenBranch[];
}

/** Explains every scope that has a limit, container first. */
export function explain({ layout, ceilings, plan, holding, open }: ExplanationInput): readonly ScopeExplanation[] {
  const sleepers = sleepersOf(layout, plan.machines);
  const dark = darkScopes(layout, open);
  return layout.scopes.flatMap((scope, index) => {
    const { binding, next } = ceilingsOf(ceilings, scope);
    if (binding === null) return [];
    const accountedWatts = certain(plan.nextWatts[index], "scope");
    const freeWatts = binding.ceilingWatts - accountedWatts;
    // Where a good part is free the limit is not what holds it.
    const forMore =
      freeWatts > freeShare * binding.ceilingWatts
        ? `${kilowatts(freeWatts)} are free: ${untaken(certain(sleepers[index], "scope"), holding, dark.get(index))}.`
        : `${remedy(binding)}; ${behind(next)}.`;
    return [{ scope, binding, next, accountedWatts, forMore }];
  });
}

/** Free room larger than this is no more the last machine that does not fit. Source: choice: one machine of ten. */
const freeShare = 0.1;

/** How many machines of each scope could wake. */
function sleepersOf(layout: Layout, machines: readonly MachineState[]): readonly number[] {
  const sleepers = layout.scopes.map(() => 0);
  for (const [index, { phase, ours }] of machines.entries()) {
    if (phase !== "asleep" || !ours) continue;
    for (const { scope } of certain(layout.machines[index], "machine").scopes)
      sleepers[scope] = certain(sleepers[scope], "scope") + 1;
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

/** What would lift a limit, by who set it. */
const remedies: Readonly<Record<Exclude<LimitSource, "envelope">, string>> = {
  site: "Only a larger rating allows more",
  trip: "A person here must reset the trip when its cause is gone and the cool-down is over",
  dispatch: "A higher setpoint of the dispatcher allows more",
  group: "A higher setpoint of the group allows more",
  operator: "A higher setpoint of the operator allows more",
  failsafe: "A heartbeat of the dispatcher and then a fresh setpoint end the failsafe",
  lockout: "A person at the container must release the lockout",
  start: "The start must complete",
  stop: "The process is ending",
  ramp: "The ramp is on its way",
  frequency: "The frequency of the grid must hold again, and the relay be released where it has tripped",
};

/** What would lift a limit of an envelope, by its reason. */
const improvements: Partial<Readonly<Record<ReasonCode, string>>> = {
  "breaker-continuous":
    "Only a larger breaker, more voltage, more even phases or, where hot air derates it, cooler air allow more",
  "breaker-meter-lost": "The voltages and currents of its meter, and the air around it, must be read again",
  "protected-load": "The protected load must draw less or a larger breaker is needed",
  "protected-load-unknown": "The meter of the protected load must be read again",
  smoke: "The air of the container must be clear",
  "smoke-unknown": "The smoke detectors must be read again",
  "coolant-derate": "Its coolant must get cooler",
  "coolant-trip": "Its coolant must get cooler",
  "coolant-unknown": "Its coolant temperature must be read again",
  "coolant-rising": "Its coolant must warm more slowly: look at its pump, its cooler and its fans",
  "coolant-hold": "Its coolant must have left room for more for some minutes",
  "coolant-difference": "More must flow through it, or its heat exchanger must be looked at",
  "coolant-difference-trip": "More must flow through it, or its heat exchanger must be looked at",
  "warm-up": "Its coolant must get warmer",
  "cooling-capacity": "Cooler air or another running fan allows more",
  "cooling-prerun": "Its circulation must be proven first",
  "sensor-lost": "Another of its coolant sensors must be read again",
  "flow-lost": "Its flow must be proven again",
  "flow-unknown": "Its flow must be read again",
  "pump-not-running": "Its pump must be proven to run",
  leak: "Its leak detectors must be dry",
  "leak-unknown": "Its leak detectors must be read again",
  "level-low": "Its level must rise",
  "level-unknown": "Its level must be read again",
  "miner-inlet-hot": "Its inlet must get cooler",
};

function remedy({ source, reason }: Limit): string {
  if (reason.code === "remote-stop") return "Whoever ordered the stop must release it";
  if (source === "envelope") return certain(improvements[reason.code], "remedy of an envelope");
  if (reason.code === "generator-frequency") return "The generator's frequency must hold again";
  if (reason.code === "contract-power") return "The next interval or a larger contract allows more";
  return remedies[source];
}
