/** One command on the cgminer-like TCP API of a machine: from request bytes to a JSON body, or the fault to report. */
import type { MinerFault } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { JsonObject } from "../../protocol/cgminer/json.ts";
import { decodeReply } from "../../protocol/cgminer/reply.ts";
import type { MinerShared } from "./shared.ts";
import type { Lane } from "./socket-pool.ts";
import { exchangeTcp } from "./tcp-exchange.ts";

export interface MinerApi {
  ask(request: Buffer, lane: Lane, signal: AbortSignal): Promise<Result<JsonObject, MinerFault>>;
}

export function createMinerApi(host: string, port: number, shared: MinerShared): MinerApi {
  const { connectMilliseconds, replyMilliseconds, apiWriteReplyMilliseconds } = shared.timing;
  const deadlines = {
    read: { connectMilliseconds, replyMilliseconds },
    write: { connectMilliseconds, replyMilliseconds: apiWriteReplyMilliseconds },
  };
  return {
    async ask(request, lane, signal) {
      const bytes = await shared.pool.run(lane, host, () => exchangeTcp(host, port, request, deadlines[lane], signal));
      if (!bytes.ok) {
        if (bytes.error === "unreachable") return fail("unreachable");
        return fail(bytes.error === "too-long" ? "malformed-reply" : "no-reply");
      }
      const reply = decodeReply(bytes.value);
      if (reply.ok) return succeed(reply.value.body);
      if (reply.error.kind === "other-protocol") return fail("not-a-miner");
      return fail(reply.error.kind === "empty" ? "no-reply" : "malformed-reply");
    },
  };
}
