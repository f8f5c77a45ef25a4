/** Bitmain stock firmware: web pages first, TCP 4028 where they fail; whole-document writes that keep the pools. */
import type { Clock } from "../../model/driver.ts";
import type { MinerFault, MinerIdentity, MinerMode } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import {
  type Configuration,
  decodeConfiguration,
  decodeMode,
  decodeStored,
  encodeMode,
  normalMode,
  sleepMode,
} from "../../protocol/bitmain/configuration.ts";
import {
  type BitmainStats,
  decodePowerText,
  decodeStatsCommand,
  decodeStatsPage,
  decodeSystemInformation,
  type SystemInformation,
} from "../../protocol/bitmain/readings.ts";
import { present } from "../../protocol/cgminer/fields.ts";
import type { MinerObservation, MinerSetting } from "../../protocol/cgminer/observation.ts";
import { decodeReply } from "../../protocol/cgminer/reply.ts";
import { createBitmainWeb } from "./bitmain-web.ts";
import { exchangeHttp } from "./http-exchange.ts";
import type { MinerCredentials, MinerSession } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import { exchangeTcp } from "./tcp-exchange.ts";

/** Source: miners' fact sheet, section 2.2. */
const ports = { web: 80, api: 4028, power: 6060 };

/** How old the setting may be before it is read again without need [ms]: somebody may have changed it by hand. Choice. */
const settingMilliseconds = 30_000;
const identityMilliseconds = 10 * 60_000;

/** A machine that has no port 6060 gets none by itself. Choice. */
const powerProbeMilliseconds = 10 * 60_000;

export function createBitmainSession(
  miner: MinerSite,
  credentials: MinerCredentials,
  clock: Clock,
  shared: MinerShared,
): MinerSession {
  const web = createBitmainWeb(miner.host, miner.webPort ?? ports.web, credentials, clock, shared);
  let information: (SystemInformation & { readonly at: number }) | undefined;
  let setting: { readonly value: MinerSetting; readonly at: number } | undefined;
  /** The mode it ran in before we put it to sleep. */
  let previousMode: number | undefined;
  let noPowerBefore = Number.NEGATIVE_INFINITY;

  const readStatsCommand = async (signal: AbortSignal): Promise<Result<BitmainStats, MinerFault>> => {
    const { connectMilliseconds, replyMilliseconds } = shared.timing;
    const request = Buffer.from(JSON.stringify({ command: "stats" }));
    const bytes = await shared.pool.run("read", () =>
      exchangeTcp(miner.host, miner.port ?? ports.api, request, { connectMilliseconds, replyMilliseconds }, signal),
    );
    if (!bytes.ok) return fail(bytes.error === "unreachable" ? "unreachable" : "no-reply");
    const reply = decodeReply(bytes.value);
    if (!reply.ok) return fail(reply.error.kind === "other-protocol" ? "not-a-miner" : "malformed-reply");
    const stats = decodeStatsCommand(reply.value.body);
    return stats.ok ? stats : fail(stats.error.kind === "malformed" ? "malformed-reply" : "wrong-machine");
  };

  const readStatsPage = async (signal: AbortSignal): Promise<Result<BitmainStats, MinerFault>> => {
    const page = await web.get("/cgi-bin/stats.cgi", "read", signal);
    if (!page.ok) return page;
    const stats = decodeStatsPage(page.value.body);
    return stats.ok ? stats : fail(stats.error.kind === "malformed" ? "malformed-reply" : "wrong-machine");
  };

  const readConfiguration = async (
    lane: "read" | "write",
    signal: AbortSignal,
  ): Promise<Result<Configuration, MinerFault>> => {
    const page = await web.get("/cgi-bin/get_miner_conf.cgi", lane, signal);
    if (!page.ok) return page;
    const configuration = decodeConfiguration(page.value.body, page.value.truncated);
    return configuration.ok ? configuration : fail("malformed-reply");
  };

  const readSetting = async (signal: AbortSignal): Promise<MinerSetting> => {
    const at = clock.now();
    const page = await web.get("/cgi-bin/get_miner_conf.cgi", "read", signal);
    const value = page.ok ? settingOf(decodeMode(page.value.body)) : "unknown";
    if (value !== "unknown") setting = { value, at };
    return value;
  };

  const readIdentity = async (signal: AbortSignal): Promise<Result<null, MinerFault>> => {
    if (information !== undefined && clock.now() - information.at < identityMilliseconds) return succeed(null);
    const page = await web.get("/cgi-bin/get_system_info.cgi", "read", signal);
    const decoded = page.ok ? decodeSystemInformation(page.value.body) : undefined;
    if (decoded?.ok === true) information = { ...decoded.value, at: clock.now() };
    return decoded?.ok === false && decoded.error.kind === "not-an-antminer" ? fail("wrong-machine") : succeed(null);
  };

  const readPower = async (signal: AbortSignal): Promise<number | undefined> => {
    if (clock.now() < noPowerBefore) return undefined;
    const { connectMilliseconds, replyMilliseconds } = shared.timing;
    const asked = {
      host: miner.host,
      port: ports.power,
      method: "GET",
      path: "/miner_power",
      authorization: undefined,
      body: undefined,
    } as const;
    const reply = await shared.pool.run("read", () =>
      exchangeHttp(asked, { connectMilliseconds, replyMilliseconds }, signal),
    );
    const watts = reply.ok ? decodePowerText(reply.value.body.toString("latin1", 0, 200)) : undefined;
    if (watts === undefined) noPowerBefore = clock.now() + powerProbeMilliseconds;
    return watts;
  };

  const read = async (settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> => {
    const page = await readStatsPage(signal);
    // The web server answers nothing while it restarts mining, or knows another password: the read-only API still does.
    const stats = page.ok || page.error === "unreachable" ? page : await readStatsCommand(signal);
    if (!stats.ok) return page.ok ? stats : fail(page.error === "credentials-refused" ? page.error : stats.error);
    const identified = await readIdentity(signal);
    if (!identified.ok) return identified;
    const silent = stats.value.hashrateTerahashesPerSecond === 0;
    const old = setting === undefined || clock.now() - setting.at > settingMilliseconds;
    const told = settingWanted || silent || old ? await readSetting(signal) : "unknown";
    const powerWatts = stats.value.powerWatts ?? (await readPower(signal));
    return succeed(
      observe(
        stats.value,
        told,
        told === "unknown" ? (setting?.value ?? "unknown") : told,
        powerWatts,
        identityOf(stats.value, information),
      ),
    );
  };

  const write = async (
    wanted: "run" | "sleep",
    attempt: number,
    signal: AbortSignal,
  ): Promise<Result<null, MinerFault>> => {
    const configuration = await readConfiguration("write", signal);
    if (!configuration.ok) return configuration;
    const { mode } = configuration.value;
    if (mode !== undefined && mode !== sleepMode) previousMode = mode;
    // Posting restarts mining even where nothing changes.
    if (settingOf(mode) === wanted) return succeed(null);
    const next = wanted === "sleep" ? sleepMode : (previousMode ?? normalMode);
    // Every second attempt uses the other spelling: which one a firmware takes is known only by its effect.
    const body = encodeMode(configuration.value, next, attempt % 2 === 0);
    const reply = await web.post("/cgi-bin/set_miner_conf.cgi", body, signal);
    if (!reply.ok) return reply;
    return decodeStored(reply.value.body) ? succeed(null) : fail("command-refused");
  };

  return { read, write, prepare: async () => undefined };
}

function settingOf(mode: number | undefined): MinerSetting {
  if (mode === undefined) return "unknown";
  return mode === sleepMode ? "sleep" : "run";
}

/** `told` is the setting of this very read; `believed` the last one known. */
function observe(
  stats: BitmainStats,
  told: MinerSetting,
  believed: MinerSetting,
  powerWatts: number | undefined,
  identity: MinerIdentity | undefined,
): MinerObservation {
  const { model: _model, firmware: _firmware, ...figures } = stats;
  return present({
    ...figures,
    mode: modeOf(stats.hashrateTerahashesPerSecond, believed),
    setting: told,
    identity,
    powerWatts,
    powerSource: powerWatts === undefined ? "unknown" : "estimated",
  } as const);
}

function modeOf(hashrate: number | undefined, setting: MinerSetting): MinerMode {
  if (hashrate === undefined) return "unknown";
  if (hashrate > 0) return "hashing";
  if (setting === "unknown") return "unknown";
  return setting === "sleep" ? "asleep" : "starting";
}

function identityOf(stats: BitmainStats, information: SystemInformation | undefined): MinerIdentity | undefined {
  const model = information?.model ?? stats.model;
  if (model === undefined) return undefined;
  return present({
    make: "Bitmain",
    model,
    firmware: information?.firmware ?? stats.firmware ?? "unknown",
    mac: information?.mac,
  });
}
