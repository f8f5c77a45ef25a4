/** Bounds the connections all links have open at once; writes never queue behind reads. */

export type Lane = "read" | "write";

/**
 * Connections at once. Choice: 32 reads keep 300 machines under a second without loading a Pi; every machine of a container may
 * have a write under way, because a Bitmain one takes 21 s to answer and a shed must not wait behind it.
 */
const laneWidths: Readonly<Record<Lane, number>> = { read: 32, write: 512 };

export interface SocketPool {
  /** Runs the task when the lane has room, in the order of asking. */
  run<Value>(lane: Lane, task: () => Promise<Value>): Promise<Value>;
}

export function createSocketPool(widths: Readonly<Record<Lane, number>> = laneWidths): SocketPool {
  const free = { ...widths };
  const waiting: Record<Lane, (() => void)[]> = { read: [], write: [] };
  return {
    async run(lane, task) {
      if (free[lane] > 0) free[lane] -= 1;
      else await new Promise<void>((resolve) => waiting[lane].push(resolve));
      try {
        return await task();
      } finally {
        // The place passes to the next in line without becoming free in between.
        const next = waiting[lane].shift();
        if (next === undefined) free[lane] += 1;
        else next();
      }
    },
  };
}
