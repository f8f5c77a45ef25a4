/** Tells the service manager that the controller is ready, lives, and is stopping; fed only by scans that prove themselves. */
import type { Milliseconds } from "../model/reading.ts";
import type { HostProcess } from "./host-process.ts";

export interface Watchdog {
  /** After each good scan; `reportedAt` is each driver's oldest report. */
  scanned(now: Milliseconds, reportedAt: readonly Milliseconds[]): void;
  stopping(): void;
}

/** Every driver has to report, good or bad, within this. Source: DESIGN section 3, "the watchdog is fed when every driver has reported: 5 s". */
export const reportMilliseconds = 5_000;

/** The service manager need not hear of every scan. Choice: a fifth of WatchdogSec=5. */
const feedMilliseconds = 1_000;

/** Keeps the service manager's watchdog; where there is none its messages go nowhere. */
export function createWatchdog(host: HostProcess): Watchdog {
  let isReady = false;
  let fedAt: Milliseconds = Number.NEGATIVE_INFINITY;
  return {
    scanned(now, reportedAt) {
      if (!isReady) host.notify("READY=1");
      isReady = true;
      // Half an interval of tolerance, so that a scan a millisecond early still feeds.
      if (now - fedAt < feedMilliseconds / 2) return;
      if (reportedAt.some((at) => now - at > reportMilliseconds)) return;
      fedAt = now;
      host.notify("WATCHDOG=1");
    },
    stopping: () => host.notify("STOPPING=1"),
  };
}
