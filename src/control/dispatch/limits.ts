/** What dispatch asks of the container in this scan: limits, requests to follow, and the slots as `state` lists them. */
import type { CommandSource } from "../../model/command.ts";
import type { ActiveSetpoint } from "../../model/decision.ts";
import type { ProcessImage } from "../../model/image.ts";
import type { Limit, LimitSource, Reason, ReasonCode, Request } from "../../model/reason.ts";
import type { Site } from "../../model/site.ts";
import { kilowatts } from "./answer.ts";
import { courseAt } from "./course.ts";
import { failsafeTarget, type Scheduled } from "./schedule.ts";
import { selfTestLimits } from "./self-test.ts";
import type { DispatchState, Failsafe, Slot, Stop } from "./state.ts";

export interface DispatchLimits {
  readonly dispatch: DispatchState;
  readonly limits: readonly Limit[];
  readonly requests: readonly Request[];
  readonly mode: "failsafe" | "controlled";
  readonly setpoints: readonly ActiveSetpoint[];
}

/** Limits and requests at the image's moment; call after `receiveCommands` of the same scan. */
export function dispatchLimits(dispatch: DispatchState, image: ProcessImage, site: Site): DispatchLimits {
  const { slots, stops, failsafe } = dispatch;
  return {
    dispatch,
    limits: [
      ...stops.map(stopLimit),
      ...selfTestLimits(dispatch),
      ...(failsafe === null ? [] : [failsafeLimit(failsafe, dispatch, image, site)]),
      ...slots.map((slot) => slotLimit(slot, image)),
    ],
    requests: slots.flatMap((slot) =>
      slot.kind === "target" && slot.name !== "group" && !slot.expired ? [follow(slot, slot.name, image)] : [],
    ),
    mode: failsafe === null ? "controlled" : "failsafe",
    setpoints: slots.map((slot) => listed(slot, image)),
  };
}

function stopLimit(stop: Stop): Limit {
  const source = stop.source === "operator" ? "operator" : "dispatch";
  const text = `A stop of ${stop.source} holds everything asleep until that source releases it.`;
  return containerLimit(0, source, { code: "remote-stop", text });
}

function failsafeLimit(failsafe: Failsafe, { schedules }: DispatchState, image: ProcessImage, site: Site): Limit {
  const { scheduled } =
    failsafe.cause === "start" ? nothingScheduled : failsafeTarget(schedules, failsafe.since, image.now, site);
  const code: ReasonCode =
    failsafe.cause === "start" ? "failsafe-start" : scheduled === null ? "failsafe-heartbeat" : codeOf(scheduled);
  const holds = scheduled === null ? "the failsafe limit" : scheduleText(scheduled);
  const why =
    failsafe.cause === "start"
      ? "Nothing has been ordered since the start"
      : `The dispatcher's heartbeat was lost ${Math.round((image.now - failsafe.since) / 1000)} s ago`;
  const next = failsafe.heartbeatSince === null ? "a heartbeat and then a fresh setpoint end" : "a fresh setpoint ends";
  const text = `${why}: ${holds} is ${kilowatts(failsafe.course.toWatts)}; ${next} it.`;
  return containerLimit(courseAt(failsafe.course, image.now), "failsafe", { code, text });
}

/** Nobody has ordered anything since the start: no schedule either. */
const nothingScheduled = { scheduled: null };

function codeOf({ over }: Scheduled): ReasonCode {
  return over ? "schedule-end" : "schedule";
}

function scheduleText({ schedule, over }: Scheduled): string {
  return over ? `what follows the schedule of ${schedule.source}` : `the schedule of ${schedule.source}`;
}

function slotLimit(slot: Slot, image: ProcessImage): Limit {
  const watts = courseAt(slot.course, image.now);
  const source: LimitSource = slot.name;
  if (slot.expired) {
    const follows = slot.followsSchedule ? "its schedule says" : "it is followed by";
    const text = `The setpoint of ${slot.name} expired ${Math.round((image.now - slot.deadline) / 1000)} s ago; ${follows} ${kilowatts(slot.course.toWatts)}.`;
    return containerLimit(watts, source, { code: slot.followsSchedule ? "schedule" : "setpoint-expired", text });
  }
  const seconds = Math.round((slot.deadline - image.now) / 1000);
  const text = `Setpoint of ${slot.name}: ${slot.kind} ${kilowatts(slot.watts)} (${slot.purpose}) for another ${seconds} s.`;
  const code: ReasonCode = slot.name === "group" ? "group-setpoint" : "setpoint";
  return {
    ...containerLimit(watts, source, { code, text }),
    ...(slot.kind === "target" ? { follows: true } : {}),
    ...(slot.reachBy === null ? {} : { withinMilliseconds: Math.max(0, slot.reachBy - image.now) }),
    ...(slot.patient ? { patient: true } : {}),
    ...(slot.rampDownWattsPerSecond === null ? {} : { rampDownWattsPerSecond: slot.rampDownWattsPerSecond }),
  };
}

function follow(slot: Slot, source: CommandSource, image: ProcessImage): Request {
  const watts = courseAt(slot.course, image.now);
  const reason: Reason = { code: "target", text: `Target of ${source}: ${kilowatts(slot.watts)} (${slot.purpose}).` };
  return { scope: "container", watts, kind: "follow", source, reason };
}

function listed(slot: Slot, image: ProcessImage): ActiveSetpoint {
  return {
    slot: slot.name,
    id: slot.id,
    kind: slot.kind,
    watts: slot.expired ? slot.course.toWatts : slot.watts,
    state: stateOf(slot),
    remainingMilliseconds: Math.max(0, slot.deadline - image.now),
    reason: slot.purpose,
  };
}

/** As of the scan before: tracking follows the decision. */
function stateOf(slot: Slot): string {
  if (slot.expired) return "expired";
  if (slot.endsWithRevision !== null) return "cancelled";
  if (slot.ended) return "failed";
  if (slot.progress.limitedTold !== null) return "limited";
  if (slot.progress.reachedTold) return "reached";
  return slot.progress.activeTold ? "active" : "accepted";
}

function containerLimit(ceilingWatts: number, source: LimitSource, reason: Reason): Limit {
  return { scope: "container", ceilingWatts, withinMilliseconds: 0, source, reason };
}
