/** Central dispatch: heartbeats, setpoints renewed and sent again until answered, controls; all of it lost while the broker is. */
import type { Acknowledgement, CommandSource, RemoteCommand } from "../../model/command.ts";
import type { Heartbeat } from "../../model/image.ts";
import type { Site } from "../../model/site.ts";
import type { Faults } from "./faults.ts";
import type { ControlEvent, ScheduleEvent, SetpointEvent } from "./scenario.ts";
import { trueUnixMilliseconds } from "./wall-clock.ts";

export interface Dispatcher {
  setpoint(event: SetpointEvent, now: number): void;
  schedule(event: ScheduleEvent, now: number): void;
  /** Most that any schedule may hold at a moment, while its changes may take as long as said [W]; null: there is none. For judging only. */
  scheduled(now: number, settlingMilliseconds: number): number | null;
  control(from: CommandSource, action: ControlEvent["action"], now: number): void;
  /** What arrives in this moment. */
  arrivals(now: number): readonly RemoteCommand[];
  heartbeat(now: number): Heartbeat;
  hear(acknowledgements: readonly Acknowledgement[]): void;
  /** The newest setpoint that each sender means to hold, by sender; for judging, not for the controller. */
  wanted(): readonly {
    readonly from: string;
    readonly order: "limit" | "target";
    readonly watts: number;
    readonly until: number;
  }[];
}

/** A command without an answer is sent again after this [ms]. Source: DESIGN section 6. */
const againMilliseconds = 5000;

interface Sent {
  readonly command: RemoteCommand;
  readonly expiresAt: number;
  nextAt: number;
}

interface Standing {
  readonly event: SetpointEvent;
  renewAt: number;
  until: number;
}

export function openDispatcher(
  site: Site,
  faults: Faults,
  options: { readonly heartbeatMilliseconds: number },
): Dispatcher {
  const standing = new Map<string, Standing>();
  const open: Sent[] = [];
  const scheduled: { readonly from: number; readonly until: number; readonly watts: number }[] = [];
  let sequence = 0;
  let heartbeat: Heartbeat = { at: null, epoch: 0, number: 0 };
  let beatAt = 0;
  let beats = 0;

  const send = (now: number, expiresAt: number, command: Omit<RemoteCommand, "receivedAt" | "via">): void => {
    open.push({ command: { via: "broker", receivedAt: now, ...command }, expiresAt, nextAt: now });
  };
  const base = (from: SetpointEvent["from"], now: number, lifeSeconds: number) => {
    sequence += 1;
    const id = sequence.toString(16).padStart(32, "0");
    const group = from === "group";
    const source: CommandSource = group ? "dispatch" : from;
    const issuedAt = trueUnixMilliseconds(now);
    return {
      command: { source, addressee: group ? "group" : "container", encoding: "json", digest: id, id, rejection: null },
      body: {
        version: 1,
        id,
        container: group ? "group" : site.container,
        epoch: 1,
        sequence,
        issuedAt,
        expiresAt: issuedAt + lifeSeconds * 1000,
        timeToLiveSeconds: lifeSeconds,
      },
    } as const;
  };
  const sendSetpoint = (event: SetpointEvent, now: number): void => {
    const { command, body } = base(event.from, now, event.timeToLiveSeconds);
    send(now, now + event.timeToLiveSeconds * 1000, {
      ...command,
      kind: "setpoint",
      body: {
        ...body,
        kind: event.order,
        watts: Math.round(event.watts),
        onExpiry: event.onExpirySchedule
          ? { mode: "schedule" }
          : { mode: "limit", watts: Math.round(event.onExpiryWatts ?? site.policy.failsafeWatts) },
        reason: event.reason,
      },
    });
  };
  return {
    setpoint(event, now) {
      sendSetpoint(event, now);
      const life = event.timeToLiveSeconds * 1000;
      const renewAt = event.renewed ? now + life / 2 : Number.POSITIVE_INFINITY;
      standing.set(event.from, { event, renewAt, until: event.renewed ? Number.POSITIVE_INFINITY : now + life });
    },
    schedule({ from, levels, endsAfterSeconds, afterEndWatts }, now) {
      const { command, body } = base(from, now, 60);
      const at = (seconds: number): number => body.issuedAt + Math.round(seconds * 1000);
      for (const [index, { afterSeconds, watts }] of levels.entries()) {
        const untilSeconds = levels[index + 1]?.afterSeconds ?? endsAfterSeconds;
        scheduled.push({ from: now + afterSeconds * 1000, until: now + untilSeconds * 1000, watts });
      }
      scheduled.push({
        from: now + endsAfterSeconds * 1000,
        until: Number.POSITIVE_INFINITY,
        watts: afterEndWatts,
      });
      send(now, now + 60_000, {
        ...command,
        kind: "schedule",
        body: {
          ...body,
          entries: levels.map(({ afterSeconds, watts }) => ({ startsAt: at(afterSeconds), watts: Math.round(watts) })),
          endsAt: at(endsAfterSeconds),
          afterEnd: { mode: "limit", watts: Math.round(afterEndWatts) },
          reason: "price",
        },
      });
    },
    scheduled(now, settlingMilliseconds) {
      const there = scheduled.filter(({ from, until }) => from <= now && now < until + settlingMilliseconds);
      return there.length === 0 ? null : Math.max(...there.map(({ watts }) => watts));
    },
    control(from, action, now) {
      const { command, body } = base(from, now, 3600);
      send(now, now + 3_600_000, { ...command, kind: "control", body: { ...body, action } });
      if (action === "release") standing.delete(from);
    },
    arrivals(now) {
      for (const wish of standing.values()) {
        if (wish.renewAt > now) continue;
        sendSetpoint(wish.event, now);
        wish.renewAt = now + (wish.event.timeToLiveSeconds * 1000) / 2;
      }
      for (let index = open.length - 1; index >= 0; index -= 1)
        if ((open[index]?.expiresAt ?? 0) <= now) open.splice(index, 1);
      if (faults.find("broker-lost") !== null) return [];
      const due = open.filter(({ nextAt }) => nextAt <= now);
      for (const sent of due) sent.nextAt = now + againMilliseconds;
      return due.map(({ command }) => ({ ...command, receivedAt: now }));
    },
    heartbeat(now) {
      if (options.heartbeatMilliseconds <= 0 || now < beatAt) return heartbeat;
      beatAt = now + options.heartbeatMilliseconds;
      if (faults.find("broker-lost") !== null) return heartbeat;
      beats += 1;
      heartbeat = { at: now, epoch: 1, number: beats };
      return heartbeat;
    },
    hear(acknowledgements) {
      if (faults.find("broker-lost") !== null) return;
      for (const { id } of acknowledgements) {
        const index = open.findIndex(({ command }) => command.id === id);
        if (index >= 0) open.splice(index, 1);
      }
    },
    wanted: () =>
      [...standing.values()].map(({ event, until }) => ({
        from: event.from,
        order: event.order,
        watts: event.watts,
        until,
      })),
  };
}
