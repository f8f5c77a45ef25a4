/** The configuration document of a stock Antminer: what mode it is set to, and the document that sets another. */
import { fail, type Result, succeed } from "../../model/result.ts";
import { listOf, numberOf, objectOf, textOf } from "../cgminer/fields.ts";
import type { JsonObject, JsonValue } from "../cgminer/json.ts";

/** `miner-mode`: 0 normal, 1 sleep, 3 low; 2 differs by firmware. Source: miners' fact sheet, section 2.2. */
export const sleepMode = 1;
export const normalMode = 0;

/** get_miner_conf.cgi as it is kept for the write: every key, pools included. */
export interface Configuration {
  readonly document: JsonObject;
  readonly mode: number | undefined;
}

export type ConfigurationFailure = { readonly kind: "pools-missing" } | { readonly kind: "malformed" };

/** Refuses a document without pools: posting it back would wipe them. */
export function decodeConfiguration(body: JsonObject, truncated: boolean): Result<Configuration, ConfigurationFailure> {
  if (truncated) return fail({ kind: "malformed" });
  const pools = listOf(body["pools"]);
  if (pools === undefined || pools.length === 0 || pools.some((pool) => objectOf(pool)?.["url"] === undefined))
    return fail({ kind: "pools-missing" });
  return succeed({ document: body, mode: decodeMode(body) });
}

/** The read-back key is `bitmain-work-mode`, a string; firmware of 2020 has `_ant_work_mode`, where 254 is sleep. */
export function decodeMode(body: JsonObject): number | undefined {
  const old = numberOf(body["_ant_work_mode"]);
  return numberOf(body["bitmain-work-mode"]) ?? numberOf(body["miner-mode"]) ?? (old === 254 ? sleepMode : old);
}

/** False for firmware before the modes (S9, S17 and the first S19): it takes another document, and ours would damage its own. */
export function takesModes(body: JsonObject): boolean {
  return body["bitmain-work-mode"] !== undefined || body["miner-mode"] !== undefined;
}

/**
 * The whole document with another mode. Only `miner-mode` moves it (posting `bitmain-work-mode` alone is acknowledged and
 * does nothing); firmware since 2023 wants both as strings, which `asText` makes.
 */
export function encodeMode(configuration: Configuration, mode: number, asText: boolean): string {
  const level = textOf(configuration.document["bitmain-freq-level"]);
  const document: Record<string, JsonValue> = {
    ...configuration.document,
    // The web page posts the level under this name; without it some firmware falls back to its default.
    ...(level === undefined ? {} : { "freq-level": level }),
    "bitmain-work-mode": String(mode),
    "miner-mode": asText ? String(mode) : mode,
  };
  return JSON.stringify(document);
}

/** Reply of set_miner_conf.cgi: M000 is yes. */
export function decodeStored(body: JsonObject): boolean {
  return textOf(body["code"]) === "M000" || textOf(body["stats"]) === "success";
}

/** Reply of blink.cgi: B000 is yes; some firmware answers with the state alone. */
export function decodeBlinking(body: JsonObject): boolean {
  return textOf(body["code"]) === "B000" || body["blink"] !== undefined;
}

/** Every pool of the document before is in this one, in its place: address and worker; firmware may add keys of its own. */
export function samePools(before: Configuration, body: JsonObject): boolean {
  const pools = listOf(before.document["pools"]) ?? [];
  const found = listOf(body["pools"]) ?? [];
  return pools.every((pool, index) => {
    const [was, is] = [objectOf(pool), objectOf(found[index])];
    return was?.["url"] === is?.["url"] && was?.["user"] === is?.["user"];
  });
}
