/** Waiting for a condition with a deadline and a message: tests never sleep for a fixed time. */
import { setTimeout as pause } from "node:timers/promises";

/** How often conditions are looked at [ms]. Choice. */
const lookMilliseconds = 10;

/** Resolves with the first value that is not null, false or undefined; rejects after the deadline, naming what was waited for. */
export async function until<Value>(
  what: string,
  deadlineMilliseconds: number,
  look: () => Value | null | false | undefined,
): Promise<Value> {
  const end = performance.now() + deadlineMilliseconds;
  for (;;) {
    const value = look();
    if (value !== null && value !== false && value !== undefined) return value;
    if (performance.now() > end) throw new Error(`waited ${deadlineMilliseconds} ms in vain for: ${what}`);
    await pause(lookMilliseconds);
  }
}
