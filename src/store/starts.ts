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
  /** The controller's start that runs, or died; null after a clean stop. */
  readonly running: string | null;
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
    return { running: read.running ?? null, restarts: Array.isArray(read.restarts) ? read.restarts : [] };
  } catch {
    // Absent or damaged: the count begins again; the latched trips stand in the durable state.
    return { running: null, restarts: [] };
  }
}

/** Notes the start `boot`; the result is how many restarts without a clean stop lie within the window, this one included. */
export function noteStart(folder: string, boot: string, moment: StartMoment): number {
  const before = readStarts(folder);
  const isRestart = before.running !== null && before.running !== boot;
  const all = isRestart ? [...before.restarts, moment].slice(-largestRestarts) : before.restarts;
  const restarts = all.filter((restart) => isWithinWindow(restart, moment));
  writeStarts(folder, { running: boot, restarts });
  return before.running === null ? 0 : restarts.length;
}

/** Notes that the controller ended as it was asked to. */
export function noteStop(folder: string): void {
  writeStarts(folder, { running: null, restarts: readStarts(folder).restarts });
}

function writeStarts(folder: string, starts: Starts): void {
  writeWhole(folder, "starts.new", startsName, `${JSON.stringify(starts)}\n`);
}
