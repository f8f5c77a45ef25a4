/** One scan of the core, from a frozen image to a decision. The order of this file is the order of DESIGN section 3. */
import type { Decision } from "../model/decision.ts";
import type { ProcessImage } from "../model/image.ts";
import type { Site } from "../model/site.ts";
import { act } from "./act.ts";
import { judge } from "./assess.ts";
import { conclude } from "./conclude.ts";
import { order } from "./orders.ts";
import type { ControlState } from "./state.ts";

/**
 * Decides one scan: readings are judged, envelopes and orders give limits, the smallest binds, and machines, contactors and
 * outputs follow. Pure: the same state, image and site give the same result; nothing is thrown, nothing is read elsewhere.
 */
export function step(
  state: ControlState,
  image: ProcessImage,
  site: Site,
): { readonly state: ControlState; readonly decision: Decision } {
  const assessed = judge(state, image, site);
  const ordered = order(state, image, site, assessed);
  const acted = act(state, image, site, assessed, ordered);
  return conclude(state, image, site, assessed, ordered, acted);
}
