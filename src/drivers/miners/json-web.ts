/** One HTTP request with a JSON reply, as the web interfaces of several firmwares answer: status and value, or the fault to report. */
import type { MinerFault } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { type JsonValue, parseTolerantJson } from "../../protocol/cgminer/json.ts";
import { exchangeHttp, type HttpRequest } from "./http-exchange.ts";
import type { MinerShared } from "./shared.ts";
import type { Lane } from "./socket-pool.ts";

export interface JsonReply {
  readonly status: number;
  /** undefined: no body, or none that is JSON. */
  readonly value: JsonValue | undefined;
  readonly cookie: string;
}

export async function askJson(
  shared: MinerShared,
  asked: HttpRequest,
  lane: Lane,
  signal: AbortSignal,
): Promise<Result<JsonReply, MinerFault>> {
  const { connectMilliseconds, replyMilliseconds, apiWriteReplyMilliseconds } = shared.timing;
  const deadlines = {
    connectMilliseconds,
    replyMilliseconds: lane === "read" ? replyMilliseconds : apiWriteReplyMilliseconds,
  };
  const reply = await shared.pool.run(lane, asked.host, () => exchangeHttp(asked, deadlines, signal));
  if (!reply.ok) {
    if (reply.error === "unreachable") return fail("unreachable");
    return fail(reply.error === "too-long" ? "malformed-reply" : "no-reply");
  }
  const { status, cookie, body } = reply.value;
  const text = body.toString("utf8").trim();
  const parsed = text === "" ? undefined : parseTolerantJson(text);
  return succeed({
    status,
    cookie,
    value: parsed?.ok === true && !parsed.value.truncated ? parsed.value.value : undefined,
  });
}
