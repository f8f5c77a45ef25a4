/** The disk under the controller: what is on it, what is under way, and how long that takes. */
import type { Durable } from "../../model/durable.ts";
import type { Faults } from "./faults.ts";

export interface Disk {
  /** The newest state wanted on disk. */
  save(durable: Durable, now: number): void;
  /** Newest revision on disk at this moment; -1: none. */
  storedRevision(now: number): number;
  content(now: number): Durable | null;
  /** The process died: what was not written is lost. */
  crash(now: number): void;
}

/** A write to a card [ms]; choice. */
const writeMilliseconds = 300;
/** A slow disk where the fault does not say [s]; choice: a dying card. */
const slowSeconds = 8;

export function openDisk(faults: Faults): Disk {
  let content: Durable | null = null;
  let writing: { readonly durable: Durable; readonly doneAt: number } | null = null;
  let waiting: Durable | null = null;

  const start = (durable: Durable, now: number): void => {
    const slow = faults.find("store-slow");
    writing = { durable, doneAt: now + (slow === null ? writeMilliseconds : (slow.value ?? slowSeconds) * 1000) };
    waiting = null;
  };
  const settle = (now: number): void => {
    if (faults.find("store-failing") !== null) {
      // A write that fails is tried again when the disk takes writes.
      waiting ??= writing?.durable ?? null;
      writing = null;
      return;
    }
    if (writing !== null && writing.doneAt <= now) {
      content = writing.durable;
      writing = null;
    }
    if (writing === null && waiting !== null) start(waiting, now);
  };
  return {
    save(durable, now) {
      waiting = durable;
      settle(now);
    },
    storedRevision(now) {
      settle(now);
      return content?.revision ?? -1;
    },
    content(now) {
      settle(now);
      return content;
    },
    crash(now) {
      settle(now);
      writing = null;
      waiting = null;
    },
  };
}
