/** A machine with ePIC firmware: HTTP on the port of the cgminer API, the password in the body. */
import type { Machine } from "./machine.ts";
import { type MinersSetup, poolPassword } from "./setup.ts";
import { type Answered, macAddress, memberOf, type WebAnswer } from "./web.ts";

export function epicAnswer(machine: Machine, index: number, setup: MinersSetup, now: () => number): WebAnswer {
  return ({ method, path, body }) => {
    if (method === "POST") return write(machine, path, body, setup.password, now());
    switch (path) {
      case "/summary":
        return { status: 200, body: summary(machine, now()) };
      case "/capabilities":
        return { status: 200, body: { Model: "AntMiner S19 XP", "Performance Estimator": { "Chip Count": 110 } } };
      case "/network":
        return { status: 200, body: { dhcp: { mac_address: macAddress("E6:D4:41:00", index) } } };
      default:
        return { status: 404 };
    }
  };
}

function write(machine: Machine, path: string, body: unknown, password: string, now: number): Answered {
  machine.loginCount += 1;
  if (memberOf(body, "password") !== password) {
    machine.refusedCount += 1;
    return { status: 200, body: { result: false, error: "Invalid password" } };
  }
  const parameter = memberOf(body, "param");
  if (path === "/miner" && (parameter === "Stop" || parameter === "Autostart"))
    machine.command(parameter === "Stop" ? "sleep" : "run", now);
  else if (path === "/identify") machine.locate(parameter === true);
  else if (path === "/reboot") machine.reboot(now);
  else return { status: 200, body: { result: false, error: "Invalid parameter" } };
  return { status: 200, body: { result: true, error: null } };
}

function summary(machine: Machine, now: number): unknown {
  const megahashes = machine.terahashes(now) * 1e6;
  const asleep = machine.setting === "sleep";
  return {
    Hostname: machine.plate.name,
    Software: "PowerPlay-BMS v1.5.13",
    HBStatus: [0, 1, 2].map((Index) => ({ Index, Detected: true, Enabled: true })),
    HBs: [0, 1, 2].map((Index) => ({
      Index,
      Hashrate: [megahashes / 3, 100, 0.8],
      Temperature: machine.chipCelsius(now) - 10,
    })),
    "Fans Rpm": { "Fans Speed 1": null },
    Misc: { "Locate Miner State": machine.located },
    "Power Supply Stats": { "Input Power": machine.toldWatts(now), "Input Voltage": 0, "Input Current": 0 },
    Session: { Uptime: machine.uptimeSeconds(now) },
    Status: { "Operating State": asleep ? "Idling" : "Mining", "Last Error": null },
    Stratum: { IsPoolConnected: !asleep },
    StratumConfigs: [{ pool: "stratum+tcp://pool.example:3333", login: "sim", password: poolPassword }],
  };
}
