/** What was found on the network against what the site file says and what was there before. Pure. */
import type { MinerName } from "../../model/miner.ts";
import type { MinerDialect } from "../../model/site.ts";
import type { Found } from "./discover.ts";

/** A machine of the site; `mac` is the one remembered, absent before it was first seen. */
export interface Expected {
  readonly name: MinerName;
  readonly host: string;
  readonly dialect: MinerDialect;
  readonly mac?: string;
}

export type Difference =
  /** A machine the site file does not name. */
  | { readonly kind: "unexpected"; readonly host: string; readonly mac?: string; readonly dialect: MinerDialect }
  /** Another machine answers on its address; it gets no password before somebody agrees. */
  | {
      readonly kind: "replaced";
      readonly name: MinerName;
      readonly host: string;
      readonly mac: string;
      readonly before: string;
    }
  /** It answers on another address. */
  | {
      readonly kind: "moved";
      readonly name: MinerName;
      readonly host: string;
      readonly mac: string;
      readonly before: string;
    }
  /** Its MAC answers on other addresses as well: one machine with several, or several that tell the same. */
  | {
      readonly kind: "duplicate";
      readonly name: MinerName;
      readonly host: string;
      readonly mac: string;
      readonly others: readonly string[];
    }
  | {
      readonly kind: "other-dialect";
      readonly name: MinerName;
      readonly host: string;
      readonly dialect: MinerDialect;
      readonly expected: MinerDialect;
    }
  /** Something answers on its address that nothing here knows; what it said is in the sightings. */
  | { readonly kind: "not-understood"; readonly name: MinerName; readonly host: string }
  /** Nothing answers on its address, and it was seen nowhere else. */
  | { readonly kind: "missing"; readonly name: MinerName; readonly host: string };

/** Differences in the order of the site's machines, then what the site does not know. */
export function compareWithSite(found: readonly Found[], site: readonly Expected[]): readonly Difference[] {
  const at = new Map(found.map((one) => [one.host, one]));
  const hostsOf = (mac: string | undefined): readonly string[] =>
    mac === undefined ? [] : found.flatMap((one) => (one.mac === mac ? [one.host] : []));
  const named = new Set(site.map(({ host }) => host));
  const placed = new Set<string>();
  const differences: Difference[] = [];
  for (const machine of site) {
    const { name, mac, host: before } = machine;
    const here = at.get(before);
    const elsewhere = hostsOf(mac).filter((host) => host !== before);
    const [moved] = here?.mac === mac ? [] : elsewhere;
    if (mac !== undefined && moved !== undefined) {
      differences.push({ kind: "moved", name, host: moved, mac, before });
      placed.add(moved);
    }
    const others = hostsOf(here?.mac).filter((host) => host !== before);
    if (here?.mac !== undefined && others.length > 0 && moved === undefined) {
      differences.push({ kind: "duplicate", name, host: before, mac: here.mac, others });
      for (const host of others) placed.add(host);
    }
    const difference = here === undefined ? undefined : compareOne(here, machine, elsewhere.length > 0);
    if (difference !== undefined) differences.push(difference);
  }
  for (const { host, machine, mac } of found) {
    if (machine === undefined || named.has(host) || placed.has(host)) continue;
    const { dialect } = machine;
    differences.push({ kind: "unexpected", host, dialect, ...(mac === undefined ? {} : { mac }) });
  }
  return differences;
}

/** undefined: as it should be, or said already. */
function compareOne(here: Found, expected: Expected, seenElsewhere: boolean): Difference | undefined {
  const { name, host } = expected;
  if (here.absent === true) return seenElsewhere ? undefined : { kind: "missing", name, host };
  if (expected.mac !== undefined && here.mac !== undefined && here.mac !== expected.mac)
    return { kind: "replaced", name, host, mac: here.mac, before: expected.mac };
  if (here.machine === undefined) return { kind: "not-understood", name, host };
  const { dialect } = here.machine;
  // Some speak two: the one the site wants is enough.
  const speaks = dialect === expected.dialect || here.sightings.some((one) => one.dialect === expected.dialect);
  return speaks ? undefined : { kind: "other-dialect", name, host, dialect, expected: expected.dialect };
}
