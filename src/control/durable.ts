/** The durable part of the state: what changed gets a new revision; what did not keeps its old one. */
import type { Durable, RemoteStop } from "../model/durable.ts";

export type DurableContent = Omit<Durable, "revision">;

/** The durable state of this scan. The same object where nothing changed. */
export function nextDurable(before: Durable, content: DurableContent): Durable {
  const same =
    before.trips === content.trips &&
    before.lockout === content.lockout &&
    before.order === content.order &&
    before.contactorOperations === content.contactorOperations &&
    before.protectedRises === content.protectedRises &&
    sameStop(before.remoteStop, content.remoteStop) &&
    sameNames(before.asleepByUs, content.asleepByUs);
  return same ? before : { revision: before.revision + 1, ...content };
}

function sameStop(one: RemoteStop | null, other: RemoteStop | null): boolean {
  return stopsOf(one) === stopsOf(other);
}

function stopsOf(stop: RemoteStop | null): string {
  return stop === null ? "" : [stop, ...(stop.others ?? [])].map(({ source, id }) => `${source} ${id}`).join();
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
