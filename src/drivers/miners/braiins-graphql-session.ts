/** Braiins OS before REST: read over GraphQL, commanded by nothing but its contactor. */
import type { MinerDetails, MinerFault, MinerIdentity } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import { decodeGraphqlDetails, decodeGraphqlIdentity, observeGraphql, query } from "../../protocol/braiins/graphql.ts";
import type { JsonValue } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import { askJson } from "./json-web.ts";
import type { MinerSession } from "./session.ts";
import type { MinerShared } from "./shared.ts";

const webPort = 80;

export class BraiinsGraphqlSession implements MinerSession {
  private readonly host: string;
  private readonly port: number;
  private readonly shared: MinerShared;

  constructor(miner: MinerSite, shared: MinerShared) {
    this.host = miner.host;
    this.port = miner.webPort ?? miner.port ?? webPort;
    this.shared = shared;
  }

  async read(_settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const reply = await this.ask(signal);
    if (!reply.ok) return reply;
    const observation = observeGraphql(reply.value);
    if (observation === undefined) return fail("wrong-machine");
    const identity: MinerIdentity = decodeGraphqlIdentity(reply.value, undefined);
    return succeed({ ...observation, identity });
  }

  /** These versions are read only: their mutations differ from release to release. */
  async write(): Promise<Result<null, MinerFault>> {
    return fail("command-refused");
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const reply = await this.ask(signal);
    return reply.ok ? succeed(decodeGraphqlDetails(reply.value)) : reply;
  }

  async prepare(): Promise<void> {}

  private async ask(signal: AbortSignal): Promise<Result<JsonValue, MinerFault>> {
    const { host, port, shared } = this;
    const body = JSON.stringify({ query });
    const asked = { host, port, method: "POST", path: "/graphql", authorization: undefined, body } as const;
    const reply = await askJson(shared, asked, "read", signal);
    if (!reply.ok) return reply;
    if (reply.value.status === 404) return fail("wrong-machine");
    return reply.value.value === undefined ? fail("malformed-reply") : succeed(reply.value.value);
  }
}
