/** First third of a scan: what is true. Readings judged, machines observed, power balanced, envelopes measured. */
import type { ProcessImage } from "../model/image.ts";
import type { Milliseconds, PointName } from "../model/reading.ts";
import type { Limit, Request } from "../model/reason.ts";
import type { Site } from "../model/site.ts";
import { provenOpen, unpowered } from "./contactors.ts";
import type { JudgedCooling } from "./cooling/cooling.ts";
import { judgeWarmth } from "./cooling/warmth.ts";
import { judgeHeat } from "./envelopes/breaker-overheat.ts";
import { type DemandState, judgeDemand } from "./envelopes/demand-interval.ts";
import { judgeExposure } from "./envelopes/exposure.ts";
import { judgeFeeder } from "./envelopes/feeder.ts";
import { type Finding, merge, nothingFound } from "./envelopes/finding.ts";
import { type GeneratorState, judgeGenerator } from "./envelopes/generator.ts";
import { type GridFrequencyState, judgeFrequency } from "./envelopes/grid-frequency.ts";
import { judgeInlets } from "./envelopes/miner-inlet.ts";
import { judgeOverload } from "./envelopes/overload.ts";
import { judgeProtected } from "./envelopes/protected-load.ts";
import { judgeSmoke } from "./envelopes/smoke.ts";
import { seconds } from "./figures.ts";
import { certain } from "./impossible.ts";
import { type Judged, type JudgedPoints, judgeReadings } from "./judge.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type Fleet, fleetWarnings, meterProofsOf, observeFleet } from "./machines/fleet.ts";
import { type JudgedDrift, judgeDrift } from "./plausibility/branch-drift.ts";
import { doubtMeters } from "./plausibility/doubt.ts";
import { type DriveStandsSince, watchDrives } from "./plausibility/drive-watch.ts";
import { judgeForeignFrames } from "./plausibility/foreign-frames.ts";
import type { MeterWatch } from "./plausibility/meter-watch.ts";
import { comparePumps, type PumpFlowSince } from "./plausibility/pump-flow.ts";
import { type BranchBalance, balance } from "./power/balance.ts";
import { type MeterUnrest, watchUnrest } from "./power/meter-unrest.ts";
import { passingOf } from "./power/passing.ts";
import { stillAdopting } from "./start.ts";
import type { ControlState } from "./state.ts";

export interface Assessed {
  readonly layout: Layout;
  readonly points: JudgedPoints;
  readonly adopting: boolean;
  /** Aligned with branches; null where there is no meter or contactor. */
  readonly meters: readonly (Judged | null)[];
  readonly feedbacks: readonly (Judged | null)[];
  /** Aligned with machines. */
  readonly powered: readonly boolean[];
  readonly fleet: Fleet;
  readonly balances: readonly BranchBalance[];
  readonly finding: Finding;
  /** A second controller on the lines, in a sentence; null: there is none. */
  readonly secondController: string | null;
  readonly provenAt: Readonly<Record<string, Milliseconds>>;
  readonly tanks: ControlState["tanks"];
  /** Aligned with tanks: voted coolant [°C]; null: not known. */
  readonly tankCelsius: readonly (number | null)[];
  readonly cooling: JudgedCooling;
  readonly judgedOf: (name: PointName) => Judged;
  /** Since when each branch has been above its breaker; null: it is not. Aligned with branches. */
  readonly overloadedSince: readonly (Milliseconds | null)[];
  readonly breakerHeats: readonly number[];
  /** How uneven the phases of each branch were when all of them were last measured [A]. Aligned with branches. */
  readonly unevenAmperes: readonly number[];
  readonly meterWatches: readonly MeterWatch[];
  readonly meterUnrest: readonly MeterUnrest[];
  readonly pumpFlowSince: PumpFlowSince;
  readonly drift: JudgedDrift;
  readonly driveStandsSince: DriveStandsSince;
  readonly demand: DemandState | null;
  readonly generator: GeneratorState | null;
  readonly protectedLoads: ControlState["protectedLoads"];
  readonly frequency: GridFrequencyState | null;
  /** Wishes of envelopes, below all limits. */
  readonly requests: readonly Request[];
}

/** Judges what the image says, without deciding anything. */
export function judge(state: ControlState, image: ProcessImage, site: Site): Assessed {
  const { now } = image;
  const layout = layoutOf(site);
  const { doubted, points, judgedOf, meters, feedbacks, powered, fleet, balances } = see(state, image, site, layout);
  const adopting = stillAdopting(state, image, site, layout, points.judged);
  const holdMilliseconds = adopting ? site.policy.startHoldMilliseconds : 0;
  const { accounts } = fleet;
  const warmth = judgeWarmth(state, { layout, judgedOf, accounts, adopting, now, holdMilliseconds });
  const feeder = judgeFeeder(site, layout, balances, state.unevenAmperes, judgedOf, now, holdMilliseconds);
  const overload = judgeOverload(layout, balances, fleet, feeder, state.overloadedSince, now);
  const supply = judgeSupply(
    state,
    image,
    site,
    { layout, balances, fleet, judgedOf },
    feeder.finding.limits,
    adopting,
  );
  const foreign = judgeForeignFrames(image.foreignFrames ?? [], now);
  const drift = judgeDrift(layout, fleet, balances, state.driftSince, now);
  const pumps = comparePumps(site, judgedOf, state.pumpFlowSince, now);
  const drives = watchDrives(site, image.readings, state.driveStandsSince, now);
  const smoke = judgeSmoke({ site, judgedOf, before: state.provenAt, startedAt: state.startedAt, now, adopting });
  const inlets = judgeInlets(layout, fleet.machines, now);
  const said = [doubted, pumps, drift, drives, foreign].flatMap(({ warnings }) => warnings);
  const finding = merge([
    feeder.finding,
    warmth.finding,
    overload.finding,
    smoke.finding,
    supply.finding,
    inlets,
    { ...nothingFound, warnings: [...fleetWarnings(layout, fleet.machines, powered, now), ...said] },
    latchedPoints(state, points, site, now),
    contactorCauses(state, site),
  ]);
  return {
    layout,
    points,
    adopting,
    meters,
    feedbacks,
    powered,
    fleet,
    balances,
    finding,
    secondController: foreign.holding,
    provenAt: { ...warmth.tanks.provenAt, ...smoke.provenAt },
    tanks: warmth.tanks.memories,
    tankCelsius: warmth.tanks.celsius,
    cooling: warmth.cooling,
    judgedOf,
    overloadedSince: overload.since,
    ...supply.states,
    unevenAmperes: feeder.unevenAmperes,
    meterWatches: doubted.watches,
    meterUnrest: watchUnrest(layout, accounts, balances, state.meterUnrest, now),
    pumpFlowSince: pumps.since,
    drift,
    driveStandsSince: drives.since,
  };
}

/** The supply beyond the feeder tree: heat of breakers, contract, protected loads, a generator of our own. */
function judgeSupply(
  state: ControlState,
  image: ProcessImage,
  site: Site,
  {
    layout,
    balances,
    fleet,
    judgedOf,
  }: Pick<ReturnType<typeof see>, "balances" | "fleet" | "judgedOf"> & {
    readonly layout: Layout;
  },
  feederLimits: readonly Limit[],
  adopting: boolean,
) {
  const { now } = image;
  const elapsedMilliseconds = Math.max(0, now - state.now);
  const root = certain(balances[layout.root], "root");
  const { presentWatts } = root;
  const { meter: rootMeter } = certain(layout.branches[layout.root], "root").branch;
  const heat = judgeHeat(layout, balances, judgedOf, state.breakerHeats, elapsedMilliseconds);
  const demanded = judgeDemand(state.demand, {
    site,
    now,
    elapsedMilliseconds,
    wallClock: image.wallClock,
    presentWatts: notTooLow(root, rootMeter === null || judgedOf(rootMeter.powerWatts).quality === "good"),
    holdMilliseconds: adopting ? site.policy.startHoldMilliseconds : 0,
  });
  const guarded = judgeProtected(state.protectedLoads, {
    layout,
    balances,
    accounts: fleet.accounts,
    machines: fleet.machines,
    feederLimits,
    judgedOf,
    now,
    holdMilliseconds: adopting ? site.policy.startHoldMilliseconds : 0,
  });
  const generated = judgeGenerator(state.generator, {
    site,
    judgedOf,
    now,
    presentWatts,
    adopting,
  });
  const sensed = judgeFrequency(state.frequency, {
    site,
    judgedOf,
    now,
    presentWatts,
    smallestStepWatts: smallestStep(site),
    adopting,
  });
  // Nothing is known of machines while the image completes: what runs is taken over first.
  const exposed = adopting ? nothingFound : judgeExposure(site.generator, layout, fleet.machines);
  const limits = [...demanded.limits, ...guarded.limits];
  return {
    finding: merge([heat.finding, generated.finding, exposed, sensed.finding, { ...nothingFound, limits }]),
    states: {
      breakerHeats: heat.heats,
      demand: demanded.demand,
      generator: generated.state,
      protectedLoads: guarded.states,
      frequency: sensed.state,
      requests: sensed.requests,
    },
  };
}

/** While its meter is not good the account, or what it showed last, counts with what was lacking before, what is promised, and a meter's noise. Source: choice: the error of a class 1 meter. */
const meterErrorRatio = 0.01;

function notTooLow({ presentWatts, reservedWatts, memory }: BranchBalance, good: boolean): number {
  const lackedWatts = memory === null ? 0 : Math.max(0, memory.beyondWatts);
  return good ? presentWatts : presentWatts * (1 + meterErrorRatio) + lackedWatts + reservedWatts;
}

/** The least that any machine's going changes [W]. */
function smallestStep(site: Site): number {
  return Math.min(...Object.values(site.minerModels).map(({ ratedWatts }) => ratedWatts));
}

/** What the readings and reports are worth, and the power that follows from them. */
function see(state: ControlState, image: ProcessImage, site: Site, layout: Layout) {
  const { now } = image;
  const doubted = doubtMeters(site, state.meterWatches, image.readings, now);
  const points = judgeReadings(layout.points, state.points, doubted.readings, {
    now,
    goodAgainMilliseconds: site.policy.goodAgainMilliseconds,
    latched: new Set(state.durable.trips.map(({ name }) => name)),
  });
  const judgedOf = (name: PointName): Judged => certain(points.judged[name], name);
  const meters = site.branches.map(({ meter }) => (meter === null ? null : judgedOf(meter.powerWatts)));
  const feedbacks = site.branches.map(({ contactor }) => (contactor === null ? null : judgedOf(contactor.feedback)));
  const open = feedbacks.map(
    (feedback, index) => feedback !== null && provenOpen(state.contactors[index] ?? null, feedback),
  );
  const powered = unpowered(layout, open).map((without) => !without);
  const fleet = observeFleet({
    layout,
    machines: state.machines,
    reports: image.miners,
    powered,
    poweredSince: poweredSince(layout, state),
    meterProofs: meterProofsOf(layout, meters, state.sleepProofWatts),
    now,
  });
  const passing = passingOf(layout, fleet.machines, powered, meters, now);
  const balances = balance(layout, fleet.accounts, meters, passing, state.balanceMemories);
  return { doubted, points, judgedOf, meters, feedbacks, powered, fleet, balances };
}

/** A start long ago: reports of any age may count. */
const always: Milliseconds = -Number.MAX_SAFE_INTEGER;

function poweredSince(layout: Layout, state: ControlState): readonly Milliseconds[] {
  const closedAt = state.contactors.map((contactor) => contactor?.closedAt ?? always);
  if (closedAt.every((at) => at === always)) return layout.machines.map(() => always);
  return layout.machines.map(({ contactors }) =>
    contactors.reduce((since, branch) => Math.max(since, certain(closedAt[branch], "contactor")), always),
  );
}

/** A point lost for the third time within an hour stays bad until a person resets it, which takes as long of good values as any loss. */
function latchedPoints(state: ControlState, points: JudgedPoints, site: Site, now: Milliseconds): Finding {
  const causes: Record<string, string> = {};
  for (const { name, reason } of state.durable.trips) {
    const point = points.states[name];
    if (reason.code !== "sensor-latched" || point === undefined) continue;
    if (point.goodSince === null || now - point.goodSince < site.policy.goodAgainMilliseconds)
      causes[name] = `its values have not been good for ${seconds(site.policy.goodAgainMilliseconds)}.`;
  }
  const violations = points.latched.map((name) => {
    const text = `${name} was lost for the third time within an hour; it counts as bad.`;
    return { name, scope: "container", reason: { code: "sensor-latched", text } } as const;
  });
  return { ...nothingFound, causes, violations };
}

/** A contactor whose contact still contradicts its command keeps its trip. */
function contactorCauses(state: ControlState, site: Site): Finding {
  const contradicting = site.branches.filter((_, index) => (state.contactors[index]?.mismatchSince ?? null) !== null);
  const causes = contradicting.map(({ name }) => [`${name}/contactor`, "its contact still says closed."]);
  return { ...nothingFound, causes: Object.fromEntries(causes) };
}
