/** Schedules: what holds while nobody dispatches. A level for each moment of the monotonic clock, and the course that follows them gently. */
import type { CommandSource, Encoding } from "../../model/command.ts";
import type { ActiveSchedule } from "../../model/decision.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import { certain } from "../impossible.ts";
import { type Course, courseAt, gentleCourse, jitterMilliseconds } from "./course.ts";

export interface ScheduleLevel {
  readonly at: Milliseconds;
  readonly watts: number;
}

/** The newest schedule of a source. Its times were taken over once, by a trusted clock: no jump of it moves them. */
export interface Schedule {
  readonly source: CommandSource;
  readonly id: string;
  readonly encoding: Encoding;
  readonly epoch: number;
  readonly sequence: number;
  readonly purpose: string;
  readonly acceptedAt: Milliseconds;
  /** In order of time, at least one. */
  readonly levels: readonly ScheduleLevel[];
  readonly endsAt: Milliseconds;
  readonly afterEndWatts: number;
  readonly activeTold: boolean;
  /** Its one end has been told. */
  readonly ended: boolean;
}

/** What schedules say for a moment. */
export interface Scheduled {
  readonly watts: number;
  readonly schedule: Schedule;
  /** Its end is over: what follows it. */
  readonly over: boolean;
}

/** The smallest of what several schedules say for a moment; null: none of them says anything yet. */
export function scheduledAt(schedules: readonly Schedule[], at: Milliseconds): Scheduled | null {
  let least: Scheduled | null = null;
  for (const schedule of schedules) {
    const found = levelAt(schedule, at);
    if (found !== null && (least === null || found.watts < least.watts)) least = found;
  }
  return least;
}

function levelAt(schedule: Schedule, at: Milliseconds): Scheduled | null {
  if (at >= schedule.endsAt) return { watts: schedule.afterEndWatts, schedule, over: true };
  let found: Scheduled | null = null;
  for (const level of schedule.levels) if (level.at <= at) found = { watts: level.watts, schedule, over: false };
  return found;
}

/** Schedules that are not over, as `state` lists them. */
export function listSchedules(schedules: readonly Schedule[], now: Milliseconds): readonly ActiveSchedule[] {
  return schedules
    .filter(({ ended }) => !ended)
    .map((schedule) => {
      const next = schedule.levels.find(({ at }) => at > now) ?? null;
      return {
        source: schedule.source,
        id: schedule.id,
        watts: levelAt(schedule, now)?.watts ?? null,
        nextWatts: next?.watts ?? schedule.afterEndWatts,
        nextMilliseconds: Math.max(0, (next?.at ?? schedule.endsAt) - now),
        remainingMilliseconds: Math.max(0, schedule.endsAt - now),
        reason: schedule.purpose,
      };
    });
}

/** Without a heartbeat: the schedules that stood when it was lost, else, and after their end at most, the failsafe limit [W]. */
export function failsafeTarget(schedules: readonly Schedule[], since: Milliseconds, at: Milliseconds, site: Site) {
  const standing = schedules.filter(({ acceptedAt }) => acceptedAt <= since);
  const scheduled = scheduledAt(standing, at);
  const { failsafeWatts } = site.policy;
  if (scheduled === null) return { watts: failsafeWatts, scheduled };
  return { watts: scheduled.over ? Math.min(failsafeWatts, scheduled.watts) : scheduled.watts, scheduled };
}

/** Advances a course over every change of its target between two moments, each later by the container's jitter and along the site's ramps. */
export function follow(
  course: Course,
  schedules: readonly Schedule[],
  targetAt: (at: Milliseconds) => number,
  since: Milliseconds,
  now: Milliseconds,
  site: Site,
): Course {
  const begun = Math.max(since, certain(course.startsAt, "start of a course under way") - jitterMilliseconds(site));
  const changes = schedules
    .flatMap(({ levels, endsAt }) => [...levels.map(({ at }) => at), endsAt])
    .filter((at) => at > begun && at <= now)
    .sort((a, b) => a - b);
  let next = course;
  for (const at of [...changes, now]) {
    const watts = targetAt(at);
    if (watts !== next.toWatts) next = gentleCourse(courseAt(next, at), watts, at, site);
  }
  return next;
}
