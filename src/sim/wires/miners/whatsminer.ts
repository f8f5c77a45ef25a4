/** A WhatsMiner with API v2 as its manual (V2.2) describes it. */
import { randomBytes } from "node:crypto";
import type { Answer } from "./api.ts";
import { cipherKey, open, saltedPassword, seal } from "./crypt.ts";
import type { Machine } from "./machine.ts";

interface Token {
  readonly key: Buffer;
  readonly endsAt: number;
}

/** Tokens a machine keeps at once. Source: manual V2.2. */
const tokenLimit = 100;

export function whatsminerAnswer(
  machine: Machine,
  index: number,
  password: string,
  tokenSeconds: number,
  now: () => number,
): Answer {
  const tokens = new Map<string, Token>();
  const asked: { time: string; newsalt: string; at: number }[] = [];
  const salt = `BQ5h${index.toString(36).padStart(4, "0")}`;
  let salted = "";

  const settleTokens = (): void => {
    salted ||= saltedPassword(password, salt);
    const key = cipherKey(salted);
    for (const { time, newsalt, at } of asked.splice(0)) {
      const token = saltedPassword(salted + time.slice(-4), newsalt);
      tokens.set(token, { key, endsAt: at + tokenSeconds * 1000 });
      for (const secret of [token, salted, key.toString("hex"), key.toString("base64")]) machine.keepSecret(secret);
    }
    for (const [sign, token] of tokens) if (token.endsAt <= now()) tokens.delete(sign);
  };

  const giveToken = (): string => {
    if (machine.faults.has("token-limit") || asked.length + tokens.size >= tokenLimit)
      return status("E", 136, "over max connect");
    const time = String(Math.floor(Date.now() / 1000));
    const newsalt = randomBytes(6).toString("base64url").replaceAll("_", ".").replaceAll("-", "/");
    asked.push({ time: time.slice(-4), newsalt, at: now() });
    // Ahead of the write, spread out: a thousand digests each, for some hundred machines at once.
    setTimeout(settleTokens, Math.random() * 1000);
    return status("S", 134, { time: time.slice(-4), salt, newsalt });
  };

  const write = (request: Record<string, unknown>): string | undefined => {
    machine.loginCount += 1;
    settleTokens();
    const key = cipherKey(salted);
    const command = plain(open(key, String(request["data"])));
    const token = tokens.get(String(command?.["token"]));
    if (command === undefined || token === undefined) {
      machine.refusedCount += 1;
      return status("E", 135, "check token error");
    }
    if (machine.faults.has("write-disabled")) return status("E", 45, "can't access write cmd");
    const done = execute(machine, command, now());
    return done === undefined ? undefined : JSON.stringify({ enc: seal(key, done) });
  };

  return (request) => {
    if (machine.faults.has("forget-tokens")) {
      tokens.clear();
      asked.length = 0;
      machine.faults.delete("forget-tokens");
    }
    const delayMilliseconds = request["enc"] === 1 ? (machine.faults.get("slow-post") ?? 0) : 0;
    const command = request["cmd"] ?? request["command"];
    const text =
      request["enc"] === 1
        ? write(request)
        : command === "get_token"
          ? giveToken()
          : read(machine, String(command), index, now());
    return text === undefined ? undefined : { text, delayMilliseconds };
  };
}

function plain(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** undefined: done, but without `respbefore` the machine is gone before it could answer. */
function execute(machine: Machine, command: Record<string, unknown>, now: number): string | undefined {
  if (command["cmd"] === "power_off") {
    machine.command("sleep", now);
    return command["respbefore"] === "true" ? status("S", 131, "API command OK") : undefined;
  }
  if (command["cmd"] === "power_on") {
    machine.command("run", now);
    return status("S", 131, "API command OK");
  }
  return trim(machine, command, now) ?? status("E", 14, "invalid cmd");
}

function trim(machine: Machine, command: Record<string, unknown>, now: number): string | undefined {
  switch (command["cmd"]) {
    case "adjust_power_limit":
      machine.limit(Number(command["power_limit"]), now);
      break;
    case "set_power_pct":
      machine.trim({ percent: Number(command["percent"]) });
      break;
    case "set_led":
      machine.locate(command["param"] !== "auto");
      break;
    case "reboot":
      machine.reboot(now);
      break;
    default:
      return undefined;
  }
  return status("S", 131, "API command OK");
}

function status(letter: string, code: number, message: unknown): string {
  return JSON.stringify({
    STATUS: letter,
    When: Math.floor(Date.now() / 1000),
    Code: code,
    Msg: message,
    Description: "whatsminer v2.0.4",
  });
}

/** Section replies of the cgminer kind. */
function section(code: number, message: string, name: string, rows: readonly unknown[]): string {
  const head = { STATUS: "S", When: Math.floor(Date.now() / 1000), Code: code, Msg: message, Description: "btminer" };
  return JSON.stringify({ STATUS: [head], [name]: rows, id: 1 });
}

function read(machine: Machine, command: string, index: number, now: number): string | undefined {
  if (command === "status")
    return status("S", 131, {
      btmineroff: machine.setting === "sleep" ? "true" : "false",
      "Firmware Version": "20230519.12.Rel",
      power_mode: "Normal",
      power_limit_set: String(Math.round(machine.plate.ratedWatts)),
      hash_percent: "100%",
    });
  if (machine.faults.has("asleep-status-only") && machine.setting === "sleep") return undefined;
  if (command === "summary") return section(11, "Summary", "SUMMARY", [summary(machine, index, now)]);
  if (command === "get_version")
    return status("S", 131, { api_ver: "2.0.4", fw_ver: "20230519.12.Rel", platform: "H616", chip: "K86" });
  if (command === "devdetails")
    return section(
      69,
      "Device Details",
      "DEVDETAILS",
      [0, 1, 2].map((id) => ({
        DEVDETAILS: id,
        Name: "SM",
        ID: id,
        Driver: "bitmicro",
        Kernel: "",
        Model: "M50S_VH50",
      })),
    );
  if (command === "devs")
    return section(
      9,
      "3 ASC(s)",
      "DEVS",
      [0, 1, 2].map((ASC) => ({
        ASC,
        Status: "Alive",
        "MHS av": machine.terahashes(now) * 3e5,
        "Effective Chips": 105,
      })),
    );
  if (command === "pools")
    return section(7, "1 Pool(s)", "POOLS", [
      { POOL: 1, URL: "stratum+tcp://pool.example:3333", Status: "Alive", Priority: 0, User: "sim.worker" },
    ]);
  return status("E", 14, "invalid cmd");
}

function summary(machine: Machine, index: number, now: number): Record<string, unknown> {
  const megahashes = Math.round(machine.terahashes(now) * 1e8) / 100;
  const chip = machine.chipCelsius(now);
  return {
    Elapsed: machine.uptimeSeconds(now),
    "MHS av": megahashes,
    "MHS 5s": megahashes,
    "HS RT": megahashes,
    Accepted: 2338,
    Rejected: 4,
    Temperature: chip - 10,
    freq_avg: machine.settled(now) ? 648 : 400,
    "Fan Speed In": 0,
    "Fan Speed Out": 0,
    Power: machine.toldWatts(now),
    Power_RT: machine.toldWatts(now),
    "Power Limit": Math.min(machine.limitWatts, machine.plate.ratedWatts),
    "Power Mode": "Normal",
    "Env Temp": machine.inletCelsius,
    "Chip Temp Min": chip - 6,
    "Chip Temp Max": chip + 6,
    "Chip Temp Avg": chip,
    "Factory GHS": Math.round(machine.plate.terahashesPerSecond * 1000),
    "Liquid Cooling": true,
    "Hash Stable": machine.settled(now),
    "Upfreq Complete": machine.settled(now) ? 1 : 0,
    MAC: `C4:08:28:00:${hex(index >> 8)}:${hex(index & 255)}`,
    "Firmware Version": "'20230519.12.Rel'",
  };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0").toUpperCase();
}
