/** Sealminer (Bitdeer): what `stats` on TCP 4028 tells. Its supply measures at the wall; it is read only. */
import type { MinerDetails, MinerIdentity, MinerMode } from "../../model/miner.ts";
import { booleanOf, greatestOf, macOf, numberOf, numberWithin, present, textOf } from "../cgminer/fields.ts";
import type { JsonObject } from "../cgminer/json.ts";
import { type MinerObservation, plausible } from "../cgminer/observation.ts";
import { decodePools, rowsOf } from "../cgminer/sections.ts";

/** undefined: no Sealminer. */
export function observeSealminer(stats: JsonObject): MinerObservation | undefined {
  const row = figuresOf(stats);
  if (row === undefined) return undefined;
  // Only firmware without the one figure is read by the other: a figure that says nothing is not replaced.
  const hashrate = megahashes(row[row["MHS(30s)"] === undefined ? "MHS(Sample)" : "MHS(30s)"]);
  const powerWatts = numberWithin(row["PSU Input Power"], 1, plausible.powerWatts);
  const state = textOf(row["PM State"]);
  const temperatures = Object.entries(row)
    .filter(([name]) => name === "Temp" || /^\d Temp \d$/.test(name))
    .map(([, value]) => numberWithin(value, plausible.minimumCelsius, plausible.maximumCelsius))
    .map((value) => (value === 0 ? undefined : value));
  return present({
    mode: judgeMode(hashrate, state, booleanOf(row["Raise Freq Done"])),
    setting: hashrate !== undefined && hashrate > 0 ? "run" : "unknown",
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : "measured",
    directCurrentWatts: numberWithin(row["PSU Output Power"], 1, plausible.powerWatts),
    limitWatts: numberWithin(row["Power Limit"], 1, plausible.powerWatts),
    hashrateTerahashesPerSecond: hashrate,
    chipCelsius: greatestOf(temperatures),
    uptimeSeconds: numberWithin(row["Elapsed"], 0, Number.MAX_SAFE_INTEGER),
  } as const);
}

export function decodeSealminerIdentity(stats: JsonObject): MinerIdentity {
  const row = figuresOf(stats) ?? {};
  return present({
    make: "Bitdeer",
    model: `Sealminer ${textOf(row["Model"]) ?? "unknown"}`,
    firmware: textOf(row["Firmware"]) ?? "unknown",
    mac: macOf(row["MAC"]),
  });
}

export function decodeSealminerDetails(
  stats: JsonObject,
  summary: JsonObject | undefined,
  pools: JsonObject | undefined,
): MinerDetails {
  const row = figuresOf(stats) ?? {};
  const boards = [0, 1, 2, 3].filter((board) => row[`${board} Chip Count`] !== undefined);
  const fans = [0, 1, 2, 3].map((fan) => numberOf(row[`${fan} Speed`])).filter((rpm) => rpm !== undefined);
  const error = textOf(row["Error Code"]);
  return present({
    fansRevolutionsPerMinute: booleanOf(row["Liquid Cooling"]) === true ? [] : fans,
    boards: boards.map((board) =>
      present({
        hashes: (numberOf(row[`${board} MHS(Sample)`]) ?? 0) > 0,
        chips: numberOf(row[`${board} Chip Count`]),
      }),
    ),
    pools: decodePools(pools),
    errors: error === undefined ? [] : [error],
    ratedTerahashesPerSecond: megahashes(row["MHS(Rated)"]),
    averageTerahashesPerSecond: megahashes(rowsOf(summary, "SUMMARY")[0]?.["MHS av"]),
  });
}

function figuresOf(stats: JsonObject): JsonObject | undefined {
  return rowsOf(stats, "STATS").find((row) => row["PM State"] !== undefined || /^Seal/.test(textOf(row["ASIC"]) ?? ""));
}

function judgeMode(hashrate: number | undefined, state: string | undefined, raised: boolean | undefined): MinerMode {
  if (hashrate === undefined) return "unknown";
  if (hashrate > 0) return raised === false ? "starting" : "hashing";
  return state === "Running" ? "starting" : "stopped";
}

function megahashes(value: JsonObject[string] | undefined): number | undefined {
  const figure = numberOf(value);
  return figure === undefined ? undefined : numberWithin(figure / 1e6, 0, plausible.terahashesPerSecond);
}
