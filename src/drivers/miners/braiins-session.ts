/** Braiins OS over REST: pause and resume, a target in watts, under a token that is renewed ahead of need. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerOrder } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import {
  type BraiinsReplies,
  decodeBraiinsDetails,
  decodeBraiinsIdentity,
  decodeBraiinsSetting,
  observeBraiins,
} from "../../protocol/braiins/rest.ts";
import type { JsonValue } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import type { Door } from "./door.ts";
import { isAnonymous, type MinerCredentials, type MinerSession, type SettingRead } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import { TokenWeb } from "./token-web.ts";

/** Source: bos-plus-api, REST. */
const webPort = 80;

export class BraiinsSession implements MinerSession {
  private readonly web: TokenWeb;

  constructor(miner: MinerSite, credentials: MinerCredentials, clock: Clock, shared: MinerShared, door: Door) {
    const scheme = {
      prefix: "/api/v1/",
      loginPath: "auth/login",
      loginBody: isAnonymous(credentials) ? null : { username: credentials.user, password: credentials.password },
      header: (_path: string, token: string) => token,
    };
    this.web = new TokenWeb(miner.host, miner.webPort ?? miner.port ?? webPort, scheme, clock, shared, door);
  }

  async read(_settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const replies = await this.readAll(signal);
    if (!replies.ok) return replies;
    const observation = observeBraiins(replies.value);
    if (observation === undefined) return fail("wrong-machine");
    return succeed({ ...observation, identity: decodeBraiinsIdentity(replies.value.details) });
  }

  async readBack(signal: AbortSignal): Promise<Result<SettingRead, MinerFault>> {
    const details = await this.web.get("miner/details", signal, "write");
    return details.ok ? succeed({ setting: decodeBraiinsSetting(details.value) }) : details;
  }

  async write(setting: "run" | "sleep", _attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return await this.put(setting === "sleep" ? "actions/pause" : "actions/resume", undefined, signal);
  }

  async limit(watts: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return await this.put("performance/power-target", { watt: Math.round(watts) }, signal);
  }

  async order(order: MinerOrder, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    if (order.kind === "percent") return fail("command-refused");
    if (order.kind === "locate") return await this.put("actions/locate", order.on, signal);
    const done = await this.put("actions/reboot", undefined, signal);
    return !done.ok && done.error === "no-reply" ? succeed(null) : done;
  }

  /** Told behind the password only. */
  async tellMac(signal: AbortSignal): Promise<Result<string | undefined, MinerFault>> {
    const details = await this.web.get("miner/details", signal, "write");
    return details.ok ? succeed(decodeBraiinsIdentity(details.value).mac) : details;
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const replies = await this.readAll(signal);
    if (!replies.ok) return replies;
    const get = async (path: string): Promise<JsonValue | undefined> => {
      const reply = await this.web.get(path, signal);
      return reply.ok ? reply.value : undefined;
    };
    const [cooling, pools, errors, version, locating, constraints] = await Promise.all(
      ["cooling/state", "pools", "miner/errors", "version", "actions/locate", "configuration/constraints"].map(get),
    );
    return succeed(decodeBraiinsDetails(replies.value, { cooling, pools, errors, version, locating, constraints }));
  }

  access(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return this.web.access(signal);
  }

  async prepare(signal: AbortSignal): Promise<void> {
    await this.web.renewAhead(signal);
  }

  private async readAll(signal: AbortSignal): Promise<Result<BraiinsReplies, MinerFault>> {
    const details = await this.web.get("miner/details", signal);
    if (!details.ok) return details;
    const [stats, boards, tuner] = await Promise.all(
      ["miner/stats", "miner/hw/hashboards", "performance/tuner-state"].map((path) => this.web.get(path, signal)),
    );
    if (stats?.ok !== true) return stats ?? fail("no-reply");
    return succeed({
      details: details.value,
      stats: stats.value,
      boards: boards?.ok ? boards.value : undefined,
      tuner: tuner?.ok ? tuner.value : undefined,
    });
  }

  private async put(path: string, body: JsonValue | undefined, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const reply = await this.web.send("PUT", path, body, signal);
    return reply.ok ? succeed(null) : reply;
  }
}
