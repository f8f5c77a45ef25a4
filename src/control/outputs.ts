/** Outputs: cooling as it is commanded, and contactors as they have been taken over. */
import type { PointName } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import type { Assessed } from "./assess.ts";
import { type ContactorState, outputOf } from "./contactors.ts";
import { certain } from "./impossible.ts";

/** What every output is told. A contactor that has not been taken over yet, or is not seen closed any more, is not told anything. */
export function outputsOf(
  site: Site,
  { feedbacks }: Pick<Assessed, "feedbacks">,
  contactors: readonly (ContactorState | null)[],
  cooling: Readonly<Record<PointName, number>>,
): Readonly<Record<PointName, number>> {
  const outputs: Record<PointName, number> = { ...cooling };
  for (const [index, { contactor }] of site.branches.entries()) {
    const state = contactors[index] ?? null;
    if (contactor === null || state === null) continue;
    const told = outputOf(state, certain(feedbacks[index], "auxiliary contact"));
    if (told !== null) outputs[contactor.output] = told;
  }
  return outputs;
}
