/** Sections that every cgminer-like API shares: rows of a reply, pools, boards. Knows no dialect. */
import type { MinerDetails } from "../../model/miner.ts";
import { listOf, numberOf, objectOf, present, textOf } from "./fields.ts";
import type { JsonObject } from "./json.ts";

/** A request as cgminer documents it. */
export function encodeCommand(command: string, parameter?: string): Buffer {
  return Buffer.from(JSON.stringify(parameter === undefined ? { command } : { command, parameter }), "utf8");
}

/** The rows of a section, which some firmware gives as a single object. */
export function rowsOf(body: JsonObject | undefined, section: string): readonly JsonObject[] {
  const found = body?.[section];
  const rows = listOf(found)?.map(objectOf) ?? [objectOf(found)];
  return rows.filter((row) => row !== undefined);
}

/** `pools`: absent where the reply has no such section. */
export function decodePools(body: JsonObject | undefined): MinerDetails["pools"] {
  if (body?.["POOLS"] === undefined) return undefined;
  return rowsOf(body, "POOLS").map((row) => ({
    url: textOf(row["URL"]) ?? "",
    state: textOf(row["Status"]) ?? "unknown",
  }));
}

/** `devs` or `edevs`: a board hashes if it says alive and a rate above zero. */
export function decodeBoards(body: JsonObject | undefined): MinerDetails["boards"] {
  if (body?.["DEVS"] === undefined) return undefined;
  return rowsOf(body, "DEVS").map((row) =>
    present({
      hashes: textOf(row["Status"]) === "Alive" && (numberOf(row["MHS 1m"]) ?? numberOf(row["MHS av"]) ?? 0) > 0,
      chips: numberOf(row["Effective Chips"]),
    }),
  );
}
