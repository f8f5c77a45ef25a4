/** One HTTP request and its reply on a connection of its own, bounded in time and bytes. */
import { request as openRequest } from "node:http";
import { fail, type Result, succeed } from "../../model/result.ts";
import { maximumReplyBytes } from "../../protocol/cgminer/reply.ts";
import type { Deadlines, ExchangeFault } from "./tcp-exchange.ts";

export interface HttpRequest {
  readonly host: string;
  readonly port: number;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly authorization: string | undefined;
  /** JSON text; undefined for GET. */
  readonly body: string | undefined;
}

export interface HttpReply {
  readonly status: number;
  /** `WWW-Authenticate`, empty if absent. */
  readonly challenge: string;
  readonly body: Buffer;
}

/** Never rejects. Headers beyond Node's 16 KiB count as no reply. */
export function exchangeHttp(
  asked: HttpRequest,
  deadlines: Deadlines,
  signal: AbortSignal,
): Promise<Result<HttpReply, ExchangeFault>> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(fail("stopped"));
    let connected = false;
    const headers: Record<string, string | number> = { Connection: "close" };
    if (asked.authorization !== undefined) headers["Authorization"] = asked.authorization;
    if (asked.body !== undefined) {
      headers["Content-Type"] = "application/json";
      headers["Content-Length"] = Buffer.byteLength(asked.body);
    }
    const { host, port, method, path } = asked;
    const request = openRequest({ host, port, method, path, headers, agent: false });
    const end = (result: Result<HttpReply, ExchangeFault>): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      request.destroy();
      resolve(result);
    };
    const giveUp = (): void => end(fail(connected ? "no-reply" : "unreachable"));
    const abort = (): void => end(fail("stopped"));
    let timer = setTimeout(giveUp, deadlines.connectMilliseconds);
    signal.addEventListener("abort", abort);
    request.on("socket", (socket) => {
      socket.on("connect", () => {
        connected = true;
        clearTimeout(timer);
        timer = setTimeout(giveUp, deadlines.replyMilliseconds);
      });
    });
    request.on("error", giveUp);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > maximumReplyBytes) end(fail("too-long"));
      });
      response.on("error", giveUp);
      response.on("end", () => {
        const challenge = response.headers["www-authenticate"] ?? "";
        end(succeed({ status: response.statusCode ?? 0, challenge, body: Buffer.concat(chunks) }));
      });
    });
    request.end(asked.body);
  });
}
