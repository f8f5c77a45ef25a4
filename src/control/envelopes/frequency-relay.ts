/** A certified under-frequency relay: it trips a breaker by itself. weir sheds with it, and holds what it shed until the relay is released. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import type { FrequencyRelay } from "../../model/supply.ts";
import { jitterMilliseconds } from "../dispatch/course.ts";
import { kilowatts } from "../figures.ts";
import type { Judged } from "../judge.ts";
import { type Finding, nothingFound } from "./finding.ts";
import { prove } from "./proof.ts";

/** It must be proven clear at least this often [ms]. Source: choice: two polls and a scan; the relay itself acts within half a second (facts 1.1). */
const clearProofMilliseconds: Milliseconds = 2500;

export interface RelayState {
  /** When the relay was last proven clear. */
  readonly relayClearAt: Milliseconds;
  /** Until when nothing comes back after it tripped; null: it has not. */
  readonly relayUntil: Milliseconds | null;
}

export interface RelayInput {
  readonly site: Site;
  readonly judgedOf: (name: string) => Judged;
  readonly now: Milliseconds;
  readonly adopting: boolean;
}

/** What is not proven clear counts as tripped: a cut cable looks like a trip, on purpose. */
export function judgeRelay(
  before: RelayState,
  relay: FrequencyRelay | undefined,
  { site, judgedOf, now, adopting }: RelayInput,
): { readonly state: RelayState; readonly finding: Finding } {
  if (relay === undefined)
    return { state: { relayClearAt: before.relayClearAt, relayUntil: null }, finding: nothingFound };
  const judged = judgedOf(relay.clear);
  const proof = prove(before.relayClearAt, judged, (value) => value === 1, now, clearProofMilliseconds);
  const clear = proof.verdict === "proven" || (proof.verdict === "unknown" && adopting);
  // After its release the container's own jitter passes first: a fleet does not come back as one.
  const relayUntil = clear ? before.relayUntil : now + jitterMilliseconds(site);
  if (relayUntil === null || (clear && now >= relayUntil))
    return { state: { relayClearAt: proof.provenAt, relayUntil: null }, finding: nothingFound };
  const what = clear
    ? "was released a moment ago"
    : judged.quality === "good"
      ? "has tripped"
      : "is not known and counts as tripped";
  const text = `The under-frequency relay ${what}: ${kilowatts(relay.keepWatts)} until it is released and a while after.`;
  const reason = { code: "frequency-relay", text } as const;
  return {
    state: { relayClearAt: proof.provenAt, relayUntil },
    finding: {
      ...nothingFound,
      limits: [
        {
          scope: "container",
          ceilingWatts: relay.keepWatts,
          withinMilliseconds: 0,
          source: "frequency",
          reason,
        },
      ],
      warnings: [{ name: "frequency-relay", severity: "alarm", reason }],
    },
  };
}
