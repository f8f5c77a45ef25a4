/** What one machine counts for: what it draws at least and at most by its own account, and what it will draw as commanded. */
import type { Milliseconds } from "../../model/reading.ts";
import type { MinerModel } from "../../model/site.ts";
import { certain } from "../impossible.ts";
import { type MachineState, type Sighting, tellsAwake } from "../machines/machine.ts";
import { shedWindow } from "../machines/observe.ts";
import { isSettling } from "../machines/trimming.ts";

export interface Account {
  /** Draws at least this by its own account [W]. */
  readonly lowWatts: number;
  /** Of that, what no meter can miss: not what a machine told before it was shed, nor what comes up while it wakes: its report may be newer than the meter's sample [W]. */
  readonly settledWatts: number;
  /** Of the least, what is known to be drawn still: where ramps start from [W]. */
  readonly provenWatts: number;
  /** May come or go between the samples of two meters, because it was just told to [W]. */
  readonly inFlightWatts: number;
  /** Draws at most this [W]. */
  readonly highWatts: number;
  /** What to plan with: after a shed in time, after a wake at its peak [W]. */
  readonly nextWatts: number;
  /** May draw this much, and nobody can tell but a meter [W]; the other three are 0 then. */
  readonly unknownWatts: number;
  /** Promised to a waking machine beyond what it draws [W]. */
  readonly reservedWatts: number;
}

/** A machine that nobody has read as awake since it should have shed gets the time of one more read before it counts as awake [ms]. Source: links read every 5 s; the grace of a shed alone is one read. */
const unreadGrace: Milliseconds = 5000;

const nothing: Account = {
  lowWatts: 0,
  settledWatts: 0,
  provenWatts: 0,
  inFlightWatts: 0,
  highWatts: 0,
  nextWatts: 0,
  unknownWatts: 0,
  reservedWatts: 0,
};

/** The account of one machine. `powered` is false where a contactor above it is proven open. */
export function accountOf(
  machine: MachineState,
  sighting: Sighting,
  model: MinerModel,
  powered: boolean,
  now: Milliseconds,
): Account {
  if (!powered) return nothing;
  const own = sighting.fresh ? sighting.watts : null;
  switch (machine.phase) {
    case "hashing":
    case "trimmed":
      return isSettling(machine, model, now)
        ? settling(machine, own ?? plate(machine, model))
        : steady(own ?? plate(machine, model));
    case "asleep":
      return isFalling(machine, own, model, now)
        ? falling(machine, sighting, own, own, model)
        : steady(own ?? model.asleepWatts);
    case "waking": {
      const peak = Math.max(model.peakWakeWatts, model.ratedWatts, own ?? 0);
      const low = Math.min(own ?? 0, peak);
      const reserved = sighting.fresh ? peak - low : 0;
      return {
        lowWatts: low,
        settledWatts: 0,
        provenWatts: low,
        inFlightWatts: peak,
        highWatts: peak,
        nextWatts: peak,
        unknownWatts: 0,
        reservedWatts: reserved,
      };
    }
    case "curtailing": {
      const high = Math.max(machine.baselineWatts, own ?? 0, model.asleepWatts);
      const read = isRead(machine, sighting);
      const graceMilliseconds = read && tellsAwake(sighting) ? 0 : unreadGrace;
      const late = now - machine.commandedAt >= shedWindow(machine) + graceMilliseconds;
      const account = falling(machine, sighting, Math.min(own ?? 0, high), high, model);
      if (!late) return account;
      // Read late it draws what it tells: some are on their way out, and those that are not tell all of it.
      const tells = read && sighting.ownPower && own !== null;
      return { ...account, nextWatts: tells ? Math.max(own, model.asleepWatts) : high };
    }
    case "defiant":
      return steady(sighting.ownPower && own !== null ? own : Math.max(machine.baselineWatts, plate(machine, model)));
    case "excluded":
    case "switched":
    case "unreachable":
      return own === null ? unknown(machine, model) : steady(own);
  }
}

/** A limit on its way: until it is proven, and seen by the slowest meter, what was there may still flow; what was raised counts from the command on. */
function settling({ trim }: MachineState, ownWatts: number): Account {
  const { wantedWatts, fromWatts, direction } = certain(trim, "limit");
  // On its way down it draws more for a while; raised, what it draws beyond is there to stay.
  const nextWatts = direction === "up" ? Math.max(wantedWatts, ownWatts) : wantedWatts;
  const highWatts = Math.max(nextWatts, fromWatts, ownWatts);
  const lowWatts = Math.min(nextWatts, ownWatts);
  return {
    lowWatts,
    settledWatts: lowWatts,
    provenWatts: lowWatts,
    inFlightWatts: highWatts - lowWatts,
    highWatts,
    nextWatts,
    unknownWatts: 0,
    reservedWatts: Math.max(0, nextWatts - Math.max(fromWatts, ownWatts)),
  };
}

/** Its sleep is proven at half of its power; the rest is on its way out until a read after its time may tell. */
function isFalling(machine: MachineState, own: number | null, model: MinerModel, now: Milliseconds): own is number {
  const { asleepSince, commandedAt } = machine;
  if (own === null || own <= model.asleepWatts || asleepSince === null) return false;
  const leftMilliseconds = commandedAt + shedWindow(machine) + unreadGrace - now;
  return machine.command === "sleep" && asleepSince >= commandedAt && leftMilliseconds > 0;
}

/** It has been read since it should have shed. */
function isRead({ commandedAt, responseMilliseconds }: MachineState, sighting: Sighting): boolean {
  return sighting.at >= commandedAt + responseMilliseconds;
}

/** Told to sleep, and drawing between these two [W]. */
function falling(
  machine: MachineState,
  sighting: Sighting,
  lowWatts: number,
  highWatts: number,
  model: MinerModel,
): Account {
  const told = isRead(machine, sighting);
  const settledWatts = told ? lowWatts : 0;
  return {
    lowWatts,
    settledWatts,
    provenWatts: settledWatts,
    inFlightWatts: told ? 0 : highWatts,
    highWatts,
    nextWatts: model.asleepWatts,
    unknownWatts: 0,
    reservedWatts: 0,
  };
}

function steady(watts: number): Account {
  // Written out: this is made for every machine in every scan, and a spread takes ten times as long.
  return {
    lowWatts: watts,
    settledWatts: watts,
    provenWatts: watts,
    inFlightWatts: 0,
    highWatts: watts,
    nextWatts: watts,
    unknownWatts: 0,
    reservedWatts: 0,
  };
}

/** Source: DESIGN section 3: unknown or unreachable counts as the greater of nameplate and last power. */
function unknown(machine: MachineState, model: MinerModel): Account {
  return { ...nothing, unknownWatts: plate(machine, model) };
}

function plate(machine: MachineState, model: MinerModel): number {
  return Math.max(model.ratedWatts, machine.lastWatts);
}
