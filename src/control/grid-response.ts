/** What the end of a scan tells of the response to the grid's frequency: how fast its commands went out, and how it stands. */
import type { Decision } from "../model/decision.ts";
import type { ProcessImage } from "../model/image.ts";
import type { Site } from "../model/site.ts";
import type { Acted } from "./act.ts";
import type { Assessed } from "./assess.ts";
import { followResponse, type ResponseState } from "./envelopes/frequency-response.ts";
import type { Ordered } from "./orders.ts";
import type { ControlState } from "./state.ts";

/** Follows the commands of this scan; the same object where there is nothing to follow. */
export function followGrid(
  state: ControlState,
  image: ProcessImage,
  { layout, frequency }: Assessed,
  { limits }: Ordered,
  { plan }: Acted,
): ResponseState {
  if (frequency === null) return state.response;
  const shed = layout.machines.flatMap(({ miner }, index) =>
    plan.machines[index]?.command === "sleep" && state.machines[index]?.command !== "sleep" ? [miner.name] : [],
  );
  return followResponse(state.response, {
    limits,
    shed,
    reports: image.miners,
    sampledAt: frequency.sampledAt,
    now: image.now,
  });
}

/** As the decision tells it; nothing where the site has nothing for its grid. */
export function frequencyView(
  site: Site,
  { frequency }: Assessed,
  { lastMilliseconds, worstMilliseconds }: ResponseState,
): Pick<Decision, "frequency"> {
  if (frequency === null) return {};
  const tripped = frequency.relayUntil !== null;
  return {
    frequency: {
      hertz: frequency.hertz,
      stage: frequency.stages.stage,
      relay: site.frequency?.relay === undefined ? null : tripped ? "tripped" : "clear",
      lastResponseMilliseconds: lastMilliseconds,
      worstResponseMilliseconds: worstMilliseconds,
    },
  };
}
