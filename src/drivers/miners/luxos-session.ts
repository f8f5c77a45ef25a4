/** LuxOS over TCP 4028: reads in the open, writes within a session of ours that is closed behind each. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerIdentity, MinerOrder } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import type { JsonObject } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import { encodeCommand } from "../../protocol/cgminer/sections.ts";
import {
  decodeLuxosConfiguration,
  decodeLuxosDetails,
  decodeLuxosIdentity,
  decodeMaximumProfile,
  decodeProfiles,
  decodeSession,
  encodeLuxosOrder,
  judgeLuxos,
  type LuxosConfiguration,
  type LuxosProfile,
  observeLuxos,
  privileged,
  profileBelow,
} from "../../protocol/luxos/messages.ts";
import { createMinerApi, type MinerApi } from "./miner-api.ts";
import { storeOwnLimit } from "./own-limit.ts";
import type { MinerCredentials, MinerSession, SettingRead } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import type { Lane } from "./socket-pool.ts";

/** Source: LuxOS API documentation. */
const apiPort = 4028;

/** Firmware, model and profiles change when a machine is swapped or upgraded. Choice. */
const identityMilliseconds = 10 * 60_000;

type Step = { readonly command: string; readonly parameters: readonly string[] };

export class LuxosSession implements MinerSession {
  readonly readsOpenly = true;
  readonly tellsMacOpenly = true;
  private readonly api: MinerApi;
  private readonly clock: Clock;
  private readonly name: string;
  private readonly shared: MinerShared;
  private configuration: LuxosConfiguration | undefined;
  private profiles: readonly LuxosProfile[] = [];
  private known: { readonly identity: MinerIdentity; readonly version: JsonObject; readonly at: number } | undefined;

  constructor(miner: MinerSite, _credentials: MinerCredentials, clock: Clock, shared: MinerShared) {
    this.api = createMinerApi(miner.host, miner.port ?? apiPort, shared);
    this.clock = clock;
    this.name = miner.name;
    this.shared = shared;
  }

  async read(_settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const configuration = await this.configure("read", signal);
    if (!configuration.ok) return configuration;
    const [stats, power] = await Promise.all([this.ask("stats", "read", signal), this.ask("power", "read", signal)]);
    if (!stats.ok) return stats;
    const identity = await this.identify(configuration.value, signal);
    const known = power.ok ? power.value : undefined;
    const observation = observeLuxos(stats.value, known, configuration.value, this.profiles);
    if (observation === undefined) return fail("malformed-reply");
    return succeed(identity === undefined ? observation : { ...observation, identity });
  }

  async readBack(signal: AbortSignal): Promise<Result<SettingRead, MinerFault>> {
    const configuration = await this.configure("write", signal);
    return configuration.ok ? succeed({ setting: configuration.value.setting }) : configuration;
  }

  async write(setting: "run" | "sleep", _attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return await this.command([{ command: "curtail", parameters: [setting === "sleep" ? "sleep" : "wakeup"] }], signal);
  }

  stepLimit(watts: number): number | undefined {
    return profileBelow(this.profiles, watts)?.watts;
  }

  async limit(watts: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const configuration = await this.configure("write", signal);
    if (!configuration.ok) return configuration;
    if (this.profiles.length === 0) await this.readProfiles("write", signal);
    const profile = profileBelow(this.profiles, watts);
    if (profile === undefined) return fail("command-refused");
    const set = { command: "profileset", parameters: [profile.name] };
    if (!configuration.value.thermalManager) return await this.command([set], signal);
    const maximum = await this.maximumProfile(watts, profile, signal);
    // With the thermal manager on `profileset` is refused; behind it the manager must not go above the profile again.
    return await this.command(
      [
        { command: "atmset", parameters: ["enabled=false"] },
        set,
        { command: "atmset", parameters: ["enabled=true", `max_profile=${maximum}`] },
      ],
      signal,
    );
  }

  /** The bound of the thermal manager for this limit: the profile itself, or with the limit from before ours the bound from before. */
  private async maximumProfile(watts: number, { name }: LuxosProfile, signal: AbortSignal): Promise<string> {
    const { memory } = this.shared;
    const { ownLimitWatts, ownMaximumProfile } = memory.recall(this.name);
    if (watts === ownLimitWatts) return ownMaximumProfile ?? name;
    if (ownMaximumProfile !== undefined) return name;
    const reply = await this.ask("atm", "write", signal);
    const before = reply.ok ? decodeMaximumProfile(reply.value) : undefined;
    // None told is no bound: the highest profile bounds nothing.
    const own = before ?? (reply.ok ? this.profiles.at(-1)?.name : undefined);
    if (own === undefined) return name;
    memory.remember(this.name, { ownMaximumProfile: own });
    await storeOwnLimit(memory);
    return name;
  }

  async order(order: MinerOrder, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const step = encodeLuxosOrder(order);
    return step === undefined ? fail("command-refused") : await this.command([step], signal);
  }

  async tellMac(signal: AbortSignal): Promise<Result<string | undefined, MinerFault>> {
    const configuration = await this.configure("write", signal);
    return configuration.ok ? succeed(configuration.value.mac) : configuration;
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const configuration = await this.configure("read", signal);
    if (!configuration.ok) return configuration;
    const [stats, pools] = await Promise.all([this.ask("stats", "read", signal), this.ask("pools", "read", signal)]);
    if (!stats.ok) return stats;
    const known = pools.ok ? pools.value : undefined;
    return succeed(decodeLuxosDetails(stats.value, configuration.value, this.profiles, this.known?.version, known));
  }

  /** Sessions end by themselves after a minute: opening one ahead of need would keep others out. */
  async prepare(): Promise<void> {}

  /** All steps within one session; whatever happens to them, a session of ours is closed. */
  private async command(steps: readonly Step[], signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const session = await this.logOn(signal);
    if (!session.ok) return session;
    const done = await this.perform(session.value.id, steps, signal);
    if (session.value.ours) await this.ask("logoff", "write", signal, session.value.id);
    return done;
  }

  private async perform(id: string, steps: readonly Step[], signal: AbortSignal): Promise<Result<null, MinerFault>> {
    for (const { command, parameters } of steps) {
      const reply = await this.ask(command, "write", signal, privileged(id, ...parameters));
      if (!reply.ok) return reply;
    }
    return succeed(null);
  }

  /** One session at a time: where somebody else has one open, its identifier is told to everyone and serves us too. */
  private async logOn(
    signal: AbortSignal,
  ): Promise<Result<{ readonly id: string; readonly ours: boolean }, MinerFault>> {
    const opened = await this.ask("logon", "write", signal);
    const id = opened.ok ? decodeSession(opened.value) : undefined;
    if (id !== undefined) return succeed({ id, ours: true });
    if (!opened.ok && opened.error !== "command-refused") return opened;
    const held = await this.ask("session", "write", signal);
    const other = held.ok ? decodeSession(held.value) : undefined;
    return other === undefined ? fail("token-limit") : succeed({ id: other, ours: false });
  }

  private async configure(lane: Lane, signal: AbortSignal): Promise<Result<LuxosConfiguration, MinerFault>> {
    const reply = await this.ask("config", lane, signal);
    if (!reply.ok) return reply;
    this.configuration = decodeLuxosConfiguration(reply.value);
    return this.configuration === undefined ? fail("wrong-machine") : succeed(this.configuration);
  }

  private async identify(configuration: LuxosConfiguration, signal: AbortSignal): Promise<MinerIdentity | undefined> {
    const { mac } = configuration;
    const { known } = this;
    if (known !== undefined && known.identity.mac === mac && this.clock.now() - known.at < identityMilliseconds)
      return known.identity;
    await this.readProfiles("read", signal);
    const version = await this.ask("version", "read", signal);
    if (!version.ok) return known?.identity.mac === mac ? known?.identity : undefined;
    const identity = decodeLuxosIdentity(version.value, configuration);
    this.known = { identity, version: version.value, at: this.clock.now() };
    return identity;
  }

  private async readProfiles(lane: Lane, signal: AbortSignal): Promise<void> {
    const reply = await this.ask("profiles", lane, signal);
    if (reply.ok) this.profiles = decodeProfiles(reply.value);
  }

  private async ask(
    command: string,
    lane: Lane,
    signal: AbortSignal,
    parameter?: string,
  ): Promise<Result<JsonObject, MinerFault>> {
    const reply = await this.api.ask(encodeCommand(command, parameter), lane, signal);
    if (!reply.ok) return reply;
    const judged = judgeLuxos(reply.value);
    if (judged.ok) return judged;
    return fail(judged.error.kind === "malformed" ? "malformed-reply" : "command-refused");
  }
}
