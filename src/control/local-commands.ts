/** Commands of a person on the spot: lockout, its release, the reset of a trip, a replaced machine accepted. Nobody else can give them. */
import type { LocalCommand, LocalOutcome } from "../model/command.ts";
import type { EventRecord } from "../model/decision.ts";
import type { Durable } from "../model/durable.ts";
import type { ProcessImage } from "../model/image.ts";
import type { MinerName } from "../model/miner.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { Limit } from "../model/reason.ts";
import type { Trip, TripName } from "../model/trip.ts";
import { refuseReset } from "./trips.ts";

export interface LocalState {
  readonly trips: readonly Trip[];
  readonly lockout: Durable["lockout"];
}

export interface LocalResult extends LocalState {
  readonly outcomes: readonly LocalOutcome[];
  readonly events: readonly EventRecord[];
  /** A trip or the lockout fell: nothing rises before that is on disk. */
  readonly released: boolean;
  readonly acceptedMiners: readonly MinerName[];
}

export interface LocalContext {
  readonly trippedAt: Readonly<Record<TripName, Milliseconds>>;
  readonly causes: Readonly<Record<TripName, string>>;
  readonly coolDownMilliseconds: Milliseconds;
}

/** Takes the local commands of this scan, in order. */
export function takeLocalCommands(state: LocalState, image: ProcessImage, context: LocalContext): LocalResult {
  let result: LocalResult = {
    trips: state.trips,
    lockout: state.lockout,
    outcomes: [],
    events: [],
    released: false,
    acceptedMiners: [],
  };
  for (const command of image.commands)
    if (command.via === "shell") result = takeLocalCommand(result, command, image, context);
  return result;
}

function takeLocalCommand(
  before: LocalResult,
  command: LocalCommand,
  image: ProcessImage,
  context: LocalContext,
): LocalResult {
  const { action, by } = command;
  switch (action.kind) {
    case "lockout": {
      const text = `Locked out by ${by}: everything goes to sleep and stays so until a person here releases it.`;
      const lockout = before.lockout ?? { by, sinceUnixMilliseconds: image.wallClock.unixMilliseconds };
      return done({ ...before, lockout }, command, text, { kind: "lockout", severity: "warning", subject: by, text });
    }
    case "release": {
      if (before.lockout === null) return refused(before, command, "There is no lockout.");
      const text = `Lockout released by ${by}.`;
      const event: EventRecord = { kind: "release", severity: "information", subject: by, text };
      return done({ ...before, lockout: null, released: true }, command, text, event);
    }
    case "reset": {
      const name = action.trip;
      const { trippedAt, causes, coolDownMilliseconds } = context;
      const refusal = refuseReset(name, before.trips, trippedAt, causes, image.now, coolDownMilliseconds);
      if (refusal !== null) return refused(before, command, refusal);
      const text = `Trip ${name} reset by ${by}.`;
      const trips = before.trips.filter((trip) => trip.name !== name);
      const event: EventRecord = { kind: "reset", severity: "information", subject: name, text };
      return done({ ...before, trips, released: true }, command, text, event);
    }
    case "accept": {
      const { machine } = action;
      const report = image.miners[machine];
      if (report === undefined) return refused(before, command, `There is no machine ${machine}.`);
      if (report.fault !== "replaced-machine")
        return refused(before, command, `${machine} was not replaced, as far as its address tells.`);
      const text = `Replaced machine ${machine} accepted by ${by}: it is commanded from now on.`;
      const acceptedMiners = [...before.acceptedMiners, machine];
      const event: EventRecord = { kind: "miner", severity: "information", subject: machine, text };
      return done({ ...before, acceptedMiners }, command, text, event);
    }
  }
}

/** The limit of a lockout. */
export function lockoutLimits(lockout: Durable["lockout"]): readonly Limit[] {
  if (lockout === null) return [];
  const text = `Locked out by ${lockout.by}; only a person at the container can release it.`;
  return [
    {
      scope: "container",
      ceilingWatts: 0,
      withinMilliseconds: 0,
      source: "lockout",
      reason: { code: "lockout", text },
    },
  ];
}

function done(result: LocalResult, command: LocalCommand, text: string, event: EventRecord): LocalResult {
  const outcomes = [...result.outcomes, { ticket: command.ticket, done: true, text }];
  return { ...result, outcomes, events: [...result.events, event] };
}

function refused(result: LocalResult, command: LocalCommand, text: string): LocalResult {
  return { ...result, outcomes: [...result.outcomes, { ticket: command.ticket, done: false, text }] };
}
