/** Sealminer over TCP 4028: read; what its web interface takes is not published, so its contactor is its only switch. */
import type { MinerDetails, MinerFault } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import type { JsonObject } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import { encodeCommand } from "../../protocol/cgminer/sections.ts";
import {
  decodeSealminerDetails,
  decodeSealminerIdentity,
  observeSealminer,
} from "../../protocol/sealminer/messages.ts";
import { createMinerApi, type MinerApi } from "./miner-api.ts";
import type { MinerSession } from "./session.ts";
import type { MinerShared } from "./shared.ts";

const apiPort = 4028;

export class SealminerSession implements MinerSession {
  private readonly api: MinerApi;

  constructor(miner: MinerSite, shared: MinerShared) {
    this.api = createMinerApi(miner.host, miner.port ?? apiPort, shared);
  }

  async read(_settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const stats = await this.api.ask(encodeCommand("stats"), "read", signal);
    if (!stats.ok) return stats;
    const observation = observeSealminer(stats.value);
    if (observation === undefined)
      return fail(stats.value["STATS"] === undefined ? "malformed-reply" : "wrong-machine");
    return succeed({ ...observation, identity: decodeSealminerIdentity(stats.value) });
  }

  async write(): Promise<Result<null, MinerFault>> {
    return fail("command-refused");
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const ask = async (command: string): Promise<JsonObject | undefined> => {
      const reply = await this.api.ask(encodeCommand(command), "read", signal);
      return reply.ok ? reply.value : undefined;
    };
    const [stats, summary, pools] = await Promise.all(["stats", "summary", "pools"].map(ask));
    return stats === undefined ? fail("no-reply") : succeed(decodeSealminerDetails(stats, summary, pools));
  }

  async prepare(): Promise<void> {}
}
