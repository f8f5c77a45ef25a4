/** Trips: measured violations that latch; only a person on the spot resets them, with the cause gone and the cool-down over. */
import type { EventRecord } from "../model/decision.ts";
import type { ProcessImage } from "../model/image.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { Limit } from "../model/reason.ts";
import type { Trip, TripName } from "../model/trip.ts";
import type { Violation } from "./envelopes/finding.ts";
import { seconds } from "./figures.ts";
import { certain } from "./impossible.ts";

/** The latch store could not be read: what was latched is not known, so everything counts as tripped. */
export const storeTrip: Trip = {
  name: "store",
  scope: "container",
  reason: {
    code: "store-unreadable",
    text: "The stored latches could not be read; a person must look at the container and reset this trip.",
  },
  trippedAtUnixMilliseconds: 0,
};

export interface Latched {
  readonly trips: readonly Trip[];
  readonly trippedAt: Readonly<Record<TripName, Milliseconds>>;
  readonly events: readonly EventRecord[];
}

/** Latches what is violated and not latched yet. Returns the same objects where nothing is new. */
export function latch(
  trips: readonly Trip[],
  trippedAt: Readonly<Record<TripName, Milliseconds>>,
  violations: readonly Violation[],
  image: ProcessImage,
): Latched {
  const fresh = violations.filter(({ name }) => trips.every((trip) => trip.name !== name));
  if (fresh.length === 0) return { trips, trippedAt, events: [] };
  const added = fresh.map((violation) => ({
    ...violation,
    trippedAtUnixMilliseconds: image.wallClock.unixMilliseconds,
  }));
  return {
    trips: [...trips, ...added],
    trippedAt: { ...trippedAt, ...Object.fromEntries(added.map(({ name }) => [name, image.now])) },
    events: added.map(({ name, reason }) => ({
      kind: "trip",
      severity: "alarm",
      subject: name,
      text: `${reason.text} Trip ${name} latches until a person resets it.`,
    })),
  };
}

/** Nothing is allowed where a trip stands. A latched sensor limits nothing itself: its envelope does without it. */
export function tripLimits(trips: readonly Trip[]): readonly Limit[] {
  return trips
    .filter(({ reason }) => reason.code !== "sensor-latched")
    .map(({ name, scope, reason }) => ({
      scope,
      ceilingWatts: 0,
      withinMilliseconds: 0,
      source: "trip",
      reason: { code: reason.code, text: `Trip ${name} stands: ${reason.text}` },
    }));
}

/** Why a trip may not be reset in this moment; null: it may. */
export function refuseReset(
  name: TripName,
  trips: readonly Trip[],
  trippedAt: Readonly<Record<TripName, Milliseconds>>,
  causes: Readonly<Record<TripName, string>>,
  now: Milliseconds,
  coolDownMilliseconds: Milliseconds,
): string | null {
  if (trips.every((trip) => trip.name !== name)) return `There is no trip ${name}.`;
  const cause = causes[name];
  if (cause !== undefined) return `Trip ${name} stays: ${cause}`;
  const remaining = coolDownMilliseconds - (now - certain(trippedAt[name], `time of ${name}`));
  return remaining > 0 ? `Trip ${name} stays: its cool-down lasts another ${seconds(remaining)}.` : null;
}
