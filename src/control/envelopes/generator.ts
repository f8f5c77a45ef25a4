/** A generator of our own instead of a grid: load steps it bears, a load it needs, and frequency that says it is too much. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import type { Site } from "../../model/site.ts";
import type { FrequencyStages, Generator } from "../../model/supply.ts";
import { kilowatts, seconds } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import { type Finding, nothingFound, type Warning } from "./finding.ts";
import { type StageTimes, stagesText, watchStages } from "./frequency-stages.ts";

/** A load step that was commanded. */
export interface LoadStep {
  readonly at: Milliseconds;
  readonly watts: number;
}

export interface GeneratorState extends StageTimes {
  /** Steps within the last gap. */
  readonly up: readonly LoadStep[];
  readonly down: readonly LoadStep[];
  /** Stages of frequency that hold, counted from the first; 0: none. */
  readonly stage: number;
}

/** What a generator allows to be added and taken off in this scan [W]. */
export interface StepRoom {
  readonly upWatts: number;
  readonly downWatts: number;
}

export interface GeneratorInput {
  readonly site: Site;
  readonly judgedOf: (name: string) => Judged;
  readonly now: Milliseconds;
  readonly presentWatts: number;
  readonly adopting: boolean;
}

export function generatorAtStart(generator: Generator | undefined): GeneratorState | null {
  if (generator === undefined) return null;
  const belowSince = (generator.frequency?.stages ?? []).map(() => null);
  return { up: [], down: [], stage: 0, belowSince, aboveSince: null };
}

/** Advances the stages of frequency, and what they and the least load say. */
export function judgeGenerator(
  before: GeneratorState | null,
  input: GeneratorInput,
): { readonly state: GeneratorState | null; readonly finding: Finding } {
  const { generator } = input.site;
  if (before === null || generator === undefined) return { state: null, finding: nothingFound };
  const { now, presentWatts } = input;
  const recent = ({ at }: LoadStep): boolean => now - at < generator.stepGapMilliseconds;
  const stepped = { ...before, up: before.up.filter(recent), down: before.down.filter(recent) };
  const warnings: Warning[] = [];
  if (presentWatts < generator.minimumLoadWatts && !input.adopting) {
    const text = `The generator carries ${kilowatts(presentWatts)}; it needs ${kilowatts(generator.minimumLoadWatts)}, and the limits leave no more.`;
    warnings.push({
      name: "generator-underloaded",
      severity: "warning",
      reason: { code: "generator-underloaded", text },
    });
  }
  const { frequency } = generator;
  if (frequency === undefined) return { state: stepped, finding: { ...nothingFound, warnings } };
  const judged = input.judgedOf(frequency.point);
  if (judged.quality !== "good") {
    // Unknown, it neither sheds nor gives back: the stages that hold go on.
    const text = `The generator's frequency is not known; ${stagesText(before.stage)}.`;
    if (judged.quality === "bad" && !input.adopting)
      warnings.push({ name: "frequency-unknown", severity: "alarm", reason: { code: "frequency-unknown", text } });
    const limits = stageLimits(generator, frequency, before.stage, "not known");
    return { state: { ...stepped, aboveSince: null }, finding: { ...nothingFound, limits, warnings } };
  }
  const state = advance(stepped, frequency, judged.value, now);
  const limits = stageLimits(
    generator,
    frequency,
    state.stage,
    `${(Math.round(judged.value * 100) / 100).toString()} Hz`,
  );
  for (const { reason } of limits) warnings.push({ name: "generator-frequency", severity: "alarm", reason });
  return { state, finding: { ...nothingFound, limits, warnings } };
}

/** A stage that was reached holds; all are given back together, after a good while above. */
function advance(before: GeneratorState, frequency: FrequencyStages, hertz: number, now: Milliseconds): GeneratorState {
  const { belowSince, aboveSince, reached } = watchStages(before, frequency, hertz, now);
  const restored = aboveSince !== null && now - aboveSince >= frequency.restoreMilliseconds;
  return { ...before, belowSince, aboveSince, stage: restored ? 0 : Math.max(before.stage, reached) };
}

function stageLimits(
  generator: Generator,
  { stages, restoreAboveHertz, restoreMilliseconds }: FrequencyStages,
  stage: number,
  figure: string,
): readonly Limit[] {
  if (stage === 0) return [];
  const { belowHertz, keepRatio } = certain(stages[stage - 1], "stage");
  const ceilingWatts = keepRatio * generator.ratedWatts;
  const back = `${restoreAboveHertz} Hz for ${seconds(restoreMilliseconds)}`;
  const text = `The generator fell below ${belowHertz} Hz (${figure}): ${kilowatts(ceilingWatts)} until it holds ${back}.`;
  return [
    {
      scope: "container",
      ceilingWatts,
      withinMilliseconds: 0,
      source: "site",
      reason: { code: "generator-frequency", text },
    },
  ];
}

/** What may be added and taken off now; unlimited on a grid. */
export function stepRoomOf(generator: Generator | undefined, state: GeneratorState | null): StepRoom {
  if (generator === undefined || state === null)
    return { upWatts: Number.MAX_SAFE_INTEGER, downWatts: Number.MAX_SAFE_INTEGER };
  return {
    upWatts: generator.largestStepUpWatts - sumOf(state.up),
    downWatts: generator.largestStepDownWatts - sumOf(state.down),
  };
}

/** Writes down what this scan commanded. */
export function recordSteps(
  state: GeneratorState | null,
  upWatts: number,
  downWatts: number,
  now: Milliseconds,
): GeneratorState | null {
  if (state === null) return null;
  return {
    ...state,
    up: upWatts > 0 ? [...state.up, { at: now, watts: upWatts }] : state.up,
    down: downWatts > 0 ? [...state.down, { at: now, watts: downWatts }] : state.down,
  };
}

function sumOf(steps: readonly LoadStep[]): number {
  return steps.reduce((sum, { watts }) => sum + watts, 0);
}
