/** Stages of a falling frequency: each is reached after its time and holds. Those of a grid are given back one after the other; a generator's own in generator.ts. */
import type { Milliseconds } from "../../model/reading.ts";
import type { FrequencyResponse, FrequencyStage } from "../../model/supply.ts";

/** How long the frequency has been where it is. */
export interface StageTimes {
  /** Since when the frequency has been below each; null: it is not. */
  readonly belowSince: readonly (Milliseconds | null)[];
  /** Since when it has been well above all of them; null: it is not. */
  readonly aboveSince: Milliseconds | null;
}

export interface StageState extends StageTimes {
  /** Stages that hold, counted from the mildest; 0: none. */
  readonly stage: number;
  /** When the newest stage was reached or given back. */
  readonly changedAt: Milliseconds;
}

export function noStage(stages: readonly FrequencyStage[]): StageState {
  return { stage: 0, belowSince: stages.map(() => null), aboveSince: null, changedAt: 0 };
}

/** Advances the times, and tells the deepest stage whose own time is over; 0: none is. */
export function watchStages(
  before: StageTimes,
  { stages, restoreAboveHertz }: Pick<FrequencyResponse, "stages" | "restoreAboveHertz">,
  hertz: number,
  now: Milliseconds,
): StageTimes & { readonly reached: number } {
  const belowSince = stages.map(({ belowHertz }, index) =>
    hertz < belowHertz ? (before.belowSince[index] ?? now) : null,
  );
  const aboveSince = hertz >= restoreAboveHertz ? (before.aboveSince ?? now) : null;
  const reached = stages.reduce((deepest, { confirmMilliseconds }, index) => {
    const since = belowSince[index] ?? null;
    return since !== null && now - since >= confirmMilliseconds ? index + 1 : deepest;
  }, 0);
  return { belowSince, aboveSince, reached };
}

/** `jitter`: the container's own, so that a fleet does not come back as one. */
export function advanceStages(
  before: StageState,
  response: FrequencyResponse,
  hertz: number,
  now: Milliseconds,
  jitter: Milliseconds,
): StageState {
  const { holdMilliseconds, returnMilliseconds } = response;
  const { belowSince, aboveSince, reached } = watchStages(before, response, hertz, now);
  const held = Math.max(before.stage, reached);
  const mayReturn =
    aboveSince !== null &&
    now - aboveSince >= holdMilliseconds + jitter &&
    now - before.changedAt >= returnMilliseconds;
  const stage = mayReturn && held > 0 ? held - 1 : held;
  return { stage, belowSince, aboveSince, changedAt: stage === before.stage ? before.changedAt : now };
}

export function stagesText(stage: number): string {
  return stage === 0 ? "no stage holds" : `stage ${stage} goes on`;
}
