/** Second third of a scan: what is wanted. Trips latched, people and dispatchers heard, every limit arbitrated, the ramp advanced. */
import type { Acknowledgement, LocalOutcome } from "../model/command.ts";
import type { ActiveSetpoint, EventRecord, FirmPower } from "../model/decision.ts";
import type { Durable, OrderRegisters, RemoteStop } from "../model/durable.ts";
import type { ProcessImage } from "../model/image.ts";
import type { MinerName } from "../model/miner.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { Limit, Request, Scope } from "../model/reason.ts";
import type { Site } from "../model/site.ts";
import type { Trip, TripName } from "../model/trip.ts";
import { arbitrate, ceilingsOf, type ScopeCeilings } from "./arbitration.ts";
import type { Assessed } from "./assess.ts";
import { liftTargets } from "./cooling/heat-circuit.ts";
import { dispatchLimits } from "./dispatch/limits.ts";
import { receiveCommands } from "./dispatch/receive.ts";
import { testedSeconds } from "./dispatch/self-test.ts";
import type { DispatchState } from "./dispatch/state.ts";
import { certain } from "./impossible.ts";
import { firmPower } from "./ledger.ts";
import { lockoutLimits, takeLocalCommands } from "./local-commands.ts";
import { relapsesOfSecondController } from "./machines/fleet.ts";
import { type RampState, ramp } from "./ramp.ts";
import type { ControlState } from "./state.ts";
import { stoppingLimits } from "./stopping.ts";
import { latch, tripLimits } from "./trips.ts";

export interface Ordered {
  readonly dispatch: DispatchState;
  readonly dispatchMode: "failsafe" | "controlled";
  readonly order: OrderRegisters;
  readonly remoteStop: RemoteStop | null;
  readonly trips: readonly Trip[];
  readonly trippedAt: Readonly<Record<TripName, Milliseconds>>;
  readonly lockout: Durable["lockout"];
  readonly stoppingSince: Milliseconds | null;
  readonly limits: readonly Limit[];
  readonly requests: readonly Request[];
  readonly setpoints: readonly ActiveSetpoint[];
  readonly ceilings: ReadonlyMap<Scope, ScopeCeilings>;
  readonly ramp: RampState;
  /** Why nothing may rise in this scan; null: it may. */
  readonly holding: string | null;
  readonly firm: readonly FirmPower[];
  readonly outcomes: readonly LocalOutcome[];
  readonly acceptedMiners: readonly MinerName[];
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
}

/** Hears everyone who may limit or ask, and arbitrates. */
export function order(state: ControlState, image: ProcessImage, site: Site, assessed: Assessed): Ordered {
  const { finding, layout } = assessed;
  const storedOk = image.storedRevision >= state.durable.revision;
  const local = takeLocalCommands({ trips: state.durable.trips, lockout: state.durable.lockout }, image, {
    trippedAt: state.trippedAt,
    causes: storedOk ? finding.causes : { ...finding.causes, store: "the store does not take writes." },
    coolDownMilliseconds: site.policy.coolDownMilliseconds,
  });
  const firm = firmPower(site, assessed);
  const latched = latch(local.trips, state.trippedAt, finding.violations, image);
  const received = receiveCommands(state.dispatch, image, site, {
    trips: latched.trips.map(({ name }) => name),
    lockout: local.lockout !== null,
    storedOk,
    durableRevision: state.durable.revision,
    firm: {
      promisedWatts: certain(
        firm.find(({ withinSeconds }) => withinSeconds === testedSeconds),
        "tested time",
      ).watts,
      meteredWatts: certain(assessed.balances[layout.root], "root").meteredWatts,
    },
  });
  const wanted = dispatchLimits(received.dispatch, image, site);
  const stoppingSince = image.stopping ? (state.stoppingSince ?? image.now) : null;
  const restWatts = layout.branches.reduce((sum, { auxiliaryWatts }) => sum + auxiliaryWatts, 0);
  const limits = [
    ...finding.limits,
    ...tripLimits(latched.trips),
    ...lockoutLimits(local.lockout),
    ...stoppingLimits(layout, stoppingSince),
    ...liftTargets(wanted.limits, assessed.cooling.requests, restWatts),
  ];
  const ceilings = arbitrate(limits);
  const holding = holdingReason(state, image, assessed, { storedOk, released: local.released });
  const root = certain(assessed.balances[layout.root], "root");
  const ramped = ramp(state.ramp, {
    ceilings: ceilingsOf(ceilings, "container"),
    limits,
    policy: site.policy,
    elapsedMilliseconds: Math.max(0, image.now - state.now),
    provenWatts: root.provenWatts + root.reservedWatts,
    nextWatts: root.nextWatts + root.unknownWatts,
    // The scan that completes the image still takes over what it found.
    adopting: state.adopting,
    mayRaise: holding === null,
    largestStepWatts: largestStep(site),
  });
  return {
    dispatch: wanted.dispatch,
    dispatchMode: wanted.mode,
    order: received.order,
    remoteStop: received.remoteStop,
    trips: latched.trips,
    trippedAt: latched.trippedAt,
    lockout: local.lockout,
    stoppingSince,
    limits,
    requests: [...assessed.requests, ...wanted.requests, ...assessed.cooling.requests],
    setpoints: wanted.setpoints,
    ceilings,
    ramp: ramped,
    holding,
    firm,
    outcomes: local.outcomes,
    acceptedMiners: local.acceptedMiners,
    acknowledgements: received.acknowledgements,
    events: [...latched.events, ...local.events, ...received.events],
  };
}

function holdingReason(
  state: ControlState,
  image: ProcessImage,
  { adopting, fleet, secondController }: Assessed,
  { storedOk, released }: { readonly storedOk: boolean; readonly released: boolean },
): string | null {
  if (image.stopping) return "weir is ending; nothing is raised.";
  if (adopting) return "The start must complete first: running machines are being taken over as they are.";
  if (!storedOk)
    return `The store is behind (revision ${state.durable.revision} is not on disk yet); nothing is raised.`;
  if (released) return "The release must be on disk first.";
  const relapsed = fleet.machines.filter(({ relapsedAt }) => relapsedAt !== null).length;
  if (relapsed >= relapsesOfSecondController)
    return "Machines woke without our doing; nothing is raised while someone else may control them.";
  return secondController;
}

function largestStep(site: Site): number {
  return Object.values(site.minerModels).reduce(
    (largest, { peakWakeWatts, ratedWatts }) => Math.max(largest, peakWakeWatts, ratedWatts),
    0,
  );
}
