/** One HTTP request and its reply, bounded in time and bytes, on a connection of its own or one kept from the request before. */
import { connect, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { fail, type Result, succeed } from "../../model/result.ts";
import { maximumReplyBytes } from "../../protocol/cgminer/reply.ts";
import { type HttpResponse, ResponseReader } from "../../protocol/http/response.ts";
import type { Deadlines, ExchangeFault } from "./tcp-exchange.ts";
import { whenAborted } from "./when-aborted.ts";

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
  /** Leaves the connection to the next request; absent: each has its own. */
  readonly kept?: KeptConnection;
}

/** How a connection stops being one. */
type Ending = "end" | "error" | "close";

/** Whoever has the connection at the moment. */
interface Holder {
  took(chunk: Buffer): void;
  ended(how: Ending): void;
}

/** A connection that serves one holder after the other, under the same listeners all its life: putting them on and off for each request costs as much as its digest. */
class Line {
  readonly socket: Socket;
  holder: Holder | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.holder?.took(chunk));
    socket.on("end", () => this.holder?.ended("end"));
    socket.on("error", () => this.holder?.ended("error"));
    socket.on("close", () => this.holder?.ended("close"));
  }
}

/** One connection that waits for the next request of the same machine. Not for two requests at a time. */
export class KeptConnection {
  private line: Line | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly useless = (): void => this.drop();
  /** Whatever comes unasked, an end above all, makes a waiting connection useless. */
  private readonly waits: Holder = { took: this.useless, ended: this.useless };

  /** undefined: none waits. */
  take(): Line | undefined {
    const { line } = this;
    clearTimeout(this.timer);
    this.line = undefined;
    return line?.socket.destroyed === false ? line : undefined;
  }

  keep(line: Line): void {
    this.drop();
    this.line = line;
    line.holder = this.waits;
    this.timer = setTimeout(this.useless, keptMilliseconds);
    this.timer.unref();
  }

  private drop(): void {
    clearTimeout(this.timer);
    if (this.line !== undefined) hangUp(this.line);
    this.line = undefined;
  }
}

function hangUp(line: Line): void {
  line.holder = undefined;
  line.socket.destroy();
}

/** Machines close idle connections after 5 s (lighttpd's default) or less, and have few: long enough for the requests of one read or write. Choice. */
const keptMilliseconds = 300;

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
    const waiting = asked.kept?.take();
    let connected = waiting !== undefined;
    let bytes = 0;
    const reader = new ResponseReader();
    const line = waiting ?? new Line(connectTo(asked));
    const end = (result: Result<HttpReply, ExchangeFault>): void => {
      leave();
      hangUp(line);
      resolve(result);
    };
    const finish = (response: HttpResponse): void => {
      leave();
      if (asked.kept !== undefined && response.keepsAlive) asked.kept.keep(line);
      else hangUp(line);
      resolve(succeed(replyOf(response)));
    };
    const giveUp = (): void => end(fail(connected ? "no-reply" : "unreachable"));
    const cutOff = (): void => {
      const progress = reader.end();
      if (typeof progress !== "string") {
        finish(progress);
        return;
      }
      // It closed the kept connection while the request was on its way; what was not read is asked again.
      if (waiting === undefined || bytes > 0 || asked.method !== "GET") {
        giveUp();
        return;
      }
      leave();
      hangUp(line);
      exchangeHttp(asked, deadlines, signal).then(resolve, giveUp);
    };
    let timer = setTimeout(giveUp, deadlines.connectMilliseconds);
    const unwatch = whenAborted(signal, () => end(fail("stopped")));
    const leave = (): void => {
      clearTimeout(timer);
      unwatch();
      line.holder = undefined;
    };
    line.holder = {
      took: (chunk) => {
        bytes += chunk.length;
        const progress = bytes > maximumReplyBytes ? "too-long" : reader.push(chunk);
        if (progress === "too-long") end(fail("too-long"));
        else if (progress === "malformed") giveUp();
        else if (progress !== "more") finish(progress);
      },
      ended: (how) => {
        if (how === "end" || (how === "error" && waiting !== undefined)) cutOff();
        else giveUp();
      },
    };
    const send = (): void => {
      connected = true;
      clearTimeout(timer);
      timer = setTimeout(giveUp, deadlines.replyMilliseconds);
      line.socket.write(encodeRequest(asked));
    };
    if (waiting !== undefined) send();
    else line.socket.once(asked.secure === true ? "secureConnect" : "connect", send);
  });
}

function connectTo({ host, port, secure }: HttpRequest): Socket {
  return secure === true
    ? connectSecurely({ host, port, rejectUnauthorized: false })
    : connect({ host, port, noDelay: true });
}

/** Head and body in one piece: one packet, and one write. */
function encodeRequest({ host, port, method, path, authorization, body, headers = {}, kept }: HttpRequest): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    `Connection: ${kept === undefined ? "close" : "keep-alive"}`,
  ];
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
