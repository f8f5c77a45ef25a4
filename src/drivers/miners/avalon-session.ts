/** Canaan Avalon over TCP 4028: one connection at a time, switched off and on at a second of the machine's own clock. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerIdentity, MinerOrder } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import {
  type AvalonFigures,
  decodeAvalonDetails,
  decodeAvalonIdentity,
  decodeAvalonMac,
  decodeFigures,
  decodeWhen,
  encodeAvalonOrder,
  encodeSoftSwitch,
  hashpowerOff,
  judgeSet,
  observeAvalon,
  reboot,
  switchesSoftly,
} from "../../protocol/avalon/messages.ts";
import type { JsonObject } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import { encodeCommand } from "../../protocol/cgminer/sections.ts";
import { createMinerApi, type MinerApi } from "./miner-api.ts";
import type { MinerCredentials, MinerSession, SettingRead } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import type { Lane } from "./socket-pool.ts";
import { createTurnstile, type Turnstile } from "./turnstile.ts";

/** Source: maker's A10 API documentation. */
const apiPort = 4028;

/** Firmware and model change when a machine is swapped or upgraded. Choice. */
const identityMilliseconds = 10 * 60_000;

/** Older than this the machine's clock is read again before it is told a second. Choice: two polls and a back-off. */
const clockMilliseconds = 60_000;

/**
 * How far ahead of its clock the machine is told to switch [s]. Its clock is known to the second, and a second that has passed is
 * never obeyed: 2 s, and 5 s, as everybody else does, where that had no effect. Choice.
 */
const aheadSeconds = { first: 2, later: 5 };

export class AvalonSession implements MinerSession {
  readonly readsOpenly = true;
  readonly tellsMacOpenly = true;
  private readonly api: MinerApi;
  private readonly clock: Clock;
  private readonly turnstile: Turnstile = createTurnstile();
  private figures: AvalonFigures | undefined;
  private known:
    | { readonly identity: MinerIdentity; readonly chip: string | undefined; readonly at: number }
    | undefined;
  /** How far the machine's clock is ahead of the monotonic one [s], and when that was seen. */
  private ahead: { readonly seconds: number; readonly at: number } | undefined;

  constructor(miner: MinerSite, _credentials: MinerCredentials, clock: Clock, shared: MinerShared) {
    this.api = createMinerApi(miner.host, miner.port ?? apiPort, shared);
    this.clock = clock;
  }

  async read(_settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const figures = await this.readFigures("read", signal);
    // Behind a silence another machine may answer.
    if (!figures.ok) this.known = undefined;
    if (!figures.ok) return figures;
    const identity = await this.identify(figures.value, signal);
    return succeed({ ...observeAvalon(figures.value), identity });
  }

  async readBack(signal: AbortSignal): Promise<Result<SettingRead, MinerFault>> {
    const figures = await this.readFigures("write", signal);
    return figures.ok ? succeed({ setting: observeAvalon(figures.value).setting }) : figures;
  }

  async write(setting: "run" | "sleep", attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    if (
      this.figures === undefined ||
      this.ahead === undefined ||
      this.clock.now() - this.ahead.at > clockMilliseconds
    ) {
      const figures = await this.readFigures("write", signal);
      if (!figures.ok) return figures;
    }
    if (this.figures === undefined || this.ahead === undefined) return fail("malformed-reply");
    if (!switchesSoftly(this.figures)) return await this.set(setting === "sleep" ? hashpowerOff : reboot, signal);
    const unixSeconds = this.clock.now() / 1000 + this.ahead.seconds;
    const later = attempt === 1 ? aheadSeconds.first : aheadSeconds.later;
    const done = await this.set(encodeSoftSwitch(setting, unixSeconds + later), signal);
    // It may close the connection on softon without a word: only its state can tell then.
    return !done.ok && done.error === "no-reply" && setting === "run" ? succeed(null) : done;
  }

  async order(order: MinerOrder, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const parameter = encodeAvalonOrder(order);
    if (parameter === undefined) return fail("command-refused");
    const done = await this.set(parameter, signal);
    return !done.ok && done.error === "no-reply" && order.kind === "reboot" ? succeed(null) : done;
  }

  async tellMac(signal: AbortSignal): Promise<Result<string | undefined, MinerFault>> {
    const version = await this.ask(encodeCommand("version"), "write", signal);
    return version.ok ? succeed(decodeAvalonMac(version.value)) : version;
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const figures = await this.readFigures("read", signal);
    if (!figures.ok) return figures;
    const pools = await this.ask(encodeCommand("pools"), "read", signal);
    return succeed(decodeAvalonDetails(figures.value, pools.ok ? pools.value : undefined));
  }

  /** The clock of each read serves the next write. */
  async prepare(): Promise<void> {}

  private async readFigures(lane: Lane, signal: AbortSignal): Promise<Result<AvalonFigures, MinerFault>> {
    const reply = await this.ask(encodeCommand("stats"), lane, signal);
    if (!reply.ok) return reply;
    const figures = decodeFigures(reply.value);
    if (figures === undefined) return fail(reply.value["STATS"] === undefined ? "malformed-reply" : "wrong-machine");
    this.figures = figures;
    return succeed(figures);
  }

  private async identify(figures: AvalonFigures, signal: AbortSignal): Promise<MinerIdentity> {
    // The number of its chip comes with every read: another one is another machine, whatever has been told before.
    const chip = figures.get("DNA");
    const { known } = this;
    if (known === undefined || known.chip !== chip || this.clock.now() - known.at > identityMilliseconds) {
      const version = await this.ask(encodeCommand("version"), "read", signal);
      const identity = decodeAvalonIdentity(version.ok ? version.value : undefined, figures);
      if (!version.ok) return identity;
      this.known = { identity, chip, at: this.clock.now() };
      return identity;
    }
    return known.identity;
  }

  private async set(parameter: string, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const reply = await this.ask(encodeCommand("ascset", parameter), "write", signal);
    if (!reply.ok) return reply;
    const judged = judgeSet(reply.value);
    if (judged.ok) return judged;
    return fail(judged.error.kind === "malformed" ? "malformed-reply" : "command-refused");
  }

  private async ask(request: Buffer, lane: Lane, signal: AbortSignal): Promise<Result<JsonObject, MinerFault>> {
    const reply = await this.turnstile.run(() => this.api.ask(request, lane, signal));
    const when = reply.ok ? decodeWhen(reply.value) : undefined;
    const at = this.clock.now();
    if (when !== undefined) this.ahead = { seconds: when - at / 1000, at };
    return reply;
  }
}
