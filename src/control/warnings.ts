/** Everything a person should know of after a scan: limits below the ordinary, findings, latched sensors, open contactors, a store behind. */
import type { ProcessImage } from "../model/image.ts";
import type { Site } from "../model/site.ts";
import type { Acted } from "./act.ts";
import { limitWarnings } from "./alarms.ts";
import type { Assessed } from "./assess.ts";
import { openWarning, wornWarning } from "./contactors.ts";
import type { Warning } from "./envelopes/finding.ts";
import { slowWarnings } from "./envelopes/frequency-response.ts";
import type { Ordered } from "./orders.ts";
import type { ControlState } from "./state.ts";

/** The warnings of this scan. */
export function warningsOf(
  state: ControlState,
  image: ProcessImage,
  site: Site,
  { finding }: Assessed,
  ordered: Ordered,
  acted: Acted,
): readonly Warning[] {
  const behind = image.storedRevision < state.durable.revision;
  const text = `Revision ${state.durable.revision} is not on disk yet; orders that raise are refused.`;
  return [
    ...limitWarnings(ordered.limits),
    ...finding.warnings,
    ...slowWarnings(state.response, site.frequency?.response?.respondWithinMilliseconds),
    ...ordered.trips
      .filter(({ reason }) => reason.code === "sensor-latched")
      .map(({ name, reason }) => ({ name: `sensor-latched ${name}`, severity: "alarm", reason }) as const),
    ...site.branches.flatMap(({ name, contactor }, index) => [
      ...openWarning(name, acted.contactors[index] ?? null),
      ...wornWarning(name, contactor?.ratedOperations, acted.contactorOperations[name] ?? 0),
    ]),
    ...(behind ? [{ name: "store-behind", severity: "warning", reason: { code: "store-behind", text } } as const] : []),
  ];
}
