/** Canaan Avalon (A10 to A15, Q): figures in brackets inside a cgminer reply, and the commands that switch it off softly. */
import type { MinerDetails, MinerIdentity, MinerMode, MinerOrder, PowerSource } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { macOf, numberOf, numberWithin, present, statusOf, textOf } from "../cgminer/fields.ts";
import type { JsonObject } from "../cgminer/json.ts";
import { type MinerObservation, type MinerSetting, plausible } from "../cgminer/observation.ts";
import { decodePools, rowsOf } from "../cgminer/sections.ts";

/** `Name[value]` pairs of a machine module, as `stats` gives them. */
export type AvalonFigures = ReadonlyMap<string, string>;

/** Places in `PS[error controlV hashV A W setV wallW]`; the wall side since the A12. Source: fact sheet 2.5, recorded 1246. */
const supply = { directCurrentWatts: 4, wallWatts: 6 };

/**
 * Wall over DC side where only the DC side is told. Source: computed from recorded machines: 1.058 (1566) and 1.099 (1246);
 * the greater, so that such a machine is never counted too low.
 */
const wallShare = 1.1;

/** undefined: no Avalon's `stats`. */
export function decodeFigures(body: JsonObject): AvalonFigures | undefined {
  const text = rowsOf(body, "STATS")
    .flatMap((row) => Object.entries(row))
    // Newer firmware splits the module in parts: the summary has the figures, HBinfo the chips.
    .filter(([name]) => /^MM ID0(:Summary)?$/.test(name) || name === "HBinfo")
    .map(([, value]) => (typeof value === "string" ? value : ""))
    .join(" ");
  const figures = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(/(\w+)\[([^\]]*)\]/g))
    if (!figures.has(name)) figures.set(name, value.trim());
  return figures.has("Ver") ? figures : undefined;
}

/** It can be switched off and on at a given second; older firmware only off, and on by a reboot. */
export function switchesSoftly(figures: AvalonFigures): boolean {
  return figures.has("SoftOFF");
}

export function observeAvalon(figures: AvalonFigures): MinerObservation {
  const hashrate = decodeHashrate(figures);
  const setting = decodeSetting(figures);
  return present({
    mode: judgeMode(hashrate, setting),
    setting,
    ...decodePower(figures, hashrate),
    hashrateTerahashesPerSecond: hashrate,
    inletCelsius: celsius(figures.get("ITemp")) ?? celsius(figures.get("Temp")),
    outletCelsius: celsius(figures.get("HBOTemp")),
    chipCelsius: celsius(figures.get("TMax")),
    uptimeSeconds: numberWithin(figures.get("Elapsed"), 0, Number.MAX_SAFE_INTEGER),
  } as const);
}

interface AvalonPower {
  readonly powerWatts?: number;
  readonly powerSource: PowerSource;
  readonly directCurrentWatts?: number;
}

/** MPO is a target of the DC side and is never read here. */
function decodePower(figures: AvalonFigures, hashrate: number | undefined): AvalonPower {
  const places = (figures.get("PS") ?? "").split(/\s+/);
  const directCurrentWatts = numberWithin(places[supply.directCurrentWatts], 1, plausible.powerWatts);
  const wallWatts =
    numberWithin(figures.get("WALLPOWER"), 1, plausible.powerWatts) ??
    numberWithin(places[supply.wallWatts], 1, plausible.powerWatts);
  if (wallWatts !== undefined && (directCurrentWatts !== undefined || hashrate !== 0))
    return present({ powerWatts: wallWatts, powerSource: "measured", directCurrentWatts } as const);
  // Off softly a Q says 146, and nobody has shown of what: too much rather than too little.
  if (wallWatts !== undefined) return { powerWatts: wallWatts, powerSource: "estimated" };
  if (directCurrentWatts === undefined) return { powerSource: "unknown" };
  return { powerWatts: Math.round(directCurrentWatts * wallShare), powerSource: "estimated", directCurrentWatts };
}

/** GHSmm is what the module measures, but an average that outlives the hashing: it counts only beside a GHSspd that hashes. */
function decodeHashrate(figures: AvalonFigures): number | undefined {
  const present = gigahashes(figures.get("GHSspd"));
  return present === undefined || present === 0 ? present : gigahashes(figures.get("GHSmm"));
}

function gigahashes(text: string | undefined): number | undefined {
  const figure = numberOf(text);
  return figure === undefined ? undefined : numberWithin(figure / 1000, 0, plausible.terahashesPerSecond);
}

/** SoftOFF is 0 while it may run; 1 and 4 were seen off or about to be. */
function decodeSetting(figures: AvalonFigures): MinerSetting {
  const softOff = numberOf(figures.get("SoftOFF"));
  if (softOff !== undefined) return softOff === 0 ? "run" : "sleep";
  const state = figures.get("SYSTEMSTATU") ?? "";
  if (/In Idle/.test(state)) return "sleep";
  return /In Work/.test(state) ? "run" : "unknown";
}

function judgeMode(hashrate: number | undefined, setting: MinerSetting): MinerMode {
  if (hashrate === undefined) return "unknown";
  if (hashrate > 0) return "hashing";
  if (setting === "unknown") return "unknown";
  return setting === "sleep" ? "asleep" : "starting";
}

/** `version`, and the module's own name where that is all there is. */
export function decodeAvalonIdentity(version: JsonObject | undefined, figures: AvalonFigures): MinerIdentity {
  const row = rowsOf(version, "VERSION")[0];
  const named = /^([^-]+)-(.*)$/.exec(figures.get("Ver") ?? "");
  return present({
    make: "Canaan",
    model: textOf(row?.["PROD"]) ?? `Avalon${named?.[1] ?? ""}`,
    firmware: textOf(row?.["LVERSION"]) ?? named?.[2] ?? "unknown",
    mac: macOf(row?.["MAC"]),
  });
}

/** Of `version`. */
export function decodeAvalonMac(version: JsonObject): string | undefined {
  return macOf(rowsOf(version, "VERSION")[0]?.["MAC"]);
}

export function decodeAvalonDetails(figures: AvalonFigures, pools: JsonObject | undefined): MinerDetails {
  const fans = [1, 2, 3, 4].map((number) => numberOf(figures.get(`Fan${number}`)));
  const target = numberWithin(figures.get("MPO"), 1, plausible.powerWatts);
  const rates = (figures.get("MGHS") ?? "").split(/\s+/).map(numberOf);
  const supplyError = numberOf((figures.get("PS") ?? "").split(/\s+/)[0]) ?? 0;
  const boards = (figures.get("MTmax") ?? figures.get("MGHS") ?? "").split(/\s+/).filter((text) => text !== "");
  return present({
    fansRevolutionsPerMinute: fans.filter((fan): fan is number => fan !== undefined),
    boards: boards.map((_, index) => {
      const chips = (figures.get(`PVT_T${index}`) ?? "").split(/\s+/).filter((text) => text !== "").length;
      return present({ hashes: (rates[index] ?? 0) > 0, chips: chips === 0 ? undefined : chips });
    }),
    pools: decodePools(pools),
    errors: supplyError === 0 ? [] : [`power supply ${supplyErrors(supplyError).join(", ")}`],
    locating: numberOf(figures.get("Led")) === undefined ? undefined : numberOf(figures.get("Led")) !== 0,
    targetDirectCurrentWatts: target,
  });
}

/** Bits of the power supply's error. Source: A10 API documentation of the maker, through the fact sheet 2.5. */
const supplyErrorBits: readonly (readonly [number, string])[] = [
  [1, "input voltage low"],
  [2 + 4 + 8, "too hot"],
  [16, "primary current high"],
  [32, "output voltage low"],
  [64, "output current high"],
  [2048, "fan"],
];

function supplyErrors(bits: number): readonly string[] {
  const known = supplyErrorBits.filter(([mask]) => (bits & mask) !== 0).map(([, name]) => name);
  return known.length === 0 ? [`error ${bits}`] : known;
}

/** The machine's clock when it answered [Unix s]. */
export function decodeWhen(body: JsonObject): number | undefined {
  return numberWithin(rowsOf(body, "STATUS")[0]?.["When"], 1, 4e9);
}

/** Parameter of `ascset` that switches softly at the given second of the machine's own clock. */
export function encodeSoftSwitch(setting: "run" | "sleep", unixSeconds: number): string {
  return `0,${setting === "sleep" ? "softoff" : "softon"},1:${Math.floor(unixSeconds)}`;
}

/** A10: off at once; there is no way back but a reboot. Source: maker's A10 API documentation, through fact sheet 2.5. */
export const hashpowerOff = "0,hashpower,0";
export const reboot = "0,reboot,0";

/** Parameter of `ascset`; undefined for an order it does not have. */
export function encodeAvalonOrder(order: MinerOrder): string | undefined {
  if (order.kind === "locate") return `0,led,${order.on ? "1-1" : "1-0"}`;
  return order.kind === "reboot" ? reboot : undefined;
}

export type AvalonFailure = { readonly kind: "refused"; readonly text: string } | { readonly kind: "malformed" };

/** `S ... set OK` and `I ... set info: success softoff:TIME` both mean yes. */
export function judgeSet(body: JsonObject): Result<null, AvalonFailure> {
  const { letter, text } = statusOf(body);
  if (letter === undefined) return fail({ kind: "malformed" });
  const good = letter === "S" || (letter === "I" && /set info: success/i.test(text));
  return good ? succeed(null) : fail({ kind: "refused", text });
}

/** 0 and -273 stand for "no sensor". */
function celsius(text: string | undefined): number | undefined {
  const figure = numberWithin(text, plausible.minimumCelsius, plausible.maximumCelsius);
  return figure === 0 ? undefined : figure;
}
