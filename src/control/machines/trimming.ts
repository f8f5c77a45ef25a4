/** A machine under a limit in watts: telling it one, giving its own back, and judging by its own power whether it obeys. Which machine, when and how far is decided in allocation. */
import type { Milliseconds } from "../../model/reading.ts";
import type { MinerModel } from "../../model/site.ts";
import { certain } from "../impossible.ts";
import { enter, type MachineState, type Sighting, type Trimming, tellsAsleep } from "./machine.ts";

/** After its settling time its report and the slowest meter have shown the effect by this [ms]. Source: issue 5: meters lag by up to 10 s; choice: two and a half times that, when nine tenths of a step are seen. */
export const shownMilliseconds: Milliseconds = 25_000;
/** Time for a read-back to arrive after the settling time [ms]. Source: choice: two polls of a link. */
const graceMilliseconds: Milliseconds = 5000;
/** The first limit of a machine is told lower by this share: where its power ends up under a limit is not known yet, and from below it is corrected without ever having been too high. Source: choice: half of what estimates are off by as a rule (miners.md 2.6: 5 %). */
const firstLimitRatio = 0.97;
/** Own power up to this share of the limit is obedience; the firmware's own estimate is off by so much. Source: miners.md 2.6: S21+ draws 4448 W at a limit of 3878 W; 1.2: estimates are off by 5 to 20 %. */
const obeysUpToRatio = 1.1;
/** And so is this share of the way to it. Source: choice. */
const obeysFromShare = 0.25;
/** Within this share of its limit a machine is held by it, and shows what a watt of limit is worth. Source: choice, as above. */
const heldWithinShare = 0.15;
/** A machine that drew as before is not asked again for this long [ms]. Source: choice: a technician may have mended it. */
const refusalMilliseconds: Milliseconds = 3_600_000;
/** So many limits follow each other as fast as the machine settles; from then on one in each interval, for firmware writes each to its flash. Source: choice. */
const quickChanges = 4;
const slowIntervalMilliseconds: Milliseconds = 600_000;
/** Windows until its own limit counts as not given back. Source: choice: a link's own bounded retries fit in three. */
const windowsUntilKept = 3;
/** Limits are told in steps of this [W]. Source: choice: nobody's firmware is finer; WhatsMiner takes whole watts, presets are hundreds. */
const roundingWatts = 10;

/** Whether the newest limit, or the end of one, may still be on its way into reports and meters. */
export function isSettling({ command, commandedAt }: MachineState, model: MinerModel, now: Milliseconds): boolean {
  return (command === "limit" || command === "restore") && now - commandedAt < settleOf(model) + shownMilliseconds;
}

/** It took a limit lately and did not follow it. */
export function isRefusing({ refusedAt }: Trimming, now: Milliseconds): boolean {
  return refusedAt !== null && now - refusedAt < refusalMilliseconds;
}

/** Nobody has told how long: as long as a start. */
function settleOf({ trim, wakeMilliseconds }: MinerModel): Milliseconds {
  return trim?.settleMilliseconds ?? wakeMilliseconds;
}

/** The least that its own power can be brought to by a limit [W]. */
export function leastWatts({ trim }: MachineState, model: MinerModel): number {
  return certain(model.trim, "trimming").minimumWatts * (trim?.ratio ?? 1 / firstLimitRatio);
}

/** Whether it may get another limit for this order in this direction: it turns back once at most, and not each minute. */
export function mayChange(
  machine: MachineState,
  direction: "down" | "up",
  orderSince: Milliseconds,
  now: Milliseconds,
): boolean {
  const { trim, command, commandedAt } = machine;
  if (command === "limit" && trim?.settled === false) return false;
  const course = courseOf(machine, orderSince);
  if (course?.turned === true && direction !== course.direction) return false;
  if (trim === null || trim.orderSince !== orderSince) return true;
  return trim.changes < quickChanges || now - commandedAt >= slowIntervalMilliseconds;
}

/** Whether it may go down for this order and still come back. */
export function mayReturn(machine: MachineState, orderSince: Milliseconds): boolean {
  const course = courseOf(machine, orderSince);
  return course === null || (course.direction === "down" && !course.turned);
}

/** Which way it went last for this order, and whether it has turned back; null: it has not moved for it. */
function courseOf(
  { trim, wokenAt, sleptSince }: MachineState,
  orderSince: Milliseconds,
): Pick<Trimming, "direction" | "turned"> | null {
  const own = trim !== null && trim.orderSince === orderSince ? trim : null;
  if (wokenAt === null || wokenAt < orderSince || (own !== null && own.toldAt > wokenAt)) return own;
  return { direction: "up", turned: own !== null || (sleptSince !== null && sleptSince >= orderSince) };
}

/** Tells it a limit under which its own power will be `wantedWatts`. */
export function limitTo(
  machine: MachineState,
  model: MinerModel,
  wantedWatts: number,
  orderSince: Milliseconds,
  now: Milliseconds,
): MachineState {
  const { minimumWatts } = certain(model.trim, "trimming");
  const wholeWatts = machine.command === "leave" ? machine.reportWatts : certain(machine.trim, "limit").wholeWatts;
  const ratio = machine.trim?.ratio ?? 1 / firstLimitRatio;
  const limitWatts = Math.max(minimumWatts, Math.floor(wantedWatts / ratio / roundingWatts) * roundingWatts);
  return {
    ...machine,
    command: "limit",
    commandedAt: now,
    phase: "trimmed",
    since: machine.phase === "trimmed" ? machine.since : now,
    trim: told(machine, { limitWatts, wantedWatts, wholeWatts }, orderSince, now),
  };
}

/** Gives it back the limit that it had before ours. */
export function restore(machine: MachineState, orderSince: Milliseconds, now: Milliseconds): MachineState {
  const { wholeWatts } = certain(machine.trim, "limit");
  const trim = told(machine, { limitWatts: wholeWatts, wantedWatts: wholeWatts, wholeWatts }, orderSince, now);
  return { ...machine, command: "restore", commandedAt: now, trim };
}

function told(
  machine: MachineState,
  { limitWatts, wantedWatts, wholeWatts }: Pick<Trimming, "limitWatts" | "wantedWatts" | "wholeWatts">,
  orderSince: Milliseconds,
  now: Milliseconds,
): Trimming {
  const before = machine.trim;
  const fromWatts = machine.reportWatts;
  const direction =
    limitWatts < (machine.command === "limit" && before ? before.limitWatts : fromWatts) ? "down" : "up";
  const same = before !== null && before.orderSince === orderSince;
  const course = courseOf(machine, orderSince);
  return {
    target: { mode: "limit", watts: limitWatts },
    limitWatts,
    wantedWatts,
    fromWatts,
    wholeWatts,
    settled: false,
    ratio: before?.ratio ?? null,
    refusedAt: before?.refusedAt ?? null,
    orderSince,
    changes: same ? before.changes + 1 : 1,
    direction,
    turned: course !== null && (course.turned || course.direction !== direction),
    toldAt: now,
  };
}

/** A machine under a limit of ours. */
export function observeLimited(
  machine: MachineState,
  sighting: Sighting,
  model: MinerModel,
  now: Milliseconds,
): MachineState {
  const stopped = observeStopped(machine, sighting, model, now);
  if (stopped !== null) return stopped;
  const seen = enter(machine, "trimmed", now);
  const trim = certain(machine.trim, "limit");
  if (trim.settled || sighting.at < machine.commandedAt + settleOf(model) + graceMilliseconds) return seen;
  const own = sighting.ownPower ? sighting.watts : null;
  if (own === null || !obeys(trim, own))
    return { ...restore(refused(seen, now), trim.orderSince, now), phase: "trimmed" };
  const held = Math.abs(own - trim.limitWatts) <= heldWithinShare * trim.limitWatts;
  return { ...seen, trim: { ...trim, settled: true, ratio: held ? own / trim.limitWatts : trim.ratio } };
}

/** Null: it hashes. */
function observeStopped(
  machine: MachineState,
  sighting: Sighting,
  model: MinerModel,
  now: Milliseconds,
): MachineState | null {
  // Someone else put it to sleep: its limit is its link's to remember, and shows again when it is awake.
  if (tellsAsleep(sighting))
    return { ...enter(machine, "asleep", now), command: "leave", asleepSince: now, wokenAt: null };
  if (!sighting.fresh) return enter(machine, "unreachable", now);
  return sighting.mode === "starting" ? observeStart(machine, model, now) : null;
}

/** It starts anew: soon after a limit, by the limit, though its model does not; such a machine follows no order. Later, by itself. */
function observeStart(machine: MachineState, model: MinerModel, now: Milliseconds): MachineState {
  const seen = isSettling(machine, model, now) ? refused(machine, now) : machine;
  return { ...enter(seen, "waking", now), command: "leave" };
}

/** A limit that was raised need not be used up. */
function obeys({ direction, limitWatts, fromWatts }: Trimming, ownWatts: number): boolean {
  if (direction === "up" || ownWatts <= obeysUpToRatio * limitWatts) return true;
  return fromWatts - ownWatts >= obeysFromShare * (fromWatts - limitWatts);
}

function refused(machine: MachineState, now: Milliseconds): MachineState {
  return { ...machine, trim: { ...certain(machine.trim, "limit"), refusedAt: now } };
}

/** A machine whose own limit is being put back. */
export function observeRestored(
  machine: MachineState,
  sighting: Sighting,
  model: MinerModel,
  now: Milliseconds,
): MachineState {
  const stopped = observeStopped(machine, sighting, model, now);
  if (stopped !== null) return stopped;
  // Whatever it was meanwhile: its rise is promised, and it may be shed.
  const seen = enter(machine, "trimmed", now);
  const trim = certain(machine.trim, "limit");
  const window = settleOf(model) + graceMilliseconds;
  if (sighting.at < machine.commandedAt + window) return seen;
  if (!sighting.limitIsOurs)
    return { ...enter(machine, "hashing", now), command: "leave", trim: { ...trim, settled: true } };
  const kept = now - machine.commandedAt >= windowsUntilKept * window;
  return kept ? underLimit(refused(machine, now), sighting, model, now) : seen;
}

/** Found under a limit of ours that no command of this process told: from before a restart, or never given back. */
export function underLimit(
  machine: MachineState,
  sighting: Sighting,
  model: MinerModel,
  now: Milliseconds,
): MachineState {
  const own = sighting.watts ?? machine.lastWatts;
  const limitWatts = sighting.limitWatts ?? own;
  const wholeWatts = Math.max(machine.trim?.wholeWatts ?? model.ratedWatts, own);
  const trim: Trimming = {
    target: { mode: "limit", watts: limitWatts },
    limitWatts,
    wantedWatts: own,
    fromWatts: own,
    wholeWatts,
    settled: true,
    ratio: machine.trim?.ratio ?? null,
    refusedAt: machine.trim?.refusedAt ?? null,
    toldAt: now,
    orderSince: -Number.MAX_SAFE_INTEGER,
    changes: 0,
    direction: "down",
    turned: false,
  };
  const taken = { ...enter(machine, "trimmed", now), trim };
  // A wake puts back what was before, and so does a site that does not trim it any more.
  if (machine.command === "run" || model.trim === null) return restore({ ...taken, ours: false }, now, now);
  return { ...taken, command: "limit", commandedAt: now - settleOf(model) - shownMilliseconds };
}
