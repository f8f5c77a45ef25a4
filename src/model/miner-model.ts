/** What a miner model does besides running and sleeping: its modes, and what a limit in watts does to it. */
import type { Milliseconds } from "./reading.ts";

export type MinerPowerMode = "low" | "normal" | "high";

/** What a limit in watts does to a machine of a model. */
export interface MinerTrim {
  /** Lowest limit the firmware takes [W]. */
  readonly minimumWatts: number;
  /** A new limit stops mining and starts it again. True where nobody tells. */
  readonly restarts: boolean;
  /** From a new limit until power has settled under it. */
  readonly settleMilliseconds: Milliseconds;
}
