/** Braiins OS before its REST interface (21 to 25.03): one GraphQL query, read only. */
import type { MinerDetails, MinerIdentity } from "../../model/miner.ts";
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
import { type MinerObservation, plausible } from "../cgminer/observation.ts";

/** Everything in one request; the shape is that of the recorded replies. */
export const query = `{
  bos { hostname faultLight uptime { durationS } info { version { full } } }
  bosminer { info {
    modelName
    fans { name rpm speed }
    summary { power { approxConsumptionW limitW } }
    workSolver {
      nominalMhs realHashrate { mhs5S }
      childSolvers { name realHashrate { mhs5S } hwDetails { chips } temperatures { name degreesC } }
    }
    poolGroups { pools { url status } }
  } }
}`;

/** Whether the web server speaks it. */
export const probe = "{ bos { hostname } }";

/** undefined: no Braiins OS. The setting is not told: hashing proves `run`, and nothing proves `sleep`. */
export function observeGraphql(reply: JsonValue): MinerObservation | undefined {
  const information = objectOf(at(reply, "data", "bosminer", "info"));
  if (information === undefined) return undefined;
  const hashrate = megahashes(at(information, "workSolver", "realHashrate", "mhs5S"));
  const powerWatts = numberWithin(at(information, "summary", "power", "approxConsumptionW"), 1, plausible.powerWatts);
  const hashing = hashrate !== undefined && hashrate > 0;
  const temperatures = (name: string): number | undefined =>
    greatestOf(
      solversOf(information).map((solver) =>
        numberWithin(
          at(
            (listOf(solver["temperatures"]) ?? []).find((row) => textOf(at(row, "name")) === name),
            "degreesC",
          ),
          plausible.minimumCelsius,
          plausible.maximumCelsius,
        ),
      ),
    );
  return present({
    mode: hashing ? "hashing" : hashrate === undefined ? "unknown" : "stopped",
    setting: hashing ? "run" : "unknown",
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : "estimated",
    limitWatts: numberWithin(at(information, "summary", "power", "limitW"), 1, plausible.powerWatts),
    hashrateTerahashesPerSecond: hashrate,
    inletCelsius: temperatures("Inlet"),
    outletCelsius: temperatures("Outlet"),
    boardCelsius: temperatures("Max Board"),
    chipCelsius: temperatures("Max Chip"),
    uptimeSeconds: numberWithin(at(reply, "data", "bos", "uptime", "durationS"), 0, Number.MAX_SAFE_INTEGER),
  } as const);
}

/** `network` is /cgi-bin/luci/admin/network/iface_status/lan, where the MAC is. */
export function decodeGraphqlIdentity(reply: JsonValue, network: JsonValue | undefined): MinerIdentity {
  return present({
    make: "Bitmain",
    model: textOf(at(reply, "data", "bosminer", "info", "modelName")) ?? "unknown",
    firmware: `Braiins OS ${textOf(at(reply, "data", "bos", "info", "version", "full")) ?? "unknown"}`,
    mac: macOf(at(listOf(network)?.[0], "macaddr")),
  });
}

export function decodeGraphqlDetails(reply: JsonValue): MinerDetails {
  const information = objectOf(at(reply, "data", "bosminer", "info")) ?? {};
  return present({
    hostname: textOf(at(reply, "data", "bos", "hostname")),
    locating: booleanOf(at(reply, "data", "bos", "faultLight")),
    fansRevolutionsPerMinute: (listOf(information["fans"]) ?? [])
      .map((fan) => numberOf(at(fan, "rpm")))
      .filter((rpm) => rpm !== undefined),
    boards: solversOf(information).map((solver) => ({
      hashes: (megahashes(at(solver, "realHashrate", "mhs5S")) ?? 0) > 0,
      chips: numberOf(at(solver, "hwDetails", "chips")) ?? 0,
    })),
    pools: (listOf(information["poolGroups"]) ?? [])
      .flatMap((group) => listOf(at(group, "pools")) ?? [])
      .map((pool) => ({ url: textOf(at(pool, "url")) ?? "", state: textOf(at(pool, "status")) ?? "unknown" })),
    ratedTerahashesPerSecond: megahashes(at(information, "workSolver", "nominalMhs")),
  });
}

function solversOf(information: JsonObject): readonly JsonObject[] {
  return (listOf(at(information, "workSolver", "childSolvers")) ?? [])
    .map(objectOf)
    .filter((solver) => solver !== undefined);
}

function megahashes(value: JsonValue | undefined): number | undefined {
  const figure = numberOf(value);
  return figure === undefined ? undefined : numberWithin(figure / 1e6, 0, plausible.terahashesPerSecond);
}
