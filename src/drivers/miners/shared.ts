/** What all miner links of the process share: the bound on connections, the token thread, the timing. */

import { type MachineMemory, openMachineMemory } from "./machine-memory.ts";
import { type Neighbours, watchNeighbours } from "./neighbours.ts";
import { keepResponseTimes, type ResponseTimes } from "./response-times.ts";
import type { SlotTiming } from "./slot.ts";
import { createSocketPool, type SocketPool } from "./socket-pool.ts";
import { createTokenDeriver, type TokenDeriver } from "./token-deriver.ts";

export interface LinkTiming extends SlotTiming {
  readonly pollMilliseconds: number;
  /** The first reads of all links are spread over this, so that the first image is soon whole and nothing is flooded. */
  readonly firstReadMilliseconds: number;
  /** Longest wait between polls of a machine that does not answer. */
  readonly longestPollMilliseconds: number;
  /** After a proof by the cheap read the whole read waits for this, and up to as much again: first the rest of the fleet is shed. */
  readonly followUpMilliseconds: number;
  readonly connectMilliseconds: number;
  readonly replyMilliseconds: number;
  /** Encrypted commands on the TCP API. */
  readonly apiWriteReplyMilliseconds: number;
  /** Posts to a web server. */
  readonly postReplyMilliseconds: number;
  /** Longest a write waits for its machine's pools to be on the disk: a hung disk holds no shed back for longer. */
  readonly poolsOnDiskMilliseconds: number;
}

/** Source of each: choice, from the speeds and time limits in the miners' fact sheet, sections 1.4 and 5. */
export const defaultTiming: LinkTiming = {
  pollMilliseconds: 5_000,
  firstReadMilliseconds: 1_000,
  longestPollMilliseconds: 30_000,
  followUpMilliseconds: 1_000,
  connectMilliseconds: 2_000,
  replyMilliseconds: 5_000,
  // pyasic's limit for privileged WhatsMiner commands; some of them never answer although they work.
  apiWriteReplyMilliseconds: 10_000,
  // A Bitmain POST takes about 21 s to answer.
  postReplyMilliseconds: 45_000,
  // A small part of the time a machine takes to fall asleep.
  poolsOnDiskMilliseconds: 250,
  attempts: 3,
  retryMilliseconds: [2_000, 10_000],
  readBackMilliseconds: 15_000,
  pauseMilliseconds: 60_000,
  refusedPauseMilliseconds: 900_000,
};

/** Spread, so that a fleet shed together is not read together [ms]. */
export function followUpWait({ followUpMilliseconds }: LinkTiming): number {
  return (1 + Math.random()) * followUpMilliseconds;
}

export interface MinerShared {
  readonly pool: SocketPool;
  readonly tokens: TokenDeriver;
  readonly timing: LinkTiming;
  readonly memory: MachineMemory;
  readonly neighbours: Neighbours;
  readonly responses: ResponseTimes;
  /** After every link has stopped. */
  stop(): Promise<void>;
}

export interface SharedSetup {
  /** Where machines are remembered over a restart; absent: nowhere. */
  readonly memoryFile?: string;
  /** The file is read and never written: it is a running controller's. */
  readonly memoryStays?: true;
  /** The kernel's table of neighbours; another file in tests. */
  readonly neighboursFile?: string;
}

/** One for the whole process; `timing` replaces single figures (tests, demo). */
export function createMinerShared(timing: Partial<LinkTiming> = {}, setup: SharedSetup = {}): MinerShared {
  const tokens = createTokenDeriver();
  const memory = openMachineMemory(setup.memoryFile ?? null, setup.memoryStays);
  return {
    pool: createSocketPool(),
    tokens,
    timing: { ...defaultTiming, ...timing },
    memory,
    neighbours: watchNeighbours({ now: () => performance.now() }, setup.neighboursFile),
    responses: keepResponseTimes(),
    stop: async () => {
      await Promise.all([tokens.stop(), memory.stop()]);
    },
  };
}
