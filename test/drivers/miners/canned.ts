/** A far end that says what it is told to say: for answers that no recorded or simulated machine gives. Knows no dialect. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { openSession } from "../../../src/drivers/miners/open-session.ts";
import type { MinerSession } from "../../../src/drivers/miners/session.ts";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { MinerDialect } from "../../../src/model/site.ts";
import { selfSigned } from "../../../src/sim/wires/miners/certificate.ts";
import { clock, openDoor } from "./far-end.ts";

/** A status alone, or the value of a page or reply; null: the connection is closed without a word. */
export type Answer = number | object | string | null;

export interface Canned {
  readonly port: number;
  /** By path or command; replaced by the test as it goes on. What is not in it is 404, or a reply without anything. */
  answers: Readonly<Record<string, Answer>>;
  /** What was asked, in order. */
  readonly asked: string[];
  /** Bodies and parameters, in the same order. */
  readonly said: string[];
  close(): void;
}

/** Pages by path. */
export async function cannedPages(
  answers: Canned["answers"],
  more: { readonly secure?: boolean } = {},
): Promise<Canned> {
  const answer = (canned: Canned, request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? "").replace("/api/v1/", "");
    let body = "";
    request.on("data", (part: Buffer) => {
      body += part.toString();
    });
    request.on("end", () => {
      canned.asked.push(path);
      canned.said.push(body);
      const wanted = canned.answers[path] ?? 404;
      if (path in canned.answers && canned.answers[path] === null) return void request.socket.destroy();
      response.setHeader("Connection", "close");
      if (more.secure === true && path === "/user/login" && wanted !== 404)
        response.setHeader("Set-Cookie", "-http-session-=1");
      response.statusCode = typeof wanted === "number" ? wanted : 200;
      response.end(typeof wanted === "number" ? "" : typeof wanted === "string" ? wanted : JSON.stringify(wanted));
    });
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => answer(canned, request, response);
  const server = more.secure === true ? createSecureServer(selfSigned("canned"), handle) : createServer(handle);
  const canned = await serve(server, answers);
  return canned;
}

/** Replies of a cgminer API by command. */
export async function cannedApi(answers: Canned["answers"]): Promise<Canned> {
  const server = createTcpServer((socket: Socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      const { command, parameter } = JSON.parse(bytes.toString().replace(/\0$/, "")) as {
        command: string;
        parameter?: string;
      };
      canned.asked.push(command);
      canned.said.push(parameter ?? "");
      const wanted = canned.answers[command];
      if (wanted === null) return void socket.destroy();
      socket.end(`${typeof wanted === "string" ? wanted : JSON.stringify(wanted ?? {})}\0`);
    });
  });
  const canned = await serve(server, answers);
  return canned;
}

async function serve(server: Server, answers: Canned["answers"]): Promise<Canned> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, answers, asked: [], said: [], close: () => void server.close() };
}

/** A session with it, or with a port on which nothing listens. */
export function sessionWith(
  dialect: MinerDialect,
  port: number,
  shared: MinerShared,
  user = "root",
  password = "secret",
): MinerSession {
  const miner = { name: "m", model: "", host: "127.0.0.1", port, webPort: null, tank: "", branch: "", phase: null };
  return openSession({ ...miner, credentials: "" }, dialect, { user, password }, clock, shared, openDoor);
}

/** The fault of an outcome, or "done". */
export function faultOf(outcome: { readonly ok: boolean; readonly error?: string } | undefined): string {
  return outcome === undefined ? "absent" : outcome.ok ? "done" : (outcome.error ?? "");
}
