/** Remembers starts that did not follow a clean stop, so that a crash loop ends in a latched stop; runs in the store's own process. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./durable-file.ts";

/** A moment that can be compared over a reboot as well as that is possible without a clock of its own. */
export interface StartMoment {
  /** The kernel's identifier of this boot; `uptimeSeconds` compares only within one. */
  readonly bootId: string;
  readonly uptimeSeconds: number;
  readonly unixMilliseconds: number;
}

interface Starts {
  readonly running: boolean;
  readonly restarts: readonly StartMoment[];
}

const startsName = "starts";

/** Restarts further apart than this are no loop. Source: DESIGN section 3, "the third restart within 10 min". */
const windowSeconds = 600;

/** Enough to count to three. Choice. */
const largestRestarts = 16;

/** The kernel's boot identifier and uptime; both files live in memory. */
export function readStartMoment(): StartMoment {
  return {
    bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    uptimeSeconds: Number.parseFloat(readFileSync("/proc/uptime", "utf8")),
    unixMilliseconds: Date.now(),
  };
}

/** After a reboot only the wall clock is left; one that went back proves nothing, so the restart counts. */
function isWithinWindow(earlier: StartMoment, moment: StartMoment): boolean {
  if (earlier.bootId === moment.bootId) return moment.uptimeSeconds - earlier.uptimeSeconds < windowSeconds;
  return moment.unixMilliseconds - earlier.unixMilliseconds < windowSeconds * 1000;
}

function readStarts(folder: string): Starts {
  try {
    const read = JSON.parse(readFileSync(join(folder, startsName), "utf8")) as Starts;
    return { running: read.running === true, restarts: Array.isArray(read.restarts) ? read.restarts : [] };
  } catch {
    // Absent or damaged: the count begins again; the latched trips stand in the durable state.
    return { running: false, restarts: [] };
  }
}

/** Notes a start; the result is how many restarts without a clean stop lie within the window, this one included. */
export function noteStart(folder: string, moment: StartMoment): number {
  const before = readStarts(folder);
  const restarts = before.running ? [...before.restarts, moment].slice(-largestRestarts) : before.restarts;
  const recent = restarts.filter((restart) => isWithinWindow(restart, moment));
  const starts: Starts = { running: true, restarts: recent };
  writeWhole(folder, "starts.new", startsName, `${JSON.stringify(starts)}\n`);
  return before.running ? recent.length : 0;
}

/** Notes that the controller ended as it was asked to. */
export function noteStop(folder: string): void {
  const starts: Starts = { running: false, restarts: readStarts(folder).restarts };
  writeWhole(folder, "starts.new", startsName, `${JSON.stringify(starts)}\n`);
}
