/** Commands of people on the spot on their way into the scan, and their outcomes on the way back. */
import type { LocalCommand, LocalOutcome } from "../model/command.ts";
import type { Clock } from "../model/driver.ts";

export interface Inbox {
  submit(action: LocalCommand["action"], by: string): Promise<LocalOutcome>;
  /** What arrived since the last call, in order; each command once. */
  take(): readonly LocalCommand[];
  /** Answers the commands of the scan that has just ended; those it said nothing about are answered too. */
  settle(taken: readonly LocalCommand[], outcomes: readonly LocalOutcome[]): void;
}

/** People type slowly; more than this waiting is a fault of the asker. Choice. */
const largestWaiting = 32;

/** Opens an inbox; `onArrival` asks for a scan at once. */
export function openInbox(clock: Clock, onArrival: () => void): Inbox {
  let waiting: LocalCommand[] = [];
  const askers = new Map<string, (outcome: LocalOutcome) => void>();
  let count = 0;
  return {
    submit(action, by) {
      count += 1;
      const ticket = String(count);
      if (waiting.length >= largestWaiting)
        return Promise.resolve({ ticket, done: false, text: "Too many commands are waiting; try again." });
      return new Promise((resolve) => {
        askers.set(ticket, resolve);
        waiting.push({ via: "shell", receivedAt: clock.now(), by, ticket, action });
        onArrival();
      });
    },
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    settle(taken, outcomes) {
      for (const { ticket } of taken) {
        const outcome = outcomes.find((one) => one.ticket === ticket);
        askers.get(ticket)?.(outcome ?? { ticket, done: false, text: "The controller gave no answer." });
        askers.delete(ticket);
      }
    },
  };
}
