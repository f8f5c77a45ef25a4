/** The store's own process: the only one that touches the data folder, so that a hanging disk hangs nothing else. */
import { mkdirSync } from "node:fs";
import type { Durable } from "../model/durable.ts";
import { putDamagedAside, readDurable, writeDurable } from "./durable-file.ts";
import { type EventLog, hasEventLog, openEventLog } from "./event-log.ts";
import type { FromStore, StoredState, ToStore } from "./messages.ts";
import { noteStart, noteStop, readStartMoment } from "./starts.ts";

/** 8 MiB of events: about 40,000, months of them. Choice: wear and space of a small card. */
const bounds = { segmentBytes: 1024 * 1024, segments: 8 };

/** Events handed back at the start, for the shell and the broker link. Choice. */
const newestEvents = 200;

let folder = "";
let log: EventLog | null = null;

function readState(): Omit<StoredState, "restarts"> {
  const read = readDurable(folder);
  if (read.ok) return { durable: read.value, salvaged: false };
  const problem = read.error;
  if (problem.kind === "absent") return { durable: hasEventLog(folder) ? "unreadable" : "none", salvaged: false };
  putDamagedAside(folder);
  return problem.previous === null
    ? { durable: "unreadable", salvaged: false }
    : { durable: problem.previous, salvaged: true };
}

function open(message: { folder: string; boot: string }): FromStore {
  folder = message.folder;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const restarts = noteStart(folder, message.boot, readStartMoment());
  const state = { ...readState(), restarts };
  log = openEventLog(folder, bounds);
  return { type: "opened", state, events: log.newest(newestEvents) };
}

/** The state first: whoever finds an event on disk may rely on the latch behind it. */
function write(message: { durable: Durable | null; entries: Parameters<EventLog["append"]>[0] }): FromStore {
  if (message.durable !== null) writeDurable(folder, message.durable);
  log ??= openEventLog(folder, bounds);
  return { type: "written", revision: message.durable?.revision ?? null, entries: log.append(message.entries) };
}

function answer(message: ToStore): FromStore {
  switch (message.type) {
    case "open":
      return open(message);
    case "write":
      return write(message);
    case "close":
      noteStop(folder);
      return { type: "closed" };
  }
}

function answerSafely(message: ToStore): FromStore {
  try {
    return answer(message);
  } catch (error) {
    // The file system's refusal: full, read-only, or broken. The controller decides when to ask again.
    return { type: "failed", text: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (message: ToStore) => {
  // Orders of a controller that is gone must not overwrite what its successor stored.
  if (process.connected) process.send?.(answerSafely(message));
});
process.on("disconnect", () => process.exit(0));
// A signal to the whole group is the controller's to act on; it ends this process when all is written.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
