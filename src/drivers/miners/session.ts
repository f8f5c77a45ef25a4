/** What a dialect's hands offer the link: one read, one write, both bounded; nothing here decides when. */
import type { MinerFault } from "../../model/miner.ts";
import type { Result } from "../../model/result.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";

/** An entry of the secrets file. Never logged, never reported. */
export interface MinerCredentials {
  readonly user: string;
  readonly password: string;
}

export interface MinerSession {
  /** `settingWanted`: a command waits for its read-back, so the setting itself must be read and not only its consequences. */
  read(settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>>;
  /** Success is the machine's acknowledgement and proves nothing. `attempt` counts from 1. */
  write(setting: "run" | "sleep", attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>>;
  /** Whatever keeps later writes fast (tokens); asked after each good read. */
  prepare(signal: AbortSignal): Promise<void>;
}
