/** What one read of a machine showed, the same for every dialect; absent members were not told. */

import type { MinerIdentity, MinerMode, PowerSource } from "../../model/miner.ts";
import type { MinerPowerMode } from "../../model/miner-model.ts";

/** What the machine is set to do, whatever it does: the read-back of a command compares with this. */
export type MinerSetting = "run" | "sleep" | "unknown";

export interface MinerObservation {
  readonly mode: MinerMode;
  readonly setting: MinerSetting;
  readonly identity?: MinerIdentity;
  readonly powerWatts?: number;
  readonly powerSource: PowerSource;
  readonly directCurrentWatts?: number;
  readonly limitWatts?: number;
  readonly powerMode?: MinerPowerMode;
  readonly hashrateTerahashesPerSecond?: number;
  readonly inletCelsius?: number;
  readonly outletCelsius?: number;
  readonly boardCelsius?: number;
  readonly chipCelsius?: number;
  readonly uptimeSeconds?: number;
  /** A write of ours had lost the machine's pools, and they were put back, or could not be. */
  readonly pools?: "restored" | "lost";
}

/** Bounds of plausible figures. Choice: twice the largest machine sold in 2026 (M63S++, S21e XP Hyd 3U). */
export const plausible = {
  powerWatts: 25_000,
  terahashesPerSecond: 2_000,
  /** A sensor that is absent reads 0, -273 or 255 on several makes. */
  minimumCelsius: -40,
  maximumCelsius: 150,
} as const;
