/** Giving a machine a command: what changes in its state, and the target its link gets. */
import { takesCommands } from "../../model/dialects.ts";
import type { MinerTarget } from "../../model/miner.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { MinerModel } from "../../model/site.ts";
import { certain } from "../impossible.ts";
import { type MachineState, wearAt } from "./machine.ts";

/** A link told to run puts back the limit that was there before ours. */
const targets = {
  leave: { mode: "leave" },
  sleep: { mode: "sleep" },
  run: { mode: "run" },
  restore: { mode: "run" },
} as const;

/** A machine stopped as it woke tells that it hashes, with next to no power: no such figure is what it draws awake. Source: choice: half of the plate is below every mode of miners.md 4. */
const leastBaselineShare = 0.5;

/** Sends it to sleep; a machine already told keeps its clock, and one that takes no commands is never told. */
export function sendToSleep(machine: MachineState, model: MinerModel, now: Milliseconds): MachineState {
  if (machine.command === "sleep" || !takesCommands(model.dialect)) return machine;
  const awake = machine.phase === "hashing" || machine.phase === "trimmed" || machine.phase === "waking";
  const seen = awake && machine.lastWatts > 0;
  const baselineWatts = seen ? Math.max(machine.lastWatts, leastBaselineShare * model.ratedWatts) : model.ratedWatts;
  const told = { command: "sleep", commandedAt: now, wokenAt: null, relapsedAt: null } as const;
  if (awake)
    return { ...machine, ...told, ours: true, phase: "curtailing", since: now, baselineWatts, asleepSince: null };
  // Whoever is asleep already stays asleep, and is not ours; a machine out of reach gets the command for when it is back.
  if (machine.phase === "asleep") return machine;
  // Out of reach it is ours only if it ran when it was last seen: someone else may have put it to sleep.
  const ours = machine.ours || ranWhenLastSeen(machine);
  return { ...machine, ...told, ours, baselineWatts, asleepSince: null };
}

/** Wakes a machine that we put to sleep. */
export function wake(machine: MachineState, now: Milliseconds): MachineState {
  return {
    ...machine,
    phase: "waking",
    since: now,
    command: "run",
    commandedAt: now,
    wear: wearAt(machine, now) + 1,
    wornAt: now,
    asleepSince: null,
    sleptSince: machine.asleepSince,
    wokenAt: now,
  };
}

/** A person has taken on another machine in its place, and hands it over as it is: asleep it is ours to wake. */
export function handOver(machine: MachineState, model: MinerModel): MachineState {
  return takesCommands(model.dialect) ? { ...machine, ours: true } : machine;
}

/**
 * A contactor above it closes: it comes up by itself, and counts with its peak until it is seen. Comes it up asleep all the same,
 * because its firmware keeps our sleep or the site is wrong about it, then that is our doing and not a person's: we may wake it.
 */
export function expectPower(machine: MachineState, model: MinerModel, now: Milliseconds): MachineState {
  const ours = takesCommands(model.dialect) && (machine.ours || ranWhenLastSeen(machine));
  const told = { command: "leave", ours, commandedAt: now, asleepSince: null, relapsedAt: null } as const;
  return { ...machine, ...told, phase: "waking", since: now };
}

/** A contactor above it closes, and it is to sleep as it comes up: its link has the command, and nothing may count on it before it is seen. */
export function expectSleep(machine: MachineState, model: MinerModel, now: Milliseconds): MachineState {
  // One that hashes by itself would run without this command: its sleep is our doing.
  const ours = machine.ours || model.hashesAfterPowerCycle || ranWhenLastSeen(machine);
  const told = { command: "sleep", commandedAt: now, wokenAt: null, relapsedAt: null, asleepSince: null } as const;
  return { ...machine, ...told, ours, phase: "curtailing", since: now, baselineWatts: model.ratedWatts };
}

/** The target for its link; the same objects every time, so that nothing looks changed that is not. */
export function targetOf(machine: MachineState): MinerTarget {
  return machine.command === "limit" ? certain(machine.trim, "limit").target : targets[machine.command];
}

function ranWhenLastSeen({ lastWatts, asleepSince }: MachineState): boolean {
  return lastWatts > 0 && asleepSince === null;
}
