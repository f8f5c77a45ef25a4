/** VNish over REST: stop and start, tuned presets as limits, a throttle in percent. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerOrder } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import type { JsonValue } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import {
  decodeCurrentPreset,
  decodePresets,
  decodeVnishDetails,
  decodeVnishIdentity,
  decodeVnishSetting,
  encodePreset,
  leastPercent,
  needsRestart,
  observeVnish,
  presetBelow,
  type VnishPreset,
} from "../../protocol/vnish/messages.ts";
import type { Door } from "./door.ts";
import { isAnonymous, type MinerCredentials, type MinerSession, type SettingRead } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import { TokenWeb } from "./token-web.ts";

const webPort = 80;

/** Presets and the one in force change by hand only. Choice. */
const presetMilliseconds = 60_000;

interface Presets {
  readonly tuned: readonly VnishPreset[];
  readonly current: string | undefined;
  readonly at: number;
}

export class VnishSession implements MinerSession {
  /** But for the presets, which ask the guard. */
  readonly readsOpenly = true;
  readonly tellsMacOpenly = true;
  private readonly web: TokenWeb;
  private readonly clock: Clock;
  private readonly door: Door;
  private presets: Presets | undefined;

  constructor(miner: MinerSite, credentials: MinerCredentials, clock: Clock, shared: MinerShared, door: Door) {
    const scheme = {
      prefix: "/api/v1/",
      loginPath: "unlock",
      loginBody: isAnonymous(credentials) ? null : { pw: credentials.password },
      // Source: a client that works writes the scheme in front for system pages only.
      header: (path: string, token: string) => (path.startsWith("system/") ? `Bearer ${token}` : token),
    };
    this.web = new TokenWeb(miner.host, miner.webPort ?? miner.port ?? webPort, scheme, clock, shared, door);
    this.clock = clock;
    this.door = door;
  }

  /** Nothing but presets needs the password. */
  async read(settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const replies = await this.readAll(signal);
    if (!replies.ok) return replies;
    const [information, status, summary] = replies.value;
    const presets = await this.readPresets(settingWanted, signal);
    const preset = presets?.tuned.find((one) => one.name === presets.current);
    const observation = observeVnish(information, status, summary, preset);
    if (observation === undefined) return fail("wrong-machine");
    return succeed({ ...observation, identity: decodeVnishIdentity(information) });
  }

  async readBack(signal: AbortSignal): Promise<Result<SettingRead, MinerFault>> {
    const status = await this.web.peek("status", signal, "write");
    return status.ok ? succeed({ setting: decodeVnishSetting(status.value) }) : status;
  }

  async write(setting: "run" | "sleep", _attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return done(await this.web.send("POST", setting === "sleep" ? "mining/stop" : "mining/start", undefined, signal));
  }

  stepLimit(watts: number): number | undefined {
    return presetBelow(this.presets?.tuned ?? [], watts)?.watts;
  }

  async limit(watts: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const presets = await this.readPresets(true, signal);
    const preset = presetBelow(presets?.tuned ?? [], watts);
    if (preset === undefined) return fail("command-refused");
    const set = await this.web.send("POST", "settings", encodePreset(preset.name), signal);
    if (!set.ok) return set;
    return needsRestart(set.value)
      ? done(await this.web.send("POST", "mining/restart", undefined, signal))
      : succeed(null);
  }

  async order(order: MinerOrder, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    if (order.kind === "locate") return done(await this.web.send("POST", "find-miner", { on: order.on }, signal));
    if (order.kind === "percent") {
      if (order.percent < leastPercent) return fail("command-refused");
      return done(await this.web.send("POST", "mining/throttle", { percent: order.percent }, signal));
    }
    const rebooted = done(await this.web.send("POST", "system/reboot", undefined, signal));
    return !rebooted.ok && rebooted.error === "no-reply" ? succeed(null) : rebooted;
  }

  async tellMac(signal: AbortSignal): Promise<Result<string | undefined, MinerFault>> {
    const information = await this.web.peek("info", signal, "write");
    return information.ok ? succeed(decodeVnishIdentity(information.value).mac) : information;
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const replies = await this.readAll(signal);
    if (!replies.ok) return replies;
    const presets = await this.readPresets(false, signal);
    return succeed(decodeVnishDetails(...replies.value, presets?.tuned ?? []));
  }

  access(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return this.web.access(signal);
  }

  async prepare(signal: AbortSignal): Promise<void> {
    await this.web.renewAhead(signal);
  }

  private async readAll(signal: AbortSignal): Promise<Result<readonly [JsonValue, JsonValue, JsonValue], MinerFault>> {
    // Whose the address is must be as fresh as the figures.
    const [information, status, summary] = await Promise.all([
      this.web.peek("info", signal),
      this.web.peek("status", signal),
      this.web.peek("summary", signal),
    ]);
    if (!information.ok) return information;
    if (!status.ok) return status;
    return summary.ok ? succeed([information.value, status.value, summary.value]) : summary;
  }

  private async readPresets(wanted: boolean, signal: AbortSignal): Promise<Presets | undefined> {
    const { presets } = this;
    if (presets !== undefined && !wanted && this.clock.now() - presets.at < presetMilliseconds) return presets;
    // A token is a secret of the machine that gave it.
    if (!(await this.door.admit(signal)).ok) return undefined;
    const [tuned, settings] = await Promise.all([
      this.web.get("autotune/presets", signal),
      this.web.get("settings", signal),
    ]);
    if (tuned.ok && settings.ok)
      this.presets = {
        tuned: decodePresets(tuned.value),
        current: decodeCurrentPreset(settings.value),
        at: this.clock.now(),
      };
    return this.presets;
  }
}

function done(reply: Result<JsonValue | undefined, MinerFault>): Result<null, MinerFault> {
  return reply.ok ? succeed(null) : reply;
}
