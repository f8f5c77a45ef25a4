/** A machine with Braiins OS: REST behind a token, or GraphQL alone as before 25.05. */
import { randomBytes } from "node:crypto";
import type { Machine } from "./machine.ts";
import { type MinersSetup, poolPassword } from "./setup.ts";
import { macAddress, memberOf, type WebAnswer } from "./web.ts";

/** Status numbers of miner/details. Source: bos-plus-api. */
const statuses = { normal: 2, paused: 3 };

export function braiinsAnswer(machine: Machine, index: number, setup: MinersSetup, now: () => number): WebAnswer {
  const tokens = new Map<string, number>();
  const lifeSeconds = setup.tokenSeconds ?? 3600;
  const logIn = (body: unknown): { status: number; body?: unknown } => {
    machine.loginCount += 1;
    if (machine.faults.has("token-limit")) return { status: 429 };
    if (memberOf(body, "username") !== setup.user || memberOf(body, "password") !== setup.password) {
      machine.refusedCount += 1;
      return { status: 401 };
    }
    const token = randomBytes(8).toString("hex");
    machine.keepSecret(token);
    tokens.set(token, now() + lifeSeconds * 1000);
    return { status: 200, body: { token, timeout_s: lifeSeconds } };
  };
  return ({ method, path, body, authorization }) => {
    if (path === "/api/v1/version") return { status: 200, body: { major: 1, minor: 11, patch: 0 } };
    if (path === "/api/v1/auth/login") return logIn(body);
    if (machine.faults.delete("forget-tokens")) tokens.clear();
    if ((tokens.get(authorization) ?? 0) <= now()) return { status: 401 };
    const page = path.replace(/^\/api\/v1\//, "");
    if (method === "PUT") return write(machine, page, body, now());
    const read = readPage(machine, page, index, now());
    return read === undefined ? { status: 404 } : { status: 200, body: read };
  };
}

function write(machine: Machine, page: string, body: unknown, now: number): { status: number; body?: unknown } {
  switch (page) {
    case "actions/pause":
      machine.command("sleep", now);
      break;
    case "actions/resume":
      machine.command("run", now);
      break;
    case "actions/locate":
      machine.locate(body === true);
      break;
    case "actions/reboot":
      machine.reboot(now);
      break;
    case "performance/power-target":
      machine.limit(Number(memberOf(body, "watt")), now);
      break;
    default:
      return { status: 404 };
  }
  return { status: 200, body: true };
}

function readPage(machine: Machine, page: string, index: number, now: number): unknown {
  const gigahashes = machine.terahashes(now) * 1000;
  const chip = machine.chipCelsius(now);
  const target = { watt: Math.min(machine.limitWatts, machine.plate.ratedWatts) };
  switch (page) {
    case "miner/details":
      return {
        bos_version: { current: "2025-08-06-0-3881c51d-25.07-plus", bos_plus: true },
        bosminer_uptime_s: machine.uptimeSeconds(now),
        hostname: machine.plate.name,
        mac_address: macAddress("02:ee:da:00", index),
        miner_identity: { brand: 1, miner_model: "Antminer S19 XP" },
        status: machine.setting === "sleep" ? statuses.paused : statuses.normal,
        sticker_hashrate: { gigahash_per_second: machine.plate.terahashesPerSecond * 1000 },
      };
    case "miner/stats":
      return {
        miner_stats: { real_hashrate: { last_5s: { gigahash_per_second: gigahashes } } },
        power_stats: { approximated_consumption: { watt: machine.asleep(now) ? 0 : machine.toldWatts(now) } },
      };
    case "miner/hw/hashboards":
      return {
        hashboards: [1, 2, 3].map((id) => ({
          id: String(id),
          enabled: true,
          chips_count: 110,
          board_temp: { degree_c: chip - 15 },
          highest_chip_temp: { id: 1, temperature: { degree_c: chip } },
          highest_outlet_temp: { degree_c: chip - 15 },
          lowest_inlet_temp: { degree_c: machine.inletCelsius },
          stats: { real_hashrate: { last_5s: { gigahash_per_second: gigahashes / 3 } } },
        })),
      };
    case "performance/tuner-state":
      return { mode_state: { powertargetmodestate: { current_target: target } }, overall_tuner_state: 2 };
    case "cooling/state":
      return { fans: [] };
    case "pools":
      return [
        { name: "main", pools: [{ url: `stratum+tcp://sim:${poolPassword}@pool.example`, alive: true, active: true }] },
      ];
    case "miner/errors":
      return { errors: [] };
    case "actions/locate":
      return machine.located;
    default:
      return undefined;
  }
}

/** Before 25.05: everything in one query, no commands that are the same in two releases. */
export function graphqlAnswer(machine: Machine, now: () => number): WebAnswer {
  return ({ method, path }) => {
    if (method !== "POST" || path !== "/graphql") return { status: 404 };
    const at = now();
    const megahashes = machine.terahashes(at) * 1e6;
    const chip = machine.chipCelsius(at);
    const temperatures = [
      ["Max Board", chip - 15],
      ["Max Chip", chip],
      ["Inlet", machine.inletCelsius],
      ["Outlet", chip - 15],
    ].map(([name, degreesC]) => ({ name, degreesC }));
    const solver = { hwDetails: { chips: 55 }, realHashrate: { mhs5S: megahashes / 3 }, temperatures };
    const bos = {
      hostname: machine.plate.name,
      faultLight: machine.located,
      info: { version: { full: "2025-04-07-0-424f9a7f-25.03-plus" } },
      uptime: { durationS: machine.uptimeSeconds(at) },
    };
    const info = {
      modelName: "Antminer S21+",
      fans: [],
      summary: { power: { approxConsumptionW: machine.toldWatts(at), limitW: machine.plate.ratedWatts } },
      workSolver: { realHashrate: { mhs5S: megahashes }, childSolvers: [solver, solver, solver] },
      poolGroups: [],
    };
    return { status: 200, body: { data: { bos, bosminer: { info } } } };
  };
}
