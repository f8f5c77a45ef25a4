/** Looks at many addresses at once and tells which machines answer there: bounded in connections and in time. Changes nothing, sends no password. */
import { type Identified, identify, type Sighting, usualPorts } from "../../drivers/miners/identify.ts";
import type { Neighbours } from "../../drivers/miners/neighbours.ts";
import { createSocketPool } from "../../drivers/miners/socket-pool.ts";
import type { Deadlines } from "../../drivers/miners/tcp-exchange.ts";

export interface Found {
  readonly host: string;
  /** Lower case with colons; absent behind a router and on loopback. */
  readonly mac?: string;
  /** Absent: it answers, and nothing here knows what it is; or it does not answer at all. */
  readonly machine?: Identified;
  /** What each port showed. */
  readonly sightings: readonly Sighting[];
  /** Nothing listens on any port. */
  readonly absent?: true;
}

export interface DiscoverySetup {
  readonly neighbours: Neighbours;
  readonly signal: AbortSignal;
  /** Absent: `usualPorts` everywhere. */
  readonly portsOf?: (host: string) => readonly number[];
  /** As each address is done, in the order of being done. */
  readonly onFound?: (found: Found) => void;
}

/**
 * Addresses looked at together. Choice: with five ports each 480 connections; an address that keeps silent passes its place on
 * after `placeMilliseconds` and goes on beside, so that fifty of them cost the others nothing.
 */
const width = 96;
const placeMilliseconds = 1_200;

/** Beside the lane at once. Choice: with the lane full below the usual 1,024 open files of a process. */
const mostBeside = 96;

/** Choice: a machine that listens connects within milliseconds; a silent port is asked three times and its TLS tried: 7 s. */
const patience: Deadlines = { connectMilliseconds: 1_000, replyMilliseconds: 2_000 };

/** Each address once, in the order given. Never rejects. */
export async function discover(hosts: readonly string[], setup: DiscoverySetup): Promise<readonly Found[]> {
  const { neighbours, signal, portsOf, onFound } = setup;
  const pool = createSocketPool({ read: width, write: 0 }, { placeMilliseconds, mostBeside });
  const lookAt = async (host: string): Promise<Found> => {
    // A signal of its own: hundreds of connections listening on one look like a leak.
    const identified = await identify(host, portsOf?.(host) ?? usualPorts, AbortSignal.any([signal]), patience);
    const sightings = identified.ok ? identified.value.sightings : identified.error;
    // Known to the kernel once it was spoken to.
    const mac = neighbours.macOf(host);
    return {
      host,
      sightings,
      ...(mac === undefined ? {} : { mac }),
      ...(identified.ok ? { machine: identified.value } : {}),
      ...(sightings.every(({ silent }) => silent) ? { absent: true as const } : {}),
    };
  };
  return await Promise.all(
    hosts.map(async (host) => {
      const found = await pool.run("read", host, () => lookAt(host));
      onFound?.(found);
      return found;
    }),
  );
}
