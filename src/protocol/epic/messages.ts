/** ePIC (PowerPlay), REST on the port of the cgminer API: what its replies tell, and its writes with the password in the body. */
import type { MinerDetails, MinerIdentity, MinerMode, MinerOrder } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import {
  at,
  booleanOf,
  greatestOf,
  listOf,
  macOf,
  numberOf,
  numberWithin,
  present,
  textOf,
} from "../cgminer/fields.ts";
import type { JsonValue } from "../cgminer/json.ts";
import { type MinerObservation, type MinerSetting, plausible } from "../cgminer/observation.ts";

/** /summary; undefined: no ePIC. */
export function observeEpic(summary: JsonValue): MinerObservation | undefined {
  const state = textOf(at(summary, "Status", "Operating State"));
  if (state === undefined || at(summary, "Session") === undefined) return undefined;
  const boards = listOf(at(summary, "HBs")) ?? [];
  const setting = settingOf(state);
  // A board that does not tell its part makes the sum unknown, never smaller.
  const parts = boards.map((board) => numberOf(listOf(at(board, "Hashrate"))?.[0]) ?? Number.NaN);
  const hashrate = parts.reduce((sum, part) => sum + part, 0);
  const terahashes = numberWithin(hashrate / 1e6, 0, plausible.terahashesPerSecond);
  const supply = at(summary, "Power Supply Stats");
  const powerWatts = numberWithin(at(supply, "Input Power"), 1, plausible.powerWatts);
  // A supply that tells neither volts nor amperes has not measured its watts.
  const measured = (numberOf(at(supply, "Input Voltage")) ?? 0) > 0 && (numberOf(at(supply, "Input Current")) ?? 0) > 0;
  return present({
    mode: judgeMode(terahashes, setting),
    setting,
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : measured ? "measured" : "estimated",
    hashrateTerahashesPerSecond: terahashes,
    boardCelsius: greatestOf(
      boards.map((board) => numberWithin(at(board, "Temperature"), plausible.minimumCelsius, plausible.maximumCelsius)),
    ),
    uptimeSeconds: numberWithin(at(summary, "Session", "Uptime"), 0, Number.MAX_SAFE_INTEGER),
  } as const);
}

/** A machine that stands by also idles when its pools are lost: only a person's or our own stop keeps it so. */
function settingOf(state: string): MinerSetting {
  return /^(idling|idle|stopped)$/i.test(state) ? "sleep" : "run";
}

function judgeMode(hashrate: number | undefined, setting: MinerSetting): MinerMode {
  if (hashrate === undefined) return setting === "sleep" ? "asleep" : "unknown";
  if (hashrate > 0) return "hashing";
  return setting === "sleep" ? "asleep" : "starting";
}

export function decodeEpicIdentity(
  summary: JsonValue,
  capabilities: JsonValue | undefined,
  network: JsonValue | undefined,
): MinerIdentity {
  return present({
    make: "Bitmain",
    model: textOf(at(capabilities, "Model")) ?? "unknown",
    firmware: `ePIC ${textOf(at(summary, "Software")) ?? "unknown"}`,
    mac: macOf(at(network, "dhcp", "mac_address")) ?? macOf(at(network, "static", "mac_address")),
  });
}

export function decodeEpicDetails(summary: JsonValue, capabilities: JsonValue | undefined): MinerDetails {
  const chips = numberOf(at(capabilities, "Performance Estimator", "Chip Count"));
  const error = textOf(at(summary, "Status", "Last Error"));
  const fans = at(summary, "Fans Rpm");
  return present({
    hostname: textOf(at(summary, "Hostname")),
    fansRevolutionsPerMinute: Object.entries((fans ?? {}) as Record<string, JsonValue>)
      .map(([, rpm]) => numberOf(rpm))
      .filter((rpm) => rpm !== undefined),
    boards: (listOf(at(summary, "HBStatus")) ?? []).map((board) =>
      present({ hashes: booleanOf(at(board, "Enabled")) === true, chips }),
    ),
    pools: (listOf(at(summary, "StratumConfigs")) ?? []).map((pool) => ({
      url: textOf(at(pool, "pool")) ?? "",
      state: booleanOf(at(summary, "Stratum", "IsPoolConnected")) === true ? "connected" : "not connected",
    })),
    errors: error === undefined ? [] : [error],
    locating: booleanOf(at(summary, "Misc", "Locate Miner State")),
    ratedTerahashesPerSecond: numberOf(at(capabilities, "Default Hashrate")),
  });
}

export interface EpicWrite {
  readonly path: string;
  readonly parameter: JsonValue;
}

export const epicWrites: Readonly<Record<"run" | "sleep", EpicWrite>> = {
  sleep: { path: "/miner", parameter: "Stop" },
  run: { path: "/miner", parameter: "Autostart" },
};

/** undefined for an order it does not have: its targets are hashrates, never watts. */
export function encodeEpicOrder(order: MinerOrder): EpicWrite | undefined {
  if (order.kind === "locate") return { path: "/identify", parameter: order.on };
  return order.kind === "reboot" ? { path: "/reboot", parameter: 0 } : undefined;
}

export type EpicFailure = { readonly kind: "password" } | { readonly kind: "refused" } | { readonly kind: "malformed" };

/** `{"result":true,"error":null}`. */
export function judgeEpic(reply: JsonValue | undefined): Result<null, EpicFailure> {
  const result = booleanOf(at(reply, "result"));
  if (result === true) return succeed(null);
  if (result === undefined) return fail({ kind: "malformed" });
  return fail({ kind: /passw/i.test(textOf(at(reply, "error")) ?? "") ? "password" : "refused" });
}
