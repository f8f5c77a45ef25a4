/** The MAC behind an address, as the kernel has learnt it: known before a byte of a password is sent. Asks nobody. */
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Clock } from "../../model/driver.ts";

export interface Neighbours {
  /** Lower case with colons, as it was a tenth of a second ago or later, `anew`: just now; undefined behind a router, on loopback, or before the first packet. */
  macOf(host: string, anew?: true): string | undefined;
  /** In one of the controller's own networks, where the kernel learns it; not loopback. */
  isNear(host: string): boolean;
}

/** The kernel's table, in memory: no disk is touched. Source: proc(5), /proc/net/arp. */
const table = "/proc/net/arp";

/** All links look together. Choice: shorter than moving a cable, or the start of a link, takes. */
const renewMilliseconds = 100;

/** Its own addresses change by hand, or with a lease. Choice. */
const networksMilliseconds = 10_000;

/** Address and mask, as numbers. */
type Network = readonly [number, number];

/** The MAC of nobody: an entry without an answer, or a device without neighbours. */
const nobody = "00:00:00:00:00:00";

export function watchNeighbours(
  clock: Pick<Clock, "now">,
  file: string = table,
  ownNetworks: () => readonly Network[] = () => networksOf(networkInterfaces()),
): Neighbours {
  let macs: ReadonlyMap<string, string> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let networks: readonly Network[] = [];
  let networksAt = Number.NEGATIVE_INFINITY;
  return {
    macOf(host, anew) {
      if (anew === true || clock.now() - readAt >= renewMilliseconds) {
        readAt = clock.now();
        macs = decodeTable(read(file));
      }
      return macs.get(host);
    },
    isNear(host) {
      if (clock.now() - networksAt >= networksMilliseconds) {
        networksAt = clock.now();
        networks = ownNetworks();
      }
      const asked = numberOf(host);
      return networks.some(([address, mask]) => ((address ^ asked) & mask) === 0);
    },
  };
}

/** `devices`: as the kernel lists them. */
export function networksOf(devices: ReturnType<typeof networkInterfaces>): readonly Network[] {
  return (
    Object.values(devices)
      .flatMap((addresses) => addresses ?? [])
      // A tunnel has no MAC, and the kernel learns none behind it.
      .filter(({ family, internal, mac }) => family === "IPv4" && !internal && mac !== nobody)
      .map(({ address, netmask }) => [numberOf(address), numberOf(netmask)])
  );
}

function numberOf(address: string): number {
  return isIPv4(address) ? address.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0) : 0;
}

/** The entry stands; without it the kernel has asked in vain, and still shows the MAC of who was there before, or zeros. Source: if_arp.h, ATF_COM. */
const complete = 0x2;

/** Columns: address, hardware type, flags, hardware address, mask, device. */
export function decodeTable(text: string): ReadonlyMap<string, string> {
  const rows = text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.flatMap(([host = "", , flags = "", mac = ""]) =>
      /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) && mac !== nobody && (Number(flags) & complete) !== 0
        ? [[host, mac.toLowerCase()]]
        : [],
    ),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
