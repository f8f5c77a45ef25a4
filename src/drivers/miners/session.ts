/** What a dialect's hands offer the link: one read, one write, both bounded; nothing here decides when. */
import type { MinerDetails, MinerFault, MinerOrder } from "../../model/miner.ts";
import type { Result } from "../../model/result.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";

/** An entry of the secrets file. Never logged, never reported. */
export interface MinerCredentials {
  readonly user: string;
  readonly password: string;
}

/** None were given: an empty password would be a failed login, and accounts lock after some. */
export function isAnonymous({ user, password }: MinerCredentials): boolean {
  return user === "" && password === "";
}

export type SettingRead = Pick<MinerObservation, "setting" | "limitWatts" | "pools">;

export interface MinerSession {
  /** Reads send no credentials: a strange machine may still be read. Absent: they do. */
  readonly readsOpenly?: true;
  /** `tellMac` sends no credentials. Absent: it does. */
  readonly tellsMacOpenly?: true;
  /** Asks the machine for its MAC, anew each time; undefined: it tells none. Absent: it has none to tell, or is never commanded. */
  tellMac?(signal: AbortSignal): Promise<Result<string | undefined, MinerFault>>;
  /** `settingWanted`: a command waits for its read-back, so the setting itself must be read and not only its consequences. */
  read(settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>>;
  /** The setting alone, by the cheapest read that tells it for sure. Absent: only a whole read tells it. */
  readBack?(signal: AbortSignal): Promise<Result<SettingRead, MinerFault>>;
  /** Success is the machine's acknowledgement and proves nothing. `attempt` counts from 1. */
  write(setting: "run" | "sleep", attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>>;
  /** Absent: the firmware takes no limit in watts. Success is the acknowledgement. */
  limit?(watts: number, signal: AbortSignal): Promise<Result<null, MinerFault>>;
  /** Limit that takes a limit away [W]; absent: nothing does. */
  readonly unlimitedWatts?: number;
  /** Where it takes limits in steps only: the step it takes for this wish; undefined for none. Absent: it takes any. */
  stepLimit?(watts: number): number | undefined;
  /** Absent: the firmware takes no orders; `command-refused` for one it does not have. */
  order?(order: MinerOrder, signal: AbortSignal): Promise<Result<null, MinerFault>>;
  /** Absent: there is nothing beyond the report. */
  inspect?(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>>;
  /** Whether it would take commands from these credentials, as far as it tells without being given one. Absent: it does not tell. */
  access?(signal: AbortSignal): Promise<Result<null, MinerFault>>;
  /** Whatever keeps later writes fast (tokens); asked after each good read. */
  prepare(signal: AbortSignal): Promise<void>;
}
