/** What trimming needs to know of a scan: which machines may be trimmed at all, and which order they follow. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit, Scope } from "../../model/reason.ts";
import type { Site } from "../../model/site.ts";
import { ceilingsOf, type ScopeCeilings } from "../arbitration.ts";
import type { Assessed } from "../assess.ts";
import { certain } from "../impossible.ts";
import { isRefusing } from "../machines/trimming.ts";
import { deadBandOf, type TrimOrder, type TrimRules } from "./trim-sheet.ts";

/** Null: this site has nothing to trim, or nothing shows what comes of it. */
export function trimRules(
  site: Site,
  assessed: Assessed,
  limits: readonly Limit[],
  order: TrimOrder,
  responseOf: TrimRules["responseOf"],
  now: Milliseconds,
): TrimRules | null {
  const { layout, balances } = assessed;
  if (!Object.values(site.minerModels).some(({ trim }) => trim !== null && !trim.restarts)) return null;
  const root = certain(balances[layout.root], "root");
  if (root.meteredWatts === null || root.meterBelowAccount) return null;
  return {
    now,
    limits,
    mayTrim: (machine) => mayTrim(assessed, machine, now),
    responseOf,
    orderSince: order.since,
    deadBandWatts: deadBandOf(site.ratedWatts),
  };
}

/** Another order, or a step of one, from the dead band on. */
export function trimOrderOf(
  before: TrimOrder,
  site: Site,
  ceilings: ReadonlyMap<Scope, ScopeCeilings>,
  now: Milliseconds,
): TrimOrder {
  const { gentleWatts: watts } = ceilingsOf(ceilings, "container");
  return Math.abs(watts - before.watts) <= deadBandOf(site.ratedWatts) ? before : { watts, since: now };
}

/** Its own power is told and stands still, it need not start anew under a limit, and has not ignored one lately. */
function mayTrim({ layout, fleet }: Assessed, index: number, now: Milliseconds): boolean {
  const { model } = certain(layout.machines[index], "machine");
  if (model.trim === null || model.trim.restarts) return false;
  const { rising, trim } = certain(fleet.machines[index], "machine");
  const { fresh, ownPower } = certain(fleet.sightings[index], "sighting");
  return fresh && ownPower && !rising && (trim === null || !isRefusing(trim, now));
}
