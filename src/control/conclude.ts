/** The end of a scan: the decision with its alarms, events and explanation, and the state for the next one. */
import type { Decision, EventRecord, MinerView, Mode, PowerBalance } from "../model/decision.ts";
import type { Durable } from "../model/durable.ts";
import type { ProcessImage } from "../model/image.ts";
import type { MinerTarget } from "../model/miner.ts";
import type { Limit } from "../model/reason.ts";
import type { Site } from "../model/site.ts";
import type { Acted } from "./act.ts";
import { type RaisedAlarms, raiseAlarms } from "./alarms.ts";
import { bindingOf } from "./arbitration.ts";
import type { Assessed } from "./assess.ts";
import { availabilityOf } from "./availability.ts";
import { excused } from "./cooling/pumps.ts";
import { listSchedules } from "./dispatch/schedule.ts";
import { type Tracked, trackSetpoints } from "./dispatch/track.ts";
import { nextDurable } from "./durable.ts";
import { storedRises } from "./envelopes/protected-load.ts";
import { explain } from "./explanation.ts";
import { kilowatts } from "./figures.ts";
import { followGrid, frequencyView } from "./grid-response.ts";
import { certain } from "./impossible.ts";
import { handOver, targetOf } from "./machines/command.ts";
import { defianceEvents, sleepProofs } from "./machines/fleet.ts";
import type { MachineState } from "./machines/machine.ts";
import type { Ordered } from "./orders.ts";
import { lampOf } from "./outputs.ts";
import type { ControlState } from "./state.ts";
import { mayEnd } from "./stopping.ts";
import { type Latched, latch } from "./trips.ts";
import { warningsOf } from "./warnings.ts";

/** Puts the scan together. */
export function conclude(
  state: ControlState,
  image: ProcessImage,
  site: Site,
  assessed: Assessed,
  ordered: Ordered,
  acted: Acted,
): { readonly state: ControlState; readonly decision: Decision } {
  const { now } = image;
  const binding = rampedBinding(ordered);
  const power = powerOf(assessed);
  const concluded: Concluded = {
    binding,
    power,
    latched: latch(ordered.trips, ordered.trippedAt, acted.violations, image),
    tracked: trackSetpoints(ordered.dispatch, image, {
      ceilingWatts: ordered.ramp.ceilingWatts,
      binding,
      measuredWatts: power.measuredWatts,
      disturbed: ordered.trips.length > 0 || ordered.lockout !== null,
    }),
    mode: modeOf(ordered, assessed, image),
    alarms: raiseAlarms(state.alarms, warningsOf(state, image, site, assessed, ordered, acted), now),
    targets: targetsOf(state, acted, assessed.layout),
    response: followGrid(state, image, assessed, ordered, acted),
  };
  const durable = nextDurable(state.durable, {
    trips: concluded.latched.trips,
    lockout: ordered.lockout,
    remoteStop: ordered.remoteStop,
    order: ordered.order,
    asleepByUs: asleepByUs(acted, assessed.layout),
    contactorOperations: acted.contactorOperations,
    ...risesOf(state, assessed),
  });
  return {
    state: nextState(state, image, assessed, ordered, acted, concluded, durable),
    decision: decide(state, image, site, assessed, ordered, acted, concluded, durable),
  };
}

/** Absent where none stands. */
function schedulesOf({ dispatch }: Tracked, now: number): Pick<Decision, "schedules"> {
  const schedules = listSchedules(dispatch.schedules, now);
  return schedules.length === 0 ? {} : { schedules };
}

/** Absent while nothing was measured that the site does not say. */
function risesOf({ durable }: ControlState, { layout, protectedLoads }: Assessed): Pick<Durable, "protectedRises"> {
  const protectedRises = storedRises(durable.protectedRises, layout, protectedLoads);
  return protectedRises === undefined ? {} : { protectedRises };
}

/** What the end of the scan found out, for decision and state. */
interface Concluded {
  readonly binding: Limit;
  readonly power: PowerBalance;
  readonly latched: Latched;
  readonly tracked: Tracked;
  readonly mode: Mode;
  readonly alarms: RaisedAlarms;
  readonly targets: ControlState["targets"];
  readonly response: ControlState["response"];
}

function decide(
  state: ControlState,
  image: ProcessImage,
  site: Site,
  assessed: Assessed,
  ordered: Ordered,
  acted: Acted,
  { binding, power, latched, tracked, mode, alarms, targets, response }: Concluded,
  durable: Durable,
): Decision {
  const { now } = image;
  const { layout } = assessed;
  return {
    at: now,
    mode,
    limits: ordered.limits,
    requests: ordered.requests,
    binding,
    ceilingWatts: ordered.ramp.ceilingWatts,
    power,
    availability: availabilityOf(site, assessed, ordered),
    firm: ordered.firm,
    ...frequencyView(site, assessed, response),
    minerTargets: targets,
    ...(ordered.acceptedMiners.length === 0 ? {} : { acceptedMiners: ordered.acceptedMiners }),
    miners: viewsOf(acted, assessed),
    branches: assessed.drift.views,
    outputs: { ...acted.outputs, ...lampOf(site, alarms.alarms) },
    setpoints: ordered.setpoints,
    ...schedulesOf(tracked, now),
    acknowledgements: [...ordered.acknowledgements, ...tracked.acknowledgements],
    outcomes: ordered.outcomes,
    durable,
    trips: latched.trips,
    alarms: alarms.alarms,
    events: [
      ...startEvents(state, site, mode, now),
      ...ordered.events,
      ...latched.events,
      ...acted.events,
      ...defianceEvents(layout, state.machines, acted.plan.machines),
      ...alarms.events,
      ...tracked.events,
    ],
    explanation: explain({
      layout,
      ceilings: ordered.ceilings,
      plan: acted.plan,
      holding: ordered.holding,
      stepWait: acted.stepWait,
      open: acted.openBranches,
    }),
    mayEnd: mayEnd(layout, acted.plan.machines, assessed.powered, ordered.stoppingSince, now),
  };
}

function nextState(
  state: ControlState,
  image: ProcessImage,
  assessed: Assessed,
  ordered: Ordered,
  acted: Acted,
  { latched, tracked, mode, alarms, targets, response }: Concluded,
  durable: Durable,
): ControlState {
  return {
    now: image.now,
    startedAt: state.startedAt,
    adopting: assessed.adopting,
    durable,
    dispatch: tracked.dispatch,
    points: assessed.points.states,
    provenAt: assessed.provenAt,
    tanks: assessed.tanks,
    cooling: acted.cooling,
    machines: handedOver(ordered, acted, assessed.layout),
    sleepProofWatts: sleepProofs(assessed.layout, acted.plan.machines, assessed.fleet.accounts),
    targets,
    meterUnrest: assessed.meterUnrest,
    balanceMemories: assessed.balances.map(({ memory }) => memory),
    stoppedPumps: assessed.layout.tanks.flatMap(({ tank }, index) =>
      excused(certain(acted.cooling.pumps[index], "pump"), tank, acted.outputs, image.now) ? [tank.name] : [],
    ),
    contactors: acted.contactors,
    overloadedSince: assessed.overloadedSince,
    meterWatches: assessed.meterWatches,
    pumpFlowSince: assessed.pumpFlowSince,
    driftSince: assessed.drift.since,
    driveStandsSince: assessed.driveStandsSince,
    breakerHeats: assessed.breakerHeats,
    unevenAmperes: assessed.unevenAmperes,
    demand: assessed.demand,
    generator: acted.generator,
    protectedLoads: assessed.protectedLoads,
    frequency: assessed.frequency,
    response,
    ramp: acted.ramp,
    trimOrder: acted.trimOrder,
    added: acted.added,
    starts: acted.starts,
    trippedAt: Object.fromEntries(
      latched.trips.map(({ name }) => [name, certain(latched.trippedAt[name], `time of ${name}`)]),
    ),
    alarms: alarms.since,
    mode,
    stoppingSince: ordered.stoppingSince,
  };
}

/** What binds the container: the smallest limit, or the ramp while it is on its way there. */
function rampedBinding({ ceilings, ramp, holding }: Ordered): Limit {
  const binding = bindingOf(ceilings);
  if (ramp.raiseWatts >= binding.ceilingWatts || ramp.descending) return binding;
  const text =
    holding === null
      ? `The ceiling rises to ${kilowatts(binding.ceilingWatts)} by the ramp; ${kilowatts(ramp.raiseWatts)} are reached.`
      : `${holding} The ceiling stays at ${kilowatts(ramp.raiseWatts)}.`;
  return {
    scope: "container",
    ceilingWatts: ramp.raiseWatts,
    withinMilliseconds: 0,
    source: "ramp",
    reason: { code: "ramp-up", text },
  };
}

function powerOf({ layout, balances, fleet }: Assessed): PowerBalance {
  const root = certain(balances[layout.root], "root");
  return {
    measuredWatts: root.meteredWatts,
    accountedWatts: root.presentWatts,
    machinesWatts: fleet.accounts.reduce((sum, { lowWatts, unknownWatts }) => sum + lowWatts + unknownWatts, 0),
    reservedWatts: fleet.accounts.reduce((sum, { reservedWatts }) => sum + reservedWatts, 0),
    auxiliaryWatts: layout.branches.reduce((sum, { auxiliaryWatts }) => sum + auxiliaryWatts, 0),
  };
}

function modeOf(ordered: Ordered, { adopting }: Assessed, image: ProcessImage): Mode {
  if (image.stopping) return "stopping";
  if (ordered.lockout !== null) return "lockout";
  if (
    ordered.remoteStop !== null ||
    ordered.trips.some(({ scope, reason }) => scope === "container" && reason.code !== "sensor-latched")
  )
    return "stopped";
  return adopting ? "starting" : ordered.dispatchMode;
}

function handedOver(
  { acceptedMiners }: Ordered,
  { plan }: Acted,
  { machines }: Assessed["layout"],
): readonly MachineState[] {
  if (acceptedMiners.length === 0) return plan.machines;
  return plan.machines.map((machine, index) => {
    const { miner, model } = certain(machines[index], "machine");
    return acceptedMiners.includes(miner.name) ? handOver(machine, model) : machine;
  });
}

function asleepByUs({ plan }: Acted, { machines }: Assessed["layout"]): readonly string[] {
  const names: string[] = [];
  for (const [index, { miner }] of machines.entries()) if (plan.machines[index]?.ours === true) names.push(miner.name);
  return names;
}

/** The targets of all links; the same object as in the last scan where no command changed, which is nearly always. */
function targetsOf(state: ControlState, { plan }: Acted, { machines }: Assessed["layout"]): ControlState["targets"] {
  const same = plan.machines.every(
    ({ command, trim }, index) =>
      command === state.machines[index]?.command &&
      (command !== "limit" || trim?.target === state.machines[index]?.trim?.target),
  );
  if (same && state.now !== state.startedAt) return state.targets;
  const targets: Record<string, MinerTarget> = {};
  for (const [index, { miner }] of machines.entries())
    targets[miner.name] = targetOf(certain(plan.machines[index], "machine"));
  return targets;
}

function viewsOf({ plan }: Acted, { layout, fleet }: Assessed): readonly MinerView[] {
  return layout.machines.map(({ miner }, index) => {
    const { phase, since } = certain(plan.machines[index], "machine");
    const { nextWatts, unknownWatts } = certain(fleet.accounts[index], "account");
    return { name: miner.name, phase, since, accountedWatts: nextWatts + unknownWatts };
  });
}

function startEvents(state: ControlState, site: Site, mode: Mode, now: number): readonly EventRecord[] {
  const first = state.now === state.startedAt && Object.keys(state.points).length === 0;
  const events: EventRecord[] = [];
  if (first) {
    const text = `weir starts for ${site.container}; running machines are taken over as they are.`;
    events.push({ kind: "start", severity: "information", subject: site.container, text });
  }
  if (mode !== state.mode && now >= state.now)
    events.push({ kind: "mode", severity: "information", subject: mode, text: `Mode ${state.mode} becomes ${mode}.` });
  return events;
}
