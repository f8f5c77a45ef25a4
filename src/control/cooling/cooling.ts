/** Cooling of the whole container in one scan: loops judged with the envelopes, pumps, fans and valves told with the outputs. */
import { fullOf } from "../../model/cooling.ts";
import type { Milliseconds, PointName } from "../../model/reading.ts";
import type { Limit, Request } from "../../model/reason.ts";
import type { Site } from "../../model/site.ts";
import type { Trip } from "../../model/trip.ts";
import { type Plan, roomIn } from "../allocation/plan.ts";
import { type Finding, merge, nothingFound } from "../envelopes/finding.ts";
import { smokeTrip } from "../envelopes/smoke.ts";
import type { TankMemory } from "../envelopes/tank-memory.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import type { Layout, LoopPlace, TankPlace } from "../layout.ts";
import type { Account } from "../power/account.ts";
import { judgeLoop } from "./capacity.ts";
import { commandFans, sharesOf, stepFans } from "./fans.ts";
import { heatRequest, stepHeat, valveOf } from "./heat-circuit.ts";
import { prerunLimit, standbyWarning, stepPump } from "./pumps.ts";
import type { CoolingState, LoopState } from "./state.ts";

export interface CoolingInput {
  readonly layout: Layout;
  readonly before: CoolingState;
  readonly judgedOf: (point: PointName) => Judged;
  readonly accounts: readonly Account[];
  /** Aligned with tanks: voted coolant [°C]; null: not known. */
  readonly celsius: readonly (number | null)[];
  /** Aligned with tanks. */
  readonly memories: readonly TankMemory[];
  /** Trips as of the last scan. */
  readonly trips: readonly Trip[];
  readonly adopting: boolean;
  readonly now: Milliseconds;
  readonly elapsedMilliseconds: Milliseconds;
  readonly holdMilliseconds: Milliseconds;
}

export interface JudgedCooling {
  readonly finding: Finding;
  readonly state: CoolingState;
  readonly requests: readonly Request[];
  /** Aligned with loops: air that counts [°C]. */
  readonly ambientCelsius: readonly number[];
}

/** Judges loops and pumps, and hears the customers of the heat. */
export function judgeCooling(input: CoolingInput): JudgedCooling {
  const { layout, before, judgedOf, elapsedMilliseconds } = input;
  const findings: Finding[] = [];
  const requests: Request[] = [];
  const ambientCelsius: number[] = [];
  const loops = layout.loops.map((place, index): LoopState => {
    const known = certain(before.loops[index], "loop");
    const judged = judgeLoop({
      place,
      before: known,
      judgedOf,
      commanded: sharesOf(place.loop, known.fans, known.level),
      hottestCelsius: hottestOf(place, input.celsius),
      slope: steepestOf(place, input.memories),
      presentWatts: wattsOf(place, input.accounts),
      now: input.now,
      elapsedMilliseconds,
      holdMilliseconds: input.holdMilliseconds,
    });
    findings.push(judged.finding);
    ambientCelsius.push(judged.ambientCelsius);
    const { heat } = place.loop;
    if (heat === null) return judged.state;
    const everything = input.adopting || isTripped(place, layout, input.trips);
    const hottestCelsius = hottestOf(place, input.celsius);
    const stepped = stepHeat(judged.state, { place, heat, judgedOf, hottestCelsius, everything, elapsedMilliseconds });
    const state = { ...judged.state, ...stepped };
    requests.push(...heatRequest(place, heat, state));
    return state;
  });
  const pumps = layout.tanks.map(({ tank }, index): Finding => {
    const pump = certain(before.pumps[index], "pump");
    return { ...nothingFound, limits: prerunLimit(tank, pump), warnings: standbyWarning(tank, pump) };
  });
  return { finding: merge([...findings, ...pumps]), state: { pumps: before.pumps, loops }, requests, ambientCelsius };
}

export interface CommandInput {
  readonly site: Site;
  readonly layout: Layout;
  readonly judged: JudgedCooling;
  readonly judgedOf: (point: PointName) => Judged;
  readonly celsius: readonly (number | null)[];
  readonly accounts: readonly Account[];
  readonly powered: readonly boolean[];
  readonly plan: Plan;
  readonly limits: readonly Limit[];
  readonly trips: readonly Trip[];
  readonly adopting: boolean;
  /** Nothing may rise in this scan. */
  readonly holding: boolean;
  readonly now: Milliseconds;
}

export interface CommandedCooling {
  readonly outputs: Record<PointName, number>;
  readonly state: CoolingState;
}

/** Tells every pump, fan and valve. Whatever has no rule of its own runs at full level. */
export function commandCooling(input: CommandInput): CommandedCooling {
  const { site, layout, judged, trips, adopting, now } = input;
  const outputs: Record<PointName, number> = {};
  for (const output of site.coolingOutputs) outputs[output] = fullOf(output);
  const pumps = layout.tanks.map((place, index) => {
    const { tank } = place;
    const { pump } = tank;
    const dead = isDead(place, input);
    const shared = isShared(site, place);
    const stopped = mayStop(place, trips) && dead && !shared;
    const stepped = stepPump(certain(judged.state.pumps[index], "pump"), {
      tank,
      judgedOf: input.judgedOf,
      celsius: input.celsius[index] ?? null,
      dead,
      wanted: pump?.afterRunMilliseconds !== undefined && isWanted(place, input),
      mustRun: adopting || shared || trips.some((trip) => heats(trip) && covers(trip, place)),
      stopped,
      now,
    });
    const runs = stopped || stepped.resting ? 0 : 1;
    if (pump !== null && pump.output !== null) outputs[pump.output] = runs;
    if (pump?.standby !== undefined) outputs[pump.standby.output] = stepped.standby ? runs : 0;
    return stepped;
  });
  const loops = layout.loops.map((place, index): LoopState => {
    const before = certain(judged.state.loops[index], "loop");
    const everything = adopting || isTripped(place, layout, trips);
    const state = everything ? { ...before, customerRatio: 0 } : before;
    const level = stepFans(state, {
      loop: place.loop,
      hottestCelsius: hottestOf(place, input.celsius),
      ambientCelsius: certain(judged.ambientCelsius[index], "air"),
      heatWatts: Math.max(wattsOf(place, input.accounts), certain(input.plan.nextWatts[place.scope], "loop")),
      everything,
      now,
    });
    Object.assign(outputs, commandFans(place.loop, state.fans, level.level));
    if (place.loop.heat !== null) outputs[place.loop.heat.valve] = valveOf(place.loop.heat, state);
    return { ...state, ...level };
  });
  return { outputs, state: { pumps, loops } };
}

/** The hottest of the loop's tanks; null: one of them is not known. */
function hottestOf({ tanks }: LoopPlace, celsius: readonly (number | null)[]): number | null {
  let hottest = Number.NEGATIVE_INFINITY;
  for (const tank of tanks) {
    const at = celsius[tank] ?? null;
    if (at === null) return null;
    hottest = Math.max(hottest, at);
  }
  return hottest;
}

function steepestOf({ tanks }: LoopPlace, memories: readonly TankMemory[]): number | null {
  let steepest = 0;
  for (const tank of tanks) {
    const slope = memories[tank]?.slope.newest.at(-1);
    if (slope === undefined) return null;
    steepest = Math.max(steepest, Math.abs(slope));
  }
  return steepest;
}

function wattsOf({ machines }: LoopPlace, accounts: readonly Account[]): number {
  let watts = 0;
  for (const machine of machines) {
    const { highWatts, unknownWatts } = certain(accounts[machine], "account");
    watts += highWatts + unknownWatts;
  }
  return watts;
}

/** A trip that tells of heat, not merely of a sensor that nobody trusts. */
function heats({ reason }: Trip): boolean {
  return reason.code !== "sensor-latched";
}

function covers({ scope }: Trip, { tank }: TankPlace): boolean {
  return scope === "container" || scope === `tank/${tank.name}`;
}

function isTripped({ tanks }: LoopPlace, layout: Layout, trips: readonly Trip[]): boolean {
  return trips.some((trip) => heats(trip) && tanks.some((tank) => covers(trip, certain(layout.tanks[tank], "tank"))));
}

/** A leak pumps the coolant out, a pump that runs dry is lost, and smoke may come from the pump itself. */
function mayStop({ tank }: TankPlace, trips: readonly Trip[]): boolean {
  return trips.some(({ name }) => name === smokeTrip || name === `${tank.name}/leak` || name === `${tank.name}/level`);
}

function isDead({ machines }: TankPlace, { powered, plan }: CommandInput): boolean {
  return machines.every((machine) => powered[machine] === false || plan.machines[machine]?.phase === "asleep");
}

function isShared(site: Site, { tank }: TankPlace): boolean {
  const output = tank.pump?.output ?? null;
  return output !== null && site.tanks.some((other) => other !== tank && other.pump?.output === output);
}

/** A machine of the tank could be woken, but for its pump. */
function isWanted({ tank, scope, machines }: TankPlace, { plan, limits, holding }: CommandInput): boolean {
  if (holding) return false;
  const own = `tank/${tank.name}`;
  if (limits.some((limit) => limit.scope === own && limit.reason.code !== "cooling-prerun" && limit.ceilingWatts <= 0))
    return false;
  return machines.some((machine) => {
    const state = certain(plan.machines[machine], "machine");
    if (state.phase !== "asleep" || !state.ours) return false;
    const { model, scopes } = certain(plan.layout.machines[machine], "machine");
    const stepWatts = Math.max(model.peakWakeWatts, model.ratedWatts);
    return scopes.every(
      (covered) => covered.scope === scope || roomIn(plan, covered.scope) >= stepWatts * covered.share,
    );
  });
}
