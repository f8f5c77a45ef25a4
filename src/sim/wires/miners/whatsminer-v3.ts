/** A WhatsMiner with API v3 on TCP 4433: frames with a length in front, tokens that hold for a few seconds of its own clock. */
import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { Machine } from "./machine.ts";

/** How far a request's time may be off its clock [s]. Choice: the maker publishes none; small, so that a wrong clock shows. */
const clockToleranceSeconds = 10;

/** Longest request it reads [bytes]. Source: 8192 is the longest that one client sends. */
const longestRequest = 8_192;

/** The default of the real machines. Source: recorded M60S, and the fact sheet's vector. */
const salt = "uhCiDyVj";

export function serveWhatsminerV3(
  machine: Machine,
  index: number,
  password: string,
  sockets: Set<Socket>,
  now: () => number,
): Server {
  return createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    let held = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      if (held.length < 4) return;
      const announced = held.readUInt32LE(0);
      if (announced > longestRequest) return void socket.destroy();
      if (held.length < 4 + announced) return;
      const request = held.toString("utf8", 4, 4 + announced);
      held = held.subarray(4 + announced);
      if (machine.faults.has("no-reply")) return;
      if (machine.faults.has("early-close")) return void socket.end();
      const text = answer(machine, index, password, request, now());
      const delay = request.includes('"token"') ? (machine.faults.get("slow-post") ?? 0) : 0;
      setTimeout(() => send(socket, machine, text), delay);
    });
  });
}

function send(socket: Socket, machine: Machine, text: string): void {
  if (socket.destroyed) return;
  const body = Buffer.from(machine.faults.has("malformed") ? text.replace(/"chip-temp-avg":[\d.]+/, '"x":nan') : text);
  const header = Buffer.alloc(4);
  header.writeUInt32LE(body.length);
  const frame = Buffer.concat([header, body]);
  // In two pieces: a length alone is no reply yet.
  socket.write(frame.subarray(0, 6));
  const rest = frame.subarray(6);
  if (machine.faults.has("truncated")) socket.end(rest.subarray(0, Math.floor(rest.length / 2)));
  else socket.write(rest);
}

function answer(machine: Machine, index: number, password: string, text: string, now: number): string {
  const request = JSON.parse(text) as Record<string, unknown>;
  const command = String(request["cmd"]);
  const reply = (code: number, message: unknown): string =>
    JSON.stringify({ code, when: machine.clockSeconds(), msg: message, desc: command });
  if (command === "get.device.info") return reply(0, information(machine, index));
  const mute = machine.faults.has("asleep-status-only") && machine.setting === "sleep";
  if (mute && command.startsWith("get.")) return reply(-2, "service is stopped");
  if (command === "get.miner.status") return reply(0, status(machine, String(request["param"]), now));
  const told = command === "get.miner.setting" && !machine.faults.has("old-firmware");
  if (told) return reply(0, { "power-limit": 3600, "upfreq-speed": 2, "power-mode": "normal", "fast-boot": "disable" });
  if (!command.startsWith("set.")) return reply(-1, "invalid command");
  machine.loginCount += 1;
  const seconds = Number(request["ts"]);
  const wanted = createHash("sha256").update(`${command}${password}${salt}${seconds}`).digest("base64").slice(0, 8);
  for (const secret of [wanted, String(request["token"] ?? "")]) machine.keepSecret(secret);
  const inTime = Math.abs(seconds - machine.clockSeconds()) <= clockToleranceSeconds;
  if (request["token"] !== wanted || request["account"] !== "super" || !inTime) {
    machine.refusedCount += 1;
    return reply(-4, "token check error");
  }
  return execute(machine, command, request["param"], now) ? reply(0, "ok") : reply(-1, "invalid param");
}

function execute(machine: Machine, command: string, parameter: unknown, now: number): boolean {
  switch (command) {
    case "set.miner.service":
      if (parameter !== "start" && parameter !== "stop") return false;
      machine.command(parameter === "stop" ? "sleep" : "run", now);
      return true;
    case "set.miner.power_limit":
      if (typeof parameter !== "number") return false;
      machine.limit(parameter, now);
      return true;
    case "set.miner.power_percent": {
      const percent = (parameter as { percent?: unknown }).percent;
      // The firmware takes the text only.
      if (typeof percent !== "string") return false;
      machine.trim({ percent: Number(percent) });
      return true;
    }
    case "set.system.led":
      machine.locate(Array.isArray(parameter));
      return true;
    case "set.system.reboot":
      machine.reboot(now);
      return true;
    default:
      return false;
  }
}

function information(machine: Machine, index: number): unknown {
  const byte = (value: number): string => value.toString(16).padStart(2, "0").toUpperCase();
  return {
    miner: { working: machine.setting === "run" ? "true" : "false", "hash-percent": "0", type: "M60S_VK40" },
    network: { hostname: machine.plate.name, mac: `CE:02:01:00:${byte(index >> 8)}:${byte(index & 255)}` },
    power: { mode: "1", model: "P221B" },
    salt,
    system: {
      api: "3.0.2",
      apiswitch: machine.faults.has("write-disabled") ? "0" : "1",
      fwversion: "20251209.16.Rel2",
      ledstatus: machine.located ? "manual" : "auto",
    },
  };
}

function status(machine: Machine, parameter: string, now: number): unknown {
  const terahashes = Math.round(machine.terahashes(now) * 1000) / 1000;
  const chip = machine.chipCelsius(now);
  if (parameter === "pools") return { pools: [{ url: "stratum+tcp://pool.example:3333", status: "alive" }] };
  if (parameter === "edevs")
    return { edevs: [0, 1, 2].map((id) => ({ id, "hash-realtime": terahashes / 3, "effective-chips": 75 })) };
  return {
    summary: {
      elapsed: machine.uptimeSeconds(now),
      "power-realtime": machine.toldWatts(now),
      "power-limit": Number.isFinite(machine.limitWatts) ? machine.limitWatts : 2_147_483_647,
      "chip-temp-avg": chip,
      "chip-temp-max": chip + 6,
      "environment-temperature": machine.inletCelsius,
      "board-temperature": [chip - 12, chip - 11, chip - 12],
      "hash-realtime": terahashes,
      "factory-hash": machine.plate.terahashesPerSecond,
      "fan-speed-in": 0,
      "fan-speed-out": 0,
      "up-freq-finish": machine.settled(now) ? 1 : 0,
    },
  };
}
