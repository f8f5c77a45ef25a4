/** What must survive a power cut. Stored before a raise and after a lowering; unreadable counts as tripped. */
import type { MinerName } from "./miner.ts";
import type { Trip } from "./trip.ts";

/** Highest `(epoch, sequence)` accepted, by `source/kind/container|group`. */
export type OrderRegisters = Readonly<Record<string, { readonly epoch: number; readonly sequence: number }>>;

/** A stop from afar; each source's stop needs that source's own release. */
export interface RemoteStop {
  readonly source: string;
  readonly id: string;
  /** Further sources whose stop stands as well. */
  readonly others?: readonly { readonly source: string; readonly id: string }[];
}

export interface Durable {
  /** Grows by one with every change; the store answers with the newest it has on disk. */
  readonly revision: number;
  readonly trips: readonly Trip[];
  readonly lockout: { readonly by: string; readonly sinceUnixMilliseconds: number } | null;
  /** A dispatcher's or operator's `stop`, until its `release`. */
  readonly remoteStop: RemoteStop | null;
  readonly order: OrderRegisters;
  /** Machines we put to sleep, and nothing else, may be woken by us. */
  readonly asleepByUs: readonly MinerName[];
  /** Fastest rise of each protected load that was ever measured [W], by branch; absent: none was faster than its site says. */
  readonly protectedRises?: Readonly<Record<string, number>>;
  /** Operations of each contactor, for its duty and wear. */
  readonly contactorOperations: Readonly<Record<string, number>>;
}
