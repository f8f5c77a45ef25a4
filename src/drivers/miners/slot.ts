/** The newest target of one machine and how far it has come: when to write, read back, retry, pause. Pure; time is an argument. */

import type { MinerCommandReport, MinerFault, MinerTarget } from "../../model/miner.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { MinerSetting } from "../../protocol/cgminer/observation.ts";

/** How often and how long a link tries [ms]. */
export interface SlotTiming {
  /** Attempts before a pause. */
  readonly attempts: number;
  /** Waits before the second, third ... attempt; the last one repeats. */
  readonly retryMilliseconds: readonly Milliseconds[];
  /** After an acknowledgement, how long the wanted setting may take to show. */
  readonly readBackMilliseconds: Milliseconds;
  /** After the last attempt; also how long a machine that left `run` by itself is not woken again. */
  readonly pauseMilliseconds: Milliseconds;
  /** After refused credentials: a technician has to act, and accounts lock. */
  readonly refusedPauseMilliseconds: Milliseconds;
}

export interface Slot {
  readonly target: MinerTarget;
  /** The firmware takes a limit in watts. */
  readonly limits: boolean;
  /** Limit before the first of ours [W], which `run` puts back; `noLimitWatts` and above: it had none; null: no limit of ours is in force. */
  readonly ownLimitWatts: number | null;
  /** The newest write was a limit. */
  readonly limiting: boolean;
  readonly command: MinerCommandReport | null;
  readonly writing: boolean;
  /** Nothing is written before this. */
  readonly notBefore: Milliseconds;
  /** Nor before this, whatever the target: the credentials have been refused. Kept by this link alone: a restart tries them once more. */
  readonly refusedUntil: Milliseconds;
  /** Set while an acknowledged write waits for its effect. */
  readonly readBackUntil: Milliseconds | null;
  /** Reads that began before this are older than our last write and prove nothing. */
  readonly trustedFrom: Milliseconds;
}

/** What one read showed of the setting; `startedAt` is when the read began. */
export interface SettingSeen {
  readonly setting: MinerSetting;
  /** [W]; absent: none, or not told. */
  readonly limitWatts?: number;
  readonly startedAt: Milliseconds;
}

export type WriteOutcome = { readonly ok: true } | { readonly ok: false; readonly fault: MinerFault };

export type SlotAction =
  | { readonly kind: "nothing" }
  /** The machine must be read before it can be decided, or to see the effect. */
  | { readonly kind: "read" }
  | { readonly kind: "write"; readonly setting: "run" | "sleep" }
  | { readonly kind: "limit"; readonly watts: number }
  | { readonly kind: "wait"; readonly until: Milliseconds };

export const emptySlot: Slot = {
  target: { mode: "leave" },
  limits: false,
  ownLimitWatts: null,
  limiting: false,
  command: null,
  writing: false,
  notBefore: Number.NEGATIVE_INFINITY,
  refusedUntil: Number.NEGATIVE_INFINITY,
  readBackUntil: null,
  trustedFrom: Number.NEGATIVE_INFINITY,
};

/** Puts in the newest target; the same one again changes nothing. Whatever the older one still had to do is forgotten, but for refused credentials: targets that alternate would lock the account. */
export function replaceTarget(slot: Slot, target: MinerTarget, now: Milliseconds): Slot {
  if (sameTarget(slot.target, target)) return slot;
  const fresh = { ...slot, target, limiting: false, notBefore: Number.NEGATIVE_INFINITY, readBackUntil: null };
  if (target.mode === "leave") return { ...fresh, command: null };
  const command = { target, sentAt: now, attempts: 0 };
  // Refused instead of ignored: whoever asked must shed another way.
  if (target.mode === "limit" && !slot.limits)
    return { ...fresh, command: { ...command, failedAt: now, fault: "command-refused" } };
  return keepRefused({ ...fresh, command }, now);
}

/** Told at once, not after the pause: whoever asked must shed another way. */
function keepRefused(slot: Slot, now: Milliseconds): Slot {
  if (slot.command === null || now >= slot.refusedUntil) return slot;
  return { ...slot, command: { ...slot.command, failedAt: now, fault: "credentials-refused" } };
}

/** What to do next. `seen` is the last good read, undefined if there was none lately. */
export function nextAction(slot: Slot, seen: SettingSeen | undefined, now: Milliseconds): SlotAction {
  const { target, command } = slot;
  if (slot.writing || command === null || target.mode === "leave") return { kind: "nothing" };
  if (target.mode === "limit" && !slot.limits) return { kind: "nothing" };
  if (command.readBackAt !== undefined) return { kind: "nothing" };
  if (slot.readBackUntil !== null) return { kind: "read" };
  const notBefore = Math.max(slot.notBefore, slot.refusedUntil);
  if (now < notBefore) return { kind: "wait", until: notBefore };
  // Waking and trimming are never blind: a machine that is so already would be restarted. A shed does not wait for a read.
  const known = seen !== undefined && seen.startedAt >= slot.trustedFrom;
  const restores = target.mode === "run" && slot.ownLimitWatts !== null;
  if (target.mode !== "sleep" && (command.attempts === 0 || restores) && !known) return { kind: "read" };
  if (target.mode === "run" && slot.ownLimitWatts !== null && seen?.setting === "run")
    return { kind: "limit", watts: slot.ownLimitWatts };
  return target.mode === "limit" ? { kind: "limit", watts: target.watts } : { kind: "write", setting: target.mode };
}

export function beginWrite(slot: Slot, now: Milliseconds, limiting = false): Slot {
  if (slot.command === null) return slot;
  const { failedAt: _failed, acknowledgedAt: _acknowledged, fault: _fault, ...command } = slot.command;
  const again = slot.command.failedAt === undefined ? slot.command.attempts : 0;
  const sentAt = again === 0 ? now : command.sentAt;
  return { ...slot, writing: true, limiting, command: { ...command, sentAt, attempts: again + 1 } };
}

/** A write has ended. `target` is what it was for: if a newer one has come meanwhile, only the proof of older reads is gone. */
export function endWrite(
  slot: Slot,
  target: MinerTarget,
  outcome: WriteOutcome,
  now: Milliseconds,
  timing: SlotTiming,
): Slot {
  const refused = !outcome.ok && outcome.fault === "credentials-refused";
  const refusedUntil = refused ? now + timing.refusedPauseMilliseconds : slot.refusedUntil;
  const ended = { ...slot, writing: false, trustedFrom: now, refusedUntil };
  if (slot.command === null || !sameTarget(slot.target, target)) return keepRefused(ended, now);
  // A target that went and came back while the write was under way has been served by it.
  const command = { ...slot.command, attempts: Math.max(1, slot.command.attempts) };
  if (outcome.ok)
    return { ...ended, command: { ...command, acknowledgedAt: now }, readBackUntil: now + timing.readBackMilliseconds };
  return attemptFailed({ ...ended, command: { ...command, fault: outcome.fault } }, now, timing);
}

/** A read has told the setting: proof, or the end of the wait for it, or a machine that changed by itself. */
export function observeSetting(slot: Slot, seen: SettingSeen, now: Milliseconds, timing: SlotTiming): Slot {
  const { command, target } = slot;
  if (slot.writing || command === null || target.mode === "leave") return slot;
  if (target.mode === "limit" && !slot.limits) return slot;
  if (trusted(slot, seen) && shows(seen, target, slot.ownLimitWatts)) {
    if (command.readBackAt !== undefined) return slot;
    const { failedAt: _failed, fault: _fault, ...proven } = command;
    const ownLimitWatts = target.mode === "run" ? null : slot.ownLimitWatts;
    return { ...slot, ownLimitWatts, command: { ...proven, readBackAt: now }, readBackUntil: null };
  }
  // It is awake: its own limit comes next, at once.
  if (trusted(slot, seen) && target.mode === "run" && seen.setting === "run" && !slot.limiting)
    return { ...slot, readBackUntil: null };
  if (command.readBackAt !== undefined && trusted(slot, seen)) return drifted(slot, command, now, timing);
  return expireReadBack(slot, now, timing);
}

/** The time for the effect of an acknowledged write is over: it had none. Also to be asked where reads fail. */
export function expireReadBack(slot: Slot, now: Milliseconds, timing: SlotTiming): Slot {
  if (slot.readBackUntil === null || now < slot.readBackUntil) return slot;
  return attemptFailed({ ...slot, readBackUntil: null }, now, timing);
}

/** The machine answers again after it did not, or is the right one after all: waiting longer has no reason. */
export function machineReturned(slot: Slot): Slot {
  const fault = slot.command?.fault;
  if (fault !== "unreachable" && fault !== "no-reply" && fault !== "replaced-machine") return slot;
  return { ...slot, notBefore: Number.NEGATIVE_INFINITY };
}

/** A person has taken on another machine in its place: what the old one refused, and its own limit, are over. */
export function machineAccepted(slot: Slot): Slot {
  const never = Number.NEGATIVE_INFINITY;
  const notBefore = slot.command?.fault === "credentials-refused" ? never : machineReturned(slot).notBefore;
  return { ...slot, notBefore, refusedUntil: never, ownLimitWatts: null };
}

/** Somebody else, or a power cycle, changed it. A shed is asserted again at once; a wake not before the pause is over. */
function drifted(slot: Slot, command: MinerCommandReport, now: Milliseconds, timing: SlotTiming): Slot {
  const notBefore = slot.target.mode === "sleep" ? now : command.sentAt + timing.pauseMilliseconds;
  return { ...slot, notBefore, command: { target: command.target, sentAt: now, attempts: 0 } };
}

function attemptFailed(slot: Slot, now: Milliseconds, timing: SlotTiming): Slot {
  const { command } = slot;
  if (command === null) return slot;
  const hopeless =
    command.fault === "credentials-refused" ||
    command.fault === "write-access-disabled" ||
    command.fault === "wrong-machine" ||
    command.fault === "replaced-machine";
  if (hopeless || command.attempts >= timing.attempts) {
    const pause = hopeless ? timing.refusedPauseMilliseconds : timing.pauseMilliseconds;
    return { ...slot, notBefore: now + pause, command: { ...command, failedAt: now } };
  }
  const waits = timing.retryMilliseconds;
  return { ...slot, notBefore: now + (waits[Math.min(command.attempts, waits.length) - 1] ?? 0) };
}

function trusted(slot: Slot, seen: SettingSeen | undefined): seen is SettingSeen {
  return seen !== undefined && seen.setting !== "unknown" && seen.startedAt >= slot.trustedFrom;
}

/** Some firmware rounds a limit to its own steps. Choice: the coarsest seen is 1 % of a large machine. */
const limitToleranceShare = 0.01;

/** From here on a limit stands for none. Source: WhatsMiner manual V2.2: 99999 takes the limit away. */
export const noLimitWatts = 99_999;

/** A limit says nothing about running or sleeping: it neither wakes a machine nor sheds it. */
function shows(seen: SettingSeen, target: MinerTarget, ownLimitWatts: number | null): boolean {
  if (target.mode === "limit") return isNear(seen.limitWatts, target.watts);
  if (seen.setting !== target.mode) return false;
  return target.mode === "sleep" || ownLimitWatts === null || isNear(seen.limitWatts, ownLimitWatts);
}

function isNear(seenWatts: number | undefined, watts: number): boolean {
  if (watts >= noLimitWatts) return seenWatts === undefined;
  return seenWatts !== undefined && Math.abs(seenWatts - watts) <= watts * limitToleranceShare;
}

function sameTarget(one: MinerTarget, other: MinerTarget): boolean {
  if (one.mode === "limit" && other.mode === "limit") return one.watts === other.watts;
  return one.mode === other.mode;
}
