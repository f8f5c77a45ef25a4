/** The web pages of one stock Antminer behind their digest: keeps the nonce, counts its uses, never insists on a refused password. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../model/driver.ts";
import type { MinerFault } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { type Challenge, decodeChallenge, encodeAuthorization } from "../../protocol/bitmain/digest.ts";
import { decodeReply, type Reply } from "../../protocol/cgminer/reply.ts";
import type { Door } from "./door.ts";
import { exchangeHttp, type HttpReply, KeptConnection } from "./http-exchange.ts";
import { PasswordPause } from "./password-pause.ts";
import { isAnonymous, type MinerCredentials } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import type { Lane } from "./socket-pool.ts";

/** Source: miners' fact sheet, section 2.2. */
export const pages = {
  stats: "/cgi-bin/stats.cgi",
  configuration: "/cgi-bin/get_miner_conf.cgi",
  setConfiguration: "/cgi-bin/set_miner_conf.cgi",
  information: "/cgi-bin/get_system_info.cgi",
  summary: "/cgi-bin/summary.cgi",
  oldStatus: "/cgi-bin/get_miner_status.cgi",
  blink: "/cgi-bin/blink.cgi",
  reboot: "/cgi-bin/reboot.cgi",
} as const;

interface Page {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: string | undefined;
  readonly lane: Lane;
}

export class BitmainWeb {
  private readonly host: string;
  private readonly port: number;
  private readonly credentials: MinerCredentials;
  private readonly shared: MinerShared;
  private readonly door: Door;
  /** A read and a write may be under way at once. */
  private readonly kept: Readonly<Record<Lane, KeptConnection>> = {
    read: new KeptConnection(),
    write: new KeptConnection(),
  };
  private challenge: Challenge | undefined;
  /** How often the nonce of `challenge` has been used. */
  private count = 0;
  /** Ours beside it: drawn with each challenge, not with each request; the count tells requests apart. Source: RFC 7616, section 3.4. */
  private clientNonce = "";
  private readonly refused: PasswordPause;

  constructor(
    host: string,
    port: number,
    credentials: MinerCredentials,
    clock: Clock,
    shared: MinerShared,
    door: Door,
  ) {
    this.host = host;
    this.port = port;
    this.credentials = credentials;
    this.refused = new PasswordPause(clock);
    this.shared = shared;
    this.door = door;
  }

  get(path: string, lane: Lane, signal: AbortSignal): Promise<Result<Reply, MinerFault>> {
    return this.fetch({ method: "GET", path, body: undefined, lane }, signal);
  }

  /** May take 21 s on real machines. */
  post(path: string, body: string, signal: AbortSignal): Promise<Result<Reply, MinerFault>> {
    return this.fetch({ method: "POST", path, body, lane: "write" }, signal);
  }

  /** A page that acts and may never answer, because the machine is gone by then. */
  async poke(path: string, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const reply = await this.open({ method: "GET", path, body: undefined, lane: "write" }, signal);
    if (!reply.ok) return reply.error === "no-reply" ? succeed(null) : reply;
    return reply.value.status === 200 ? succeed(null) : fail("command-refused");
  }

  private async fetch(page: Page, signal: AbortSignal): Promise<Result<Reply, MinerFault>> {
    const reply = await this.open(page, signal);
    if (!reply.ok) return reply;
    if (reply.value.status === 404) return fail("wrong-machine");
    if (reply.value.status !== 200) return fail("command-refused");
    const decoded = decodeReply(reply.value.body);
    if (decoded.ok) return succeed(decoded.value);
    return fail(decoded.error.kind === "other-protocol" ? "wrong-machine" : "malformed-reply");
  }

  private async open(page: Page, signal: AbortSignal): Promise<Result<HttpReply, MinerFault>> {
    if (this.refused.stands()) return fail("credentials-refused");
    // A body travels only with an answer to a challenge.
    const bare = page.method === "POST" && this.challenge === undefined;
    const first = await this.ask(bare ? { ...page, method: "GET", body: undefined } : page, this.challenge, signal);
    if (!first.ok || (first.value.status !== 401 && !bare)) return first;
    const fresh = decodeChallenge(first.value.challenge);
    if (fresh === undefined || isAnonymous(this.credentials)) return fail("credentials-refused");
    // Machines renew their nonces, and another machine knows none of this one's.
    if (this.challenge !== undefined) this.door.doubt();
    const admitted = await this.door.admit(signal);
    if (!admitted.ok) return admitted;
    // A new nonce starts its own count.
    this.challenge = fresh;
    this.count = 0;
    this.clientNonce = randomBytes(8).toString("hex");
    const second = await this.ask(page, fresh, signal);
    if (!second.ok || second.value.status !== 401) return second;
    this.challenge = undefined;
    // `stale`: another request used up the nonce meanwhile, and the password is not in doubt.
    if (decodeChallenge(second.value.challenge)?.stale === true) return fail("no-reply");
    this.refused.begin();
    return fail("credentials-refused");
  }

  private async ask(
    { method, path, body, lane }: Page,
    challenge: Challenge | undefined,
    signal: AbortSignal,
  ): Promise<Result<HttpReply, MinerFault>> {
    const { host, port, shared } = this;
    const { connectMilliseconds, replyMilliseconds, postReplyMilliseconds } = shared.timing;
    const deadlines = {
      connectMilliseconds,
      replyMilliseconds: method === "POST" ? postReplyMilliseconds : replyMilliseconds,
    };
    const authorization = challenge === undefined ? undefined : this.authorize(challenge, method, path);
    const reply = await shared.pool.run(lane, host, () =>
      exchangeHttp({ host, port, method, path, authorization, body, kept: this.kept[lane] }, deadlines, signal),
    );
    if (reply.ok) return reply;
    if (reply.error === "unreachable") return fail("unreachable");
    return fail(reply.error === "too-long" ? "malformed-reply" : "no-reply");
  }

  private authorize(challenge: Challenge, method: "GET" | "POST", path: string): string {
    this.count += 1;
    const { count, clientNonce } = this;
    return encodeAuthorization(challenge, { method, path, ...this.credentials, count, clientNonce });
  }
}
