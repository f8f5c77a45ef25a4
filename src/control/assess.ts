/** First third of a scan: what is true. Readings judged, machines observed, power balanced, envelopes measured. */
import type { ProcessImage } from "../model/image.ts";
import type { Milliseconds, PointName } from "../model/reading.ts";
import type { Limit } from "../model/reason.ts";
import type { Site } from "../model/site.ts";
import { provenOpen, unpowered } from "./contactors.ts";
import { judgeHeat } from "./envelopes/breaker-overheat.ts";
import { type DemandState, judgeDemand } from "./envelopes/demand-interval.ts";
import { judgeFeeder } from "./envelopes/feeder.ts";
import { type Finding, merge, nothingFound } from "./envelopes/finding.ts";
import { type GeneratorState, judgeGenerator } from "./envelopes/generator.ts";
import { judgeInlets } from "./envelopes/miner-inlet.ts";
import { judgeOverload } from "./envelopes/overload.ts";
import { judgeProtected } from "./envelopes/protected-load.ts";
import { judgeSmoke } from "./envelopes/smoke.ts";
import { judgeTanks } from "./envelopes/tank.ts";
import { seconds } from "./figures.ts";
import { certain } from "./impossible.ts";
import { type Judged, type JudgedPoints, judgeReadings } from "./judge.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type Fleet, fleetWarnings, meterProofsOf, observeFleet } from "./machines/fleet.ts";
import { doubtMeters } from "./plausibility/doubt.ts";
import { type DriveStandsSince, watchDrives } from "./plausibility/drive-watch.ts";
import type { MeterWatch } from "./plausibility/meter-watch.ts";
import { comparePumps, type PumpFlowSince } from "./plausibility/pump-flow.ts";
import { type BranchBalance, balance } from "./power/balance.ts";
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
  readonly provenAt: Readonly<Record<string, Milliseconds>>;
  readonly tanks: ControlState["tanks"];
  /** Since when each branch has been above its breaker; null: it is not. Aligned with branches. */
  readonly overloadedSince: readonly (Milliseconds | null)[];
  readonly breakerHeats: readonly number[];
  /** How uneven the phases of each branch were when all of them were last measured [A]. Aligned with branches. */
  readonly unevenAmperes: readonly number[];
  readonly meterWatches: readonly MeterWatch[];
  readonly pumpFlowSince: PumpFlowSince;
  readonly driveStandsSince: DriveStandsSince;
  readonly demand: DemandState | null;
  readonly generator: GeneratorState | null;
  readonly protectedLoads: ControlState["protectedLoads"];
}

/** Judges what the image says, without deciding anything. */
export function judge(state: ControlState, image: ProcessImage, site: Site): Assessed {
  const { now } = image;
  const layout = layoutOf(site);
  const { doubted, points, judgedOf, meters, feedbacks, powered, fleet, balances } = see(state, image, site, layout);
  const adopting = stillAdopting(state, image, site, layout, points.judged);
  const holdMilliseconds = adopting ? site.policy.startHoldMilliseconds : 0;
  const { startedAt, stoppedPumps } = state;
  const tanks = judgeTanks({
    layout,
    judgedOf,
    accounts: fleet.accounts,
    before: state.provenAt,
    memories: state.tanks,
    trips: state.durable.trips,
    startedAt,
    now,
    holdMilliseconds,
    stoppedPumps,
  });
  const feeder = judgeFeeder(site, layout, balances, state.unevenAmperes, judgedOf, now, holdMilliseconds);
  const overload = judgeOverload(layout, balances, fleet.accounts, feeder.finding, state.overloadedSince, now);
  const supply = judgeSupply(
    state,
    image,
    site,
    { layout, balances, fleet, judgedOf },
    feeder.finding.limits,
    adopting,
  );
  const pumps = comparePumps(site, judgedOf, state.pumpFlowSince, now);
  const drives = watchDrives(site, image.readings, state.driveStandsSince, now);
  const smoke = judgeSmoke({ site, judgedOf, before: state.provenAt, startedAt, now, adopting });
  const inlets = judgeInlets(layout, fleet.machines, now);
  const machines: Finding = { ...nothingFound, warnings: fleetWarnings(layout, fleet.machines, powered) };
  const finding = merge([
    feeder.finding,
    tanks.finding,
    overload.finding,
    smoke.finding,
    supply.finding,
    inlets,
    machines,
    { ...nothingFound, warnings: [...doubted.warnings, ...pumps.warnings, ...drives.warnings] },
    latchedPoints(points),
    latchedPoints(state, points, site, now),
