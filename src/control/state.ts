/** What the core remembers between scans. Plain data that survives CBOR; only `Durable` outlives the process. */
import type { Mode } from "../model/decision.ts";
import type { Durable } from "../model/durable.ts";
import type { MinerName, MinerTarget } from "../model/miner.ts";
import type { Milliseconds, PointName } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import type { TripName } from "../model/trip.ts";
import type { TrimOrder } from "./allocation/trim-sheet.ts";
import type { ContactorState } from "./contactors.ts";
import { type CoolingState, startCooling } from "./cooling/state.ts";
import { type DispatchState, startDispatch } from "./dispatch/state.ts";
import { heatAllowed } from "./envelopes/breaker-heat.ts";
import { type DemandState, demandAtStart } from "./envelopes/demand-interval.ts";
import { noResponse, type ResponseState } from "./envelopes/frequency-response.ts";
import { type GeneratorState, generatorAtStart } from "./envelopes/generator.ts";
import { frequencyAtStart, type GridFrequencyState } from "./envelopes/grid-frequency.ts";
import { type ProtectedState, protectedAtStart } from "./envelopes/protected-load.ts";
import { freshTank, type TankMemory } from "./envelopes/tank-memory.ts";
import type { PointState } from "./judge.ts";
import { layoutOf } from "./layout.ts";
import { type MachineState, unseenMachine } from "./machines/machine.ts";
import type { DriveStandsSince } from "./plausibility/drive-watch.ts";
import { type MeterWatch, unwatched } from "./plausibility/meter-watch.ts";
import type { PumpFlowSince } from "./plausibility/pump-flow.ts";
import type { BalanceMemory } from "./power/balance.ts";
import { type MeterUnrest, unmoved } from "./power/meter-unrest.ts";
import { type RampState, rampAtStart } from "./ramp.ts";
import type { AddedLoad } from "./step-limit.ts";
import { storeTrip } from "./trips.ts";

export interface ControlState {
  readonly now: Milliseconds;
  readonly startedAt: Milliseconds;
  /** Running machines are being taken over; nothing is raised, and nothing shed that need not be. */
  readonly adopting: boolean;
  readonly durable: Durable;
  readonly dispatch: DispatchState;
  readonly points: Readonly<Record<PointName, PointState>>;
  /** When flow, level, dryness and running pumps were last proven, by `tank/what`. */
  readonly provenAt: Readonly<Record<string, Milliseconds>>;
  /** Aligned with `site.miners`. */
  readonly machines: readonly MachineState[];
  /** What every link is told. */
  readonly targets: Readonly<Record<MinerName, MinerTarget>>;
  /** Aligned with `site.branches`: what the meter of each may read at most once its curtailed machines sleep [W]. */
  readonly sleepProofWatts: readonly number[];
  /** Aligned with `site.branches`: what the meter of each has told when last nothing was coming or going; null: nothing yet. */
  readonly balanceMemories: readonly (BalanceMemory | null)[];
  /** Aligned with `site.branches`: how high each has read lately beside the accounts. */
  readonly meterUnrest: readonly MeterUnrest[];
  /** Aligned with `site.tanks`: what the heat of each has taught. */
  readonly tanks: readonly TankMemory[];
  readonly cooling: CoolingState;
  /** Tanks whose pump weir itself has stopped. */
  readonly stoppedPumps: readonly string[];
  /** Aligned with `site.branches`; null where there is none. */
  readonly contactors: readonly (ContactorState | null)[];
  /** Aligned with `site.branches`: since when each has been above its breaker; null: it is not. */
  readonly overloadedSince: readonly (Milliseconds | null)[];
  /** Aligned with `site.branches`: heat of each breaker's element; 1 is what its rating brings. */
  readonly breakerHeats: readonly number[];
  /** Aligned with `site.branches`: how uneven the phases of each were when all of them were last measured [A]. */
  readonly unevenAmperes: readonly number[];
  /** Aligned with `site.branches`: what is remembered of each meter's word. */
  readonly meterWatches: readonly MeterWatch[];
  readonly pumpFlowSince: PumpFlowSince;
  /** Since when each branch's machines and its meter have differed; null: they do not. Aligned with branches. */
  readonly driftSince: readonly (Milliseconds | null)[];
  readonly driveStandsSince: DriveStandsSince;
  /** The demand interval of the contract; null: there is none. */
  readonly demand: DemandState | null;
  /** Aligned with `site.branches`: what is remembered of loads that must not be interrupted; null: there is none. */
  readonly protectedLoads: readonly (ProtectedState | null)[];
  /** Steps and stages of a generator of our own; null: there is none. */
  readonly generator: GeneratorState | null;
  /** Droop, stages and relay of the grid's frequency; null: the site has nothing for it. */
  readonly frequency: GridFrequencyState | null;
  readonly response: ResponseState;
  readonly ramp: RampState;
  /** The order that trimming follows: what it allows [W], and since when it has stood. */
  readonly trimOrder: TrimOrder;
  /** Added within the last interval of the site's step limit. */
  readonly added: readonly AddedLoad[];
  /** Moments of the last starts, at most one interval's worth. */
  readonly starts: readonly Milliseconds[];
  /** When each standing trip was seen first by this process: its cool-down counts from there. */
  readonly trippedAt: Readonly<Record<TripName, Milliseconds>>;
  /** Since when each alarm stands. */
  readonly alarms: Readonly<Record<string, Milliseconds>>;
  readonly mode: Mode;
  /** Since when the process is asked to end; null: it is not. */
  readonly stoppingSince: Milliseconds | null;
}

/**
 * The state before the first scan. `none`: first start ever. `unreadable`: latches may have been lost, so the container
 * counts as tripped until a person has looked.
 */
export function startControl(site: Site, durable: Durable | "none" | "unreadable", now: Milliseconds): ControlState {
  const stored = typeof durable === "string" ? firstDurable(durable === "unreadable") : durable;
  const ours = new Set(stored.asleepByUs);
  const layout = layoutOf(site);
  return {
    now,
    startedAt: now,
    adopting: true,
    durable: stored,
    dispatch: startDispatch(stored, now),
    points: {},
    provenAt: {},
    machines: layout.machines.map(({ miner, model }) => unseenMachine(model, ours.has(miner.name), now)),
    targets: {},
    sleepProofWatts: layout.branches.map(() => 0),
    balanceMemories: layout.branches.map(() => null),
    meterUnrest: layout.branches.map(() => unmoved),
    tanks: layout.tanks.map(() => freshTank),
    cooling: startCooling(site, now),
    stoppedPumps: [],
    contactors: layout.branches.map(() => null),
    overloadedSince: layout.branches.map(() => null),
    breakerHeats: layout.branches.map(({ branch }) => heatAllowed(branch)),
    unevenAmperes: layout.branches.map(() => 0),
    meterWatches: layout.branches.map(() => unwatched),
    pumpFlowSince: {},
    driftSince: layout.branches.map(() => null),
    driveStandsSince: {},
    demand: demandAtStart(site.contract, now),
    protectedLoads: layout.branches.map(({ branch }) => protectedAtStart(branch, stored.protectedRises)),
    generator: generatorAtStart(site.generator),
    frequency: frequencyAtStart(site, now),
    response: noResponse,
    ramp: rampAtStart,
    trimOrder: { watts: 0, since: now },
    added: [],
    starts: [],
    trippedAt: Object.fromEntries(stored.trips.map(({ name }) => [name, now])),
    alarms: {},
    mode: "starting",
    stoppingSince: null,
  };
}

function firstDurable(tripped: boolean): Durable {
  return {
    // A store that could not be read is written anew at once: revision 1 is not on it yet.
    revision: tripped ? 1 : 0,
    trips: tripped ? [storeTrip] : [],
    lockout: null,
    remoteStop: null,
    order: {},
    asleepByUs: [],
    contactorOperations: {},
  };
}
