/** ePIC over HTTP on TCP 4028: stop and autostart; the password travels in the body of each write. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerOrder } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import type { JsonValue } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import {
  decodeEpicDetails,
  decodeEpicIdentity,
  type EpicWrite,
  encodeEpicOrder,
  epicWrites,
  judgeEpic,
  observeEpic,
} from "../../protocol/epic/messages.ts";
import { askJson } from "./json-web.ts";
import { PasswordPause } from "./password-pause.ts";
import type { MinerCredentials, MinerSession, SettingRead } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import type { Lane } from "./socket-pool.ts";

/** HTTP, although it is the cgminer API's port. Source: maker's documentation. */
const apiPort = 4028;

export class EpicSession implements MinerSession {
  readonly readsOpenly = true;
  readonly tellsMacOpenly = true;
  private readonly host: string;
  private readonly port: number;
  private readonly password: string;
  private readonly shared: MinerShared;
  private readonly refused: PasswordPause;
  private capabilities: JsonValue | undefined;

  constructor(miner: MinerSite, credentials: MinerCredentials, clock: Clock, shared: MinerShared) {
    this.host = miner.host;
    this.port = miner.port ?? apiPort;
    this.password = credentials.password;
    this.refused = new PasswordPause(clock);
    this.shared = shared;
  }

  async read(_settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const [summary, network] = await Promise.all([this.get("/summary", signal), this.get("/network", signal)]);
    if (!summary.ok) return summary;
    const observation = observeEpic(summary.value);
    if (observation === undefined) return fail("wrong-machine");
    await this.identify(signal);
    // Whose the address is must be as fresh as the figures.
    const identity = decodeEpicIdentity(summary.value, this.capabilities, network.ok ? network.value : undefined);
    return succeed({ ...observation, identity });
  }

  async readBack(signal: AbortSignal): Promise<Result<SettingRead, MinerFault>> {
    const summary = await this.get("/summary", signal);
    if (!summary.ok) return summary;
    return succeed({ setting: observeEpic(summary.value)?.setting ?? "unknown" });
  }

  async write(setting: "run" | "sleep", _attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return await this.post(epicWrites[setting], signal);
  }

  async order(order: MinerOrder, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const write = encodeEpicOrder(order);
    if (write === undefined) return fail("command-refused");
    const done = await this.post(write, signal);
    return !done.ok && done.error === "no-reply" && order.kind === "reboot" ? succeed(null) : done;
  }

  async tellMac(signal: AbortSignal): Promise<Result<string | undefined, MinerFault>> {
    const network = await this.get("/network", signal, "write");
    return network.ok ? succeed(decodeEpicIdentity(null, undefined, network.value).mac) : network;
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const summary = await this.get("/summary", signal);
    if (!summary.ok) return summary;
    await this.identify(signal);
    return succeed(decodeEpicDetails(summary.value, this.capabilities));
  }

  async prepare(): Promise<void> {}

  private async identify(signal: AbortSignal): Promise<void> {
    if (this.capabilities !== undefined) return;
    const capabilities = await this.get("/capabilities", signal);
    if (capabilities.ok) this.capabilities = capabilities.value;
  }

  private async get(path: string, signal: AbortSignal, lane: Lane = "read"): Promise<Result<JsonValue, MinerFault>> {
    const { host, port, shared } = this;
    const asked = { host, port, method: "GET", path, authorization: undefined, body: undefined } as const;
    const reply = await askJson(shared, asked, lane, signal);
    if (!reply.ok) return reply;
    if (reply.value.status === 404) return fail("wrong-machine");
    return reply.value.value === undefined ? fail("malformed-reply") : succeed(reply.value.value);
  }

  private async post({ path, parameter }: EpicWrite, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    if (this.refused.stands()) return fail("credentials-refused");
    const { host, port, shared, password } = this;
    const body = JSON.stringify({ param: parameter, password });
    const reply = await askJson(
      shared,
      { host, port, method: "POST", path, authorization: undefined, body },
      "write",
      signal,
    );
    if (!reply.ok) return reply;
    const judged = judgeEpic(reply.value.value);
    if (judged.ok) return judged;
    if (judged.error.kind === "malformed") return fail("malformed-reply");
    if (judged.error.kind === "refused") return fail("command-refused");
    this.refused.begin();
    return fail("credentials-refused");
  }
}
