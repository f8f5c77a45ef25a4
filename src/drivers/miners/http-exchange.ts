/** One HTTP request and its reply on a connection of its own, bounded in time and bytes. */
import { request as openRequest } from "node:http";
import { request as openSecureRequest } from "node:https";
import { fail, type Result, succeed } from "../../model/result.ts";
import { maximumReplyBytes } from "../../protocol/cgminer/reply.ts";
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
    Object.assign(headers, asked.headers);
    const { host, port, method, path } = asked;
    const options = { host, port, method, path, headers, agent: false } as const;
    const request =
      asked.secure === true ? openSecureRequest({ ...options, rejectUnauthorized: false }) : openRequest(options);
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
        const server = String(response.headers["server"] ?? "");
        const cookies = response.headers["set-cookie"] ?? [];
        const cookie = cookies.map((one) => one.split(";", 1)[0]).join("; ");
        const status = response.statusCode ?? 0;
        end(succeed({ status, challenge, cookie, server, body: Buffer.concat(chunks) }));
      });
    });
    request.end(asked.body);
  });
}
