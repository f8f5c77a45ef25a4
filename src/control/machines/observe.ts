/** The state machine of one machine: from what it was told and what is seen of it to its phase. Commands are given elsewhere. */
import type { MinerPhase } from "../../model/decision.ts";
import { tellsItself } from "../../model/dialects.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { MinerModel } from "../../model/site.ts";
import { certain } from "../impossible.ts";
import { enter, learn, type MachineState, type Sighting, tellsAsleep, tellsAwake } from "./machine.ts";
import { observeLimited, observeRestored, underLimit } from "./trimming.ts";

export interface Surroundings {
  readonly now: Milliseconds;
  /** False: a contactor above it is proven open. */
  readonly powered: boolean;
  /** What the nearest meter says about the sleep of the machines behind it. */
  readonly meterProof: "proves" | "contradicts" | "unavailable" | "none";
}

/** Asleep means at most this share of what it drew before. Source: miners.md 0.1: proto-fleet confirms at half of the baseline. */
const asleepShareOfBaseline = 0.5;
/** Time for a read-back to arrive after the proven time [ms]. Source: choice: two polls of a link. */
export const confirmGraceMilliseconds: Milliseconds = 5000;
/** Windows without proof until a machine counts as defiant. Source: choice: a link's own bounded retries fit in three. */
export const windowsUntilDefiant = 3;
/** A machine that hashes below this share of its plate has been trimmed by someone. Source: miners.md 4: low-power modes are 20 % and more below. */
const trimmedBelowShare = 0.85;
/** A wake that has not settled after this many proven times has failed. Source: choice. */
const wakeTimesUntilFailed = 2;

/** A machine that slept quietly for this long after it woke on its own is no sign of a second controller any more [ms]. Source: choice. */
const relapseRemembered: Milliseconds = 600_000;

/** How long a shed may take until it counts as late [ms]. */
export function shedWindow({ responseMilliseconds }: MachineState): Milliseconds {
  return responseMilliseconds + confirmGraceMilliseconds;
}

/** It comes up, and may still come to an end of it: one that tells that it starts for longer than any start takes is waited for by nobody, and counts with its peak. */
export function isComing({ phase, since }: MachineState, { wakeMilliseconds }: MinerModel, now: Milliseconds): boolean {
  return phase === "waking" && now - since < wakeTimesUntilFailed * wakeMilliseconds;
}

/** Advances one machine by what is seen of it. Returns the same object where nothing changed. */
export function observe(
  machine: MachineState,
  sighting: Sighting,
  model: MinerModel,
  around: Surroundings,
): MachineState {
  if (!around.powered) return enter(machine, "unreachable", around.now);
  const known = learn(machine, sighting, model);
  if (sighting.refused) return enter(known, "excluded", around.now);
  switch (known.command) {
    case "sleep":
      return observeSleep(known, sighting, model, around);
    case "run":
      return observeWake(known, sighting, model, around.now);
    case "leave":
      return observeLeft(known, sighting, model, around.now);
    case "limit":
      return observeLimited(known, sighting, model, around.now);
    case "restore":
      return observeRestored(known, sighting, model, around.now);
  }
}

function observeSleep(before: MachineState, sighting: Sighting, model: MinerModel, around: Surroundings): MachineState {
  const { now } = around;
  // Seen awake under our command: whatever puts it to sleep from here on is our doing.
  const machine = !before.ours && tellsAwake(sighting) ? { ...before, ours: true } : before;
  const proof = sleepProof(machine, sighting, around);
  if (proof === "proven") return rest(machine, now);
  if (machine.asleepSince !== null && tellsAwake(sighting)) {
    // Someone else woke it, or its firmware did: the shed begins anew, and the machine counts as awake meanwhile.
    const baselineWatts = Math.max(model.ratedWatts, sighting.watts ?? 0);
    return {
      ...enter(machine, "curtailing", now),
      asleepSince: null,
      commandedAt: now,
      baselineWatts,
      relapsedAt: now,
    };
  }
  const windows = Math.floor((now - machine.commandedAt) / shedWindow(machine));
  if (!sighting.fresh)
    return windows < 1 && machine.phase === "curtailing" ? machine : enter(machine, "unreachable", now);
  // Back in reach, or drawing power in its sleep: it gets its time once more, and counts in full meanwhile.
  if (machine.phase === "unreachable" || machine.phase === "excluded" || machine.phase === "asleep")
    return {
      ...enter(machine, "curtailing", now),
      asleepSince: null,
      commandedAt: now,
      baselineWatts: Math.max(model.ratedWatts, machine.baselineWatts),
    };
  return windows >= windowsUntilDefiant && proof === "contradicted" ? enter(machine, "defiant", now) : machine;
}

function rest(machine: MachineState, now: Milliseconds): MachineState {
  // Its command met a machine that slept already: that sleep is someone else's, and so is its end.
  if (!machine.ours) return { ...enter(machine, "asleep", now), command: "leave", asleepSince: now };
  const forgiven = machine.relapsedAt !== null && now - machine.relapsedAt >= relapseRemembered;
  if (machine.phase === "asleep" && machine.asleepSince !== null && !forgiven) return machine;
  const relapsedAt = forgiven ? null : machine.relapsedAt;
  return { ...enter(machine, "asleep", now), asleepSince: machine.asleepSince ?? now, relapsedAt };
}

/** Read back, and seen on its own power or on the meter; its own word alone is believed only where nothing measures. */
function sleepProof(
  machine: MachineState,
  sighting: Sighting,
  { meterProof }: Surroundings,
): "proven" | "contradicted" | "open" {
  if (tellsAwake(sighting)) return "contradicted";
  if (!tellsAsleep(sighting)) return "open";
  const enough = machine.baselineWatts * asleepShareOfBaseline;
  if (machine.baselineWatts === 0) return "proven";
  if (machine.asleepSince === null && sighting.at < machine.commandedAt) return "open";
  if (sighting.ownPower) return certain(sighting.watts, "own power") <= enough ? "proven" : "contradicted";
  if (machine.asleepSince !== null) return "proven";
  if (meterProof === "proves" || meterProof === "none") return "proven";
  return meterProof === "contradicts" ? "contradicted" : "open";
}

function observeWake(machine: MachineState, sighting: Sighting, model: MinerModel, now: Milliseconds): MachineState {
  const elapsed = now - machine.commandedAt;
  const hashing = sighting.mode === "hashing" && sighting.at >= machine.commandedAt;
  if (hashing && isSettled(machine, elapsed, model)) {
    if (sighting.limitIsOurs) return underLimit(machine, sighting, model, now);
    return { ...enter(machine, hashingPhase(machine, sighting, model), now), command: "leave", ours: false };
  }
  if (elapsed < wakeTimesUntilFailed * model.wakeMilliseconds || tellsAwake(sighting))
    return enter(machine, "waking", now);
  // The wake failed: it stays ours, and its minimum off-time begins anew before the next attempt.
  const command = { command: "sleep", commandedAt: now, baselineWatts: 0, wokenAt: null } as const;
  if (tellsAsleep(sighting)) return { ...enter(machine, "asleep", now), ...command, asleepSince: now };
  return { ...enter(machine, "unreachable", now), ...command, asleepSince: null };
}

function observeLeft(machine: MachineState, sighting: Sighting, model: MinerModel, now: Milliseconds): MachineState {
  if (sighting.mode === "hashing") {
    const booted = machine.phase !== "waking" || isSettled(machine, now - machine.since, model);
    if (booted && sighting.limitIsOurs) return underLimit(adopt(machine, now), sighting, model, now);
    const phase = booted ? hashingPhase(machine, sighting, model) : "waking";
    return adopt(enter(machine, phase, now), now);
  }
  if (sighting.mode === "starting") return adopt(enter(machine, "waking", now), now);
  if (tellsAsleep(sighting)) {
    if (machine.phase === "asleep") return machine;
    const asleep = { ...enter(machine, "asleep", now), asleepSince: now, wokenAt: null };
    return machine.ours ? { ...asleep, command: "sleep", commandedAt: now, baselineWatts: 0 } : asleep;
  }
  // Machines that boot behind a contactor just closed do not answer yet: they keep their reservation.
  return isComing(machine, model, now)
    ? machine
    : enter(machine, tellsItself(model.dialect) ? "unreachable" : "switched", now);
}

/** Its proven time is over and its power has come; one whose power never stops rising is taken as it is after twice that time. */
function isSettled(machine: MachineState, elapsed: Milliseconds, model: MinerModel): boolean {
  const times = machine.rising ? wakeTimesUntilFailed : 1;
  return elapsed >= times * model.wakeMilliseconds;
}

/** A machine that runs without our doing is not ours to wake later; but a shed that a process before us ordered may still be on its way. */
function adopt(machine: MachineState, now: Milliseconds): MachineState {
  const ours = machine.ours && now - machine.since < shedWindow(machine);
  return machine.ours === ours && machine.asleepSince === null ? machine : { ...machine, ours, asleepSince: null };
}

/** With a margin back, so that a machine at the border does not flicker. */
function hashingPhase(machine: MachineState, sighting: Sighting, model: MinerModel): MinerPhase {
  if (!sighting.ownPower || sighting.watts === null) return "hashing";
  const share = machine.phase === "trimmed" ? trimmedBelowShare + 0.05 : trimmedBelowShare;
  return sighting.watts < share * model.ratedWatts ? "trimmed" : "hashing";
}
