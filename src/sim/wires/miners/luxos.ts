/** A machine with LuxOS: one session at a time, curtailment, profiles that the thermal manager guards. */
import { randomBytes } from "node:crypto";
import type { Answer } from "./api.ts";
import type { Machine } from "./machine.ts";

/** Life of a session without a command [ms]. Source: LuxOS API documentation. */
const sessionMilliseconds = 60_000;

type Reply = Readonly<Record<string, unknown>>;

export function luxosAnswer(machine: Machine, index: number, now: () => number): Answer {
  let session: { readonly id: string; endsAt: number } | undefined;
  let thermalManager = true;
  // Above the profile it runs in.
  let maximumProfile = "550MHz";
  const profiles = [0.4, 0.6, 0.8, 1].map((share) => ({
    "Profile Name": `${Math.round(share * 500)}MHz`,
    Watts: Math.round(machine.plate.ratedWatts * share),
  }));
  const profile = (): string =>
    profiles.findLast((one) => one.Watts <= machine.limitWatts)?.["Profile Name"] ?? "200MHz";

  const logOn = (): Reply => {
    if (machine.faults.has("token-limit") || (session !== undefined && session.endsAt > now()))
      return said("E", 402, "another session is already active");
    session = { id: randomBytes(4).toString("hex"), endsAt: now() + sessionMilliseconds };
    machine.keepSecret(session.id);
    return { ...said("S", 316, "Session created"), SESSION: [{ SessionID: session.id }] };
  };

  const write = (command: string, parameters: readonly string[]): Reply => {
    if (session === undefined || parameters[0] !== session.id || session.endsAt <= now()) {
      machine.refusedCount += 1;
      return said("E", 402, "invalid session");
    }
    session.endsAt = now() + sessionMilliseconds;
    const first = parameters[1] ?? "";
    switch (command) {
      case "logoff":
        session = undefined;
        break;
      case "curtail":
        machine.command(first === "sleep" ? "sleep" : "run", now());
        return said("S", 335, `Curtail ${first}`);
      case "atmset":
        if (first.startsWith("enabled=")) thermalManager = first === "enabled=true";
        maximumProfile = parameters.find((one) => one.startsWith("max_profile="))?.slice(12) ?? maximumProfile;
        break;
      case "profileset": {
        if (thermalManager) return said("E", 404, "cannot change the profile while ATM is enabled");
        const chosen = profiles.find((one) => one["Profile Name"] === first);
        if (chosen === undefined) return said("E", 404, "no such profile");
        machine.limit(chosen.Watts, now());
        break;
      }
      case "ledset":
        machine.locate(parameters[2] === "blink");
        break;
      case "rebootdevice":
        machine.reboot(now());
        break;
      default:
        return said("E", 14, "Invalid command");
    }
    return said("S", 300, "OK");
  };

  const read = (command: string): Reply | undefined => {
    switch (command) {
      case "logon":
        return logOn();
      case "session":
        return { ...said("S", 318, "Session"), SESSION: [{ SessionID: session?.id ?? "" }] };
      case "config":
        return { ...said("S", 33, "config"), CONFIG: [configuration(machine, index, profile(), thermalManager)] };
      case "atm":
        return { ...said("S", 339, "ATM"), ATM: [{ Enabled: thermalManager, MaxProfile: maximumProfile }] };
      case "profiles":
        return { ...said("S", 326, "profiles"), PROFILES: profiles };
      case "power":
        return { ...said("S", 311, "Power usage"), POWER: [{ PSU: false, Watts: machine.toldWatts(now()) }] };
      case "stats":
        return { ...said("S", 70, "stats"), STATS: stats(machine, now()) };
      case "version":
        return { ...said("S", 22, "versions"), VERSION: [{ API: "3.7", LUXminer: "2025.4.8.220305-57b389c7" }] };
      case "pools":
        return { ...said("S", 7, "1 Pool(s)"), POOLS: [{ URL: "stratum+tcp://pool.example", Status: "Alive" }] };
      default:
        return undefined;
    }
  };

  return (request) => {
    const command = String(request["command"]);
    const parameters = String(request["parameter"] ?? "").split(",");
    const text = JSON.stringify({ ...(read(command) ?? write(command, parameters)), id: 1 });
    return { text, delayMilliseconds: command === "curtail" ? (machine.faults.get("slow-post") ?? 0) : 0 };
  };
}

function said(letter: string, code: number, message: string): Reply {
  const when = Math.floor(Date.now() / 1000);
  const description = "LUXminer 2025.4.8.220305-57b389c7";
  return { STATUS: [{ STATUS: letter, When: when, Code: code, Msg: message, Description: description }] };
}

function configuration(machine: Machine, index: number, profile: string, thermalManager: boolean): unknown {
  const byte = (value: number): string => value.toString(16).padStart(2, "0");
  const asleep = machine.setting === "sleep";
  return {
    OS: "LuxOS",
    CurtailMode: asleep ? "Sleep" : "None",
    Hostname: machine.plate.name,
    ImmersionMode: true,
    IsAtmEnabled: thermalManager,
    IsPowerSupplyOn: !asleep,
    MACAddr: `62:f7:5e:00:${byte(index >> 8)}:${byte(index & 255)}`,
    Model: "Antminer S19k Pro",
    NameplateTHS: machine.plate.terahashesPerSecond,
    Profile: profile,
    GreenLed: "auto",
    RedLed: machine.located ? "blink" : "auto",
  };
}

function stats(machine: Machine, now: number): readonly unknown[] {
  const gigahashes = Math.round(machine.terahashes(now) * 1e5) / 100;
  const board = Math.round(machine.chipCelsius(now));
  const chains = [1, 2, 3].flatMap((chain) => [
    [`chain_acn${chain}`, 77],
    [`chain_rate${chain}`, (gigahashes / 3).toFixed(2)],
    [`temp_pcb${chain}`, `${board}-${board - 13}-${board - 13}-${board}`],
    [`temp_chip${chain}`, `${board}-${board - 13}-${board - 13}-${board}`],
  ]);
  return [
    { Type: "Antminer S19k Pro", Miner: "2025.4.8.220305" },
    { Elapsed: machine.uptimeSeconds(now), "GHS 5s": gigahashes, rate_unit: "GH", ...Object.fromEntries(chains) },
  ];
}
