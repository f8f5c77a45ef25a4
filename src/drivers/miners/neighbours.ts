/** The MAC behind an address, as the kernel has learnt it: known before a byte of a password is sent. Asks nobody. */
import { readFileSync } from "node:fs";
import type { Clock } from "../../model/driver.ts";

export interface Neighbours {
  /** Lower case with colons; undefined behind a router, on loopback, or before the first packet. */
  macOf(host: string): string | undefined;
}

/** The kernel's table, in memory: no disk is touched. Source: proc(5), /proc/net/arp. */
const table = "/proc/net/arp";

/** All links look together. Choice: well below a poll. */
const renewMilliseconds = 1_000;

export function watchNeighbours(clock: Pick<Clock, "now">, file: string = table): Neighbours {
  let macs: ReadonlyMap<string, string> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    macOf(host) {
      if (clock.now() - readAt >= renewMilliseconds) {
        readAt = clock.now();
        macs = decodeTable(read(file));
      }
      return macs.get(host);
    },
  };
}

/** Columns: address, hardware type, flags, hardware address, mask, device. Incomplete entries have a MAC of zeros. */
export function decodeTable(text: string): ReadonlyMap<string, string> {
  const rows = text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.flatMap(([host = "", , , mac = ""]) =>
      /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) && mac !== "00:00:00:00:00:00" ? [[host, mac.toLowerCase()]] : [],
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
