/** WhatsMiner API v3 over TCP 4433: reads in the clear, writes under a token of the machine's own second. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerOrder } from "../../model/miner.ts";
import type { MinerPowerMode } from "../../model/miner-model.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import { present } from "../../protocol/cgminer/fields.ts";
import type { JsonObject } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import { decodeFrame, encodeFrame, encodeV3Write, frameIsComplete } from "../../protocol/whatsminer-v3/frames.ts";
import {
  decodeInformation,
  decodeV3Details,
  decodeV3PowerMode,
  decodeV3Summary,
  decodeWhen,
  encodeV3Order,
  judgeV3,
  settingOf,
  type V3Failure,
  type V3Information,
} from "../../protocol/whatsminer-v3/messages.ts";
import type { Door } from "./door.ts";
import { PasswordPause } from "./password-pause.ts";
import type { MinerCredentials, MinerSession, SettingRead } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import type { Lane } from "./socket-pool.ts";
import { exchangeTcp } from "./tcp-exchange.ts";

/** Source: miners' fact sheet, section 2.4. */
const apiPort = 4433;

/** The account that may do everything. Source: miners' fact sheet, section 2.4. */
const defaultAccount = "super";

/** Older than this the machine's clock is read again before a write. Choice: two polls and a back-off. */
const clockMilliseconds = 60_000;

/** Its power mode changes by hand only, and then mining restarts, which takes longer [ms]. Choice. */
const powerModeMilliseconds = 60_000;

export class WhatsminerV3Session implements MinerSession {
  readonly readsOpenly = true;
  readonly tellsMacOpenly = true;
  /** What a machine without a limit tells as its limit; that it takes it back is not proven. Source: fact sheet, section 2.4. */
  readonly unlimitedWatts = 2_147_483_647;
  private readonly host: string;
  private readonly port: number;
  private readonly credentials: MinerCredentials;
  private readonly clock: Clock;
  private readonly shared: MinerShared;
  private readonly door: Door;
  private information: V3Information | undefined;
  /** How far the machine's clock is ahead of the monotonic one [s], and when that was seen. */
  private ahead: { readonly seconds: number; readonly at: number } | undefined;
  private powerMode: { readonly value: MinerPowerMode | undefined; readonly at: number } | undefined;
  private readonly refused: PasswordPause;

  constructor(miner: MinerSite, credentials: MinerCredentials, clock: Clock, shared: MinerShared, door: Door) {
    this.host = miner.host;
    this.port = miner.port ?? apiPort;
    this.credentials = credentials;
    this.clock = clock;
    this.refused = new PasswordPause(clock);
    this.shared = shared;
    this.door = door;
  }

  async read(_settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    const information = await this.inform("read", signal);
    if (!information.ok) return information;
    const { model, firmware, mac, working } = information.value;
    const identity = present({ make: "MicroBT", model: model ?? "unknown", firmware: firmware ?? "unknown", mac });
    const summary = await this.readStatus("summary", signal);
    // A stopped service may have no figures: that it is stopped is what proves a shed.
    if (!summary.ok && working === false && summary.error === "command-refused")
      return succeed({ mode: "asleep", setting: "sleep", powerSource: "unknown", identity });
    if (!summary.ok) return summary;
    const observation = decodeV3Summary(summary.value, working);
    if (observation === undefined) return fail("malformed-reply");
    return succeed(present({ ...observation, identity, powerMode: await this.readPowerMode(signal) }));
  }

  /** Only running or asleep: a limit is in the summary. */
  async readBack(signal: AbortSignal): Promise<Result<SettingRead, MinerFault>> {
    const information = await this.inform("write", signal);
    return information.ok ? succeed({ setting: settingOf(information.value.working) }) : information;
  }

  async write(setting: "run" | "sleep", _attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return await this.command("set.miner.service", setting === "run" ? "start" : "stop", signal);
  }

  async limit(watts: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return await this.command("set.miner.power_limit", Math.round(watts), signal);
  }

  async order(order: MinerOrder, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const { command, parameter } = encodeV3Order(order);
    return await this.command(command, parameter, signal);
  }

  async tellMac(signal: AbortSignal): Promise<Result<string | undefined, MinerFault>> {
    const information = await this.inform("write", signal);
    return information.ok ? succeed(information.value.mac) : information;
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const information = await this.inform("read", signal);
    if (!information.ok) return information;
    const bodies = await Promise.all(
      ["summary", "edevs", "pools"].map(async (name) => {
        const reply = await this.readStatus(name, signal);
        return reply.ok ? reply.value : undefined;
      }),
    );
    return succeed(decodeV3Details(information.value, bodies[0], bodies[1], bodies[2]));
  }

  /** Whether its API is switched on; that the password is right shows at the first command only. */
  async access(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const information = await this.inform("read", signal);
    if (!information.ok) return information;
    return information.value.writesEnabled === false ? fail("write-access-disabled") : succeed(null);
  }

  /** The salt and the clock of each read serve the next write. */
  async prepare(): Promise<void> {}

  private async command(command: string, parameter: unknown, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    if (this.refused.stands()) return fail("credentials-refused");
    const first = await this.send(command, parameter, signal);
    if (first.ok) return succeed(null);
    if (typeof first.error === "string") return fail(first.error);
    if (first.error.kind !== "token-wrong") return fail(faultOf(first.error));
    // Its clock was set, or its salt is new; wrong again with both fresh, it is the password.
    this.ahead = undefined;
    this.door.doubt();
    const admitted = await this.door.admit(signal);
    if (!admitted.ok) return admitted;
    const second = await this.send(command, parameter, signal);
    if (second.ok) return succeed(null);
    if (typeof second.error === "string") return fail(second.error);
    if (second.error.kind === "token-wrong") this.refused.begin();
    return fail(faultOf(second.error));
  }

  private async send(
    command: string,
    parameter: unknown,
    signal: AbortSignal,
  ): Promise<Result<null, V3Failure | MinerFault>> {
    if (this.ahead === undefined || this.clock.now() - this.ahead.at > clockMilliseconds) {
      const informed = await this.inform("write", signal);
      if (!informed.ok) return informed;
    }
    const salt = this.information?.salt;
    if (salt === undefined || this.ahead === undefined) return fail("malformed-reply");
    if (this.information?.writesEnabled === false) return fail("write-access-disabled");
    const unixSeconds = Math.floor(this.clock.now() / 1000 + this.ahead.seconds);
    const { user, password } = this.credentials;
    const access = { account: user === "" ? defaultAccount : user, password, salt, unixSeconds };
    const reply = await this.ask(encodeV3Write(command, parameter, access), "write", signal);
    if (!reply.ok) return reply;
    const judged = judgeV3(reply.value);
    return judged.ok ? succeed(null) : judged;
  }

  private async inform(lane: Lane, signal: AbortSignal): Promise<Result<V3Information, MinerFault>> {
    const reply = await this.ask(encodeFrame({ cmd: "get.device.info" }), lane, signal);
    if (!reply.ok) return reply;
    const judged = judgeV3(reply.value);
    if (!judged.ok) return fail(faultOf(judged.error));
    const information = decodeInformation(judged.value);
    if (information.model === undefined && information.salt === undefined) return fail("wrong-machine");
    this.information = information;
    return succeed(information);
  }

  /** Firmware without the command refuses it, and is asked again as seldom as any. */
  private async readPowerMode(signal: AbortSignal): Promise<MinerPowerMode | undefined> {
    const at = this.clock.now();
    if (this.powerMode === undefined || at - this.powerMode.at > powerModeMilliseconds) {
      const reply = await this.ask(encodeFrame({ cmd: "get.miner.setting" }), "read", signal);
      const judged = reply.ok ? judgeV3(reply.value) : undefined;
      this.powerMode = { value: judged?.ok === true ? decodeV3PowerMode(judged.value) : undefined, at };
    }
    return this.powerMode.value;
  }

  private async readStatus(parameter: string, signal: AbortSignal): Promise<Result<JsonObject, MinerFault>> {
    const reply = await this.ask(encodeFrame({ cmd: "get.miner.status", param: parameter }), "read", signal);
    if (!reply.ok) return reply;
    const judged = judgeV3(reply.value);
    return judged.ok ? judged : fail(faultOf(judged.error));
  }

  private async ask(request: Buffer, lane: Lane, signal: AbortSignal): Promise<Result<JsonObject, MinerFault>> {
    const { host, port, shared } = this;
    const { connectMilliseconds, replyMilliseconds, apiWriteReplyMilliseconds } = shared.timing;
    const deadlines = {
      connectMilliseconds,
      replyMilliseconds: lane === "read" ? replyMilliseconds : apiWriteReplyMilliseconds,
    };
    const bytes = await shared.pool.run(lane, host, () =>
      exchangeTcp(host, port, request, deadlines, signal, frameIsComplete),
    );
    if (!bytes.ok) {
      if (bytes.error === "unreachable") return fail("unreachable");
      return fail(bytes.error === "too-long" ? "malformed-reply" : "no-reply");
    }
    const message = decodeFrame(bytes.value);
    if (message.ok) {
      const when = decodeWhen(message.value);
      const at = this.clock.now();
      if (when !== undefined) this.ahead = { seconds: when - at / 1000, at };
      return message;
    }
    return fail(message.error.kind === "other-protocol" ? "not-a-miner" : "malformed-reply");
  }
}

function faultOf(error: V3Failure): MinerFault {
  switch (error.kind) {
    case "token-wrong":
      return "credentials-refused";
    case "write-access-disabled":
      return "write-access-disabled";
    case "refused":
      return "command-refused";
    case "malformed":
      return "malformed-reply";
  }
}
