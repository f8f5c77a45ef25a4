/** Schedule commands: whether one may be taken, and how it stands afterwards. What it says is followed elsewhere. */
import type { Acknowledgement, Rejection, RemoteCommand, ScheduleMessage } from "../../model/command.ts";
import type { EventRecord } from "../../model/decision.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import { certain } from "../impossible.ts";
import type { Judgement } from "./judgement.ts";
import type { Schedule } from "./schedule.ts";
import type { DispatchState } from "./state.ts";

/** No schedule reaches further ahead [ms]. Source: choice: a week; nobody means more than that by what holds without them. */
const longestMilliseconds: Milliseconds = 7 * 86_400_000;

/** Clock, range and store checks of a schedule, in the contract's order; null: it is taken. */
export function refuseSchedule(command: RemoteCommand, body: ScheduleMessage, judgement: Judgement): Rejection | null {
  const { image, site, context } = judgement;
  // Its times are moments of the wall clock: without it they mean nothing.
  if (!image.wallClock.trusted) return "clock";
  if (body.expiresAt <= body.issuedAt || !inOrder(body)) return "range";
  const { unixMilliseconds } = image.wallClock;
  if (body.endsAt <= unixMilliseconds || body.endsAt > unixMilliseconds + longestMilliseconds) return "range";
  if (!withinRating(body, site)) return "range";
  if (command.addressee === "group") return "unsupported";
  return context.storedOk ? null : "store";
}

/** Puts it in the place of its source's earlier one, which ends as superseded. */
export function applySchedule(
  command: RemoteCommand,
  body: ScheduleMessage,
  { dispatch, image }: Judgement,
): {
  readonly dispatch: DispatchState;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
} {
  const monotonic = (unixMilliseconds: number): Milliseconds =>
    image.now + unixMilliseconds - image.wallClock.unixMilliseconds;
  const schedule: Schedule = {
    source: command.source,
    id: body.id,
    encoding: command.encoding,
    epoch: body.epoch,
    sequence: body.sequence,
    purpose: body.reference === undefined ? body.reason : `${body.reason}, ${body.reference}`,
    acceptedAt: image.now,
    levels: body.entries.map(({ startsAt, watts }) => ({ at: monotonic(startsAt), watts })),
    endsAt: monotonic(body.endsAt),
    afterEndWatts: afterEndWatts(body),
    activeTold: false,
    ended: false,
  };
  const mine = dispatch.schedules.filter(({ source, ended }) => source === command.source && !ended);
  const others = dispatch.schedules.filter(({ source }) => source !== command.source);
  return {
    dispatch: { ...dispatch, schedules: [...others, schedule] },
    acknowledgements: mine.map((earlier) => scheduleAnswer(earlier, "superseded")),
    events: mine.map((earlier) => scheduleEvent(earlier, "superseded")),
  };
}

/** A later word about a schedule. */
export function scheduleAnswer(
  { id, encoding, epoch, sequence }: Schedule,
  state: "active" | "expired" | "superseded" | "cancelled",
): Acknowledgement {
  return { id, state, epoch, sequence, encoding };
}

export function scheduleEvent({ id, source }: Schedule, state: "expired" | "superseded" | "cancelled"): EventRecord {
  return { kind: "command", severity: "information", subject: id, text: `Schedule of ${source} ${state}.` };
}

function inOrder({ entries, endsAt }: ScheduleMessage): boolean {
  return entries.every(({ startsAt }, index) => startsAt < (entries[index + 1]?.startsAt ?? endsAt));
}

function withinRating({ entries, afterEnd }: ScheduleMessage, { ratedWatts }: Site): boolean {
  if (afterEnd.mode === "limit" && (afterEnd.watts === undefined || afterEnd.watts > ratedWatts)) return false;
  return entries.every(({ watts }) => watts <= ratedWatts);
}

function afterEndWatts({ afterEnd }: ScheduleMessage): number {
  return afterEnd.mode === "off" ? 0 : certain(afterEnd.watts, "watts of a limit after the end");
}
