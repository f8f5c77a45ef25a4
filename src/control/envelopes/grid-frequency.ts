/** Frequency of the grid: droop with a deadband, stages that hold and come back one by one, and a certified relay that is only known of. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit, Request } from "../../model/reason.ts";
import type { Site } from "../../model/site.ts";
import type { FrequencyResponse } from "../../model/supply.ts";
import { jitterMilliseconds } from "../dispatch/course.ts";
import { hertz as inHertz, kilowatts, seconds } from "../figures.ts";
import { type Finding, nothingFound, type Warning } from "./finding.ts";
import { judgeRelay, type RelayInput, type RelayState } from "./frequency-relay.ts";
import { advanceStages, noStage, type StageState, stagesText } from "./frequency-stages.ts";

export interface GridFrequencyState extends RelayState {
  /** Drawn when the frequency left its band [W]; null: it is inside, and nothing holds. */
  readonly baseWatts: number | null;
  /** What droop allows, as last known [W]; null: it asks for nothing. */
  readonly droopWatts: number | null;
  readonly stages: StageState;
  /** Newest frequency [Hz]; null: not known. */
  readonly hertz: number | null;
  readonly sampledAt: Milliseconds;
}

export interface GridFrequencyInput extends RelayInput {
  /** Drawn by the container, as far as it can be told [W]. */
  readonly presentWatts: number;
  /** The least that a machine's going changes [W]. */
  readonly smallestStepWatts: number;
}

export interface JudgedFrequency {
  readonly state: GridFrequencyState | null;
  readonly finding: Finding;
  readonly requests: readonly Request[];
}

/** Null where the site has nothing for its grid. */
export function frequencyAtStart({ frequency }: Site, now: Milliseconds): GridFrequencyState | null {
  if (frequency === undefined) return null;
  return {
    baseWatts: null,
    droopWatts: null,
    stages: noStage(frequency.response?.stages ?? []),
    relayClearAt: now,
    relayUntil: null,
    hertz: null,
    sampledAt: now,
  };
}

/** Advances droop, stages and relay, and the limits they give. */
export function judgeFrequency(before: GridFrequencyState | null, input: GridFrequencyInput): JudgedFrequency {
  const { frequency } = input.site;
  if (before === null || frequency === undefined) return { state: null, finding: nothingFound, requests: [] };
  const relayed = judgeRelay(before, frequency.relay, input);
  const { response } = frequency;
  if (response === undefined) return { state: { ...before, ...relayed.state }, finding: relayed.finding, requests: [] };
  const responded = respond(before, response, input);
  const finding: Finding = {
    ...nothingFound,
    limits: [...relayed.finding.limits, ...responded.limits],
    warnings: [...relayed.finding.warnings, ...responded.warnings],
  };
  return { state: { ...responded.state, ...relayed.state }, finding, requests: responded.requests };
}

interface Responded {
  readonly state: GridFrequencyState;
  readonly limits: readonly Limit[];
  readonly warnings: readonly Warning[];
  readonly requests: readonly Request[];
}

function respond(before: GridFrequencyState, response: FrequencyResponse, input: GridFrequencyInput): Responded {
  const judged = input.judgedOf(response.point);
  if (judged.quality !== "good") {
    // Grid services are not safety: a lost transducer must not make the container an event of the grid. What holds goes on, nothing comes back.
    const text = `The frequency of the grid is not known; ${stagesText(before.stages.stage)}, and nothing comes back meanwhile.`;
    const reason = { code: "grid-frequency-unknown", text } as const;
    const lost = judged.quality === "bad" && !input.adopting;
    const state = { ...before, hertz: null, stages: { ...before.stages, aboveSince: null } };
    return {
      state,
      limits: limitsOf(state, response, 0, input),
      warnings: lost ? [{ name: "grid-frequency-unknown", severity: "alarm", reason }] : [],
      requests: [],
    };
  }
  const hertz = judged.value;
  const highHertz = Math.max(0, hertz - response.nominalHertz - response.deadbandHertz);
  const lowHertz = Math.max(0, response.nominalHertz - response.deadbandHertz - hertz);
  const stages = advanceStages(before.stages, response, hertz, input.now, jitterMilliseconds(input.site));
  const inside = lowHertz === 0 && stages.stage === 0 && stages.belowSince.every((since) => since === null);
  const baseWatts = inside ? null : (before.baseWatts ?? input.presentWatts);
  const droopWatts = baseWatts === null ? null : droopOf(baseWatts, powerFor(lowHertz, response, input), input);
  const state: GridFrequencyState = { ...before, baseWatts, droopWatts, stages, hertz, sampledAt: judged.at };
  const moreWatts = powerFor(highHertz, response, input);
  return {
    state,
    limits: limitsOf(state, response, moreWatts, input),
    warnings: [],
    requests: moreWatts > 0 ? [askForMore(hertz, moreWatts, input)] : [],
  };
}

/** What droop moves for a deviation beyond the deadband [W]. */
function powerFor(
  deviationHertz: number,
  { droopRatio, nominalHertz }: FrequencyResponse,
  { site }: GridFrequencyInput,
) {
  return droopRatio === 0 ? 0 : (deviationHertz / (droopRatio * nominalHertz)) * site.ratedWatts;
}

/** Less than half of a machine moves nothing: a shed and a wake for the noise of the grid would only wear machines. */
function droopOf(baseWatts: number, lessWatts: number, { smallestStepWatts }: GridFrequencyInput): number | null {
  return lessWatts < smallestStepWatts / 2 ? null : Math.max(0, baseWatts - lessWatts);
}

function limitsOf(
  { droopWatts, baseWatts, stages, hertz }: GridFrequencyState,
  response: FrequencyResponse,
  moreWatts: number,
  { site }: GridFrequencyInput,
): readonly Limit[] {
  const figure = hertz === null ? "not known by now" : inHertz(hertz);
  const limits: Limit[] = [];
  if (response.headroomWatts > 0) {
    const ceilingWatts = Math.min(site.ratedWatts, site.ratedWatts - response.headroomWatts + moreWatts);
    const text = `${kilowatts(response.headroomWatts)} are kept free for a high frequency (${figure}): ${kilowatts(ceilingWatts)}.`;
    limits.push(limitOf(ceilingWatts, "frequency-droop", text));
  }
  if (droopWatts !== null) {
    const text = `The frequency is ${figure}, below ${inHertz(response.nominalHertz - response.deadbandHertz)}: droop leaves ${kilowatts(droopWatts)}.`;
    limits.push(limitOf(droopWatts, "frequency-droop", text));
  }
  const held = response.stages[stages.stage - 1];
  if (held !== undefined && baseWatts !== null) {
    const ceilingWatts = held.keepRatio * baseWatts;
    const text = `The frequency fell below ${inHertz(held.belowHertz)} (${figure}): ${kilowatts(ceilingWatts)} until it has held ${inHertz(response.restoreAboveHertz)} for ${seconds(response.holdMilliseconds)}.`;
    limits.push(limitOf(ceilingWatts, "frequency-stage", text));
  }
  return limits;
}

function limitOf(ceilingWatts: number, code: "frequency-droop" | "frequency-stage", text: string): Limit {
  return { scope: "container", ceilingWatts, withinMilliseconds: 0, source: "frequency", reason: { code, text } };
}

/** A wish below all limits. */
function askForMore(hertz: number, moreWatts: number, { site, presentWatts }: GridFrequencyInput): Request {
  const watts = Math.min(site.ratedWatts, presentWatts + moreWatts);
  const text = `The frequency is high (${inHertz(hertz)}): ${kilowatts(watts)} would help.`;
  return { scope: "container", watts, kind: "follow", source: "frequency", reason: { code: "frequency-droop", text } };
}
