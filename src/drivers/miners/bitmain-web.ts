/** The web pages of one stock Antminer behind their digest: keeps the nonce, counts its uses, never insists on a refused password. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../model/driver.ts";
import type { MinerFault } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { type Challenge, decodeChallenge, encodeAuthorization } from "../../protocol/bitmain/digest.ts";
import { decodeReply, type Reply } from "../../protocol/cgminer/reply.ts";
import { exchangeHttp, type HttpReply } from "./http-exchange.ts";
import type { MinerCredentials } from "./session.ts";
import type { MinerShared } from "./shared.ts";

/** Requests with the same refused password could lock the account. Choice: a technician has changed it by then. */
const refusedPauseMilliseconds = 15 * 60_000;

export interface BitmainWeb {
  get(path: string, lane: "read" | "write", signal: AbortSignal): Promise<Result<Reply, MinerFault>>;
  /** May take 21 s on real machines. */
  post(path: string, body: string, signal: AbortSignal): Promise<Result<Reply, MinerFault>>;
}

interface Page {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: string | undefined;
  readonly lane: "read" | "write";
}

export function createBitmainWeb(
  host: string,
  port: number,
  credentials: MinerCredentials,
  clock: Clock,
  shared: MinerShared,
): BitmainWeb {
  let challenge: Challenge | undefined;
  let count = 0;
  let refusedUntil = Number.NEGATIVE_INFINITY;

  const ask = async (
    page: Page,
    answered: Challenge | undefined,
    signal: AbortSignal,
  ): Promise<Result<HttpReply, MinerFault>> => {
    const { method, path, body } = page;
    const { connectMilliseconds, replyMilliseconds, writeReplyMilliseconds } = shared.timing;
    const deadlines = {
      connectMilliseconds,
      replyMilliseconds: method === "POST" ? writeReplyMilliseconds : replyMilliseconds,
    };
    let authorization: string | undefined;
    if (answered !== undefined) {
      count += 1;
      const clientNonce = randomBytes(8).toString("hex");
      authorization = encodeAuthorization(answered, { method, path, ...credentials, count, clientNonce });
    }
    const reply = await shared.pool.run(page.lane, () =>
      exchangeHttp({ host, port, method, path, authorization, body }, deadlines, signal),
    );
    if (reply.ok) return reply;
    return fail(
      reply.error === "unreachable" ? "unreachable" : reply.error === "too-long" ? "malformed-reply" : "no-reply",
    );
  };

  /** A new nonce starts its own count. */
  const accept = (fresh: Challenge): Challenge => {
    challenge = fresh;
    count = 0;
    return fresh;
  };

  const open = async (page: Page, signal: AbortSignal): Promise<Result<HttpReply, MinerFault>> => {
    if (clock.now() < refusedUntil) return fail("credentials-refused");
    // A body is sent only with an answer to a challenge: machines read a POST they refuse as slowly as one they take.
    const known = challenge;
    const first =
      known === undefined && page.method === "POST"
        ? await ask({ ...page, method: "GET", body: undefined }, undefined, signal)
        : await ask(page, known, signal);
    if (!first.ok || first.value.status !== 401) return first;
    const fresh = decodeChallenge(first.value.challenge);
    if (fresh === undefined) return fail("credentials-refused");
    const second = await ask(page, accept(fresh), signal);
    if (!second.ok || second.value.status !== 401) return second;
    // Another request may have used the nonce meanwhile; `stale` says so, and the password is not in doubt.
    const again = decodeChallenge(second.value.challenge);
    challenge = undefined;
    if (again?.stale === true) return fail("no-reply");
    refusedUntil = clock.now() + refusedPauseMilliseconds;
    return fail("credentials-refused");
  };

  const fetchPage = async (page: Page, signal: AbortSignal): Promise<Result<Reply, MinerFault>> => {
    const reply = await open(page, signal);
    if (!reply.ok) return reply;
    if (reply.value.status === 404) return fail("wrong-machine");
    if (reply.value.status !== 200) return fail("command-refused");
    const decoded = decodeReply(reply.value.body);
    if (decoded.ok) return succeed(decoded.value);
    return fail(decoded.error.kind === "other-protocol" ? "wrong-machine" : "malformed-reply");
  };

  return {
    get: (path, lane, signal) => fetchPage({ method: "GET", path, body: undefined, lane }, signal),
    post: (path, body, signal) => fetchPage({ method: "POST", path, body, lane: "write" }, signal),
  };
}
