/** The token of one WhatsMiner: fetched ahead of need, kept for its life, renewed once at a time. */
import type { Clock } from "../../model/driver.ts";
import type { MinerFault } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { ciphersOf, type Token } from "../../protocol/whatsminer/cipher.ts";
import { decodeTokenSalts, encodeRead } from "../../protocol/whatsminer/messages.ts";
import type { MinerApi } from "./miner-api.ts";
import type { Lane } from "./socket-pool.ts";
import type { TokenDeriver } from "./token-deriver.ts";
import { faultOf } from "./whatsminer-refusal.ts";

/** A token lives 30 min (manual V2.2); renewed well ahead so that a shed never waits for one. */
const renewAfterMilliseconds = 20 * 60_000;
const dropAfterMilliseconds = 25 * 60_000;

/** After "too many tokens": others hold them, and each lives 30 min. Choice. */
const limitPauseMilliseconds = 60_000;

export class WhatsminerToken {
  private readonly api: MinerApi;
  private readonly password: string;
  private readonly deriver: TokenDeriver;
  private readonly clock: Clock;
  private held: { readonly token: Token; readonly at: number } | undefined;
  /** First half of the derivation; machines keep their salt. */
  private salted: { readonly salt: string; readonly key: string } | undefined;
  private notBefore = Number.NEGATIVE_INFINITY;
  private renewing: Promise<Result<Token, MinerFault>> | undefined;

  constructor(api: MinerApi, password: string, deriver: TokenDeriver, clock: Clock) {
    this.api = api;
    this.password = password;
    this.deriver = deriver;
    this.clock = clock;
  }

  /** A token that should be good; a new one where none is held or the held one nears its end. */
  async valid(signal: AbortSignal): Promise<Result<Token, MinerFault>> {
    const { held } = this;
    if (held !== undefined && this.clock.now() - held.at < dropAfterMilliseconds) return succeed(held.token);
    return await this.renewOnce("write", signal);
  }

  /** Of the newest token; undefined: there was none. */
  salt(): string | undefined {
    return this.salted?.salt;
  }

  /** The machine's salt, asked in the open; the token that comes with it is not used, and takes a place for its life. */
  async askSalt(signal: AbortSignal): Promise<Result<string, MinerFault>> {
    const reply = await this.api.ask(encodeRead("get_token"), "write", signal);
    if (!reply.ok) return reply;
    const salts = decodeTokenSalts(reply.value);
    return salts.ok ? succeed(salts.value.salt) : fail(faultOf(salts.error));
  }

  /** The machine does not know it: it has restarted, or the password is wrong. */
  drop(): void {
    this.held = undefined;
  }

  async renewAhead(signal: AbortSignal): Promise<void> {
    if (this.held !== undefined && this.clock.now() - this.held.at < renewAfterMilliseconds) return;
    await this.renewOnce("read", signal);
  }

  /** One renewal at a time: each takes a place in the machine's table of tokens. */
  private renewOnce(lane: Lane, signal: AbortSignal): Promise<Result<Token, MinerFault>> {
    this.renewing ??= this.renew(lane, signal).finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renew(lane: Lane, signal: AbortSignal): Promise<Result<Token, MinerFault>> {
    if (this.clock.now() < this.notBefore) return fail("token-limit");
    const reply = await this.api.ask(encodeRead("get_token"), lane, signal);
    if (!reply.ok) return reply;
    const salts = decodeTokenSalts(reply.value);
    if (!salts.ok) {
      if (salts.error.kind === "token-limit") this.notBefore = this.clock.now() + limitPauseMilliseconds;
      return fail(faultOf(salts.error));
    }
    const { salt } = salts.value;
    const key = this.salted?.salt === salt ? this.salted.key : undefined;
    const derived = await this.deriver.derive(this.password, salts.value, key);
    // The thread has ended: the process stops, or the next token starts a new thread.
    if (derived === null) return fail("no-reply");
    this.salted = { salt, key: derived.key };
    const token = { sign: derived.sign, aesKey: derived.aesKey };
    // Off the control path, as the token itself.
    ciphersOf(token);
    this.held = { token, at: this.clock.now() };
    return succeed(token);
  }
}
