/** A machine with VNish: REST behind a token for writes; untuned presets are taken and ignored. */
import { randomBytes } from "node:crypto";
import type { Machine } from "./machine.ts";
import { type MinersSetup, poolPassword } from "./setup.ts";
import { type Answered, type Asked, macAddress, memberOf, type WebAnswer } from "./web.ts";

export function vnishAnswer(machine: Machine, index: number, setup: MinersSetup, now: () => number): WebAnswer {
  const tokens = new Set<string>();
  const presets = [0.6, 0.8, 1].map((share) => {
    const watts = Math.round(machine.plate.ratedWatts * share);
    return { name: String(watts), pretty: `${watts} watt ~ 80 TH`, status: share === 0.8 ? "untuned" : "tuned" };
  });
  let preset = presets.at(-1)?.name ?? "";
  let throttled = 100;

  const write = ({ path, body }: Asked): Answered => {
    switch (path) {
      case "/api/v1/mining/stop":
        machine.command("sleep", now());
        break;
      case "/api/v1/mining/start":
        machine.command("run", now());
        break;
      case "/api/v1/mining/restart":
        if (presets.find((one) => one.name === preset)?.status === "tuned") machine.limit(Number(preset), now());
        break;
      case "/api/v1/mining/throttle":
        throttled = Number(memberOf(body, "percent"));
        machine.trim({ percent: throttled });
        break;
      case "/api/v1/settings":
        preset = String(memberOf(memberOf(memberOf(body, "miner"), "overclock"), "preset"));
        return { status: 200, body: { restart_required: true, reboot_required: false } };
      case "/api/v1/find-miner":
        machine.locate(memberOf(body, "on") === true);
        break;
      case "/api/v1/system/reboot":
        machine.reboot(now());
        break;
      default:
        return { status: 404 };
    }
    return { status: 200, body: {} };
  };

  return (asked) => {
    if (asked.path === "/api/v1/unlock") {
      machine.loginCount += 1;
      if (machine.faults.has("token-limit")) return { status: 429 };
      if (memberOf(asked.body, "pw") !== setup.password) {
        machine.refusedCount += 1;
        return { status: 401 };
      }
      const token = randomBytes(8).toString("hex");
      machine.keepSecret(token);
      tokens.add(token);
      return { status: 200, body: { token } };
    }
    const open = readOpen(machine, asked.path, index, throttled, now());
    if (open !== undefined) return { status: 200, body: open };
    if (machine.faults.delete("forget-tokens")) tokens.clear();
    if (!tokens.has(asked.authorization.replace(/^Bearer /, ""))) return { status: 401 };
    if (asked.method === "GET" && asked.path === "/api/v1/autotune/presets") return { status: 200, body: presets };
    if (asked.method === "GET" && asked.path === "/api/v1/settings")
      return { status: 200, body: { miner: { overclock: { preset }, pools: [] } } };
    return asked.method === "POST" ? write(asked) : { status: 404 };
  };
}

function readOpen(machine: Machine, path: string, index: number, throttled: number, now: number): unknown {
  const state = stateOf(machine, now);
  const gigahashes = machine.terahashes(now) * 1000;
  const chip = Math.round(machine.chipCelsius(now));
  switch (path) {
    case "/api/v1/info":
      return {
        fw_name: "Vnish",
        fw_version: "1.2.6",
        model: "Antminer S19j Pro",
        hr_measure: "GH/s",
        system: { network_status: { mac: macAddress("02:0a:35:00", index), hostname: machine.plate.name } },
      };
    case "/api/v1/status":
      return { miner_state: state, miner_state_time: machine.uptimeSeconds(now), find_miner: machine.located };
    case "/api/v1/summary":
      return {
        miner: {
          miner_status: { miner_state: state, throttled },
          hr_realtime: gigahashes,
          hr_stock: machine.plate.terahashesPerSecond * 1000,
          power_consumption: machine.asleep(now) ? 0 : machine.toldWatts(now),
          cooling: { fans: [] },
          chains: [1, 2, 3].map((id) => ({
            id,
            hashrate_rt: gigahashes / 3,
            pcb_temp: { min: chip - 20, max: chip - 10 },
            chip_temp: { min: chip - 10, max: chip },
          })),
          pools: [{ url: `sim.1:${poolPassword}@pool.example:3333`, status: "active" }],
        },
      };
    default:
      return undefined;
  }
}

function stateOf(machine: Machine, now: number): string {
  if (machine.setting === "sleep") return machine.asleep(now) ? "stopped" : "shutting-down";
  return machine.settled(now) ? "mining" : "starting";
}
