/** WhatsMiner API v2 over TCP: reads, and encrypted writes under a token. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerIdentity, MinerOrder } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import { present, statusOf, textOf } from "../../protocol/cgminer/fields.ts";
import type { JsonObject } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import { decodeReply } from "../../protocol/cgminer/reply.ts";
import { decryptData, encryptCommand } from "../../protocol/whatsminer/cipher.ts";
import {
  decodeDetails,
  decodeFirmware,
  decodeMac,
  decodeModel,
  decodeSummary,
  decodeSwitchedOff,
  encodeLimit,
  encodeOrder,
  encodeRead,
  judgeReply,
  observeStatusOnly,
  type Refusal,
  writes,
} from "../../protocol/whatsminer/messages.ts";
import type { Door } from "./door.ts";
import { createMinerApi, type MinerApi } from "./miner-api.ts";
import type { MinerCredentials, MinerSession, SettingRead } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import type { Lane } from "./socket-pool.ts";
import { faultOf } from "./whatsminer-refusal.ts";
import { WhatsminerToken } from "./whatsminer-token.ts";

/** Source: manual V2.2. */
const apiPort = 4028;

/** Firmware and model change when a machine is swapped or upgraded. Choice. */
const identityMilliseconds = 10 * 60_000;

type PlainCommand = Readonly<Record<string, string | number>>;

export class WhatsminerSession implements MinerSession {
  readonly readsOpenly = true;
  readonly tellsMacOpenly = true;
  /** Source: manual V2.2, adjust_power_limit. */
  readonly unlimitedWatts = 99_999;
  private readonly api: MinerApi;
  private readonly token: WhatsminerToken;
  private readonly clock: Clock;
  private readonly name: string;
  private readonly shared: MinerShared;
  private readonly door: Door;
  /** False: this firmware has no `status`. */
  private statusKnown = true;
  private summaryWhileAsleep = true;
  /** As the last read told it. */
  private mac: string | undefined;
  private known: { readonly firmware: string; readonly model: string; readonly at: number } | undefined;

  constructor(miner: MinerSite, credentials: MinerCredentials, clock: Clock, shared: MinerShared, door: Door) {
    this.api = createMinerApi(miner.host, miner.port ?? apiPort, shared);
    this.token = new WhatsminerToken(this.api, credentials.password, shared.tokens, clock);
    this.clock = clock;
    this.name = miner.name;
    this.shared = shared;
    this.door = door;
  }

  async read(_settingWanted: boolean, signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> {
    this.mac = undefined;
    const switchedOff = await this.readSwitchedOff("read", signal);
    if (!switchedOff.ok) return switchedOff;
    if (switchedOff.value !== true) this.summaryWhileAsleep = true;
    // A shed is proven by `status` alone; some firmware answers nothing else asleep, and is not asked again then.
    if (!this.summaryWhileAsleep) return succeed(observeStatusOnly(true));
    const reply = await this.api.ask(encodeRead("summary"), "read", signal);
    const observation = reply.ok ? decodeSummary(reply.value, switchedOff.value) : undefined;
    if (observation === undefined && switchedOff.value === true) {
      this.summaryWhileAsleep = false;
      return succeed(observeStatusOnly(true));
    }
    if (!reply.ok) return reply;
    if (isBitmain(reply.value)) return fail("wrong-machine");
    if (observation === undefined) return fail("malformed-reply");
    this.mac = decodeMac(reply.value);
    const identity = await this.identify(this.mac, signal);
    return succeed(identity === undefined ? observation : { ...observation, identity });
  }

  /** Only running or asleep: a limit is in `summary`. */
  async readBack(signal: AbortSignal): Promise<Result<SettingRead, MinerFault>> {
    const switchedOff = await this.readSwitchedOff("write", signal);
    if (!switchedOff.ok) return switchedOff;
    return succeed({ setting: observeStatusOnly(switchedOff.value).setting });
  }

  async write(setting: "run" | "sleep", _attempt: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return await this.command(writes[setting], signal);
  }

  async limit(watts: number, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return await this.command(encodeLimit(watts), signal);
  }

  async order(order: MinerOrder, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    return await this.command(encodeOrder(order), signal);
  }

  /** Asleep some firmware answers no `summary`: then the salt of its tokens, which the machine keeps, tells whether it is the same. */
  async tellMac(signal: AbortSignal): Promise<Result<string | undefined, MinerFault>> {
    const reply = await this.api.ask(encodeRead("summary"), "write", signal);
    if (!reply.ok && reply.error !== "no-reply") return reply;
    const mac = reply.ok ? decodeMac(reply.value) : undefined;
    if (mac !== undefined) return succeed(mac);
    const known = this.shared.memory.recall(this.name);
    if (known.tokenSalt === undefined) return reply.ok ? succeed(undefined) : reply;
    const salt = await this.token.askSalt(signal);
    if (!salt.ok) return salt;
    return succeed(salt.value === known.tokenSalt ? known.mac : undefined);
  }

  async inspect(signal: AbortSignal): Promise<Result<MinerDetails, MinerFault>> {
    const [summary, boards, pools] = await Promise.all(
      ["summary", "devs", "pools"].map((name) => this.api.ask(encodeRead(name), "read", signal)),
    );
    if (summary?.ok !== true) return summary ?? fail("no-reply");
    return succeed(
      decodeDetails(summary.value, boards?.ok ? boards.value : undefined, pools?.ok ? pools.value : undefined),
    );
  }

  private async command(command: PlainCommand, signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const first = await this.send(command, signal);
    if (first.ok) return this.obeyed();
    if (!isTokenWrong(first.error)) return fail(faultOf(first.error));
    // The machine has restarted or dropped our token; wrong again with a fresh one, it is the password.
    this.token.drop();
    this.door.doubt();
    const admitted = await this.door.admit(signal);
    if (!admitted.ok) return admitted;
    const second = await this.send(command, signal);
    if (second.ok) return this.obeyed();
    if (isTokenWrong(second.error)) this.token.drop();
    return fail(faultOf(second.error));
  }

  /** Whether it gives tokens at all; that the password is right shows at the first command only. */
  async access(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const token = await this.token.valid(signal);
    return token.ok ? succeed(null) : token;
  }

  async prepare(signal: AbortSignal): Promise<void> {
    await this.token.renewAhead(signal);
    if (this.mac !== undefined && this.mac === this.shared.memory.recall(this.name).mac) this.rememberSalt();
  }

  /** It was known just before the command: put to sleep, it may have nothing but its salt to be known by. */
  private obeyed(): Result<null, never> {
    if (this.shared.memory.recall(this.name).mac !== undefined) this.rememberSalt();
    return succeed(null);
  }

  private rememberSalt(): void {
    const tokenSalt = this.token.salt();
    if (tokenSalt !== undefined) this.shared.memory.remember(this.name, { tokenSalt });
  }

  private async send(command: PlainCommand, signal: AbortSignal): Promise<Result<JsonObject, Refusal | MinerFault>> {
    const token = await this.token.valid(signal);
    if (!token.ok) return token;
    const reply = await this.api.ask(encryptCommand(token.value, command), "write", signal);
    if (!reply.ok) return reply;
    const sealed = textOf(reply.value["enc"]);
    // Refusals come in the clear.
    if (sealed === undefined) return judgeReply(reply.value);
    const opened = decryptData(token.value, sealed);
    const plain = opened.ok ? decodeReply(opened.value) : undefined;
    return plain?.ok === true ? judgeReply(plain.value.body) : fail("malformed-reply");
  }

  /** undefined: not told. */
  private async readSwitchedOff(lane: Lane, signal: AbortSignal): Promise<Result<boolean | undefined, MinerFault>> {
    if (!this.statusKnown) return succeed(undefined);
    const reply = await this.api.ask(encodeRead("status"), lane, signal);
    if (!reply.ok) return reply;
    const judged = judgeReply(reply.value);
    if (judged.ok) return succeed(decodeSwitchedOff(judged.value));
    this.statusKnown = judged.error.kind !== "unknown-command";
    return this.statusKnown ? fail(faultOf(judged.error)) : succeed(undefined);
  }

  private async identify(mac: string | undefined, signal: AbortSignal): Promise<MinerIdentity | undefined> {
    if (this.known === undefined || this.clock.now() - this.known.at > identityMilliseconds) {
      const version = await this.api.ask(encodeRead("get_version"), "read", signal);
      const details = await this.api.ask(encodeRead("devdetails"), "read", signal);
      const firmware = version.ok ? decodeFirmware(version.value) : undefined;
      const model = details.ok ? decodeModel(details.value) : undefined;
      if (firmware === undefined && model === undefined) return undefined;
      this.known = { firmware: firmware ?? "unknown", model: model ?? "unknown", at: this.clock.now() };
    }
    const { model, firmware } = this.known;
    return present({ make: "MicroBT", model, firmware, mac });
  }
}

function isTokenWrong(error: Refusal | MinerFault): boolean {
  return typeof error !== "string" && error.kind === "token-wrong";
}

/** Bitmain's own miner answers the same commands on the same port, in other units. Source: recorded S19 Pro, 49.0.1.3. */
function isBitmain(body: JsonObject): boolean {
  return statusOf(body).text.includes("cgminer 1.0.0");
}
