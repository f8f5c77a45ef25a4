/** A web interface behind a token: fetched with the password, kept for its life, renewed ahead of need and once at a time. */
import type { Clock } from "../../model/driver.ts";
import type { MinerFault } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { numberWithin, objectOf, textOf } from "../../protocol/cgminer/fields.ts";
import type { JsonObject, JsonValue } from "../../protocol/cgminer/json.ts";
import type { Door } from "./door.ts";
import { askJson, type JsonReply } from "./json-web.ts";
import { refusedPauseMilliseconds } from "./password-pause.ts";
import type { MinerShared } from "./shared.ts";
import type { Lane } from "./socket-pool.ts";

/** What differs between the firmwares. */
export interface TokenScheme {
  /** In front of every path. */
  readonly prefix: string;
  readonly loginPath: string;
  /** null: nobody gave a password, and none is sent. */
  readonly loginBody: JsonObject | null;
  /** Value of `Authorization`. */
  header(path: string, token: string): string;
}

/** Life of a token that does not tell it [s]. Choice: below every life seen. */
const unknownLifeSeconds = 600;

/** Share of its life after which a token is renewed, and after which it is not trusted. Choice. */
const shares = { renew: 0.6, drop: 0.9 };

/** After 429, too many logins. Choice. */
const limitPauseMilliseconds = 60_000;

interface Pause {
  readonly until: number;
  readonly fault: MinerFault;
}

export class TokenWeb {
  private readonly host: string;
  private readonly port: number;
  private readonly scheme: TokenScheme;
  private readonly clock: Clock;
  private readonly shared: MinerShared;
  private readonly door: Door;
  private held: { readonly token: string; readonly at: number; readonly lifeMilliseconds: number } | undefined;
  private pause: Pause | undefined;
  private loggingIn: Promise<Result<string, MinerFault>> | undefined;

  constructor(host: string, port: number, scheme: TokenScheme, clock: Clock, shared: MinerShared, door: Door) {
    this.host = host;
    this.port = port;
    this.scheme = scheme;
    this.clock = clock;
    this.shared = shared;
    this.door = door;
  }

  /** What needs no token. */
  async peek(path: string, signal: AbortSignal, lane: Lane = "read"): Promise<Result<JsonValue, MinerFault>> {
    const reply = await this.ask("GET", path, undefined, undefined, lane, signal);
    return reply.ok ? bodyOf(reply.value) : reply;
  }

  async get(path: string, signal: AbortSignal, lane: Lane = "read"): Promise<Result<JsonValue, MinerFault>> {
    const reply = await this.authorized("GET", path, undefined, lane, signal);
    return reply.ok ? bodyOf(reply.value) : reply;
  }

  /** Success is any 2xx; its value, where there is one. */
  async send(
    method: "POST" | "PUT",
    path: string,
    body: JsonValue | undefined,
    signal: AbortSignal,
  ): Promise<Result<JsonValue | undefined, MinerFault>> {
    const reply = await this.authorized(method, path, body, "write", signal);
    if (!reply.ok) return reply;
    const { status, value } = reply.value;
    return status >= 200 && status < 300 ? succeed(value) : fail(faultOf(status));
  }

  /** A token that is good for a while, so that a shed never waits for one. */
  async renewAhead(signal: AbortSignal): Promise<void> {
    const { held } = this;
    if (held === undefined || this.clock.now() - held.at > held.lifeMilliseconds * shares.renew)
      await this.login("read", signal);
  }

  /** Whether the password opens it. */
  async access(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const token = await this.valid("read", signal);
    return token.ok ? succeed(null) : token;
  }

  private async authorized(
    method: "GET" | "POST" | "PUT",
    path: string,
    body: JsonValue | undefined,
    lane: Lane,
    signal: AbortSignal,
  ): Promise<Result<JsonReply, MinerFault>> {
    const token = await this.valid(lane, signal);
    if (!token.ok) return token;
    const first = await this.ask(method, path, body, token.value, lane, signal);
    if (!first.ok || first.value.status !== 401) return first;
    // Restarted machines forget their tokens, and others never knew them.
    this.held = undefined;
    this.door.doubt();
    const fresh = await this.valid(lane, signal);
    if (!fresh.ok) return fresh;
    const confirmed = method === "GET" ? fresh : await this.door.confirm(signal);
    if (!confirmed.ok) return confirmed;
    const second = await this.ask(method, path, body, fresh.value, lane, signal);
    return second.ok && second.value.status === 401 ? fail("credentials-refused") : second;
  }

  private async valid(lane: Lane, signal: AbortSignal): Promise<Result<string, MinerFault>> {
    const { held } = this;
    if (held !== undefined && this.clock.now() - held.at < held.lifeMilliseconds * shares.drop)
      return succeed(held.token);
    return await this.login(lane, signal);
  }

  private login(lane: Lane, signal: AbortSignal): Promise<Result<string, MinerFault>> {
    this.loggingIn ??= this.logIn(lane, signal).finally(() => {
      this.loggingIn = undefined;
    });
    return this.loggingIn;
  }

  private async logIn(lane: Lane, signal: AbortSignal): Promise<Result<string, MinerFault>> {
    const { pause, scheme } = this;
    const now = this.clock.now();
    if (scheme.loginBody === null) return fail("credentials-refused");
    if (pause !== undefined && now < pause.until) return fail(pause.fault);
    const admitted = await this.door.admit(signal);
    if (!admitted.ok) return admitted;
    const reply = await this.ask("POST", scheme.loginPath, scheme.loginBody, undefined, lane, signal);
    if (!reply.ok) return reply;
    const { status, value } = reply.value;
    if (status === 429) this.pause = { until: now + limitPauseMilliseconds, fault: "token-limit" };
    else if (status === 400 || status === 401 || status === 403)
      this.pause = { until: now + refusedPauseMilliseconds, fault: "credentials-refused" };
    if (status !== 200)
      return fail(this.pause !== undefined && now < this.pause.until ? this.pause.fault : faultOf(status));
    const body = value === undefined ? undefined : objectOf(value);
    const token = textOf(body?.["token"]);
    if (token === undefined) return fail("malformed-reply");
    const seconds = numberWithin(body?.["timeout_s"], 1, 1e6) ?? unknownLifeSeconds;
    this.held = { token, at: now, lifeMilliseconds: seconds * 1000 };
    return succeed(token);
  }

  private ask(
    method: "GET" | "POST" | "PUT",
    path: string,
    body: JsonValue | undefined,
    token: string | undefined,
    lane: Lane,
    signal: AbortSignal,
  ): Promise<Result<JsonReply, MinerFault>> {
    const { host, port, scheme, shared } = this;
    const asked = {
      host,
      port,
      method,
      path: scheme.prefix + path,
      authorization: token === undefined ? undefined : scheme.header(path, token),
      body: body === undefined ? undefined : JSON.stringify(body),
    };
    return askJson(shared, asked, lane, signal);
  }
}

function bodyOf({ status, value }: JsonReply): Result<JsonValue, MinerFault> {
  if (status < 200 || status >= 300) return fail(faultOf(status));
  return value === undefined ? fail("malformed-reply") : succeed(value);
}

function faultOf(status: number): MinerFault {
  if (status === 404) return "wrong-machine";
  if (status === 401 || status === 403) return "credentials-refused";
  return status === 429 ? "token-limit" : "command-refused";
}
