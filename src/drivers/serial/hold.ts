/** Sleeps that are finer than a timer: they hold the whole process, so they are short, and few. Knows nothing of lines. */

/** All that holds may take of the process's time. Choice: a quarter. */
const share = 1 / 4;
/** Longest hold [ms]; what is not used is saved up to two of them. Choice: the silence between two frames above 19200 Bd fits (1.75 ms), and nobody notices it. */
const longestMilliseconds = 2;
const mostSaved = 2 * longestMilliseconds;

const never = new Int32Array(new SharedArrayBuffer(4));
let saved = mostSaved;
let savedAt = Number.NEGATIVE_INFINITY;

/**
 * Sleeps for `milliseconds`, to a few hundredths of one, without using the processor; true when it did, or when there was nothing to
 * sleep for. False where that would hold the process for too long or too often: then a timer has to do, which is up to 2 ms late.
 */
export function hold(milliseconds: number, now: number): boolean {
  if (milliseconds <= 0) return true;
  saved = Math.min(mostSaved, saved + (now - savedAt) * share);
  savedAt = now;
  if (milliseconds > Math.min(longestMilliseconds, saved)) return false;
  saved -= milliseconds;
  // Nobody ever wakes this: it ends with its time.
  Atomics.wait(never, 0, 0, milliseconds);
  return true;
}
