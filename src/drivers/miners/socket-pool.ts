/** Bounds the connections all links have open at once; writes never queue behind reads. */

export type Lane = "read" | "write";

/**
 * Connections at once. Choice: with 128 reads of 20 ms a reply the processor is the bound and not the lane (measured, November
 * 2026, by the bench of the miners). Writes: 150 Antminers make three exchanges for a shed with its read-back, 150 WhatsMiners two;
 * at 20 ms each these are 15 socket-seconds, so 60 sockets would do for 0.25 s and the longest chain alone takes 0.06 s. But every
 * machine of a container may have a write under way, because a Bitmain one takes 21 s to answer, and a shed must not wait behind it.
 */
const laneWidths: Readonly<Record<Lane, number>> = { read: 128, write: 512 };

export interface Patience {
  /** Whoever holds a place longer gives it to the next and goes on beside the lane: the silent must not slow the others. */
  readonly placeMilliseconds: number;
  /** Tasks beside the lanes at once. */
  readonly mostBeside: number;
}

/** Choice: five usual replies; with both lanes full still below the usual 1,024 open files of a process. */
const usualPatience: Patience = { placeMilliseconds: 100, mostBeside: 320 };

export interface SocketPool {
  /** Runs the task when the lane has room, in the order of asking; at once beside it where the host was slow the last time. */
  run<Value>(lane: Lane, host: string, task: () => Promise<Value>): Promise<Value>;
}

export function createSocketPool(
  widths: Readonly<Record<Lane, number>> = laneWidths,
  { placeMilliseconds, mostBeside }: Patience = usualPatience,
): SocketPool {
  const free = { ...widths };
  let beside = 0;
  const waiting: Record<Lane, (() => void)[]> = { read: [], write: [] };
  const slow = new Set<string>();
  /** The place passes to the next in line without becoming free in between. */
  const pass = (lane: Lane): void => {
    const next = waiting[lane].shift();
    if (next === undefined) free[lane] += 1;
    else next();
  };
  return {
    async run(lane, host, task) {
      /** undefined: it goes beside the lane. */
      let place: Lane | undefined = slow.has(host) && beside < mostBeside ? undefined : lane;
      if (place === undefined) beside += 1;
      else if (free[lane] > 0) free[lane] -= 1;
      else await new Promise<void>((resolve) => waiting[lane].push(resolve));
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        slow.add(host);
        if (place === undefined || beside >= mostBeside) return;
        beside += 1;
        pass(place);
        place = undefined;
      }, placeMilliseconds);
      try {
        return await task();
      } finally {
        clearTimeout(timer);
        if (!late) slow.delete(host);
        if (place === undefined) beside -= 1;
        else pass(place);
      }
    },
  };
}
