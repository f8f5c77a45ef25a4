/** Events on their way: to the log at once, to the disk for their number, and the newest for the shell and the broker link. */
import type { Logger } from "pino";
import type { EventRecord } from "../model/decision.ts";
import type { LoggedEvent } from "../model/snapshot.ts";
import type { NewEvent, Store } from "../store/store.ts";

/** Events kept in memory for whoever asks. Choice: some screens full. */
const largestKept = 200;

export interface Journal {
  record(events: readonly EventRecord[], unixMilliseconds: number): void;
  /** Newest last. Number 0: not on disk yet, so its number is not certain and it must not leave the container. */
  newest(): readonly LoggedEvent[];
}

export function openJournal(store: Store, stored: readonly LoggedEvent[], logger: Logger): Journal {
  let kept = stored.slice(-largestKept);
  let pending: NewEvent[] = [];

  const absorb = (): void => {
    for (const event of store.takeLogged()) {
      kept = [...kept.slice(1 - largestKept), event];
      const index = pending.findIndex(
        (one) => one.unixMilliseconds === event.unixMilliseconds && one.subject === event.subject,
      );
      pending = pending.slice(index + 1);
    }
  };

  return {
    record(events, unixMilliseconds) {
      for (const { kind, severity, subject, text } of events) {
        const event: NewEvent = { unixMilliseconds, kind, severity, subject, text };
        const level = severity === "information" ? "info" : severity === "warning" ? "warn" : "error";
        logger[level]({ kind, subject }, text);
        store.log(event);
        pending = [...pending.slice(1 - largestKept), event];
      }
    },
    newest() {
      absorb();
      return [...kept, ...pending.map((event) => ({ number: 0, ...event }))].slice(-largestKept);
    },
  };
}
