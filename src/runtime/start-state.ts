/** What the core is started with, from what the disk knew: a salvaged state or a crash loop adds a latched trip. */
import type { Durable } from "../model/durable.ts";
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
