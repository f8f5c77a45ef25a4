/** What stock Antminers tell: the web pages stats.cgi and get_system_info.cgi, and `stats` on TCP 4028 as fallback. */
import type { MinerDetails } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { greatestOf, listOf, macOf, numberOf, numberWithin, objectOf, present, textOf } from "../cgminer/fields.ts";
import type { JsonObject, JsonValue } from "../cgminer/json.ts";
import { plausible } from "../cgminer/observation.ts";
import { decodePools, rowsOf } from "../cgminer/sections.ts";

/** `hashrateTerahashesPerSecond` is 0 where the machine says it hashes nothing; absent where it does not say. */
export interface BitmainStats {
  readonly model?: string;
  readonly firmware?: string;
  readonly hashrateTerahashesPerSecond?: number;
  /** Most stock firmware tells none; the newer one estimates it. */
  readonly powerWatts?: number;
  readonly boardCelsius?: number;
  readonly chipCelsius?: number;
  readonly uptimeSeconds?: number;
}

export type BitmainFailure = { readonly kind: "malformed" } | { readonly kind: "not-an-antminer" };

/** stats.cgi. STATUS is an object on real machines; asleep STATS is empty. */
export function decodeStatsPage(body: JsonObject): Result<BitmainStats, BitmainFailure> {
  const information = objectOf(body["INFO"]);
  const rows = listOf(body["STATS"]);
  const model = textOf(information?.["type"]);
  if (rows === undefined) return fail({ kind: "malformed" });
  if (model !== undefined && !isAntminer(model)) return fail({ kind: "not-an-antminer" });
  const row = objectOf(rows[0]);
  const chains = (listOf(row?.["chain"]) ?? []).map(objectOf);
  return succeed(
    present({
      model,
      firmware: textOf(information?.["miner_version"]),
      hashrateTerahashesPerSecond: row === undefined ? 0 : terahashes(row["rate_5s"], row["rate_unit"]),
      powerWatts: watts(row?.["power"]) ?? watts(row?.["watt"]) ?? watts(row?.["chain_power"]),
      // The order of the four figures is disputed between models: the highest of all is safe on each.
      boardCelsius: greatestOf(chains.flatMap((chain) => celsiusList(chain?.["temp_pcb"]))),
      chipCelsius: greatestOf(chains.flatMap((chain) => celsiusList(chain?.["temp_chip"]))),
      uptimeSeconds: numberWithin(row?.["elapsed"], 0, Number.MAX_SAFE_INTEGER),
    }),
  );
}

/** get_miner_status.cgi of firmware before 2020 (S9): figures as texts, and most of them inside the text of one. GH/s. */
export function decodeOldStatus(body: JsonObject): Result<BitmainStats, BitmainFailure> {
  const summary = objectOf(body["summary"]);
  if (summary === undefined) return fail({ kind: "malformed" });
  const packed = textOf(objectOf(listOf(body["devs"])?.[0])?.["freq"]) ?? "";
  const temperatures = (name: string): (number | undefined)[] =>
    [...packed.matchAll(new RegExp(`${name}\\d+=([-\\d]+)`, "g"))].flatMap(([, text]) => celsiusList(text));
  return succeed(
    present({
      hashrateTerahashesPerSecond: terahashes(summary["ghs5s"], "GH/s"),
      boardCelsius: greatestOf(temperatures("temp_pcb")),
      chipCelsius: greatestOf(temperatures("temp_chip")),
      uptimeSeconds: numberWithin(summary["elapsed"], 0, Number.MAX_SAFE_INTEGER),
    }),
  );
}

/** `stats` on TCP 4028: the first element names the machine, the second carries the figures. */
export function decodeStatsCommand(body: JsonObject): Result<BitmainStats, BitmainFailure> {
  const rows = (listOf(body["STATS"]) ?? []).map(objectOf);
  const head = rows.find((row) => row?.["Type"] !== undefined);
  const figures = rows.find((row) => row?.["GHS 5s"] !== undefined || row?.["Elapsed"] !== undefined);
  const model = textOf(head?.["Type"]);
  if (model !== undefined && !isAntminer(model)) return fail({ kind: "not-an-antminer" });
  if (figures === undefined) return fail({ kind: "malformed" });
  const entries = Object.entries(figures);
  const temperatures = (prefix: string): (number | undefined)[] =>
    entries.filter(([name]) => name.startsWith(prefix)).flatMap(([, value]) => celsiusList(value));
  return succeed(
    present({
      model,
      firmware: textOf(head?.["Miner"]),
      hashrateTerahashesPerSecond: terahashes(figures["GHS 5s"], figures["rate_unit"]),
      powerWatts: watts(figures["power"]) ?? watts(figures["watt"]) ?? watts(figures["chain_power"]),
      boardCelsius: greatestOf(temperatures("temp_pcb")),
      chipCelsius: greatestOf(temperatures("temp_chip")),
      uptimeSeconds: numberWithin(figures["Elapsed"], 0, Number.MAX_SAFE_INTEGER),
    }),
  );
}

/** `stats` and `pools` of TCP 4028 for a person to look at. */
export function decodeDetails(stats: JsonObject, pools: JsonObject | undefined): MinerDetails {
  const figures = rowsOf(stats, "STATS").find((row) => row["Elapsed"] !== undefined) ?? {};
  // Slots are numbered as the control board is wired: an S9 has its boards in 6, 7 and 8, its fans in 3 and 6.
  const slots = Array.from({ length: 16 }, (_, index) => index + 1);
  const boards = slots.flatMap((slot) => {
    const chips = numberOf(figures[`chain_acn${slot}`]) ?? 0;
    return chips > 0 ? [{ hashes: (numberOf(figures[`chain_rate${slot}`]) ?? 0) > 0, chips }] : [];
  });
  const fans = slots.map((slot) => numberOf(figures[`fan${slot}`]) ?? 0).filter((fan) => fan > 0);
  const ideal = terahashes(figures["total_rateideal"], figures["rate_unit"]);
  return present({
    fansRevolutionsPerMinute: fans,
    boards,
    pools: decodePools(pools),
    ratedTerahashesPerSecond: ideal,
  });
}

/** summary.cgi: what its own page calls wrong, and the rate; undefined where it is none. */
export function decodeSummaryPage(
  body: JsonObject,
): { readonly hashrateTerahashesPerSecond: number | undefined; readonly errors: readonly string[] } | undefined {
  const row = rowsOf(body, "SUMMARY")[0];
  if (row === undefined) return undefined;
  const wrong = (listOf(row["status"]) ?? []).map(objectOf).filter((one) => textOf(one?.["status"]) !== "s");
  return {
    hashrateTerahashesPerSecond: terahashes(row["rate_5s"], row["rate_unit"]),
    errors: wrong.map((one) => `${textOf(one?.["type"]) ?? "unnamed"} ${textOf(one?.["msg"]) ?? ""}`.trim()),
  };
}

export interface SystemInformation {
  readonly model?: string;
  readonly firmware?: string;
  readonly mac?: string;
}

/** get_system_info.cgi. */
export function decodeSystemInformation(body: JsonObject): Result<SystemInformation, BitmainFailure> {
  const model = textOf(body["minertype"]);
  if (model === undefined) return fail({ kind: "malformed" });
  if (!isAntminer(model)) return fail({ kind: "not-an-antminer" });
  return succeed(present({ model, firmware: textOf(body["system_filesystem_version"]), mac: macOf(body["macaddr"]) }));
}

/** Text of `GET /miner_power` on TCP 6060: `miner power:3250`; old firmware says `error 6060 cmd`. */
export function decodePowerText(text: string): number | undefined {
  return watts(/^\s*miner power\s*:\s*([\d.]+)\s*W?\s*$/i.exec(text)?.[1]);
}

function isAntminer(model: string): boolean {
  return /antminer/i.test(model);
}

/** GH/s unless the reply names another unit; an unknown unit is refused. */
function terahashes(value: JsonValue | undefined, unit: JsonValue | undefined): number | undefined {
  const figure = numberOf(value);
  const name = (textOf(unit) ?? "GH/s").toUpperCase().replace(/\/S$/, "").replace(/S$/, "");
  const perTerahash = name === "GH" ? 1e3 : name === "TH" ? 1 : name === "MH" ? 1e6 : undefined;
  if (figure === undefined || perTerahash === undefined) return undefined;
  return numberWithin(figure / perTerahash, 0, plausible.terahashesPerSecond);
}

/** `"3250 W"`, `3250`; 0 is "not known", never zero. */
function watts(value: JsonValue | undefined): number | undefined {
  const bare = typeof value === "string" ? value.replace(/\s*W$/i, "") : value;
  return numberWithin(bare, 1, plausible.powerWatts);
}

/** `[78,50,69,70]` or `"78-50-69-70"`; 0 stands for "no sensor". */
function celsiusList(value: JsonValue | undefined): (number | undefined)[] {
  const items = typeof value === "string" ? value.split("-") : (listOf(value) ?? []);
  return items.map((item) => {
    const figure = numberWithin(item, plausible.minimumCelsius, plausible.maximumCelsius);
    return figure === 0 ? undefined : figure;
  });
}
