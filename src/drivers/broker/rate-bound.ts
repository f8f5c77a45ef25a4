/** A bound on how often something may happen: so many at once, so many a second for ever. */
import type { Milliseconds } from "../../model/reading.ts";

/** True while within the bound; each call counts. */
export function createRateBound(atOnce: number, perSecond: number): (now: Milliseconds) => boolean {
  let left = atOnce;
  let at: Milliseconds | null = null;
  return (now) => {
    left = Math.min(atOnce, left + (at === null ? 0 : ((now - at) / 1000) * perSecond));
    at = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
