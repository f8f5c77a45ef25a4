/** WhatsMiner API v2 over TCP: reads, the cached token, the encrypted write. */
import type { Clock } from "../../model/driver.ts";
import type { MinerFault, MinerIdentity } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import { present, textOf } from "../../protocol/cgminer/fields.ts";
import type { JsonObject } from "../../protocol/cgminer/json.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import { decodeReply } from "../../protocol/cgminer/reply.ts";
import { decryptData, encryptCommand, type Token } from "../../protocol/whatsminer/cipher.ts";
import {
  decodeFirmware,
  decodeMac,
  decodeModel,
  decodeSummary,
  decodeSwitchedOff,
  decodeTokenSalts,
  encodeRead,
  judgeReply,
  observeStatusOnly,
  type Refusal,
  writes,
} from "../../protocol/whatsminer/messages.ts";
import type { MinerCredentials, MinerSession } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import { exchangeTcp } from "./tcp-exchange.ts";

/** Source: manual V2.2. */
const apiPort = 4028;

/** A token lives 30 min (manual V2.2); renewed well ahead so that a shed never waits for one. */
const renewTokenAfterMilliseconds = 20 * 60_000;
const dropTokenAfterMilliseconds = 25 * 60_000;

/** After "too many tokens": others hold them, and each lives 30 min. Choice. */
const tokenLimitPauseMilliseconds = 60_000;

/** Firmware and model change when a machine is swapped or upgraded. Choice. */
const identityMilliseconds = 10 * 60_000;

export function createWhatsminerSession(
  miner: MinerSite,
  credentials: MinerCredentials,
  clock: Clock,
  shared: MinerShared,
): MinerSession {
  const port = miner.port ?? apiPort;
  let statusKnown = true;
  let summaryWhileAsleep = true;
  let identity: { readonly firmware: string; readonly model: string; readonly at: number } | undefined;
  let token: { readonly token: Token; readonly at: number } | undefined;
  let salted: { readonly salt: string; readonly key: string } | undefined;
  let noTokenBefore = Number.NEGATIVE_INFINITY;
  let renewing: Promise<Result<Token, MinerFault>> | undefined;

  const ask = async (
    request: Buffer,
    lane: "read" | "write",
    signal: AbortSignal,
  ): Promise<Result<JsonObject, MinerFault>> => {
    const { connectMilliseconds, replyMilliseconds } = shared.timing;
    const bytes = await shared.pool.run(lane, () =>
      exchangeTcp(miner.host, port, request, { connectMilliseconds, replyMilliseconds }, signal),
    );
    if (!bytes.ok)
      return fail(
        bytes.error === "unreachable" ? "unreachable" : bytes.error === "too-long" ? "malformed-reply" : "no-reply",
      );
    const reply = decodeReply(bytes.value);
    if (reply.ok) return succeed(reply.value.body);
    return fail(
      reply.error.kind === "other-protocol"
        ? "not-a-miner"
        : reply.error.kind === "empty"
          ? "no-reply"
          : "malformed-reply",
    );
  };

  /** undefined: this firmware has no `status`. */
  const readSwitchedOff = async (signal: AbortSignal): Promise<Result<boolean | undefined, MinerFault>> => {
    if (!statusKnown) return succeed(undefined);
    const reply = await ask(encodeRead("status"), "read", signal);
    if (!reply.ok) return reply;
    const judged = judgeReply(reply.value);
    if (judged.ok) return succeed(decodeSwitchedOff(judged.value));
    statusKnown = judged.error.kind !== "unknown-command";
    return statusKnown ? fail(faultOf(judged.error)) : succeed(undefined);
  };

  const readIdentity = async (signal: AbortSignal): Promise<void> => {
    if (identity !== undefined && clock.now() - identity.at < identityMilliseconds) return;
    const version = await ask(encodeRead("get_version"), "read", signal);
    const details = await ask(encodeRead("devdetails"), "read", signal);
    const firmware = version.ok ? decodeFirmware(version.value) : undefined;
    const model = details.ok ? decodeModel(details.value) : undefined;
    if (firmware === undefined && model === undefined) return;
    identity = { firmware: firmware ?? "unknown", model: model ?? "unknown", at: clock.now() };
  };

  const observe = async (signal: AbortSignal): Promise<Result<MinerObservation, MinerFault>> => {
    const switchedOff = await readSwitchedOff(signal);
    if (!switchedOff.ok) return switchedOff;
    if (switchedOff.value !== true) summaryWhileAsleep = true;
    // A shed is proven by `status` alone; some firmware answers nothing else asleep, and is not asked again then.
    if (!summaryWhileAsleep) return succeed(observeStatusOnly(switchedOff.value));
    const reply = await ask(encodeRead("summary"), "read", signal);
    const observation = reply.ok ? decodeSummary(reply.value, switchedOff.value) : undefined;
    if (observation === undefined && switchedOff.value === true) {
      summaryWhileAsleep = false;
      return succeed(observeStatusOnly(true));
    }
    if (!reply.ok) return reply;
    if (isBitmain(reply.value)) return fail("wrong-machine");
    if (observation === undefined) return fail("malformed-reply");
    await readIdentity(signal);
    const told: MinerIdentity | undefined =
      identity === undefined
        ? undefined
        : present({ make: "MicroBT", model: identity.model, firmware: identity.firmware, mac: decodeMac(reply.value) });
    return succeed(told === undefined ? observation : { ...observation, identity: told });
  };

  const renew = async (lane: "read" | "write", signal: AbortSignal): Promise<Result<Token, MinerFault>> => {
    if (clock.now() < noTokenBefore) return fail("token-limit");
    const reply = await ask(encodeRead("get_token"), lane, signal);
    if (!reply.ok) return reply;
    const salts = decodeTokenSalts(reply.value);
    if (!salts.ok) {
      if (salts.error.kind === "token-limit") noTokenBefore = clock.now() + tokenLimitPauseMilliseconds;
      return fail(faultOf(salts.error));
    }
    const key = salted?.salt === salts.value.salt ? salted.key : undefined;
    const derived = await shared.tokens.derive(credentials.password, salts.value, key);
    if (derived === null) return fail("no-reply");
    salted = { salt: salts.value.salt, key: derived.key };
    token = { token: { sign: derived.sign, aesKey: derived.aesKey }, at: clock.now() };
    return succeed(token.token);
  };

  /** One renewal at a time: each costs the machine a place in its token table. */
  const renewOnce = (lane: "read" | "write", signal: AbortSignal): Promise<Result<Token, MinerFault>> => {
    renewing ??= renew(lane, signal).finally(() => {
      renewing = undefined;
    });
    return renewing;
  };

  const validToken = async (signal: AbortSignal): Promise<Result<Token, MinerFault>> =>
    token !== undefined && clock.now() - token.at < dropTokenAfterMilliseconds
      ? succeed(token.token)
      : renewOnce("write", signal);

  const send = async (
    command: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Result<JsonObject, Refusal | MinerFault>> => {
    const valid = await validToken(signal);
    if (!valid.ok) return valid;
    const reply = await ask(encryptCommand(valid.value, command), "write", signal);
    if (!reply.ok) return reply;
    const sealed = textOf(reply.value["enc"]);
    // Refusals come in the clear.
    if (sealed === undefined) return judgeReply(reply.value);
    const opened = decryptData(valid.value, sealed);
    const plain = opened.ok ? decodeReply(opened.value) : undefined;
    return plain?.ok === true ? judgeReply(plain.value.body) : fail("malformed-reply");
  };

  return {
    read: (_settingWanted, signal) => observe(signal),
    write: async (setting, _attempt, signal) => {
      const first = await send(writes[setting], signal);
      if (first.ok) return succeed(null);
      if (!isTokenWrong(first.error)) return fail(faultOf(first.error));
      // The machine has restarted or dropped our token; wrong again with a fresh one, it is the password.
      token = undefined;
      const second = await send(writes[setting], signal);
      if (second.ok) return succeed(null);
      if (!isTokenWrong(second.error)) return fail(faultOf(second.error));
      token = undefined;
      return fail("credentials-refused");
    },
    prepare: async (signal) => {
      if (token !== undefined && clock.now() - token.at < renewTokenAfterMilliseconds) return;
      await renewOnce("read", signal);
    },
  };
}

function isTokenWrong(error: Refusal | MinerFault): boolean {
  return typeof error !== "string" && error.kind === "token-wrong";
}

function faultOf(error: Refusal | MinerFault): MinerFault {
  if (typeof error === "string") return error;
  switch (error.kind) {
    case "malformed":
      return "malformed-reply";
    case "token-limit":
      return "token-limit";
    case "write-access-disabled":
      return "write-access-disabled";
    case "token-wrong":
      return "credentials-refused";
    case "unknown-command":
    case "refused":
      return "command-refused";
  }
}

/** Bitmain's own miner answers the same commands on the same port, in other units. */
function isBitmain(body: JsonObject): boolean {
  return JSON.stringify(body["STATUS"] ?? "").includes("cgminer 1.0.0");
}
