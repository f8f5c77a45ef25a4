/** Ebang over HTTPS with a cookie: read; nothing can be commanded, so its contactor is its only switch. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import type { JsonValue } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import {
  decodeEbangDetails,
  decodeEbangIdentity,
  encodeLogin,
  observeEbang,
  paths,
} from "../../protocol/ebang/messages.ts";
import type { Door } from "./door.ts";
import { askJson, type JsonReply } from "./json-web.ts";
import { PasswordPause } from "./password-pause.ts";
import { isAnonymous, type MinerCredentials, type MinerSession } from "./session.ts";
import type { MinerShared } from "./shared.ts";

const webPort = 443;

export class EbangSession implements MinerSession {
  private readonly host: string;
  private readonly port: number;
  private readonly credentials: MinerCredentials;
  private readonly shared: MinerShared;
  private readonly door: Door;
  private cookie: string | undefined;
  private readonly refused: PasswordPause;

  constructor(miner: MinerSite, credentials: MinerCredentials, clock: Clock, shared: MinerShared, door: Door) {
    this.host = miner.host;
    this.port = miner.webPort ?? miner.port ?? webPort;
    this.credentials = credentials;
    this.refused = new PasswordPause(clock);
    this.shared = shared;
    this.door = door;
  }

  async read(_settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const replies = await this.readBoth(signal);
    if (!replies.ok) return replies;
    const [status, system] = replies.value;
    const observation = observeEbang(status, system);
    if (observation === undefined) return fail("wrong-machine");
    return succeed({ ...observation, identity: decodeEbangIdentity(system) });
  }

  async write(): Promise<Result<null, MinerFault>> {
    return fail("command-refused");
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const replies = await this.readBoth(signal);
    if (!replies.ok) return replies;
    const pools = await this.page(paths.pools, signal);
    return succeed(decodeEbangDetails(...replies.value, pools.ok ? pools.value : undefined));
  }

  async prepare(): Promise<void> {}

  private async readBoth(signal: AbortSignal): Promise<Result<readonly [JsonValue, JsonValue], MinerFault>> {
    const status = await this.page(paths.status, signal);
    if (!status.ok) return status;
    const system = await this.page(paths.system, signal);
    return system.ok ? succeed([status.value, system.value]) : system;
  }

  /** A page without JSON is the login page: the cookie has run out. */
  private async page(path: string, signal: AbortSignal): Promise<Result<JsonValue, MinerFault>> {
    for (const last of [false, true]) {
      const cookie = this.cookie ?? (await this.logIn(signal));
      if (typeof cookie !== "string") return cookie;
      const reply = await this.post(path, "", { Cookie: cookie }, signal);
      if (!reply.ok) return reply;
      if (reply.value.value !== undefined) return succeed(reply.value.value);
      this.cookie = undefined;
      this.door.doubt();
      // Logged in and still turned away: the password is wrong, because the login page itself never says so.
      if (last) this.refused.begin();
    }
    return fail("credentials-refused");
  }

  private async logIn(signal: AbortSignal): Promise<string | Result<never, MinerFault>> {
    if (isAnonymous(this.credentials) || this.refused.stands()) return fail("credentials-refused");
    const admitted = await this.door.admit(signal);
    if (!admitted.ok) return admitted;
    const { user, password } = this.credentials;
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    const reply = await this.post(paths.login, encodeLogin(user, password), form, signal);
    if (!reply.ok) return reply;
    if (reply.value.status === 404) return fail("wrong-machine");
    if (reply.value.cookie === "") return fail("malformed-reply");
    this.cookie = reply.value.cookie;
    return this.cookie;
  }

  private post(
    path: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Result<JsonReply, MinerFault>> {
    const { host, port, shared } = this;
    const asked = { host, port, method: "POST", path, authorization: undefined, body, headers, secure: true } as const;
    return askJson(shared, asked, "read", signal);
  }
}
