/** The web side of a simulated machine: JSON pages, and the ways a real one answers badly. */
import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Machine } from "./machine.ts";

/** Longest request body a machine reads [bytes]. Choice. */
const longestBody = 65_536;

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** undefined: none, or no JSON. */
  readonly body: unknown;
  readonly authorization: string;
}

export interface Answered {
  readonly status: number;
  /** Sent as JSON; undefined: no body. */
  readonly body?: unknown;
}

/** undefined: the machine hangs up without an answer. */
export type WebAnswer = (asked: Asked) => Answered | undefined;

export function serveJsonWeb(machine: Machine, answer: WebAnswer, sockets: Set<Socket>): Server {
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.length > longestBody) request.destroy();
    });
    request.on("end", () => {
      if (machine.faults.has("no-reply")) return;
      if (machine.faults.has("early-close")) return void request.socket.destroy();
      const { method = "", url = "" } = request;
      const authorization = request.headers.authorization ?? "";
      const answered = answer({ method, path: url, body: parse(text), authorization });
      if (answered === undefined) return void request.socket.destroy();
      const body = answered.body === undefined ? "" : damage(machine, JSON.stringify(answered.body));
      const send = (): void => {
        response.writeHead(answered.status, { "Content-Type": "application/json" });
        response.end(body);
      };
      setTimeout(send, method === "GET" ? 0 : (machine.faults.get("slow-post") ?? 0));
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return server;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damage(machine: Machine, text: string): string {
  return machine.faults.has("truncated") && text.length > 40 ? text.slice(0, Math.floor(text.length * 0.6)) : text;
}

/** The member of a body, where it has one. */
export function memberOf(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}

export function macAddress(prefix: string, index: number): string {
  return `${prefix}:${[index >> 8, index & 255].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`;
}
