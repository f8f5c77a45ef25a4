/** One HTTP request and its reply on a connection of its own, bounded in time and bytes. */
import { connect, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { fail, type Result, succeed } from "../../model/result.ts";
import { maximumReplyBytes } from "../../protocol/cgminer/reply.ts";
import { type HttpResponse, ResponseReader } from "../../protocol/http/response.ts";
import type { Deadlines, ExchangeFault } from "./tcp-exchange.ts";

export interface HttpRequest {
  readonly host: string;
  readonly port: number;
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly authorization: string | undefined;
  /** JSON text unless `headers` name another type; undefined for none. */
  readonly body: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** TLS with whatever certificate: machines sign their own. */
  readonly secure?: boolean;
}

export interface HttpReply {
  readonly status: number;
  /** `WWW-Authenticate`, empty if absent. */
  readonly challenge: string;
  /** First pairs of `Set-Cookie`, joined as `Cookie` wants them; empty if absent. */
  readonly cookie: string;
  /** `Server`, empty if absent. */
  readonly server: string;
  readonly body: Buffer;
}

/** Never rejects. A head beyond 16 KiB, or no HTTP at all, counts as no reply. */
export function exchangeHttp(
  asked: HttpRequest,
  deadlines: Deadlines,
  signal: AbortSignal,
): Promise<Result<HttpReply, ExchangeFault>> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(fail("stopped"));
    let connected = false;
    let bytes = 0;
    const reader = new ResponseReader();
    const socket = open(asked);
    const end = (result: Result<HttpReply, ExchangeFault>): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(result);
    };
    const giveUp = (): void => end(fail(connected ? "no-reply" : "unreachable"));
    const abort = (): void => end(fail("stopped"));
    let timer = setTimeout(giveUp, deadlines.connectMilliseconds);
    signal.addEventListener("abort", abort);
    socket.on(asked.secure === true ? "secureConnect" : "connect", () => {
      connected = true;
      clearTimeout(timer);
      timer = setTimeout(giveUp, deadlines.replyMilliseconds);
      socket.write(encodeRequest(asked));
    });
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maximumReplyBytes) return end(fail("too-long"));
      const progress = reader.push(chunk);
      if (progress === "malformed") giveUp();
      else if (progress !== "more") end(succeed(replyOf(progress)));
    });
    socket.on("end", () => {
      const progress = reader.end();
      if (typeof progress === "string") giveUp();
      else end(succeed(replyOf(progress)));
    });
    socket.on("error", giveUp);
    socket.on("close", giveUp);
  });
}

function open({ host, port, secure }: HttpRequest): Socket {
  if (secure === true) return connectSecurely({ host, port, rejectUnauthorized: false });
  return connect({ host, port, noDelay: true });
}

/** Head and body in one piece: one packet, and one write. */
function encodeRequest({ host, port, method, path, authorization, body, headers = {} }: HttpRequest): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}:${port}`, "Connection: close"];
  if (authorization !== undefined) lines.push(`Authorization: ${authorization}`);
  if (body !== undefined) {
    if (headers["Content-Type"] === undefined) lines.push("Content-Type: application/json");
    lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  }
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  // A line end inside a value, a password's say, would begin a header of its own.
  return `${lines.map((line) => line.replaceAll(/[\r\n]/g, "")).join("\r\n")}\r\n\r\n${body ?? ""}`;
}

function replyOf({ status, headers, body }: HttpResponse): HttpReply {
  const first = (name: string): string => headers.get(name)?.[0] ?? "";
  const cookies = headers.get("set-cookie") ?? [];
  const cookie = cookies.map((one) => one.split(";", 1)[0]).join("; ");
  const challenge = headers.get("www-authenticate")?.join(", ") ?? "";
  return { status, challenge, cookie, server: first("server"), body };
}
