/** When scans happen: every second on a fixed grid, and at once when something urgent arrives. */
import type { Clock } from "../model/driver.ts";
import type { Milliseconds } from "../model/reading.ts";

/** Source: DESIGN section 3, "it runs every second, and at once (at most every 50 ms)". */
const periodMilliseconds = 1_000;
const urgentMilliseconds = 50;

export interface Schedule {
  /** Something urgent arrived: a command, a trip input, a fast reading. */
  urge(): void;
  stop(): void;
}

/**
 * Calls `scan` until stopped, first at once. `isRegular` is true for the scans of the grid;
 * `lateMilliseconds` is how long after its moment the scan begins.
 */
export function startSchedule(
  clock: Clock,
  scan: (isRegular: boolean, lateMilliseconds: Milliseconds) => void,
): Schedule {
  let nextRegular = clock.now();
  let lastScan = Number.NEGATIVE_INFINITY;
  let isUrgent = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const due = (): Milliseconds =>
    isUrgent ? Math.min(nextRegular, Math.max(lastScan + urgentMilliseconds, clock.now())) : nextRegular;
  const arm = (): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(run, Math.max(0, due() - clock.now()));
  };
  const run = (): void => {
    const now = clock.now();
    const wanted = due();
    // Node's timers may fire a millisecond early.
    if (now < wanted) {
      arm();
      return;
    }
    const isRegular = now >= nextRegular;
    // After a pause of the whole process the missed scans are not made up for.
    if (isRegular) nextRegular += periodMilliseconds;
    if (nextRegular <= now) nextRegular = now + periodMilliseconds;
    isUrgent = false;
    lastScan = now;
    scan(isRegular, now - wanted);
    arm();
  };

  arm();
  return {
    urge() {
      if (isUrgent) return;
      isUrgent = true;
      arm();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
