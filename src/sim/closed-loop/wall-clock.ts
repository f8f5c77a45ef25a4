/** Wall clocks of a run: the true one, which the dispatcher has, and the controller's, which may jump or be untrusted. */
import type { WallClock } from "../../model/image.ts";
import type { Faults } from "./faults.ts";

/** The beginning of a run on the true clock [ms since 1970]: 20 November 2026, 00:00 UTC; choice. */
const beginUnixMilliseconds = 1_795_132_800_000;
/** A jump where the fault does not say [s]; choice: a year. */
const jumpSeconds = 31_536_000;

export function trueUnixMilliseconds(now: number): number {
  return beginUnixMilliseconds + Math.round(now);
}

export function controllerClock(faults: Faults, now: number): WallClock {
  const jump = faults.find("clock-jump");
  const off = jump === null ? 0 : (jump.value ?? jumpSeconds) * 1000;
  return {
    unixMilliseconds: trueUnixMilliseconds(now) + off,
    trusted: faults.find("clock-untrusted") === null,
  };
}
