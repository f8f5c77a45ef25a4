/** What time alone does: expiry, heartbeats lost and back, releases and raises that waited for the disk. */
import type { Acknowledgement } from "../../model/command.ts";
import type { EventRecord } from "../../model/decision.ts";
import type { Heartbeat, ProcessImage } from "../../model/image.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import { certain } from "../impossible.ts";
import { endEvent, progressAnswer } from "./answer.ts";
import { courseAt, gentleCourse, steady } from "./course.ts";
import { fenceOf } from "./order.ts";
import { failsafeTarget, follow, type Schedule, scheduledAt } from "./schedule.ts";
import { scheduleAnswer, scheduleEvent } from "./schedule-command.ts";
import { commandedCeilingAt, type DispatchState, type Failsafe, type Slot } from "./state.ts";

export interface Elapsed {
  readonly dispatch: DispatchState;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
}

/** Brings the state to the image's moment; called once at the head of every scan. */
export function elapse(dispatch: DispatchState, image: ProcessImage, site: Site): Elapsed {
  const settled = settle(dispatch, image);
  const slots = settled.slots.map((slot) => expire(tighten(slot, image), settled.schedules, image, site));
  const expired = slots.filter((slot, index) => slot.expired && settled.slots[index]?.expired === false && !slot.ended);
  const heard = hear(settled, image);
  const failsafe =
    settled.failsafe === null
      ? loseHeartbeat(settled, slots, heard, image, site)
      : followHeartbeat(settled.failsafe, settled, heard, image, site);
  const told = tellSchedules(settled.schedules, image);
  return {
    dispatch: {
      ...settled,
      schedules: told.schedules,
      slots: slots.map((slot) => (expired.includes(slot) ? { ...slot, ended: true } : slot)),
      heartbeat: heard,
      failsafe,
    },
    acknowledgements: [...expired.map((slot) => progressAnswer(slot, "expired")), ...told.acknowledgements],
    events: [...expired.map((slot) => endEvent(slot, "expired")), ...told.events],
  };
}

/** A schedule is active from its first level on, and ends once. */
function tellSchedules(
  before: readonly Schedule[],
  { now }: ProcessImage,
): Pick<Elapsed, "acknowledgements" | "events"> & { readonly schedules: readonly Schedule[] } {
  const begun = before.filter(({ activeTold, levels }) => !activeTold && certain(levels[0], "level").at <= now);
  const over = before.filter(({ ended, endsAt }) => !ended && endsAt <= now);
  if (begun.length + over.length === 0) return { schedules: before, acknowledgements: [], events: [] };
  return {
    schedules: before.map((schedule) => ({
      ...schedule,
      activeTold: schedule.activeTold || begun.includes(schedule),
      ended: schedule.ended || over.includes(schedule),
    })),
    acknowledgements: [
      ...begun.map((schedule) => scheduleAnswer(schedule, "active")),
      ...over.map((schedule) => scheduleAnswer(schedule, "expired")),
    ],
    events: over.map((schedule) => scheduleEvent(schedule, "expired")),
  };
}

/** What waited for the disk and is on it: released slots and stops fall away, raises begin to move. */
function settle(dispatch: DispatchState, image: ProcessImage): DispatchState {
  const stored = (revision: number | null): boolean => revision !== null && image.storedRevision >= revision;
  return {
    ...dispatch,
    stops: dispatch.stops.filter((stop) => !stored(stop.endsWithRevision)),
    slots: dispatch.slots
      .filter((slot) => !stored(slot.endsWithRevision))
      .map((slot) =>
        stored(slot.waitsForRevision)
          ? { ...slot, waitsForRevision: null, course: { ...slot.course, startsAt: image.now } }
          : slot,
      ),
  };
}

/** A trusted clock may only bring the end nearer; a clock that jumps back never moves it away again. */
function tighten(slot: Slot, image: ProcessImage): Slot {
  if (slot.expired || !image.wallClock.trusted) return slot;
  const byWallClock = image.now + Math.max(0, slot.expiresAtUnixMilliseconds - image.wallClock.unixMilliseconds);
  return byWallClock < slot.deadline ? { ...slot, deadline: byWallClock } : slot;
}

function expire(before: Slot, schedules: readonly Schedule[], image: ProcessImage, site: Site): Slot {
  if (image.now < before.deadline && !before.expired) return before;
  const own = schedules.filter(({ source }) => before.followsSchedule && source === before.name);
  const targetAt = (at: Milliseconds): number =>
    before.followsSchedule
      ? Math.min(before.onExpiryWatts, scheduledAt(own, at)?.watts ?? site.policy.failsafeWatts)
      : before.onExpiryWatts;
  const slot = before.expired ? before : expireNow(before, targetAt(before.deadline), site);
  const course = follow(slot.course, own, targetAt, slot.deadline, image.now, site);
  return course === slot.course ? slot : { ...slot, course };
}

function expireNow(slot: Slot, targetWatts: number, site: Site): Slot {
  const level = courseAt(slot.course, slot.deadline);
  return {
    ...slot,
    expired: true,
    waitsForRevision: null,
    course: gentleCourse(level, targetWatts, slot.deadline, site),
  };
}

/** The newest heartbeat that counts: later, growing in `(epoch, number)`, and not from behind the fence. */
function hear(dispatch: DispatchState, image: ProcessImage): Heartbeat {
  const { heartbeat, order } = dispatch;
  const heard = image.heartbeat;
  if (heard.at === null || (heartbeat.at !== null && heard.at <= heartbeat.at)) return heartbeat;
  if (heard.epoch < fenceOf(order, "dispatch")) return heartbeat;
  const grows = heard.epoch > heartbeat.epoch || (heard.epoch === heartbeat.epoch && heard.number > heartbeat.number);
  return grows ? heard : heartbeat;
}

/** Controlled: failsafe begins when a heartbeat has been missing too long, from the ceiling of that very moment. */
function loseHeartbeat(
  before: DispatchState,
  slots: readonly Slot[],
  heard: Heartbeat,
  image: ProcessImage,
  site: Site,
): Failsafe | null {
  const timeout = site.policy.heartbeatTimeoutMilliseconds;
  const lastAt = certain(before.heartbeat.at, "heartbeat of a controlled container");
  const heardAt = certain(heard.at, "heartbeat of a controlled container");
  const silentFrom = heardAt - lastAt > timeout ? lastAt : image.now - heardAt > timeout ? heardAt : null;
  const lost = silentFrom === null ? null : silentFrom + timeout;
  if (lost === null) return null;
  const standing = before.slots.map((slot, index) =>
    lost < slot.deadline ? slot : certain(slots[index], "slot after its time"),
  );
  const level = commandedCeilingAt({ ...before, slots: standing }, lost, site);
  const { watts } = failsafeTarget(before.schedules, lost, lost, site);
  const course = level > watts ? gentleCourse(level, watts, lost, site) : steady(watts);
  const failsafe: Failsafe = { cause: "heartbeat", since: lost, heartbeatSince: null, course };
  return followHeartbeat(failsafe, before, heard, image, site);
}

/** Failsafe: a heartbeat opens the way for a fresh setpoint, and only while heartbeats keep coming. */
function followHeartbeat(
  failsafe: Failsafe,
  { schedules, heartbeat }: Pick<DispatchState, "schedules" | "heartbeat">,
  heard: Heartbeat,
  image: ProcessImage,
  site: Site,
): Failsafe {
  const { cause, since } = failsafe;
  const targetAt = (at: Milliseconds): number => failsafeTarget(schedules, since, at, site).watts;
  const course =
    cause === "start"
      ? steady(site.policy.failsafeWatts)
      : follow(failsafe.course, schedules, targetAt, since, image.now, site);
  const timeout = site.policy.heartbeatTimeoutMilliseconds;
  if (heard.at === null || image.now - heard.at > timeout) return { ...failsafe, course, heartbeatSince: null };
  // A silence between two scans counts as one that a scan has seen.
  const unbroken = heartbeat.at !== null && heard.at - heartbeat.at <= timeout ? failsafe.heartbeatSince : null;
  return { ...failsafe, course, heartbeatSince: unbroken ?? heard.at };
}
