/** What a link makes of an observation beyond reporting it: the name of its model, what a newer setting leaves of it, and what it shows of a target. Pure. */
import type { MinerTarget } from "../../model/miner.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import type { MinerSession } from "./session.ts";
import type { SettingSeen } from "./slot.ts";

/** Maker and model, as the response times are kept. */
export function modelOf({ identity }: MinerObservation): string {
  return identity === undefined ? "unknown" : `${identity.make} ${identity.model}`;
}

/** What it is set to outdates what it was seen doing; whether it hashes or sleeps well is for the next whole read. */
export function withSetting(observation: MinerObservation, setting: "run" | "sleep"): MinerObservation {
  if (setting === "sleep") return observation;
  const idle = observation.mode === "asleep" || observation.mode === "stopped";
  return idle ? { ...observation, mode: "starting" } : observation;
}

/** Where limits come in steps, the step for the wished limit is as good as the limit. */
export function asTargeted(
  session: Pick<MinerSession, "stepLimit">,
  target: MinerTarget,
  seen: SettingSeen,
): SettingSeen {
  if (target.mode !== "limit" || session.stepLimit === undefined) return seen;
  const step = session.stepLimit(target.watts);
  return step !== undefined && step === seen.limitWatts ? { ...seen, limitWatts: target.watts } : seen;
}
