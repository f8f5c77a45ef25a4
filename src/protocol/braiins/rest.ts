/** Braiins OS, REST under /api/v1 (25.05 and later): what its replies tell. Its watts are an estimate that may exceed the target. */
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
import type { JsonObject, JsonValue } from "../cgminer/json.ts";
import { type MinerObservation, type MinerSetting, plausible } from "../cgminer/observation.ts";

/** `status` of miner/details. Source: bos-plus-api 1.11.0, MinerStatus; 2 recorded on a hashing machine. */
const statuses: Readonly<Record<number, MinerSetting>> = { 1: "sleep", 2: "run", 3: "sleep", 4: "run", 5: "run" };

export interface BraiinsReplies {
  /** miner/details */
  readonly details: JsonValue;
  /** miner/stats */
  readonly stats: JsonValue;
  /** miner/hw/hashboards */
  readonly boards: JsonValue | undefined;
  /** performance/tuner-state */
  readonly tuner: JsonValue | undefined;
}

/** undefined: no Braiins OS. */
export function observeBraiins(replies: BraiinsReplies): MinerObservation | undefined {
  const details = objectOf(replies.details);
  const stats = objectOf(replies.stats);
  if (details?.["bos_version"] === undefined || stats === undefined) return undefined;
  const setting = decodeBraiinsSetting(details);
  const hashrate = gigahashes(at(stats, "miner_stats", "real_hashrate", "last_5s"));
  const powerWatts = numberWithin(
    at(stats, "power_stats", "approximated_consumption", "watt"),
    1,
    plausible.powerWatts,
  );
  const boards = boardsOf(replies.boards);
  return present({
    mode: judgeMode(hashrate, setting),
    setting,
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : "estimated",
    limitWatts: decodeTarget(replies.tuner),
    hashrateTerahashesPerSecond: hashrate,
    // The inlet of the hottest board counts.
    inletCelsius: greatestOf(boards.map((board) => degrees(board["lowest_inlet_temp"]))),
    outletCelsius: greatestOf(boards.map((board) => degrees(board["highest_outlet_temp"]))),
    boardCelsius: greatestOf(boards.map((board) => degrees(board["board_temp"]))),
    chipCelsius: greatestOf(boards.map((board) => degrees(at(board, "highest_chip_temp", "temperature")))),
    uptimeSeconds: numberWithin(details["bosminer_uptime_s"], 0, Number.MAX_SAFE_INTEGER),
  } as const);
}

/** performance/tuner-state: the target in force; undefined where it tunes for something else. */
export function decodeTarget(tuner: JsonValue | undefined): number | undefined {
  const state = objectOf(at(tuner, "mode_state"));
  const power = Object.entries(state ?? {}).find(([name]) => name.toLowerCase().includes("powertarget"))?.[1];
  return numberWithin(at(power, "current_target", "watt"), 1, plausible.powerWatts);
}

/** Of miner/details. */
export function decodeBraiinsSetting(details: JsonValue): MinerSetting {
  return statuses[numberOf(at(details, "status")) ?? 0] ?? "unknown";
}

export function decodeBraiinsIdentity(details: JsonValue): MinerIdentity {
  const body = objectOf(details) ?? {};
  return present({
    make: "Bitmain",
    model: textOf(at(body, "miner_identity", "miner_model")) ?? "unknown",
    firmware: `Braiins OS ${textOf(at(body, "bos_version", "current")) ?? "unknown"}`,
    mac: macOf(body["mac_address"]),
  });
}

/** Replies for a person: cooling/state, pools, miner/errors, version, actions/locate, configuration/constraints. */
export interface BraiinsExtras {
  readonly cooling: JsonValue | undefined;
  readonly pools: JsonValue | undefined;
  readonly errors: JsonValue | undefined;
  readonly version: JsonValue | undefined;
  readonly locating: JsonValue | undefined;
  readonly constraints: JsonValue | undefined;
}

export function decodeBraiinsDetails(replies: BraiinsReplies, extras: BraiinsExtras): MinerDetails {
  const version = objectOf(extras.version);
  const sticker = gigahashes(at(replies.details, "sticker_hashrate"));
  const [least, most] = ["min", "max"].map((end) =>
    numberOf(at(extras.constraints, "tuner_constraints", "power_target", end, "watt")),
  );
  return present({
    hostname: textOf(at(replies.details, "hostname")),
    apiVersion: version === undefined ? undefined : ["major", "minor", "patch"].map((part) => version[part]).join("."),
    fansRevolutionsPerMinute: (listOf(at(extras.cooling, "fans")) ?? [])
      .map((fan) => numberOf(at(fan, "rpm")))
      .filter((rpm) => rpm !== undefined),
    boards: boardsOf(replies.boards).map((board) => ({
      hashes:
        booleanOf(board["enabled"]) === true && (gigahashes(at(board, "stats", "real_hashrate", "last_5s")) ?? 0) > 0,
      chips: numberOf(board["chips_count"]) ?? 0,
    })),
    pools: decodeBraiinsPools(extras.pools),
    errors: (listOf(at(extras.errors, "errors")) ?? []).map((error) => textOf(at(error, "message")) ?? "unnamed"),
    locating: booleanOf(extras.locating),
    ratedTerahashesPerSecond: sticker,
    limitBoundsWatts: least === undefined || most === undefined ? undefined : { least, most },
  });
}

/** A list of groups with pools each, or an object that holds it. */
function decodeBraiinsPools(value: JsonValue | undefined): MinerDetails["pools"] {
  const groups = listOf(value) ?? listOf(at(value, "pool_groups"));
  return groups
    ?.flatMap((group) => listOf(at(group, "pools")) ?? [])
    .map((pool) => ({
      url: textOf(at(pool, "url")) ?? "",
      state: booleanOf(at(pool, "alive")) === true ? "alive" : "dead",
    }));
}

function boardsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return (listOf(at(value, "hashboards")) ?? []).map(objectOf).filter((board) => board !== undefined);
}

function judgeMode(hashrate: number | undefined, setting: MinerSetting): MinerMode {
  if (hashrate === undefined) return setting === "sleep" ? "asleep" : "unknown";
  if (hashrate > 0) return "hashing";
  if (setting === "unknown") return "unknown";
  return setting === "sleep" ? "asleep" : "starting";
}

/** `{"gigahash_per_second": n}` in TH/s. */
function gigahashes(value: JsonValue | undefined): number | undefined {
  const figure = numberOf(at(value, "gigahash_per_second"));
  return figure === undefined ? undefined : numberWithin(figure / 1000, 0, plausible.terahashesPerSecond);
}

/** `{"degree_c": n}`. */
function degrees(value: JsonValue | undefined): number | undefined {
  return numberWithin(at(value, "degree_c"), plausible.minimumCelsius, plausible.maximumCelsius);
}
