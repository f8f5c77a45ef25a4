/** Tells many short exchanges that their link stops, through one listener of the signal. */

const acts = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * `act` runs once when the signal aborts, unless the answer was called before: that ends the watch. The signal must not have aborted
 * yet. A listener of its own for each exchange, put on and taken off, costs more than the digest of its request (measured,
 * November 2026, by the bench of the miners).
 */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  const waiting = acts.get(signal) ?? watch(signal);
  waiting.add(act);
  return () => void waiting.delete(act);
}

function watch(signal: AbortSignal): Set<() => void> {
  const waiting = new Set<() => void>();
  acts.set(signal, waiting);
  signal.addEventListener(
    "abort",
    () => {
      for (const act of waiting) act();
      waiting.clear();
    },
    { once: true },
  );
  return waiting;
}
