/** What the replies of a stock Antminer make of it: setting, mode, power, identity. Pure. */
import type { MinerIdentity, MinerMode } from "../../model/miner.ts";
import { sleepMode } from "../../protocol/bitmain/configuration.ts";
import type { BitmainStats, SystemInformation } from "../../protocol/bitmain/readings.ts";
import { present } from "../../protocol/cgminer/fields.ts";
import type { MinerObservation, MinerSetting } from "../../protocol/cgminer/observation.ts";

export function settingOf(mode: number | undefined): MinerSetting {
  if (mode === undefined) return "unknown";
  return mode === sleepMode ? "sleep" : "run";
}

/** `told` is the setting of this very read; `believed` the last one known. */
export function observe(
  stats: BitmainStats,
  told: MinerSetting,
  believed: MinerSetting,
  powerWatts: number | undefined,
  identity: MinerIdentity | undefined,
): MinerObservation {
  const { model: _model, firmware: _firmware, ...figures } = stats;
  return present({
    ...figures,
    mode: modeOf(stats.hashrateTerahashesPerSecond, believed),
    setting: told,
    identity,
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : "estimated",
  } as const);
}

function modeOf(hashrate: number | undefined, setting: MinerSetting): MinerMode {
  if (hashrate === undefined) return "unknown";
  if (hashrate > 0) return "hashing";
  if (setting === "unknown") return "unknown";
  return setting === "sleep" ? "asleep" : "starting";
}

export function identityOf(stats: BitmainStats, information: SystemInformation | undefined): MinerIdentity | undefined {
  const model = information?.model ?? stats.model;
  if (model === undefined) return undefined;
  return present({
    make: "Bitmain",
    model,
    firmware: information?.firmware ?? stats.firmware ?? "unknown",
    mac: information?.mac,
  });
}
