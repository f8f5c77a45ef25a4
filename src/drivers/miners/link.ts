/** One machine's link: polls it, holds the newest target, writes, reads back, reports facts. Judges nothing. */
import { isIPv4 } from "node:net";
import type { Clock, MinerDriver } from "../../model/driver.ts";
import type { MinerFault, MinerReport, MinerTarget } from "../../model/miner.ts";
import type { MinerModel, MinerSite } from "../../model/site.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import { createBitmainSession } from "./bitmain-session.ts";
import type { MinerCredentials, MinerSession } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import {
  beginWrite,
  emptySlot,
  endWrite,
  expireReadBack,
  machineReturned,
  nextAction,
  observeSetting,
  replaceTarget,
  type SettingSeen,
} from "./slot.ts";
import { createWhatsminerSession } from "./whatsminer-session.ts";

/** First wait for the effect of an acknowledged write, then doubling up to the poll period [ms]. Choice. */
const firstReadBackMilliseconds = 250;

/** A link for the miner; hosts must be IPv4 literals, so that no resolver is ever asked. */
export function createMinerLink(
  miner: MinerSite,
  model: MinerModel,
  credentials: MinerCredentials,
  clock: Clock,
  shared: MinerShared,
): MinerDriver {
  const session = isIPv4(miner.host) ? openSession(miner, model, credentials, clock, shared) : refusedSession;
  return runLink(miner.name, session, clock, shared);
}

function openSession(
  miner: MinerSite,
  model: MinerModel,
  credentials: MinerCredentials,
  clock: Clock,
  shared: MinerShared,
): MinerSession {
  switch (model.dialect) {
    case "whatsminer-v2":
      return createWhatsminerSession(miner, credentials, clock, shared);
    case "bitmain-stock":
      return createBitmainSession(miner, credentials, clock, shared);
  }
}

/** A host that is a name is never looked up. */
const refusedSession: MinerSession = {
  read: async () => ({ ok: false, error: "unreachable" }),
  write: async () => ({ ok: false, error: "unreachable" }),
  prepare: async () => undefined,
};

function runLink(name: string, session: MinerSession, clock: Clock, shared: MinerShared): MinerDriver {
  const { timing } = shared;
  const stopping = new AbortController();
  let slot = emptySlot;
  let last: { readonly observation: MinerObservation; readonly at: number } | undefined;
  let seen: SettingSeen | undefined;
  let fault: MinerFault | undefined = "not-read-yet";
  let failures = 0;
  let reading: Promise<void> | undefined;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let retryTimer: NodeJS.Timeout | undefined;
  let readBackWait = firstReadBackMilliseconds;
  let started = false;

  /** The next look at the machine, unless an earlier one is due. */
  const lookIn = (milliseconds: number): void => {
    const at = clock.now() + milliseconds;
    if (!started || stopping.signal.aborted || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => {
      timerAt = Number.POSITIVE_INFINITY;
      reading ??= read().finally(() => {
        reading = undefined;
        if (stopping.signal.aborted) return;
        lookIn(pollWait());
        advance();
      });
    }, milliseconds);
  };

  const pollWait = (): number => {
    const backedOff = timing.pollMilliseconds * 2 ** Math.max(0, Math.min(failures, 6) - 2);
    // Spread by a tenth, so that links that started together part.
    return Math.min(backedOff, timing.longestPollMilliseconds) * (0.95 + Math.random() / 10);
  };

  const read = async (): Promise<void> => {
    const startedAt = clock.now();
    const waits = slot.command !== null && slot.command.readBackAt === undefined;
    const result = await session.read(waits, stopping.signal);
    if (stopping.signal.aborted) return;
    if (!result.ok) {
      failures += 1;
      fault = result.error;
      slot = expireReadBack(slot, clock.now(), timing);
      return;
    }
    if (failures > 0) slot = machineReturned(slot);
    failures = 0;
    fault = undefined;
    last = { observation: result.value, at: startedAt };
    seen = { setting: result.value.setting, startedAt };
    slot = observeSetting(slot, seen, clock.now(), timing);
    // A write in progress prepares for itself.
    if (writing === undefined) await session.prepare(stopping.signal);
  };

  const write = async (setting: "run" | "sleep"): Promise<void> => {
    const { target } = slot;
    slot = beginWrite(slot, clock.now());
    const result = await session.write(setting, slot.command?.attempts ?? 1, stopping.signal);
    if (stopping.signal.aborted) return;
    const outcome = result.ok ? { ok: true as const } : { ok: false as const, fault: result.error };
    slot = endWrite(slot, target, outcome, clock.now(), timing);
    readBackWait = firstReadBackMilliseconds;
    // Also after a failure: it may have had effect, and the answer been lost.
    lookIn(0);
  };

  const advance = (): void => {
    if (!started || stopping.signal.aborted) return;
    slot = expireReadBack(slot, clock.now(), timing);
    const recent = seen !== undefined && freshEnough(seen, clock.now(), timing.pollMilliseconds) ? seen : undefined;
    const action = nextAction(slot, recent, clock.now());
    if (action.kind === "write") {
      writing ??= write(action.setting).finally(() => {
        writing = undefined;
        advance();
      });
    } else if (action.kind === "wait") {
      clearTimeout(retryTimer);
      retryTimer = setTimeout(advance, action.until - clock.now() + 1);
    } else if (action.kind === "read" && reading === undefined) {
      // A machine that does not answer is looked at with its own back-off, unless an effect is being waited for.
      if (failures > 0 && slot.readBackUntil === null) return;
      const unread = failures === 0 && (seen === undefined || seen.startedAt < slot.trustedFrom);
      lookIn(unread ? 0 : readBackWait);
      readBackWait = Math.min(readBackWait * 2, timing.pollMilliseconds);
    }
  };

  return {
    name,
    start: () => {
      if (started) return;
      started = true;
      lookIn(Math.random() * timing.pollMilliseconds);
      advance();
    },
    report: (): MinerReport => {
      const command = slot.command === null ? {} : { command: slot.command };
      const trouble = fault === undefined ? {} : { fault };
      if (last === undefined) return { name, mode: "unknown", powerSource: "unknown", ...trouble, ...command };
      const { setting: _setting, ...told } = last.observation;
      return { name, at: last.at, ...told, ...trouble, ...command };
    },
    target: (target: MinerTarget) => {
      const next = replaceTarget(slot, target, clock.now());
      if (next === slot) return;
      slot = next;
      readBackWait = firstReadBackMilliseconds;
      if (seen !== undefined && freshEnough(seen, clock.now(), timing.pollMilliseconds))
        slot = observeSetting(slot, seen, clock.now(), timing);
      advance();
    },
    stop: async () => {
      clearTimeout(timer);
      clearTimeout(retryTimer);
      stopping.abort();
      await Promise.all([reading, writing]);
    },
  };
}

/** Older than two polls, a machine may have been switched by hand. */
function freshEnough(seen: SettingSeen, now: number, pollMilliseconds: number): boolean {
  return now - seen.startedAt <= 2 * pollMilliseconds;
}
