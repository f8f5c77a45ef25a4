/** The web pages of an Antminer with Bitmain's stock firmware, behind a digest; and its watts on TCP 6060, where it has them. */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { stats, summary, systemInfo } from "./antminer-replies.ts";
import { md5Hex } from "./crypt.ts";
import type { Machine } from "./machine.ts";
import { poolPassword } from "./setup.ts";

const realm = "antMiner Configuration";

export interface WebAccess {
  readonly user: string;
  readonly password: string;
  readonly nonceSeconds: number;
}

/** The stored document of `get_miner_conf.cgi`; survives restarts of the machine. */
interface Configuration {
  pools: unknown;
  "bitmain-work-mode": string;
  [key: string]: unknown;
}

export function serveWeb(
  machine: Machine,
  index: number,
  access: WebAccess,
  sockets: Set<Socket>,
  now: () => number,
): Server {
  const nonces = new Map<string, { endsAt: number; used: Set<string> }>();
  const configuration: Configuration = {
    pools: [0, 1, 2].map((number) => ({
      url: number === 0 ? "stratum+tcp://pool.example:3333" : "",
      user: "sim",
      pass: poolPassword,
    })),
    "api-listen": true,
    "api-network": true,
    "api-groups": "A:stats:pools:devs:summary:version",
    "api-allow": "A:0/0,W:*",
    "bitmain-fan-ctrl": false,
    "bitmain-fan-pwm": "100",
    "bitmain-use-vil": true,
    "bitmain-freq": "525",
    "bitmain-voltage": "1320",
    "bitmain-ccdelay": "0",
    "bitmain-pwth": "3",
    "bitmain-work-mode": machine.setting === "sleep" ? "1" : String(machine.plate.workMode),
    "bitmain-hashrate-percent": "100",
    "bitmain-freq-level": "100",
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString("utf8");
      if (body.length > 65_536) request.destroy();
    });
    request.on("end", () => {
      if (machine.faults.has("no-reply")) return;
      if (machine.faults.has("early-close")) return void request.socket.destroy();
      const judged = authorised(machine, request, access, nonces, now());
      const after = (milliseconds: number, reply: () => void): void => {
        if (milliseconds > 0) setTimeout(reply, milliseconds);
        else reply();
      };
      if (judged !== "yes")
        return after(machine.replyMilliseconds, () => challenge(machine, response, judged, access, nonces, now()));
      const asked = { method: request.method ?? "", path: request.url ?? "", body };
      const text = page(machine, index, configuration, asked, now());
      const slow = asked.method === "POST" ? (machine.faults.get("slow-post") ?? 0) : 0;
      after(machine.replyMilliseconds + slow, () => send(machine, response, text));
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return server;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** undefined: no such page. */
function page(
  machine: Machine,
  index: number,
  configuration: Configuration,
  asked: Asked,
  now: number,
): string | undefined {
  // A power cycle may have changed the mode behind the document's back.
  configuration["bitmain-work-mode"] = machine.setting === "sleep" ? "1" : String(machine.runMode);
  switch (`${asked.method} ${asked.path}`) {
    case "POST /cgi-bin/set_miner_conf.cgi":
      return store(machine, configuration, asked.body, now);
    case "POST /cgi-bin/blink.cgi":
      machine.locate(asked.body.includes("true"));
      return JSON.stringify({ code: machine.located ? "B000" : "B100" });
    case "GET /cgi-bin/reboot.cgi":
      machine.reboot(now);
      return "";
    case "GET /cgi-bin/get_miner_conf.cgi":
      return JSON.stringify(configuration);
    case "GET /cgi-bin/get_system_info.cgi":
      return JSON.stringify(systemInfo(machine, index));
    case "GET /cgi-bin/stats.cgi":
      return JSON.stringify(stats(machine, now));
    case "GET /cgi-bin/summary.cgi":
      return JSON.stringify(summary(machine, now));
    default:
      return undefined;
  }
}

function send(machine: Machine, response: ServerResponse, text: string | undefined): void {
  if (response.destroyed) return;
  if (text === undefined) return void response.writeHead(404).end();
  const damaged = machine.faults.has("truncated") ? text.slice(0, Math.floor(text.length * 0.6)) : text;
  response.writeHead(200, { "Content-Type": "text/plain" });
  response.end(machine.faults.has("malformed") ? damaged.replace(/"temp_chip":\[[\d.]+/, '"temp_chip":[nan') : damaged);
}

/** Only `miner-mode` moves the mode; a body without pools wipes them; other keys alone are accepted and ignored. */
function store(machine: Machine, configuration: Configuration, body: string, now: number): string {
  machine.writeCount += 1;
  let posted: Record<string, unknown>;
  try {
    posted = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return JSON.stringify({ stats: "error", code: "M001", msg: "Illegal request!" });
  }
  // Once: the next document is kept whole.
  configuration.pools = machine.faults.delete("wipe-pools") ? [] : (posted["pools"] ?? []);
  const mode = posted["miner-mode"];
  if (typeof mode === "number") {
    machine.writeCount -= 1;
    if (mode !== 1 && !machine.faults.has("ack-without-effect")) machine.runMode = mode;
    machine.command(mode === 1 ? "sleep" : "run", now);
  }
  return JSON.stringify({ stats: "success", code: "M000", msg: "OK!" });
}

function authorised(
  machine: Machine,
  request: IncomingMessage,
  access: WebAccess,
  nonces: Map<string, { endsAt: number; used: Set<string> }>,
  now: number,
): "yes" | "no" | "unknown" | "stale" {
  const header = request.headers.authorization;
  if (header === undefined || !header.startsWith("Digest ")) return "unknown";
  machine.loginCount += 1;
  const fields = new Map<string, string>();
  for (const match of header.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g))
    fields.set(match[1] ?? "", match[2] ?? match[3] ?? "");
  const nonce = nonces.get(fields.get("nonce") ?? "");
  const count = fields.get("nc") ?? "";
  if (nonce === undefined || nonce.endsAt <= now || nonce.used.has(count)) return "stale";
  const first = md5Hex(`${access.user}:${realm}:${access.password}`);
  const second = md5Hex(`${request.method}:${request.url}`);
  const wanted = md5Hex(`${first}:${fields.get("nonce")}:${count}:${fields.get("cnonce")}:auth:${second}`);
  for (const secret of [first, fields.get("response") ?? first]) machine.keepSecret(secret);
  const right =
    fields.get("response") === wanted && fields.get("username") === access.user && fields.get("uri") === request.url;
  if (right) nonce.used.add(count);
  return right ? "yes" : "no";
}

function challenge(
  machine: Machine,
  response: ServerResponse,
  judged: "no" | "unknown" | "stale",
  access: WebAccess,
  nonces: Map<string, { endsAt: number; used: Set<string> }>,
  now: number,
): void {
  if (judged === "no") machine.refusedCount += 1;
  for (const [nonce, { endsAt }] of nonces) if (endsAt <= now) nonces.delete(nonce);
  const nonce = randomBytes(16).toString("hex");
  machine.keepSecret(nonce);
  nonces.set(nonce, { endsAt: now + access.nonceSeconds * 1000, used: new Set() });
  const stale = judged === "stale" ? ", stale=true" : "";
  response.writeHead(401, { "WWW-Authenticate": `Digest realm="${realm}", nonce="${nonce}", qop="auth"${stale}` });
  response.end("<html><head><title>401 Unauthorized</title></head></html>");
}

/** `GET /miner_power` on TCP 6060, where the firmware has it. */
export function servePower(machine: Machine, sockets: Set<Socket>, now: () => number): Server {
  const server = createServer((request, response) => {
    const known = request.url === "/miner_power";
    response.writeHead(200, { "Content-Type": "text/plain" });
    response.end(known ? `miner power:${machine.toldWatts(now())}` : "error 6060 cmd");
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return server;
}
