/** What the core is started with, from what the disk knew: a salvaged state or a crash loop adds a latched trip. */
import type { Durable, OrderRegisters } from "../model/durable.ts";
import type { Trip } from "../model/trip.ts";
import type { StoredState } from "../store/messages.ts";

/** Source: DESIGN section 3, "the third restart within 10 min is a latched stop with cooling on". */
const loopRestarts = 3;

const nothingStored: Durable = {
  revision: 0,
  trips: [],
  lockout: null,
  remoteStop: null,
  order: {},
  asleepByUs: [],
  contactorOperations: {},
};

function salvagedTrip(unixMilliseconds: number): Trip {
  return {
    name: "store",
    scope: "container",
    reason: {
      code: "store-unreadable",
      text: "The newest stored state was damaged; the one before it is used, and a trip or lockout may be missing.",
    },
    trippedAtUnixMilliseconds: unixMilliseconds,
  };
}

function loopTrip(restarts: number, unixMilliseconds: number): Trip {
  return {
    name: "restarts",
    scope: "container",
    reason: {
      code: "restart-loop",
      text: `The controller was restarted ${restarts} times within 10 minutes without a clean stop; the machines sleep until a person has looked.`,
    },
    trippedAtUnixMilliseconds: unixMilliseconds,
  };
}

/** Adds to the stored state what the start itself found; its revision then grows, so that the addition is stored. */
export function durableAtStart(stored: StoredState, unixMilliseconds: number): Durable | "none" | "unreadable" {
  const { durable, salvaged, restarts } = stored;
  if (durable === "unreadable") return durable;
  const base = durable === "none" ? nothingStored : durable;
  const found: Trip[] = [];
  if (salvaged) found.push(salvagedTrip(unixMilliseconds));
  if (restarts >= loopRestarts) found.push(loopTrip(restarts, unixMilliseconds));
  const added = found.filter((trip) => base.trips.every((standing) => standing.name !== trip.name));
  if (added.length === 0) return durable;
  return { ...base, revision: base.revision + 1, trips: [...base.trips, ...added] };
}

/**
 * What to store once a disk answered that had not when the scans began: all it knew, and all that was latched, ordered and
 * put to sleep meanwhile. Only the trip that stood for its silence goes, where the disk was found in order.
 */
export function durableAfterLateDisk(stored: StoredState, lived: Durable, unixMilliseconds: number): Durable {
  const known = durableAtStart(stored, unixMilliseconds);
  if (known === "unreadable") return lived;
  const base = known === "none" ? nothingStored : known;
  const trips = lived.trips.filter(({ name }) => name !== "store" && base.trips.every((trip) => trip.name !== name));
  const [stop, ...stops] = [base.remoteStop, lived.remoteStop]
    .flatMap((one) => (one === null ? [] : [{ source: one.source, id: one.id }, ...(one.others ?? [])]))
    .filter(({ source }, index, all) => all.findIndex((other) => other.source === source) === index);
  return {
    revision: Math.max(base.revision, lived.revision) + 1,
    trips: [...base.trips, ...trips],
    lockout: base.lockout ?? lived.lockout,
    remoteStop: stop === undefined ? null : stops.length === 0 ? stop : { ...stop, others: stops },
    order: newestOrder(base.order, lived.order),
    asleepByUs: [...new Set([...base.asleepByUs, ...lived.asleepByUs])],
    contactorOperations: addedCounts(base.contactorOperations, lived.contactorOperations),
    ...largestRises(base.protectedRises, lived.protectedRises),
  };
}

function newestOrder(one: OrderRegisters, other: OrderRegisters): OrderRegisters {
  const newest = { ...one };
  for (const [register, position] of Object.entries(other)) {
    const known = newest[register];
    const isNewer =
      known === undefined ||
      position.epoch > known.epoch ||
      (position.epoch === known.epoch && position.sequence > known.sequence);
    if (isNewer) newest[register] = position;
  }
  return newest;
}

function largestRises(one: Durable["protectedRises"], other: Durable["protectedRises"]): Partial<Durable> {
  if (one === undefined && other === undefined) return {};
  const largest = { ...one };
  for (const [name, watts] of Object.entries(other ?? {})) largest[name] = Math.max(largest[name] ?? 0, watts);
  return { protectedRises: largest };
}

function addedCounts(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sum = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
