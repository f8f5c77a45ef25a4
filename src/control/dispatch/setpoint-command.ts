/** Setpoints: whether one may be taken, and the slot it fills. Limits come from the slots, elsewhere. */
import type { Acknowledgement, Rejection, RemoteCommand, SetpointMessage } from "../../model/command.ts";
import type { EventRecord } from "../../model/decision.ts";
import { certain } from "../impossible.ts";
import { endEvent, progressAnswer } from "./answer.ts";
import { type Course, courseAt, steady } from "./course.ts";
import type { Judgement } from "./judgement.ts";
import type { DispatchState, Slot, SlotName } from "./state.ts";

/** Tolerance of `reached`. Source: DESIGN section 6: the greater of 1 % of rated and 2 kW. */
const toleranceRatio = 0.01;
const toleranceWatts = 2000;

/** Orders of the market and of planning; every other reason is an emergency or a person's. Source: DESIGN section 3: minimum on-times yield to safety and emergencies. */
const patientReasons: ReadonlySet<SetpointMessage["reason"]> = new Set(["sced", "price", "peak"]);

/** Time, range and store checks of a setpoint, in the contract's order; null: it is taken. */
export function refuseSetpoint(command: RemoteCommand, body: SetpointMessage, judgement: Judgement): Rejection | null {
  const { image, site, context } = judgement;
  const raises = body.watts > standingCeiling(command, judgement);
  const group = command.addressee === "group";
  if (!image.wallClock.trusted && raises && !group) return "clock";
  if (body.expiresAt <= body.issuedAt) return "range";
  if (body.onExpiry.mode === "limit" && body.onExpiry.watts === undefined) return "range";
  if (body.onExpiry.mode === "schedule" && !group && !hasSchedule(command, judgement)) return "range";
  // A group may only lower, and its figure may suit bigger containers of the same site.
  if (group ? raises : Math.max(body.watts, body.onExpiry.watts ?? 0) > site.ratedWatts) return "range";
  if (group && (body.onExpiry.mode === "schedule" || body.kind !== "limit")) return "unsupported";
  if (raises && !context.storedOk) return "store";
  return null;
}

/** Fills the slot of the command's source; what stood there ends as superseded. */
export function applySetpoint(
  command: RemoteCommand,
  body: SetpointMessage,
  judgement: Judgement,
): {
  readonly dispatch: DispatchState;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
} {
  const { dispatch } = judgement;
  const slot = slotOf(command, body, judgement);
  const earlier = dispatch.slots.filter((other) => other.name === slot.name && !other.ended);
  const others = dispatch.slots.filter((other) => other.name !== slot.name);
  const individual = provesFresh(command, judgement);
  return {
    dispatch: {
      ...dispatch,
      slots: [...(individual ? endGroupAftermath(others, judgement) : others), slot],
      failsafe: leavesFailsafe(command, judgement) ? null : dispatch.failsafe,
    },
    acknowledgements: earlier.map((other) => progressAnswer(other, "superseded")),
    events: earlier.map((other) => endEvent(other, "superseded")),
  };
}

/** The ceiling a setpoint is compared with: what its slot allows, and failsafe where the setpoint would end it [W]. */
function standingCeiling(command: RemoteCommand, judgement: Judgement): number {
  const { dispatch, image, site } = judgement;
  const name = slotName(command);
  const slot = dispatch.slots.find((other) => other.name === name);
  const own = slot === undefined ? Number.MAX_SAFE_INTEGER : courseAt(slot.course, image.now);
  if (command.addressee === "group") return own;
  // Without the clock or the disk a setpoint cannot end failsafe, but it is judged as if it wanted to.
  const wouldLeave = dispatch.failsafe !== null && heartbeatCameFirst(command, dispatch);
  const failsafe = wouldLeave && dispatch.failsafe !== null ? courseAt(dispatch.failsafe.course, image.now) : own;
  return Math.min(site.ratedWatts, own, failsafe);
}

/** Only a setpoint to this very container, with the clock and the disk in order, proves that someone plans with it. */
function provesFresh(command: RemoteCommand, { image, context }: Judgement): boolean {
  return command.addressee === "container" && image.wallClock.trusted && context.storedOk;
}

function leavesFailsafe(command: RemoteCommand, judgement: Judgement): boolean {
  return provesFresh(command, judgement) && heartbeatCameFirst(command, judgement.dispatch);
}

function heartbeatCameFirst(command: RemoteCommand, { failsafe }: DispatchState): boolean {
  const since = failsafe?.heartbeatSince ?? null;
  return since !== null && command.receivedAt >= since;
}

/** What followed an expired group setpoint ends with the next order to this very container, once that is on disk. */
function endGroupAftermath(slots: readonly Slot[], { context }: Judgement): readonly Slot[] {
  return slots.map((slot) =>
    slot.name === "group" && slot.expired && slot.endsWithRevision === null
      ? { ...slot, endsWithRevision: context.durableRevision + 1 }
      : slot,
  );
}

function slotOf(command: RemoteCommand, body: SetpointMessage, judgement: Judgement): Slot {
  const { image, site, context } = judgement;
  const standing = standingCeiling(command, judgement);
  const raises = body.watts > standing;
  const byTimeToLive = command.receivedAt + body.timeToLiveSeconds * 1000;
  const byWallClock = image.now + body.expiresAt - image.wallClock.unixMilliseconds;
  return {
    name: slotName(command),
    id: body.id,
    encoding: command.encoding,
    epoch: body.epoch,
    sequence: body.sequence,
    kind: body.kind,
    watts: body.watts,
    purpose: body.reference === undefined ? body.reason : `${body.reason}, ${body.reference}`,
    patient: patientReasons.has(body.reason),
    rampDownWattsPerSecond: body.rampDownWattsPerSecond ?? null,
    expiresAtUnixMilliseconds: body.expiresAt,
    deadline: image.wallClock.trusted ? Math.min(byTimeToLive, byWallClock) : byTimeToLive,
    reachBy: body.reachBySeconds === undefined ? null : command.receivedAt + body.reachBySeconds * 1000,
    onExpiryWatts: Math.min(followingWatts(body), mayOnlyLower(command, judgement) ? standing : site.ratedWatts),
    followsSchedule: body.onExpiry.mode === "schedule",
    toleranceWatts: Math.max(site.ratedWatts * toleranceRatio, toleranceWatts),
    course: raises ? raisedCourse(standing, body) : steady(body.watts),
    waitsForRevision: raises ? context.durableRevision + 1 : null,
    endsWithRevision: null,
    expired: false,
    ended: false,
    progress: { toldAt: null, activeTold: false, limitedTold: null, withinSince: null, reachedTold: false },
  };
}

function followingWatts({ onExpiry }: SetpointMessage): number {
  if (onExpiry.mode === "schedule") return Number.MAX_SAFE_INTEGER;
  return onExpiry.mode === "off" ? 0 : certain(onExpiry.watts, "watts of a limit after expiry");
}

/** Its sender has given a schedule; where that is over, what follows its end follows the setpoint. */
function hasSchedule(command: RemoteCommand, { dispatch }: Judgement): boolean {
  return dispatch.schedules.some(({ source }) => source === command.source);
}

/** Then what follows the setpoint may not raise either: a short life would be a way around. */
function mayOnlyLower(command: RemoteCommand, { image }: Judgement): boolean {
  return command.addressee === "group" || !image.wallClock.trusted;
}

/** A raise begins from what held before, when its order is on disk; the core's own ramp narrows it further. */
function raisedCourse(standing: number, body: SetpointMessage): Course {
  return {
    fromWatts: standing,
    toWatts: body.watts,
    startsAt: null,
    wattsPerSecond: body.rampUpWattsPerSecond ?? null,
  };
}

function slotName(command: RemoteCommand): SlotName {
  return command.addressee === "group" ? "group" : command.source;
}
