/** Bitmain stock firmware: web pages first, TCP 4028 where they fail; whole-document writes. That the pools survive them is bitmain-pools.ts. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerOrder } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import {
  decodeBlinking,
  decodeConfiguration,
  decodeMode,
  decodeStored,
  encodeMode,
  normalMode,
  sleepMode,
  takesModes,
} from "../../protocol/bitmain/configuration.ts";
import {
  type BitmainFailure,
  type BitmainStats,
  decodeDetails,
  decodeOldStatus,
  decodePowerText,
  decodeStatsCommand,
  decodeStatsPage,
  decodeSummaryPage,
  decodeSystemInformation,
  type SystemInformation,
} from "../../protocol/bitmain/readings.ts";
import type { MinerObservation, MinerSetting } from "../../protocol/cgminer/observation.ts";
import { encodeCommand } from "../../protocol/cgminer/sections.ts";
import { identityOf, observe, settingOf } from "./bitmain-observation.ts";
import { BitmainPools } from "./bitmain-pools.ts";
import { BitmainWeb, pages } from "./bitmain-web.ts";
import type { Door } from "./door.ts";
import { exchangeHttp } from "./http-exchange.ts";
import { createMinerApi, type MinerApi } from "./miner-api.ts";
import type { MinerCredentials, MinerSession, SettingRead } from "./session.ts";
import type { MinerShared } from "./shared.ts";

/** Source: miners' fact sheet, section 2.2. */
const ports = { web: 80, api: 4028, power: 6060 };

/** How old the setting may be before it is read again without need [ms]: somebody may have changed it by hand. Choice. */
const settingMilliseconds = 30_000;

const identityMilliseconds = 10 * 60_000;

/** A machine that has no port 6060 gets none by itself. Choice. */
const powerProbeMilliseconds = 10 * 60_000;

export class BitmainSession implements MinerSession {
  private readonly host: string;
  private readonly web: BitmainWeb;
  private readonly api: MinerApi;
  private readonly clock: Clock;
  private readonly shared: MinerShared;
  private readonly door: Door;
  private information: (SystemInformation & { readonly at: number }) | undefined;
  private setting: { readonly value: MinerSetting; readonly at: number } | undefined;
  private readonly name: string;
  private readonly pools: BitmainPools;
  private noPowerBefore = Number.NEGATIVE_INFINITY;

  constructor(miner: MinerSite, credentials: MinerCredentials, clock: Clock, shared: MinerShared, door: Door) {
    this.name = miner.name;
    this.host = miner.host;
    this.door = {
      admit: (signal) => door.admit(signal),
      confirm: (signal) => door.confirm(signal),
      doubt: () => this.doubt(door),
    };
    this.web = new BitmainWeb(miner.host, miner.webPort ?? ports.web, credentials, clock, shared, this.door);
    this.api = createMinerApi(miner.host, miner.port ?? ports.api, shared);
    this.clock = clock;
    this.shared = shared;
    this.pools = new BitmainPools(miner.name, this.web, shared, this.door);
  }

  async read(settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const stats = await this.readStats(signal);
    if (!stats.ok) return stats;
    const identified = await this.identify(signal);
    if (!identified.ok) return identified;
    const silent = stats.value.hashrateTerahashesPerSecond === 0;
    const old = this.setting === undefined || this.clock.now() - this.setting.at > settingMilliseconds;
    // It hashes although it was set to sleep: it is on its way there, or has lost its setting in a power cycle.
    const contradicted = !silent && this.setting?.value === "sleep";
    const looked = settingWanted || silent || old || contradicted || this.pools.unproven;
    const { setting: told, pools } = looked ? await this.readSetting(signal) : { setting: "unknown" as const };
    const believed = told === "unknown" ? (this.setting?.value ?? "unknown") : told;
    const powerWatts = stats.value.powerWatts ?? (await this.readPower(signal));
    const observed = observe(stats.value, told, believed, powerWatts, identityOf(stats.value, this.information));
    return succeed(pools === undefined ? observed : { ...observed, pools });
  }

  async readBack(signal: AbortSignal): Promise<Result<SettingRead, MinerFault>> {
    const at = this.clock.now();
    const page = await this.web.get(pages.configuration, "write", signal);
    if (!page.ok) return page;
    const setting = settingOf(decodeMode(page.value.body));
    if (setting !== "unknown") this.setting = { value: setting, at };
    const pools = await this.pools.judge(page.value, signal);
    return succeed(pools === undefined ? { setting } : { setting, pools });
  }

  async write(wanted: "run" | "sleep", attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const page = await this.web.get(pages.configuration, "write", signal);
    if (!page.ok) return page;
    const configuration = decodeConfiguration(page.value.body, page.value.truncated);
    // Without whole pools in hand a write would wipe them.
    if (!configuration.ok) return fail("malformed-reply");
    if (!takesModes(configuration.value.document)) return fail("command-refused");
    const { mode } = configuration.value;
    this.rememberMode(mode);
    // Posting restarts mining even where nothing changes.
    if (settingOf(mode) === wanted) return succeed(null);
    // The page may have come with a new nonce, and so from another machine.
    const confirmed = await this.door.confirm(signal);
    if (!confirmed.ok) return confirmed;
    const next = wanted === "sleep" ? sleepMode : (this.shared.memory.recall(this.name).runMode ?? normalMode);
    // Every second attempt uses the other spelling: which one a firmware takes is known only by its effect.
    const body = encodeMode(configuration.value, next, attempt % 2 === 0);
    await this.pools.keep(configuration.value, next);
    const reply = await this.web.post(pages.setConfiguration, body, signal);
    this.pools.posted(configuration.value, next);
    if (!reply.ok) return reply;
    return decodeStored(reply.value.body) ? succeed(null) : fail("command-refused");
  }

  /** Bitmain's own firmware takes no limit: only its modes. */
  async order(order: MinerOrder, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    if (order.kind === "percent") return fail("command-refused");
    if (order.kind === "locate") {
      const reply = await this.web.post(pages.blink, JSON.stringify({ blink: order.on }), signal);
      return reply.ok ? (decodeBlinking(reply.value.body) ? succeed(null) : fail("command-refused")) : reply;
    }
    return await this.web.poke(pages.reboot, signal);
  }

  /** Told behind the password only. */
  async tellMac(signal: AbortSignal): Promise<Result<string | undefined, MinerFault>> {
    const page = await this.web.get(pages.information, "write", signal);
    if (!page.ok) return page;
    const decoded = decodeSystemInformation(page.value.body);
    return decoded.ok ? succeed(decoded.value.mac) : fail("wrong-machine");
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const [stats, pools] = await Promise.all(
      ["stats", "pools"].map((name) => this.api.ask(encodeCommand(name), "read", signal)),
    );
    if (stats?.ok !== true) return stats ?? fail("no-reply");
    const page = await this.web.get(pages.summary, "read", signal);
    const errors = page.ok ? decodeSummaryPage(page.value.body)?.errors : undefined;
    const details = decodeDetails(stats.value, pools?.ok ? pools.value : undefined);
    return succeed(errors === undefined ? details : { ...details, errors });
  }

  /** The page that a write begins with needs the password. */
  async access(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const page = await this.web.get(pages.configuration, "read", signal);
    return page.ok ? succeed(null) : page;
  }

  /** The nonce of the last read serves the next write: nothing to do ahead. */
  async prepare(): Promise<void> {}

  /** The web server answers nothing while it restarts mining, or knows another password: the read-only API still does. */
  private async readStats(signal: AbortSignal): Promise<Result<BitmainStats, MinerFault>> {
    const page = await this.web.get(pages.stats, "read", signal);
    // Behind a silence, and on a port that asks for no nonce of its own, another machine may answer.
    if (!page.ok) this.information = undefined;
    if (page.ok) return judged(decodeStatsPage(page.value.body));
    if (page.error === "unreachable") return page;
    // Firmware before 2020 has another page.
    const old = page.error === "wrong-machine" ? await this.web.get(pages.oldStatus, "read", signal) : page;
    if (old.ok) return judged(decodeOldStatus(old.value.body));
    const reply = await this.api.ask(Buffer.from(JSON.stringify({ command: "stats" })), "read", signal);
    if (reply.ok) return judged(decodeStatsCommand(reply.value));
    return page.error === "credentials-refused" ? page : reply;
  }

  /** Remembered as it is read, ahead of need: a shed never waits for a disk. */
  private rememberMode(mode: number | undefined): void {
    if (mode !== undefined && mode !== sleepMode) this.shared.memory.remember(this.name, { runMode: mode });
  }

  /** What the machine has told of itself may be another one's. */
  private doubt(door: Door): void {
    this.information = undefined;
    door.doubt();
  }

  private async readSetting(signal: AbortSignal): Promise<SettingRead> {
    const at = this.clock.now();
    const page = await this.web.get(pages.configuration, "read", signal);
    const mode = page.ok ? decodeMode(page.value.body) : undefined;
    const value = settingOf(mode);
    this.rememberMode(mode);
    if (value !== "unknown") this.setting = { value, at };
    const pools = page.ok ? await this.pools.judge(page.value, signal) : undefined;
    return pools === undefined ? { setting: value } : { setting: value, pools };
  }

  private async identify(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    if (this.information !== undefined && this.clock.now() - this.information.at < identityMilliseconds)
      return succeed(null);
    const page = await this.web.get(pages.information, "read", signal);
    const decoded = page.ok ? decodeSystemInformation(page.value.body) : undefined;
    if (decoded?.ok === true) this.information = { ...decoded.value, at: this.clock.now() };
    return decoded?.ok === false && decoded.error.kind === "not-an-antminer" ? fail("wrong-machine") : succeed(null);
  }

  private async readPower(signal: AbortSignal): Promise<number | undefined> {
    if (this.clock.now() < this.noPowerBefore) return undefined;
    const { pool, timing } = this.shared;
    const asked = { host: this.host, port: ports.power, method: "GET", path: "/miner_power" } as const;
    const reply = await pool.run("read", this.host, () =>
      exchangeHttp({ ...asked, authorization: undefined, body: undefined }, timing, signal),
    );
    const watts = reply.ok ? decodePowerText(reply.value.body.toString("latin1", 0, 200)) : undefined;
    if (watts === undefined) this.noPowerBefore = this.clock.now() + powerProbeMilliseconds;
    return watts;
  }
}

function judged(stats: Result<BitmainStats, BitmainFailure>): Result<BitmainStats, MinerFault> {
  if (stats.ok) return stats;
  return fail(stats.error.kind === "malformed" ? "malformed-reply" : "wrong-machine");
}
