/** WhatsMiner API v3: what its replies tell, and the parameters of its writes. */
import type { MinerDetails, MinerMode, MinerOrder } from "../../model/miner.ts";
import type { MinerPowerMode } from "../../model/miner-model.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import {
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
import { powerModeOf } from "../whatsminer/messages.ts";

/** A power limit of INT32 max stands for "none". Source: miners' fact sheet, section 2.4. */
const unlimitedWatts = 99_999;

export interface V3Information {
  readonly salt?: string;
  readonly model?: string;
  readonly firmware?: string;
  readonly apiVersion?: string;
  readonly hostname?: string;
  readonly mac?: string;
  /** The mining service runs. */
  readonly working?: boolean;
  /** False: the maker's tool has to switch the API on before it takes writes. */
  readonly writesEnabled?: boolean;
  readonly locating?: boolean;
  readonly errors: readonly string[];
}

export type V3Failure =
  | { readonly kind: "token-wrong" }
  | { readonly kind: "write-access-disabled" }
  | { readonly kind: "refused"; readonly code: number | undefined }
  | { readonly kind: "malformed" };

/** Code 0 is yes; the sentence beside another code is all that tells why. */
export function judgeV3(body: JsonObject): Result<JsonObject, V3Failure> {
  const code = numberOf(body["code"]);
  if (code === 0) return succeed(body);
  if (code === undefined) return fail({ kind: "malformed" });
  const text = textOf(body["msg"]) ?? "";
  if (/token|auth|passw|account|\bts\b|timestamp/i.test(text)) return fail({ kind: "token-wrong" });
  if (/permission|access|disabled|switch/i.test(text)) return fail({ kind: "write-access-disabled" });
  return fail({ kind: "refused", code });
}

/** The machine's clock when it answered [Unix s]; every reply carries it. */
export function decodeWhen(body: JsonObject): number | undefined {
  return numberWithin(body["when"], 1, 4e9);
}

/** `get.device.info`, whole. */
export function decodeInformation(body: JsonObject): V3Information {
  const message = objectOf(body["msg"]);
  const [miner, network, system] = ["miner", "network", "system"].map((name) => objectOf(message?.[name]));
  const light = textOf(system?.["ledstatus"]);
  return present({
    salt: textOf(message?.["salt"]),
    model: textOf(miner?.["type"]),
    firmware: textOf(system?.["fwversion"]),
    apiVersion: textOf(system?.["api"]),
    hostname: textOf(network?.["hostname"]),
    mac: macOf(network?.["mac"]),
    working: booleanOf(miner?.["working"]),
    writesEnabled: booleanOf(system?.["apiswitch"]),
    locating: light === undefined ? undefined : light !== "auto",
    errors: (listOf(message?.["error-code"]) ?? []).map(errorText).filter((text) => text !== undefined),
  });
}

/** `{"264":"2026-05-23 09:19:10","reason":"..."}`. */
function errorText(value: JsonValue): string | undefined {
  const row = objectOf(value);
  const code = Object.keys(row ?? {}).find((name) => /^\d+$/.test(name));
  return code === undefined ? undefined : `${code} ${textOf(row?.["reason"]) ?? ""}`.trim();
}

/** `get.miner.status` with `summary`; undefined where the reply has none. */
export function decodeV3Summary(body: JsonObject, working: boolean | undefined): MinerObservation | undefined {
  const summary = objectOf(objectOf(body["msg"])?.["summary"]);
  if (summary === undefined) return undefined;
  const hashrate = numberWithin(summary["hash-realtime"], 0, plausible.terahashesPerSecond);
  const powerWatts = numberWithin(summary["power-realtime"], 1, plausible.powerWatts);
  return present({
    mode: judgeMode(hashrate, working, booleanOf(summary["up-freq-finish"])),
    setting: settingOf(working),
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : "measured",
    limitWatts: numberWithin(summary["power-limit"], 1, unlimitedWatts - 1),
    hashrateTerahashesPerSecond: hashrate,
    inletCelsius: celsius(summary["environment-temperature"]),
    boardCelsius: greatestOf((listOf(summary["board-temperature"]) ?? []).map(celsius)),
    chipCelsius: greatestOf([celsius(summary["chip-temp-max"]), celsius(summary["chip-temp-avg"])]),
    uptimeSeconds: numberWithin(summary["elapsed"], 0, Number.MAX_SAFE_INTEGER),
  } as const);
}

/** `get.miner.setting`: the power mode it is set to. Source: two open clients, one seen on firmware 20260312 with API 3.0.5; the summary does not tell it. */
export function decodeV3PowerMode(body: JsonObject): MinerPowerMode | undefined {
  return powerModeOf(objectOf(body["msg"])?.["power-mode"]);
}

/** Of `get.device.info`: whether the mining service runs. */
export function settingOf(working: boolean | undefined): MinerSetting {
  if (working === undefined) return "unknown";
  return working ? "run" : "sleep";
}

/** What a person wants to see: the replies of `get.miner.status` with summary, edevs and pools. */
export function decodeV3Details(
  information: V3Information,
  summary: JsonObject | undefined,
  boards: JsonObject | undefined,
  pools: JsonObject | undefined,
): MinerDetails {
  const [summaryMessage, boardsMessage, poolsMessage] = [summary, boards, pools].map((body) => objectOf(body?.["msg"]));
  const row = objectOf(summaryMessage?.["summary"]);
  const fans = [row?.["fan-speed-in"], row?.["fan-speed-out"]].map(numberOf);
  return present({
    hostname: information.hostname,
    apiVersion: information.apiVersion,
    fansRevolutionsPerMinute: fans.filter((fan): fan is number => fan !== undefined && fan > 0),
    boards: listOf(boardsMessage?.["edevs"])?.map((board) => ({
      hashes: (numberOf(objectOf(board)?.["hash-realtime"]) ?? 0) > 0,
      chips: numberOf(objectOf(board)?.["effective-chips"]) ?? 0,
    })),
    pools: listOf(poolsMessage?.["pools"])?.map((pool) => ({
      url: textOf(objectOf(pool)?.["url"]) ?? "",
      state: textOf(objectOf(pool)?.["status"]) ?? "unknown",
    })),
    errors: information.errors,
    locating: information.locating,
    ratedTerahashesPerSecond: numberOf(row?.["factory-hash"]),
  });
}

/** Command and parameter of an order. The firmware reads the percentage as text, although its manual says number. */
export function encodeV3Order(order: MinerOrder): { readonly command: string; readonly parameter: unknown } {
  switch (order.kind) {
    case "locate":
      return {
        command: "set.system.led",
        parameter: order.on ? [{ color: "red", period: 200, duration: 100, start: 0 }] : "auto",
      };
    case "reboot":
      return { command: "set.system.reboot", parameter: undefined };
    case "percent":
      return { command: "set.miner.power_percent", parameter: { percent: String(order.percent), mode: "fast" } };
  }
}

function judgeMode(hashrate: number | undefined, working: boolean | undefined, raised: boolean | undefined): MinerMode {
  if (hashrate === undefined) return "unknown";
  if (hashrate > 0) return raised === false && working !== false ? "starting" : "hashing";
  if (working === undefined) return "unknown";
  return working ? "starting" : "asleep";
}

/** 0 stands for "no sensor". */
function celsius(value: JsonValue | undefined): number | undefined {
  const figure = numberWithin(value, plausible.minimumCelsius, plausible.maximumCelsius);
  return figure === 0 ? undefined : figure;
}
