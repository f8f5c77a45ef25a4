/** VNish, REST under /api/v1: what its replies tell. Its watts are an estimate; only tuned presets act. */
import type { MinerDetails, MinerIdentity, MinerMode } from "../../model/miner.ts";
import {
  at,
  booleanOf,
  greatestOf,
  listOf,
  macOf,
  numberOf,
  numberWithin,
  objectOf,
  present,
  textOf,
} from "../cgminer/fields.ts";
import type { JsonValue } from "../cgminer/json.ts";
import { type MinerObservation, type MinerSetting, plausible } from "../cgminer/observation.ts";

/** States of /status. Source: miners' fact sheet, section 2.8. */
const states: Readonly<Record<string, { readonly mode: MinerMode; readonly setting: MinerSetting }>> = {
  mining: { mode: "hashing", setting: "run" },
  "auto-tuning": { mode: "hashing", setting: "run" },
  initializing: { mode: "starting", setting: "run" },
  starting: { mode: "starting", setting: "run" },
  restarting: { mode: "starting", setting: "run" },
  "shutting-down": { mode: "hashing", setting: "sleep" },
  stopped: { mode: "asleep", setting: "sleep" },
  failure: { mode: "stopped", setting: "run" },
};

/** Smallest share that `throttle` takes. Source: maker's web interface through the fact sheet, section 1.4. */
export const leastPercent = 20;

/** undefined: no VNish. */
export function observeVnish(
  information: JsonValue,
  status: JsonValue,
  summary: JsonValue,
  preset: VnishPreset | undefined,
): MinerObservation | undefined {
  if (!isVnish(information)) return undefined;
  const miner = objectOf(at(summary, "miner"));
  const state = states[textOf(at(status, "miner_state")) ?? textOf(at(miner, "miner_status", "miner_state")) ?? ""];
  const hashrate = scaled(miner?.["hr_realtime"], textOf(at(information, "hr_measure")));
  const powerWatts = numberWithin(miner?.["power_consumption"], 1, plausible.powerWatts);
  const chains = listOf(miner?.["chains"]) ?? [];
  const hottest = (...path: readonly string[]): number | undefined =>
    greatestOf(chains.map((chain) => celsius(at(chain, ...path))));
  return present({
    // The figure tells first that nothing hashes any more; the state tells first that it is meant not to.
    mode:
      state === undefined ? "unknown" : state.mode === "hashing" && hashrate === 0 ? silent(state.setting) : state.mode,
    setting: state?.setting ?? "unknown",
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : "estimated",
    limitWatts: preset?.watts,
    hashrateTerahashesPerSecond: hashrate,
    inletCelsius: hottest("inlet_water_temp"),
    outletCelsius: hottest("outlet_water_temp"),
    boardCelsius: hottest("pcb_temp", "max"),
    chipCelsius: hottest("chip_temp", "max"),
    uptimeSeconds: numberWithin(at(status, "miner_state_time"), 0, Number.MAX_SAFE_INTEGER),
  } as const);
}

/** Of /status. */
export function decodeVnishSetting(status: JsonValue): MinerSetting {
  return states[textOf(at(status, "miner_state")) ?? ""]?.setting ?? "unknown";
}

function silent(setting: MinerSetting): MinerMode {
  return setting === "sleep" ? "asleep" : "starting";
}

export function isVnish(information: JsonValue | undefined): boolean {
  return /vnish/i.test(textOf(at(information, "fw_name")) ?? "");
}

export function decodeVnishIdentity(information: JsonValue): MinerIdentity {
  return present({
    make: "Bitmain",
    model: textOf(at(information, "model")) ?? textOf(at(information, "miner")) ?? "unknown",
    firmware: `VNish ${textOf(at(information, "fw_version")) ?? "unknown"}`,
    mac: macOf(at(information, "system", "network_status", "mac")),
  });
}

export interface VnishPreset {
  readonly name: string;
  readonly watts: number;
}

/** Tuned presets in the order of their watts: an untuned one is accepted and ignored, so it is none. */
export function decodePresets(value: JsonValue): readonly VnishPreset[] {
  return (listOf(value) ?? [])
    .filter((row) => textOf(at(row, "status")) === "tuned")
    .map((row) => {
      const name = textOf(at(row, "name"));
      const told = /^(\d+)\s*W/i.exec(textOf(at(row, "pretty")) ?? "")?.[1] ?? name;
      return { name, watts: numberWithin(told, 1, plausible.powerWatts) };
    })
    .filter((row): row is VnishPreset => row.name !== undefined && row.watts !== undefined)
    .sort((one, other) => one.watts - other.watts);
}

/** The greatest tuned preset that stays at or below the watts. */
export function presetBelow(presets: readonly VnishPreset[], watts: number): VnishPreset | undefined {
  return presets.findLast((preset) => preset.watts <= watts);
}

/** Name of the preset in /settings. */
export function decodeCurrentPreset(settings: JsonValue): string | undefined {
  const preset = at(settings, "miner", "overclock", "preset");
  return typeof preset === "number" ? String(preset) : textOf(preset);
}

/** Body that sets a preset and nothing else. */
export function encodePreset(name: string): JsonValue {
  return { miner: { overclock: { preset: name } } };
}

/** Whether mining must be restarted before a setting acts: the reply says so. */
export function needsRestart(reply: JsonValue | undefined): boolean {
  return booleanOf(at(reply, "restart_required")) === true || booleanOf(at(reply, "reboot_required")) === true;
}

export function decodeVnishDetails(
  information: JsonValue,
  status: JsonValue,
  summary: JsonValue,
  presets: readonly VnishPreset[],
): MinerDetails {
  const miner = objectOf(at(summary, "miner"));
  const [least, most] = [presets[0], presets.at(-1)];
  return present({
    hostname: textOf(at(information, "system", "network_status", "hostname")),
    fansRevolutionsPerMinute: (listOf(at(miner, "cooling", "fans")) ?? [])
      .map((fan) => numberOf(at(fan, "rpm")))
      .filter((rpm) => rpm !== undefined),
    boards: (listOf(miner?.["chains"]) ?? []).map((chain) => ({
      hashes: (numberOf(at(chain, "hashrate_rt")) ?? numberOf(at(chain, "hr_realtime")) ?? 0) > 0,
    })),
    pools: (listOf(miner?.["pools"]) ?? []).map((pool) => ({
      url: textOf(at(pool, "url")) ?? "",
      state: textOf(at(pool, "status")) ?? "unknown",
    })),
    locating: booleanOf(at(status, "find_miner")),
    ratedTerahashesPerSecond: scaled(miner?.["hr_stock"], textOf(at(information, "hr_measure"))),
    limitBoundsWatts: least && most ? { least: least.watts, most: most.watts } : undefined,
  });
}

/** GH/s unless the machine names another unit. */
function scaled(value: JsonValue | undefined, unit: string | undefined): number | undefined {
  const figure = numberOf(value);
  const perTerahash = unit === "MH/s" ? 1e6 : unit === "TH/s" ? 1 : 1e3;
  return figure === undefined ? undefined : numberWithin(figure / perTerahash, 0, plausible.terahashesPerSecond);
}

/** 0 stands for "no sensor". */
function celsius(value: JsonValue | undefined): number | undefined {
  const figure = numberWithin(value, plausible.minimumCelsius, plausible.maximumCelsius);
  return figure === 0 ? undefined : figure;
}
