/** Last third of a scan: what is done. Machines shed or woken, contactors opened or closed, every output told. */
import type { EventRecord } from "../model/decision.ts";
import type { ProcessImage } from "../model/image.ts";
import type { Milliseconds, PointName } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import { makeRoom } from "./allocation/make-room.ts";
import { openPlan, type Plan } from "./allocation/plan.ts";
import { type RaiseRules, raise } from "./allocation/raise.ts";
import { closeAsleep, closeWithRoom, type OpenBranch, openBranches, type RecloseRules } from "./allocation/reclose.ts";
import { shed } from "./allocation/shed.ts";
import { swap } from "./allocation/swap.ts";
import { countOut, switchOff } from "./allocation/switch-off.ts";
import { trim } from "./allocation/trim.ts";
import { insteadOf } from "./allocation/trim-instead.ts";
import type { TrimOrder, TrimRules } from "./allocation/trim-sheet.ts";
import { trimOrderOf, trimRules } from "./allocation/trimming-rules.ts";
import { ceilingsOf } from "./arbitration.ts";
import type { Assessed } from "./assess.ts";
import { type Closures, closuresOf, type DemandInput, demandOf } from "./closures.ts";
import { type ContactorState, type ContactorStep, stepContactor } from "./contactors.ts";
import { commandCooling } from "./cooling/cooling.ts";
import type { CoolingState } from "./cooling/state.ts";
import { jitterMilliseconds } from "./dispatch/course.ts";
import { standsFor } from "./dispatch/standing.ts";
import type { Violation } from "./envelopes/finding.ts";
import { type GeneratorState, recordSteps, stepRoomOf } from "./envelopes/generator.ts";
import { certain } from "./impossible.ts";
import { responsesOf } from "./ledger.ts";
import type { Ordered } from "./orders.ts";
import { outputsOf } from "./outputs.ts";
import { type RampState, spend } from "./ramp.ts";
import type { ControlState } from "./state.ts";
import { recordAdded, stepLeft, stepWait } from "./step-limit.ts";

export interface Acted {
  readonly plan: Plan;
  readonly contactors: readonly (ContactorState | null)[];
  readonly contactorOperations: Readonly<Record<string, number>>;
  /** Found while acting: welded contactors. They latch with this scan's end and limit the next. */
  readonly violations: readonly Violation[];
  readonly outputs: Readonly<Record<PointName, number>>;
  readonly cooling: CoolingState;
  readonly ramp: RampState;
  readonly trimOrder: TrimOrder;
  readonly starts: readonly Milliseconds[];
  readonly added: ControlState["added"];
  readonly generator: GeneratorState | null;
  /** Why a step limit lets no machine wake in this moment; null: it does. */
  readonly stepWait: string | null;
  readonly events: readonly EventRecord[];
  /** Contactors that stand open, and what each waits for. */
  readonly openBranches: readonly OpenBranch[];
}

/** Carries out what the limits demand, and what they leave room for. */
export function act(state: ControlState, image: ProcessImage, site: Site, assessed: Assessed, ordered: Ordered): Acted {
  const { layout, fleet, balances, feedbacks, meters } = assessed;
  const { now } = image;
  const { ceilings, ramp } = ordered;
  const plan = openPlan(
    layout,
    fleet.machines,
    fleet.accounts,
    { balances, unrest: assessed.meterUnrest },
    ceilings,
    ramp,
    state.adopting,
    now,
  );
  const forbidden = forbiddenMachines(assessed, ordered);
  const room = stepRoomOf(site.generator, assessed.generator);
  const { minimumOnMilliseconds } = site.policy;
  const switches = { now, contactors: state.contactors, feedbacks, meters };
  countOut(plan, switches);
  const beforeWatts = certain(plan.nextWatts[0], "container");
  const rules = { now, minimumOnMilliseconds, limits: ordered.limits, forbidden };
  const responseOf = responsesOf(layout, fleet.reports);
  const trimOrder = trimOrderOf(state.trimOrder, site, ceilings, now);
  const trims = assessed.adopting ? null : trimRules(site, assessed, ordered.limits, trimOrder, responseOf, now);
  shed(plan, { ...rules, orderedStepWatts: room.downWatts }, responseOf, insteadOf(plan, trims, room.downWatts));
  const left = room.downWatts - (beforeWatts - certain(plan.nextWatts[0], "container"));
  const switchedOff = switchOff(plan, { ...rules, ...switches, orderedStepWatts: left });
  const shedWatts = beforeWatts - certain(plan.nextWatts[0], "container");
  const closures = closuresOf(layout, ordered.limits);
  const steps = stepContactors(state, site, assessed, ordered, { closures, plan, switchedOff }, now);
  const contactors = steps.map((stepped) => stepped?.state ?? null);
  const stepWatts = Math.min(room.upWatts, stepLeft(site.policy.largestStepUp, state.added, now));
  const rose = rise(state, site, assessed, ordered, { plan, contactors, closures, forbidden, trims, stepWatts }, now);
  const cooling = cool(site, assessed, ordered, plan, now);
  const added = recordAdded(site.policy.largestStepUp, state.added, rose.addedWatts, now);
  const generator = recordSteps(assessed.generator, rose.addedWatts, shedWatts, now);
  const operated = steps.flatMap((stepped, index) => (stepped?.operated ? [index] : []));
  return {
    plan,
    contactors: rose.contactors,
    contactorOperations: countOperations(state, site, rose.closed === null ? operated : [...operated, rose.closed]),
    violations: steps.flatMap((stepped) => stepped?.violations ?? []),
    outputs: outputsOf(site, assessed, rose.contactors, cooling.outputs),
    cooling: cooling.state,
    ramp: spend(ordered.ramp, rose.spentWatts),
    trimOrder,
    starts: rose.starts,
    added,
    generator,
    stepWait: stepWait(site, { layout, added, generator, now }),
    events: [...steps.flatMap((stepped) => stepped?.events ?? []), ...rose.events],
    openBranches: rose.openBranches,
  };
}

/** Pumps, fans and valves, after machines and contactors are decided. */
function cool(site: Site, assessed: Assessed, ordered: Ordered, plan: Plan, now: Milliseconds) {
  return commandCooling({
    site,
    layout: assessed.layout,
    judged: assessed.cooling,
    judgedOf: assessed.judgedOf,
    celsius: assessed.tankCelsius,
    accounts: assessed.fleet.accounts,
    powered: assessed.powered,
    plan,
    limits: ordered.limits,
    trips: ordered.trips,
    adopting: assessed.adopting,
    holding: ordered.holding !== null,
    now,
  });
}

/** Machines with a limit of their own: they must sleep. */
function forbiddenMachines({ layout }: Assessed, { ceilings }: Ordered): ReadonlySet<number> {
  const forbidden = new Set<number>();
  if (![...ceilings.keys()].some((scope) => scope.startsWith("miner/"))) return forbidden;
  for (const [index, { miner }] of layout.machines.entries())
    if (ceilings.has(`miner/${miner.name}`)) forbidden.add(index);
  return forbidden;
}

function stepContactors(
  state: ControlState,
  site: Site,
  assessed: Assessed,
  ordered: Ordered,
  { closures, plan, switchedOff }: Pick<Rising, "closures" | "plan"> & Pick<DemandInput, "switchedOff">,
  now: Milliseconds,
): readonly (ContactorStep | null)[] {
  const { layout, fleet, meters, adopting, feedbacks } = assessed;
  const input = {
    layout,
    closures,
    machines: plan.machines,
    accounts: fleet.accounts,
    meters,
    trips: ordered.trips,
    policy: site.policy,
    above: aboveCeilings(assessed, ordered),
    switchedOff,
  };
  return layout.branches.map((place, index) => {
    const feedback = feedbacks[index] ?? null;
    if (feedback === null) return null;
    return stepContactor(state.contactors[index] ?? null, place, feedback, demandOf(index, input), now, adopting);
  });
}

interface Rising {
  readonly plan: Plan;
  readonly contactors: readonly (ContactorState | null)[];
  readonly closures: Closures;
  readonly forbidden: ReadonlySet<number>;
  readonly trims: TrimRules | null;
  /** Most that may be added in this scan [W]. */
  readonly stepWatts: number;
}

interface Rose {
  readonly contactors: readonly (ContactorState | null)[];
  readonly closed: number | null;
  readonly starts: readonly Milliseconds[];
  readonly spentWatts: number;
  /** What may come with it at once, also where it is told to sleep as it comes up [W]. */
  readonly addedWatts: number;
  readonly events: readonly EventRecord[];
  readonly openBranches: readonly OpenBranch[];
}

/** Raises come last, and only when nothing holds them: first a contactor, then machines. */
function rise(
  state: ControlState,
  site: Site,
  assessed: Assessed,
  ordered: Ordered,
  { plan, contactors, closures, forbidden, trims, stepWatts }: Rising,
  now: Milliseconds,
): Rose {
  const { policy } = site;
  const starts = state.starts.filter((at) => now - at < policy.startIntervalMilliseconds);
  const rules: RecloseRules = {
    now,
    policy,
    jitterMilliseconds: jitterMilliseconds(site),
    contactors,
    feedbacks: assessed.feedbacks,
    closed: closures.closed,
    stepWatts,
    bearsWatts: bearsWatts(assessed, ordered),
  };
  const open = openBranches(plan, rules);
  const nothing: Rose = {
    contactors,
    closed: null,
    starts,
    spentWatts: 0,
    addedWatts: 0,
    events: [],
    openBranches: open,
  };
  if (ordered.holding !== null) return nothing;
  const waiting = open.find((branch) => branch.waiting !== null)?.waiting ?? null;
  const { raiseWatts: limitWatts } = ceilingsOf(ordered.ceilings, "container");
  const { minimumOnMilliseconds } = policy;
  let closing = starts.length === 0 ? closeWithRoom(plan, open, rules) : null;
  if (closing === null && waiting !== null && starts.length === 0) {
    const room = makeRoom(plan, waiting, { now, minimumOnMilliseconds, limitWatts });
    if (room === "making") return nothing;
    if (room === "none") closing = closeAsleep(plan, open, rules);
  }
  if (closing !== null) {
    // Everything behind it starts at once: the interval's starts are all used up.
    const used = Array.from({ length: policy.startsPerInterval }, () => now);
    const { branch, reservedWatts, events } = closing;
    return {
      ...nothing,
      contactors: closing.contactors,
      closed: branch,
      starts: used,
      spentWatts: reservedWatts,
      addedWatts: certain(open.find((candidate) => candidate.branch === branch)?.waiting?.reservedWatts[0], "closing"),
      events,
    };
  }
  const raising: RaiseRules = {
    now,
    policy,
    forbidden,
    starts,
    budgetWatts: Math.min(ordered.ramp.budgetWatts, stepWatts),
  };
  const raised = raise(plan, raising);
  const trimmedWatts = trim(plan, raising, raised.spentWatts > 0 ? null : trims);
  // A generator bears no step that need not be.
  if (raised.starts.length === 0 && trimmedWatts === 0 && site.generator === undefined) {
    const standsMilliseconds = standsFor(ordered.dispatch, now);
    const responseOf = responsesOf(assessed.layout, assessed.fleet.reports);
    swap(plan, { ...raising, lastAt: state.now, responseOf, standsMilliseconds });
  }
  const spentWatts = raised.spentWatts + trimmedWatts;
  return { ...nothing, starts: raised.starts, spentWatts, addedWatts: spentWatts };
}

/** A meter may show this much more than a ceiling by its noise and class. Source: choice: two class 1 meters. */
const aboveTolerance = 0.02;

/** Branches whose meter shows more than is allowed there. Orders on their way down are kept as long as the ramp is. */
function aboveCeilings({ layout, balances }: Assessed, { ceilings, ramp }: Ordered): readonly boolean[] {
  return layout.branches.map(({ scope }, branch) => {
    const { meteredWatts } = certain(balances[branch], "balance");
    const { raiseWatts } = ceilingsOf(ceilings, certain(layout.scopes[scope], "scope"));
    const ceilingWatts = branch === layout.root ? Math.max(raiseWatts, ramp.ceilingWatts) : raiseWatts;
    return meteredWatts !== null && meteredWatts > (1 + aboveTolerance) * ceilingWatts;
  });
}

/** Most each branch bears for some minutes: the rating of its breaker, less what is kept free; nothing where its meter would not show it [W]. */
function bearsWatts({ layout, balances }: Assessed, { limits }: Ordered): readonly number[] {
  return layout.branches.map(({ branch, scope }, index) => {
    const { meteredWatts, meterBelowAccount } = certain(balances[index], "balance");
    if (meteredWatts === null || meterBelowAccount) return 0;
    const own = limits.filter((limit) => limit.scope === layout.scopes[scope]);
    const continuous = own.find(({ reason }) => reason.code === "breaker-continuous")?.ceilingWatts ?? 0;
    const kept = own.find(({ reason }) => reason.code === "protected-load")?.ceilingWatts ?? continuous;
    return continuous / branch.continuousRatio - Math.max(0, continuous - kept);
  });
}

function countOperations(
  state: ControlState,
  site: Site,
  operated: readonly number[],
): Readonly<Record<string, number>> {
  if (operated.length === 0) return state.durable.contactorOperations;
  const counts = { ...state.durable.contactorOperations };
  for (const index of operated) {
    const { name } = certain(site.branches[index], "branch");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
