/** The one clock of the process, handed to everything that measures time. */
import type { Clock } from "../model/driver.ts";

/** Monotonic milliseconds since the start of the process, and the wall clock as the kernel has it. */
export const systemClock: Clock = {
  now: () => Math.floor(performance.now()),
  unixMilliseconds: () => Date.now(),
};
