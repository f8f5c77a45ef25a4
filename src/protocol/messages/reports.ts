/** What a container tells of itself, made from a snapshot: status, birth, state, event, acknowledgement. */
import type { Acknowledgement } from "../../model/command.ts";
import type { OrderRegisters } from "../../model/durable.ts";
import type { AcknowledgementMessage } from "../../model/generated/acknowledgement.ts";
import type { BirthMessage } from "../../model/generated/birth.ts";
import type { EventMessage } from "../../model/generated/event.ts";
import type { StateMessage } from "../../model/generated/state.ts";
import type { StatusMessage } from "../../model/generated/status.ts";
import type { Site } from "../../model/site.ts";
import type { LoggedEvent, Snapshot } from "../../model/snapshot.ts";
import type { KeyRegistry } from "./contract.ts";
import { pointColumns, scaled } from "./points.ts";

/** Source: DESIGN section 6: state is valid for 180 s and lists the last 16 answers. */
/** One of each source. */
const listedSchedules = 3;
const stateValidSeconds = 180;
const listedAnswers = 16;

/** Which start of the program, and which connection of that start, speaks. */
export interface Speaker {
  readonly boot: string;
  readonly connection: number;
}

/** `at` is left out of the will: the broker publishes it at a moment nobody knows beforehand. */
export function statusMessage(status: StatusMessage["status"], speaker: Speaker, at?: number): StatusMessage {
  return {
    version: 1,
    status,
    boot: speaker.boot,
    connection: speaker.connection,
    ...(at === undefined ? {} : { at }),
  };
}

/** The container's description. `certificate`: SHA-256 of the client certificate, null without one. */
export function birthMessage(
  site: Site,
  snapshot: Snapshot,
  speaker: Speaker,
  keys: KeyRegistry,
  certificate: string | null,
): BirthMessage {
  const root = site.branches.find((branch) => branch.parent === null);
  return {
    version: 1,
    container: site.container,
    site: site.site,
    groups: [...site.groups],
    ...speaker,
    at: snapshot.image.wallClock.unixMilliseconds,
    software: snapshot.version,
    keysVersion: keys.version,
    configurationHash: site.configurationHash,
    meteringPoint: { branch: root?.name ?? "", point: root?.meter?.powerWatts ?? null },
    capabilities: {
      ratedWatts: Math.round(site.ratedWatts),
      minimumWatts: Math.round(site.minimumWatts),
      failsafeWatts: Math.round(site.policy.failsafeWatts),
      rampUpWattsPerSecond: Math.round(site.policy.rampUpWattsPerSecond),
      rampDownWattsPerSecond: Math.round(site.policy.rampDownWattsPerSecond),
      heartbeatTimeoutMilliseconds: Math.round(site.policy.heartbeatTimeoutMilliseconds),
      kinds: ["setpoint", "schedule", "control"],
      setpointKinds: ["limit", "target"],
      expiryModes: ["limit", "off", "schedule"],
      encodings: ["json", "cbor"],
    },
    points: pointColumns(site).map((column) => ({ ...column })),
    tanks: site.tanks.map((tank) => tank.name),
    ...(certificate === null ? {} : { certificate }),
    order: registersOf(snapshot.decision.durable.order),
    lastEvent: lastEventOf(snapshot),
  };
}

/** An answer with the moment it was given. */
export interface DatedAnswer {
  readonly answer: Acknowledgement;
  readonly at: number;
}

/** Mode, limits and reasons. `answers`: oldest first; the last 16 are listed. */
export function stateMessage(
  site: Site,
  snapshot: Snapshot,
  boot: string,
  answers: readonly DatedAnswer[],
): StateMessage {
  const { decision, image } = snapshot;
  const power = scaled(meteredPower(site, snapshot), 1);
  const { source, reason } = decision.binding;
  return {
    version: 1,
    boot,
    at: image.wallClock.unixMilliseconds,
    clockTrusted: image.wallClock.trusted,
    mode: decision.mode,
    ceilingWatts: wholeWatts(decision.ceilingWatts),
    binding: {
      source,
      code: reason.code,
      text: reason.text.slice(0, 400),
      watts: wholeWatts(decision.binding.ceilingWatts),
    },
    ...(power === null ? {} : { powerWatts: power }),
    availability: {
      minimumWatts: wholeWatts(decision.availability.minimumWatts),
      maximumWatts: wholeWatts(decision.availability.maximumWatts),
    },
    ...(decision.firm === undefined
      ? {}
      : { firm: decision.firm.map(({ withinSeconds, watts }) => ({ withinSeconds, watts: wholeWatts(watts) })) }),
    ...frequencyOf(decision),
    setpoints: decision.setpoints.map((setpoint) => ({
      ...setpoint,
      watts: wholeWatts(setpoint.watts),
      remainingMilliseconds: Math.max(0, Math.round(setpoint.remainingMilliseconds)),
    })),
    ...schedulesOf(decision),
    trips: decision.trips.map((trip) => ({
      name: trip.name.slice(0, 96),
      scope: trip.scope,
      code: trip.reason.code,
      text: trip.reason.text.slice(0, 400),
      trippedAt: Math.max(0, Math.round(trip.trippedAtUnixMilliseconds)),
    })),
    alarms: {
      warnings: decision.alarms.filter((alarm) => alarm.severity === "warning").length,
      alarms: decision.alarms.filter((alarm) => alarm.severity === "alarm").length,
    },
    acknowledgements: answers.slice(-listedAnswers).map(({ answer, at }) => ({
      id: answer.id,
      state: answer.state,
      ...(answer.rejection === undefined ? {} : { rejection: answer.rejection }),
      at,
    })),
    order: registersOf(snapshot.decision.durable.order),
    lastEvent: lastEventOf(snapshot),
    validSeconds: stateValidSeconds,
  };
}

function frequencyOf({ frequency }: Snapshot["decision"]): Pick<StateMessage, "frequency"> {
  if (frequency === undefined) return {};
  const { hertz, stage, relay, lastResponseMilliseconds: last, worstResponseMilliseconds: worst } = frequency;
  return {
    frequency: {
      ...(hertz === null ? {} : { frequencyHertz: Math.max(0, Math.round(hertz * 1000) / 1000) }),
      stage,
      ...(relay === null ? {} : { relay }),
      ...(last === null ? {} : { lastResponseMilliseconds: Math.max(0, Math.round(last)) }),
      ...(worst === null ? {} : { worstResponseMilliseconds: Math.max(0, Math.round(worst)) }),
    },
  };
}

/** A stored event; only those with a number may leave the container. */
export function eventMessage(event: LoggedEvent, boot: string): EventMessage {
  return {
    version: 1,
    boot,
    number: event.number,
    kind: event.kind.slice(0, 48),
    severity: event.severity,
    subject: event.subject.slice(0, 96),
    text: event.text.slice(0, 600),
    at: Math.max(0, Math.round(event.unixMilliseconds)),
  };
}

/** An answer of the core with the moment and the boot it was given in. */
export function acknowledgementMessage({ answer, at }: DatedAnswer, boot: string): AcknowledgementMessage {
  return {
    version: 1,
    id: answer.id,
    state: answer.state,
    ...(answer.rejection === undefined ? {} : { rejection: answer.rejection }),
    ...(answer.watts === undefined ? {} : { watts: wholeWatts(answer.watts) }),
    ...(answer.limitedBy === undefined ? {} : { limitedBy: answer.limitedBy.slice(0, 48) }),
    at,
    boot,
    epoch: answer.epoch,
    sequence: answer.sequence,
  };
}

/** The reading of the root branch's power; undefined where nothing meters it. */
export function meteredPower(site: Site, snapshot: Snapshot): Snapshot["image"]["readings"][string] | undefined {
  const meter = site.branches.find((branch) => branch.parent === null)?.meter ?? null;
  return meter === null ? undefined : snapshot.image.readings[meter.powerWatts];
}

/** Watts as the contract writes them: whole, and never beyond its 100 MW. */
export function wholeWatts(watts: number): number {
  return Math.min(100_000_000, Math.max(0, Math.round(watts)));
}

function registersOf(order: OrderRegisters): BirthMessage["order"] {
  return Object.entries(order).map(([register, { epoch, sequence }]) => ({ register, epoch, sequence }));
}

function lastEventOf(snapshot: Snapshot): number {
  return snapshot.events.reduce((newest, event) => Math.max(newest, event.number), 0);
}

/** Absent where none stands. */
function schedulesOf({ schedules }: Snapshot["decision"]): Pick<StateMessage, "schedules"> {
  if (schedules === undefined) return {};
  return {
    schedules: schedules.slice(0, listedSchedules).map(({ watts, ...schedule }) => ({
      ...schedule,
      ...(watts === null ? {} : { watts: wholeWatts(watts) }),
      nextWatts: wholeWatts(schedule.nextWatts),
      nextMilliseconds: Math.round(schedule.nextMilliseconds),
      remainingMilliseconds: Math.round(schedule.remainingMilliseconds),
      reason: schedule.reason.slice(0, 96),
    })),
  };
}
