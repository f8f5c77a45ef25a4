/** How fast a response to the frequency was: from the sample that asked for it to the last command that a link has sent. Measured, never assumed. */
import type { MinerName, MinerReport } from "../../model/miner.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import { seconds } from "../figures.ts";
import type { Warning } from "./finding.ts";

export interface ResponseState {
  /** Of the response under way: when the frequency was sampled, and ordered. */
  readonly sampledAt: Milliseconds;
  readonly orderedAt: Milliseconds;
  /** Machines whose link has not sent the command yet. */
  readonly waiting: readonly MinerName[];
  /** When the last one sent it. */
  readonly sentAt: Milliseconds;
  readonly lastMilliseconds: Milliseconds | null;
  readonly worstMilliseconds: Milliseconds | null;
}

export const noResponse: ResponseState = {
  sampledAt: 0,
  orderedAt: 0,
  waiting: [],
  sentAt: 0,
  lastMilliseconds: null,
  worstMilliseconds: null,
};

export interface ResponseInput {
  readonly limits: readonly Limit[];
  /** Machines told to sleep in this scan. */
  readonly shed: readonly MinerName[];
  readonly reports: Readonly<Record<MinerName, MinerReport>>;
  readonly sampledAt: Milliseconds;
  readonly now: Milliseconds;
}

/** A link that has not sent it after this is down, and is told of elsewhere [ms]. Source: choice: three windows of the slowest machine. */
const givenUpMilliseconds: Milliseconds = 90_000;

/** Follows the commands that the frequency asked for. */
export function followResponse(before: ResponseState, input: ResponseInput): ResponseState {
  const begun = begin(before, input);
  if (begun.waiting.length === 0) return begun;
  let { sentAt } = begun;
  const waiting = begun.waiting.filter((name) => {
    const command = input.reports[name]?.command;
    if (command?.target.mode !== "sleep" || command.sentAt < begun.orderedAt) return true;
    sentAt = Math.max(sentAt, command.sentAt);
    return false;
  });
  const over = input.now - begun.orderedAt >= givenUpMilliseconds;
  if (waiting.length > 0 && !over) return { ...begun, waiting, sentAt };
  const lastMilliseconds = (over && waiting.length > 0 ? input.now : sentAt) - begun.sampledAt;
  const worstMilliseconds = Math.max(begun.worstMilliseconds ?? 0, lastMilliseconds);
  return { ...begun, waiting: [], sentAt, lastMilliseconds, worstMilliseconds };
}

/** More machines for a response under way keep its first sample: it is not over before the last of them. */
function begin(before: ResponseState, { limits, shed, sampledAt, now }: ResponseInput): ResponseState {
  if (shed.length === 0 || !asksForIt(limits)) return before;
  if (before.waiting.length > 0) return { ...before, waiting: [...before.waiting, ...shed] };
  return { ...before, sampledAt, orderedAt: now, waiting: shed, sentAt: now };
}

/** The frequency asks for less than anything else of safety. */
function asksForIt(limits: readonly Limit[]): boolean {
  let least: Limit | null = null;
  for (const limit of limits)
    if (limit.scope === "container" && (least === null || limit.ceilingWatts < least.ceilingWatts)) least = limit;
  return least?.source === "frequency" && least.reason.code !== "frequency-relay";
}

/** Told while the newest response was slower than the site wants it. */
export function slowWarnings(
  { lastMilliseconds }: ResponseState,
  withinMilliseconds: Milliseconds | undefined,
): readonly Warning[] {
  if (lastMilliseconds === null || withinMilliseconds === undefined || lastMilliseconds <= withinMilliseconds)
    return [];
  const text = `The last command of the newest response to the frequency went out ${seconds(lastMilliseconds)} after the sample; ${seconds(withinMilliseconds)} are wanted.`;
  return [{ name: "frequency-slow", severity: "warning", reason: { code: "frequency-slow", text } }];
}
