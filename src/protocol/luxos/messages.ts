/** LuxOS: what its replies tell, sessions, and curtailment. Its watts are an estimate unless the supply measures. */
import type { MinerDetails, MinerIdentity, MinerMode, MinerOrder } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { decodeDetails, decodeStatsCommand } from "../bitmain/readings.ts";
import { booleanOf, macOf, numberOf, numberWithin, present, statusOf, textOf } from "../cgminer/fields.ts";
import type { JsonObject } from "../cgminer/json.ts";
import { type MinerObservation, type MinerSetting, plausible } from "../cgminer/observation.ts";
import { rowsOf } from "../cgminer/sections.ts";

/** What `config` tells of the machine and of what it is set to. */
export interface LuxosConfiguration {
  readonly setting: MinerSetting;
  readonly profile?: string;
  /** While the thermal manager is on it picks profiles itself and `profileset` is refused. */
  readonly thermalManager: boolean;
  readonly model?: string;
  readonly mac?: string;
  readonly hostname?: string;
  readonly locating: boolean;
  readonly ratedTerahashesPerSecond?: number;
}

export interface LuxosProfile {
  readonly name: string;
  readonly watts: number;
}

/** undefined: no LuxOS. */
export function decodeLuxosConfiguration(body: JsonObject): LuxosConfiguration | undefined {
  const row = rowsOf(body, "CONFIG")[0];
  if (row === undefined || textOf(row["OS"]) !== "LuxOS") return undefined;
  const curtailment = textOf(row["CurtailMode"]);
  return present({
    setting: curtailment === undefined ? "unknown" : /^none$/i.test(curtailment) ? "run" : "sleep",
    profile: textOf(row["Profile"]),
    thermalManager: booleanOf(row["IsAtmEnabled"]) ?? false,
    model: textOf(row["Model"]),
    mac: macOf(row["MACAddr"]),
    hostname: textOf(row["Hostname"]),
    locating: [row["RedLed"], row["GreenLed"]].some((light) => textOf(light) === "blink"),
    ratedTerahashesPerSecond: numberOf(row["NameplateTHS"]),
  } as const);
}

/** `atm`: the profile the thermal manager may not go above; undefined where it tells none. */
export function decodeMaximumProfile(body: JsonObject): string | undefined {
  const row = rowsOf(body, "ATM")[0];
  return textOf(row?.["MaxProfile"]) ?? textOf(row?.["Max Profile"]);
}

/** `profiles`, in the order of their watts. */
export function decodeProfiles(body: JsonObject): readonly LuxosProfile[] {
  return rowsOf(body, "PROFILES")
    .map((row) => ({ name: textOf(row["Profile Name"]), watts: numberWithin(row["Watts"], 1, plausible.powerWatts) }))
    .filter((row): row is LuxosProfile => row.name !== undefined && row.watts !== undefined)
    .sort((one, other) => one.watts - other.watts);
}

/** The greatest profile that stays at or below the watts; undefined where even the smallest is above. */
export function profileBelow(profiles: readonly LuxosProfile[], watts: number): LuxosProfile | undefined {
  return profiles.findLast((profile) => profile.watts <= watts);
}

/** `stats`, `power` and `config` as one; undefined where `stats` has no figures. */
export function observeLuxos(
  stats: JsonObject,
  power: JsonObject | undefined,
  configuration: LuxosConfiguration,
  profiles: readonly LuxosProfile[],
): MinerObservation | undefined {
  const figures = decodeStatsCommand(stats);
  if (!figures.ok) return undefined;
  const { model: _model, firmware: _firmware, ...told } = figures.value;
  const row = rowsOf(power, "POWER")[0];
  const powerWatts = numberWithin(row?.["Watts"], 1, plausible.powerWatts);
  const { setting } = configuration;
  return present({
    ...told,
    mode: judgeMode(told.hashrateTerahashesPerSecond, setting),
    setting,
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : booleanOf(row?.["PSU"]) === true ? "measured" : "estimated",
    limitWatts: profiles.find((profile) => profile.name === configuration.profile)?.watts,
  } as const);
}

function judgeMode(hashrate: number | undefined, setting: MinerSetting): MinerMode {
  if (hashrate === undefined) return "unknown";
  if (hashrate > 0) return "hashing";
  if (setting === "unknown") return "unknown";
  return setting === "sleep" ? "asleep" : "starting";
}

export function decodeLuxosIdentity(version: JsonObject, configuration: LuxosConfiguration): MinerIdentity {
  const row = rowsOf(version, "VERSION")[0];
  const firmware = textOf(row?.["LUXminer"]);
  return present({
    make: "Bitmain",
    model: configuration.model ?? textOf(row?.["Type"]) ?? "unknown",
    firmware: `LuxOS ${firmware ?? "unknown"}`,
    mac: configuration.mac,
  });
}

export function decodeLuxosDetails(
  stats: JsonObject,
  configuration: LuxosConfiguration,
  profiles: readonly LuxosProfile[],
  version: JsonObject | undefined,
  pools: JsonObject | undefined,
): MinerDetails {
  const [least, most] = [profiles[0], profiles.at(-1)];
  return present({
    ...decodeDetails(stats, pools),
    apiVersion: textOf(rowsOf(version, "VERSION")[0]?.["API"]),
    hostname: configuration.hostname,
    locating: configuration.locating,
    ratedTerahashesPerSecond: configuration.ratedTerahashesPerSecond,
    limitBoundsWatts: least && most ? { least: least.watts, most: most.watts } : undefined,
  });
}

/** `logon` and `session`: undefined where no session is open. */
export function decodeSession(body: JsonObject): string | undefined {
  return textOf(rowsOf(body, "SESSION")[0]?.["SessionID"]);
}

/** Privileged commands carry the session first; the parameters behind it are separated by commas. */
export function privileged(session: string, ...parameters: readonly string[]): string {
  return [session, ...parameters].join(",");
}

/** Command and parameters of an order; undefined for one it does not have. */
export function encodeLuxosOrder(
  order: MinerOrder,
): { readonly command: string; readonly parameters: readonly string[] } | undefined {
  if (order.kind === "locate") return { command: "ledset", parameters: ["red", order.on ? "blink" : "auto"] };
  return order.kind === "reboot" ? { command: "rebootdevice", parameters: [] } : undefined;
}

export type LuxosFailure = { readonly kind: "refused"; readonly text: string } | { readonly kind: "malformed" };

export function judgeLuxos(body: JsonObject): Result<JsonObject, LuxosFailure> {
  const { letter, text } = statusOf(body);
  if (letter === undefined) return fail({ kind: "malformed" });
  return letter === "S" || letter === "I" ? succeed(body) : fail({ kind: "refused", text });
}
