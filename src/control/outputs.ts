/** Outputs: cooling as it is commanded, contactors as they have been taken over, and the lamp. */
import type { Alarm } from "../model/decision.ts";
import type { PointName } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import type { Assessed } from "./assess.ts";
import { type ContactorState, outputOf } from "./contactors.ts";
import { certain } from "./impossible.ts";

/** The lamp, where there is one: on while an alarm lasts that is more than a warning. */
export function lampOf({ alarmLamp }: Site, alarms: readonly Alarm[]): Readonly<Record<PointName, number>> {
  if (alarmLamp === undefined) return {};
  return { [alarmLamp]: alarms.some(({ severity }) => severity === "alarm") ? 1 : 0 };
}

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
