/** WhatsMiner API v2: requests, and what their replies tell. Both generations of field types are read. */
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
  statusOf,
  textOf,
} from "../cgminer/fields.ts";
import type { JsonObject, JsonValue } from "../cgminer/json.ts";
import { type MinerObservation, type MinerSetting, plausible } from "../cgminer/observation.ts";
import { decodeBoards, decodePools } from "../cgminer/sections.ts";
import type { TokenSalts } from "./cipher.ts";

/** Source: manual V2.2, table of codes. */
const codes = {
  done: 131,
  failed: 132,
  tokenDone: 134,
  tokenWrong: 135,
  tokenLimit: 136,
  denied: 45,
  unknownCommand: 14,
};

/** A plain read; the 2020 firmware wants the key `command`, every later one `cmd`. */
export function encodeRead(command: string): Buffer {
  return Buffer.from(JSON.stringify({ cmd: command, command }), "utf8");
}

/** Plain text of the two writes that shed and restore; without `respbefore` power_off gives no reply (manual V2.2). */
export const writes = {
  sleep: { cmd: "power_off", respbefore: "true" },
  run: { cmd: "power_on" },
} as const;

/** [W]; the machine takes 0 to 99999 and restarts mining (manual V2.2). */
export function encodeLimit(watts: number): Readonly<Record<string, string>> {
  return { cmd: "adjust_power_limit", power_limit: String(Math.round(watts)) };
}

/** Orders of the manual V2.2: `set_power_pct` acts within 1 s, roughly, and until the next restart. */
export function encodeOrder(order: MinerOrder): Readonly<Record<string, string | number>> {
  switch (order.kind) {
    case "locate":
      return order.on
        ? { cmd: "set_led", color: "red", period: 60, duration: 20, start: 0 }
        : { cmd: "set_led", param: "auto" };
    case "reboot":
      return { cmd: "reboot", respbefore: "true" };
    case "percent":
      return { cmd: "set_power_pct", percent: String(order.percent) };
  }
}

export type Refusal =
  | { readonly kind: "unknown-command" }
  | { readonly kind: "token-wrong" }
  | { readonly kind: "token-limit" }
  | { readonly kind: "write-access-disabled" }
  | { readonly kind: "refused"; readonly code: number | undefined }
  | { readonly kind: "malformed" };

/** Whether a reply says yes; the error is what it says instead. */
export function judgeReply(body: JsonObject): Result<JsonObject, Refusal> {
  const status = statusOf(body);
  if (status.letter === "S" || status.letter === "I") return succeed(body);
  if (status.letter === undefined && status.code === undefined) return fail({ kind: "malformed" });
  if (status.code === codes.tokenWrong) return fail({ kind: "token-wrong" });
  if (status.code === codes.tokenLimit) return fail({ kind: "token-limit" });
  if (status.code === codes.denied || /can't access write|permission denied/i.test(status.text))
    return fail({ kind: "write-access-disabled" });
  if (status.code === codes.unknownCommand || status.code === 24) return fail({ kind: "unknown-command" });
  return fail({ kind: "refused", code: status.code });
}

/** `get_token`: Code 134, or 136 while too many tokens live. */
export function decodeTokenSalts(body: JsonObject): Result<TokenSalts, Refusal> {
  const judged = judgeReply(body);
  // Code 136 comes with STATUS "E", but old firmware puts a sentence into Msg instead of the salts.
  if (!judged.ok) return judged;
  const message = objectOf(body["Msg"]);
  const time = message?.["time"];
  const salts = {
    time: typeof time === "number" ? String(time) : textOf(time),
    salt: textOf(message?.["salt"]),
    newsalt: textOf(message?.["newsalt"]),
  };
  if (salts.time === undefined || salts.salt === undefined || salts.newsalt === undefined)
    return fail({ kind: "malformed" });
  return succeed({ time: salts.time, salt: salts.salt, newsalt: salts.newsalt });
}

/** `status`: the only reliable command while asleep. True: mining is switched off; undefined: not told. */
export function decodeSwitchedOff(body: JsonObject): boolean | undefined {
  const message = objectOf(body["Msg"]) ?? objectOf(listOf(body["Msg"])?.[0]) ?? body;
  return booleanOf(message["btmineroff"]) ?? booleanOf(message["mineroff"]);
}

/** Firmware and model of `get_version` and `devdetails`. */
export function decodeFirmware(body: JsonObject): string | undefined {
  return textOf(objectOf(body["Msg"])?.["fw_ver"]);
}

export function decodeModel(body: JsonObject): string | undefined {
  return textOf(objectOf(listOf(body["DEVDETAILS"])?.[0])?.["Model"]);
}

/** Everything `summary` tells. `switchedOff` comes from `status`; undefined where the firmware has no `status`. */
export function decodeSummary(body: JsonObject, switchedOff: boolean | undefined): MinerObservation | undefined {
  const summary = objectOf(listOf(body["SUMMARY"])?.[0]) ?? objectOf(body["SUMMARY"]);
  if (summary === undefined) return undefined;
  const hashrate = decodeHashrate(summary);
  // 0 W is never true while a board is powered: the PSU did not answer.
  const powerWatts = numberWithin(summary["Power"], 1, plausible.powerWatts);
  return present({
    mode: judgeMode(summary, hashrate, switchedOff),
    setting: settingOf(switchedOff, hashrate),
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : "measured",
    limitWatts: decodeLimit(summary["Power Limit"]),
    powerMode: powerModeOf(summary["Power Mode"]),
    hashrateTerahashesPerSecond: hashrate,
    inletCelsius: celsius(summary["Env Temp"]),
    boardCelsius: celsius(summary["Temperature"]),
    chipCelsius: greatestOf([celsius(summary["Chip Temp Max"]), celsius(summary["Chip Temp Avg"])]),
    uptimeSeconds: numberWithin(summary["Elapsed"], 0, Number.MAX_SAFE_INTEGER),
  } as const);
}

/** Low, Normal or High (manual V2.2); API v3 writes them small. */
export function powerModeOf(value: JsonValue | undefined): MinerPowerMode | undefined {
  const mode = textOf(value)?.toLowerCase();
  return mode === "low" || mode === "normal" || mode === "high" ? mode : undefined;
}

/** 99999 stands for "no limit" (manual V2.2), 0 for a machine that is switched off. */
function decodeLimit(value: JsonValue | undefined): number | undefined {
  const watts = numberOf(value);
  return watts === undefined || watts < 1 || watts >= 99_999 ? undefined : watts;
}

/** `summary`, `edevs` or `devs`, and `pools` for a person to look at. */
export function decodeDetails(
  summary: JsonObject,
  boards: JsonObject | undefined,
  pools: JsonObject | undefined,
): MinerDetails {
  const row = objectOf(listOf(summary["SUMMARY"])?.[0]) ?? objectOf(summary["SUMMARY"]) ?? {};
  const fans = [row["Fan Speed In"], row["Fan Speed Out"]]
    .map(numberOf)
    .filter((fan): fan is number => fan !== undefined && fan > 0);
  const factory = numberOf(row["Factory GHS"]);
  const errors = Object.entries(row).filter(([name]) => /^Error Code \d+$/.test(name));
  return present({
    fansRevolutionsPerMinute: fans,
    boards: decodeBoards(boards),
    pools: decodePools(pools),
    errors: errors.map(([, code]) => String(code)),
    ratedTerahashesPerSecond: factory === undefined ? undefined : factory / 1000,
  });
}

export function decodeMac(body: JsonObject): string | undefined {
  return macOf((objectOf(listOf(body["SUMMARY"])?.[0]) ?? objectOf(body["SUMMARY"]))?.["MAC"]);
}

/** What can be said of a machine that answers `status` only. */
export function observeStatusOnly(switchedOff: boolean | undefined): MinerObservation {
  return {
    mode: switchedOff === true ? "asleep" : "unknown",
    setting: settingOf(switchedOff, undefined),
    powerSource: "unknown",
  };
}

/** Firmware without `status` proves `run` by hashing and `sleep` by nothing. */
function settingOf(switchedOff: boolean | undefined, hashrate: number | undefined): MinerSetting {
  if (switchedOff !== undefined) return switchedOff ? "sleep" : "run";
  return hashrate !== undefined && hashrate > 0 ? "run" : "unknown";
}

function judgeMode(summary: JsonObject, hashrate: number | undefined, switchedOff: boolean | undefined): MinerMode {
  const hashing = hashrate !== undefined && hashrate > 0;
  if (switchedOff === true) return hashing ? "hashing" : "asleep";
  if (!hashing) return hashrate === undefined ? "unknown" : "starting";
  const settled = booleanOf(summary["Hash Stable"]) ?? booleanOf(summary["Upfreq Complete"]) ?? true;
  return settled ? "hashing" : "starting";
}

/**
 * `HS RT` and `MHS av` are MH/s (M20S capture); newer generations give TH/s under the same names. A figure below 5000 can
 * only be TH/s on a running machine, and is believed only near the factory's figure.
 */
function decodeHashrate(summary: JsonObject): number | undefined {
  // The average since the start outlives the hashing: it counts only in a whole reply of firmware that tells nothing else.
  const averageOnly = summary["HS RT"] === undefined && summary["Power"] !== undefined;
  const figure = numberOf(summary[averageOnly ? "MHS av" : "HS RT"]);
  if (figure === undefined || figure < 0) return undefined;
  if (figure === 0) return 0;
  const factory = numberOf(summary["Factory GHS"]);
  if (figure >= 5000) return within(figure / 1e6);
  return factory !== undefined && figure < (factory / 1000) * 2 && figure > factory / 1000 / 50
    ? within(figure)
    : undefined;
}

function within(terahashes: number): number | undefined {
  return terahashes <= plausible.terahashesPerSecond ? terahashes : undefined;
}

/** 0 stands for "no sensor" in these replies. */
function celsius(value: JsonValue | undefined): number | undefined {
  const figure = numberWithin(value, plausible.minimumCelsius, plausible.maximumCelsius);
  return figure === 0 ? undefined : figure;
}
