/** Finds out which dialect a machine speaks by asking its ports what it is; changes nothing and needs no password. */
import { connect as connectSecurely } from "node:tls";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerDialect } from "../../model/site.ts";
import { probe } from "../../protocol/braiins/graphql.ts";
import { parseTolerantJson } from "../../protocol/cgminer/json.ts";
import { decodeReply } from "../../protocol/cgminer/reply.ts";
import {
  compareDialects,
  excerpt,
  pages,
  recognizeFrame,
  recognizePage,
  recognizeReply,
  type Signature,
} from "../../protocol/identification/signatures.ts";
import { decodeFrame, encodeFrame, frameIsComplete } from "../../protocol/whatsminer-v3/frames.ts";
import { exchangeHttp } from "./http-exchange.ts";
import { type Deadlines, exchangeTcp } from "./tcp-exchange.ts";

/** Where machines answer: cgminer's port (and the one WhatsMiner moves it to), API v3, web, web with TLS. Source: fact sheet 2. */
export const usualPorts: readonly number[] = [4028, 4433, 80, 443, 4029];

/** Choice: a machine in a local network connects within milliseconds; a loaded one takes a second or two to answer. */
const patience: Deadlines = { connectMilliseconds: 1_500, replyMilliseconds: 2_500 };

export interface Sighting extends Signature {
  readonly port: number;
  /** Nothing answered there. */
  readonly silent?: true;
}

export interface Identified {
  readonly dialect: MinerDialect;
  readonly port: number;
  /** A web server told it, rather than a TCP API. */
  readonly web: boolean;
  readonly sightings: readonly Sighting[];
}

/** The dialect of the machine at the address, or all that was seen there. `ports` are asked at once, each with one question at a time. */
export async function identify(
  host: string,
  ports: readonly number[],
  signal: AbortSignal,
  deadlines: Deadlines = patience,
): Promise<Result<Identified, readonly Sighting[]>> {
  const found = await Promise.all(ports.map((port) => new Prober(host, port, deadlines, signal).sight()));
  const sightings = found.map(({ web: _web, ...sighting }) => sighting);
  const known = found.flatMap(({ dialect, port, web }) => (dialect === undefined ? [] : [{ dialect, port, web }]));
  const best = known.sort((one, other) => compareDialects(one.dialect, other.dialect))[0];
  return best === undefined ? fail(sightings) : succeed({ ...best, sightings });
}

type Seen = Sighting & { readonly web: boolean };

/** What one probe of a port came to; null: it said nothing to it. */
type Told = (Signature & { readonly web: boolean }) | null;

class Prober {
  private readonly host: string;
  private readonly port: number;
  private readonly deadlines: Deadlines;
  private readonly signal: AbortSignal;

  constructor(host: string, port: number, deadlines: Deadlines, signal: AbortSignal) {
    this.host = host;
    this.port = port;
    this.deadlines = deadlines;
    this.signal = signal;
  }

  async sight(): Promise<Seen> {
    const { port } = this;
    const first = await this.say(Buffer.from(JSON.stringify({ cmd: "get_version", command: "version" })));
    if (first === "unreachable") return { port, saw: "nothing listens, or nothing is there", silent: true, web: false };
    const told = await this.understand(first);
    if (told !== null) return { port, ...told };
    const saw = first.length > 0 ? `"${excerpt(first.toString("latin1", 0, 80))}"` : "a connection, and silence";
    return { port, saw, web: false };
  }

  private async understand(first: Buffer): Promise<Told> {
    const reply = decodeReply(first);
    if (reply.ok) return await this.askOn(recognizeReply(reply.value.body));
    const framed = decodeFrame(await this.frame());
    if (framed.ok) return { ...recognizeFrame(framed.value), web: false };
    return (await this.browse(false)) ?? (await this.browse(true));
  }

  /** Some machines tell their maker in their figures only. */
  private async askOn(signature: Signature): Promise<Told> {
    if (signature.dialect !== undefined || /Braiins/.test(signature.saw)) return { ...signature, web: false };
    for (const command of ["stats", "summary"]) {
      const bytes = await this.say(Buffer.from(JSON.stringify({ cmd: command, command })));
      const reply = bytes === "unreachable" ? undefined : decodeReply(bytes);
      const next = reply?.ok === true ? recognizeReply(reply.value.body) : undefined;
      if (next?.dialect !== undefined) return { ...next, web: false };
    }
    return { ...signature, web: false };
  }

  /** Empty: connected, and nothing came. */
  private async say(request: Buffer): Promise<Buffer | "unreachable"> {
    const reply = await exchangeTcp(this.host, this.port, request, this.deadlines, this.signal);
    if (reply.ok) return reply.value;
    return reply.error === "unreachable" || reply.error === "stopped" ? "unreachable" : Buffer.alloc(0);
  }

  private async frame(): Promise<Buffer> {
    const { host, port, deadlines, signal } = this;
    const request = encodeFrame({ cmd: "get.device.info" });
    const reply = await exchangeTcp(host, port, request, deadlines, signal, frameIsComplete);
    return reply.ok ? reply.value : Buffer.alloc(0);
  }

  private async browse(secure: boolean): Promise<Told> {
    if (secure && !(await this.speaksTls())) return null;
    let last: Told = null;
    for (const { method, path } of pages) {
      const { host, port, deadlines, signal } = this;
      const body = method === "POST" ? JSON.stringify({ query: probe }) : undefined;
      const asked = { host, port, method, path, authorization: undefined, body, secure };
      const reply = await exchangeHttp(asked, deadlines, signal);
      if (!reply.ok) return last;
      const { status, challenge, server } = reply.value;
      const text = reply.value.body.toString("utf8");
      const parsed = parseTolerantJson(text);
      const value = parsed.ok ? parsed.value.value : undefined;
      const signature = recognizePage({ path, status, challenge, server, text: text.slice(0, 20_000), value });
      if (signature.dialect !== undefined) return { ...signature, web: true };
      last ??= { ...signature, web: true };
    }
    return last;
  }

  private speaksTls(): Promise<boolean> {
    const { host, port, deadlines } = this;
    return new Promise((resolve) => {
      // Machines sign their own certificates, and no secret is sent to them here.
      const socket = connectSecurely({ host, port, rejectUnauthorized: false });
      const end = (speaks: boolean): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve(speaks);
      };
      const timer = setTimeout(() => end(false), deadlines.connectMilliseconds);
      socket.on("secureConnect", () => end(true));
      socket.on("error", () => end(false));
      socket.on("close", () => end(false));
    });
  }
}
