/** What a link makes of an observation: its report, the name of its model, what a newer setting leaves of it, and what it shows of a target. Pure. */
import type { MinerDetails, MinerFault, MinerReport, MinerTarget } from "../../model/miner.ts";
import { present } from "../../protocol/cgminer/fields.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import type { MinerSession } from "./session.ts";
import type { SettingSeen, Slot } from "./slot.ts";

/** All that a report is made of. */
export interface Known extends Pick<Slot, "command" | "ownLimitWatts"> {
  readonly last: { readonly observation: MinerObservation; readonly at: number } | undefined;
  readonly fault: MinerFault | undefined;
  readonly provenResponse: MinerReport["provenResponse"] | undefined;
  readonly pools: MinerReport["pools"] | undefined;
}

/** Makes one machine's reports. The same one again while all it is made of is the same: every scan asks every machine, and most have nothing new. */
export function reporter(name: string): (known: Known) => MinerReport {
  let made: { readonly of: Known; readonly report: MinerReport } | undefined;
  return (known) => {
    if (made === undefined || !isSame(made.of, known)) made = { of: known, report: reportOf(name, known) };
    return made.report;
  };
}

/** Every part is replaced when it changes, never changed in place. */
function isSame(one: Known, other: Known): boolean {
  let part: keyof Known;
  for (part in other) if (one[part] !== other[part]) return false;
  return true;
}

/** Without a good read only the fault and the command. */
function reportOf(name: string, { last, fault, command, ownLimitWatts, provenResponse, pools }: Known): MinerReport {
  const limitIsOurs = ownLimitWatts === null ? undefined : (true as const);
  const now = present({ fault, command: command ?? undefined, limitIsOurs });
  if (last === undefined) return { name, mode: "unknown", powerSource: "unknown", ...now };
  const { setting: _setting, ...told } = last.observation;
  return { name, at: last.at, ...told, ...now, ...present({ provenResponse, pools }) };
}

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

/** What a technician may see of the pools: some firmware writes user and password of a pool into its URL. */
export function withoutPoolLogins(details: MinerDetails): MinerDetails {
  const { pools } = details;
  if (pools === undefined) return details;
  return {
    ...details,
    pools: pools.map((pool) => ({ ...pool, url: pool.url.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, "$1") })),
  };
}
