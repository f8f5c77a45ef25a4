/** The real core for a simulated run, with the real reading of what the disk knew. */
import { type ControlState, startControl } from "../../control/state.ts";
import { step } from "../../control/step.ts";
import { durableAtStart } from "../../runtime/start-state.ts";
import type { Core } from "../../sim/closed-loop/core.ts";

export const realCore: Core<ControlState> = {
  start: (site, { durable, restarts }, now, unixMilliseconds) =>
    startControl(site, durableAtStart({ durable, salvaged: false, restarts }, unixMilliseconds), now),
  step,
};
