/** The least a client could do: the same requests over bare sockets, their replies counted as bytes and looked at once. No retries, no model. */
import { connect } from "node:net";
import { createSocketPool, type Lane } from "../../../src/drivers/miners/socket-pool.ts";
import { type Challenge, decodeChallenge, encodeAuthorization } from "../../../src/protocol/bitmain/digest.ts";
import { deriveKey, deriveToken, encryptCommand, type Token } from "../../../src/protocol/whatsminer/cipher.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { access, type MinersClient, type Phase } from "./work.ts";

const deadlineMilliseconds = 5_000;
/** Far end and probe both compute tokens; the far end's come within a second. */
const warmMilliseconds = 2_000;

/** The reply's text; empty where none came. */
function ask(host: string, port: number, request: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host, port, noDelay: true });
    socket.setTimeout(deadlineMilliseconds, () => socket.destroy());
    socket.on("connect", () => socket.write(request));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

interface Probed {
  first(): Promise<boolean>;
  read(): Promise<boolean>;
  write(phase: "sleep" | "run"): Promise<boolean>;
  warm(): Promise<void>;
}

export function openProbe(machines: readonly SimulatedMiner[]): MinersClient {
  // The same bound on connections as weir's.
  const pool = createSocketPool();
  const bounded = (lane: Lane, host: string, port: number, request: string | Buffer): Promise<string> =>
    pool.run(lane, host, () => ask(host, port, request));
  const probed = machines.map(({ kind, host, port = 0, webPort = 0 }) =>
    kind === "antminer"
      ? antminer((lane, request, at = webPort) => bounded(lane, host, at, request))
      : whatsminer((lane, request) => bounded(lane, host, port, request)),
  );
  return {
    act: (phase: Phase) =>
      probed.map(async (one) => {
        const done = await (phase === "first" ? one.first() : phase === "read" ? one.read() : one.write(phase));
        return { done, at: performance.now() };
      }),
    warm: async () => {
      for (const one of probed) await one.warm();
      await new Promise((resolve) => setTimeout(resolve, warmMilliseconds));
    },
    stop: async () => {},
  };
}

/** Empty where nothing readable came. */
function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const bodyOf = (reply: string): Record<string, unknown> => parsed(reply.slice(reply.indexOf("\r\n\r\n") + 4));

function antminer(open: (lane: Lane, request: string, port?: number) => Promise<string>): Probed {
  let challenge: Challenge | undefined;
  let count = 0;
  const page = async (lane: Lane, method: "GET" | "POST", name: string, body = ""): Promise<string> => {
    const path = `/cgi-bin/${name}.cgi`;
    const text = (): string => {
      count += 1;
      const asked = { method, path, ...access, count, clientNonce: "0123456789abcdef" };
      const authorization =
        challenge === undefined ? "" : `Authorization: ${encodeAuthorization(challenge, asked)}\r\n`;
      const length = method === "POST" ? `Content-Length: ${body.length}\r\n` : "";
      return `${method} ${path} HTTP/1.0\r\nHost: m\r\nConnection: close\r\n${authorization}${length}\r\n${body}`;
    };
    const reply = await open(lane, text());
    if (!reply.startsWith("HTTP/1.1 401")) return reply;
    challenge = decodeChallenge(/^WWW-Authenticate: (.*)$/im.exec(reply)?.[1] ?? "");
    count = 0;
    return await open(lane, text());
  };
  const good = (reply: string): boolean => reply.startsWith("HTTP/1.1 200") && Object.keys(bodyOf(reply)).length > 0;
  return {
    first: async () => {
      const stats = await page("read", "GET", "stats");
      const information = await page("read", "GET", "get_system_info");
      const configuration = await page("read", "GET", "get_miner_conf");
      await open("read", "GET /miner_power HTTP/1.0\r\nHost: m\r\nConnection: close\r\n\r\n", 6060);
      return [stats, information, configuration].every(good);
    },
    read: async () => good(await page("read", "GET", "stats")),
    write: async (phase) => {
      const document = bodyOf(await page("write", "GET", "get_miner_conf"));
      const mode = phase === "sleep" ? 1 : 0;
      const posted = JSON.stringify({ ...document, "miner-mode": mode });
      await page("write", "POST", "set_miner_conf", posted);
      const stored = bodyOf(await page("write", "GET", "get_miner_conf"));
      return stored["bitmain-work-mode"] === String(mode);
    },
    warm: async () => {},
  };
}

function whatsminer(open: (lane: Lane, request: string | Buffer) => Promise<string>): Probed {
  let token: Token | undefined;
  const command = async (lane: Lane, name: string): Promise<Record<string, unknown>> =>
    parsed((await open(lane, JSON.stringify({ cmd: name }))).replace("\0", ""));
  return {
    first: async () => {
      const names = ["status", "summary", "get_version", "devdetails"];
      const replies: Record<string, unknown>[] = [];
      for (const name of names) replies.push(await command("read", name));
      return replies.every((reply) => reply["STATUS"] !== undefined);
    },
    read: async () => {
      const status = await command("read", "status");
      const summary = await command("read", "summary");
      return status["STATUS"] !== undefined && summary["SUMMARY"] !== undefined;
    },
    write: async (phase) => {
      if (token === undefined) return false;
      const plain: Record<string, string> =
        phase === "sleep" ? { cmd: "power_off", respbefore: "true" } : { cmd: "power_on" };
      await open("write", encryptCommand(token, plain));
      const status = (await command("write", "status"))["Msg"] as Record<string, unknown> | undefined;
      return status?.["btmineroff"] === (phase === "sleep" ? "true" : "false");
    },
    warm: async () => {
      const salts = (await command("read", "get_token"))["Msg"] as { time: string; salt: string; newsalt: string };
      token = deriveToken(deriveKey(access.password, salts.salt), salts);
    },
  };
}
