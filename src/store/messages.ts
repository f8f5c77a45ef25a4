/** What the controller and its store process say to each other; plain data over Node's channel between parent and child. */
import type { Durable } from "../model/durable.ts";
import type { LoggedEvent } from "../model/snapshot.ts";
import type { EventEntry, NewEntry } from "./event-log.ts";

/** Answered one by one, in order; the controller sends the next only after the answer. */
export type ToStore =
  /** First. `boot` is the controller's start: a store process that is only replaced within it does not count as another. */
  | { readonly type: "open"; readonly folder: string; readonly boot: string }
  | { readonly type: "write"; readonly durable: Durable | null; readonly entries: readonly NewEntry[] }
  /** Last: the controller ends as it was asked to. */
  | { readonly type: "close" };

export type FromStore =
  | { readonly type: "opened"; readonly state: StoredState; readonly events: readonly LoggedEvent[] }
  | { readonly type: "written"; readonly revision: number | null; readonly entries: readonly EventEntry[] }
  | { readonly type: "closed" }
  /** The request was not carried out, or not wholly; it may be sent again. */
  | { readonly type: "failed"; readonly text: string };

/** What the disk knew at the start. */
export interface StoredState {
  readonly durable: Durable | "none" | "unreadable";
  /** The newest generation was damaged: `durable` is the one before it, and a latch may be missing. */
  readonly salvaged: boolean;
  /** Restarts without a clean stop within 10 minutes, this one included. */
  readonly restarts: number;
}
