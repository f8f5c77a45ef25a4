/** What one machine counts for: what it draws at least and at most by its own account, and what it will draw as commanded. */
import type { Milliseconds } from "../../model/reading.ts";
import type { MinerModel } from "../../model/site.ts";
import { certain } from "../impossible.ts";
import type { MachineState, Sighting } from "../machines/machine.ts";
import { shedWindow } from "../machines/observe.ts";
import { isSettling } from "../machines/trimming.ts";

export interface Account {
  /** Draws at least this by its own account [W]. */
  readonly lowWatts: number;
  /** Of that, what a meter must show by now: not what its last report told before it was shed [W]. */
  readonly settledWatts: number;
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

const nothing: Account = {
  lowWatts: 0,
  settledWatts: 0,
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
      return steady(own ?? model.asleepWatts);
    case "waking": {
      const peak = Math.max(model.peakWakeWatts, model.ratedWatts, own ?? 0);
      const low = Math.min(own ?? 0, peak);
      const reserved = sighting.fresh ? peak - low : 0;
      return {
        lowWatts: low,
        settledWatts: low,
        inFlightWatts: peak,
        highWatts: peak,
        nextWatts: peak,
        unknownWatts: 0,
        reservedWatts: reserved,
      };
    }
    case "curtailing": {
      const high = Math.max(machine.baselineWatts, own ?? 0, model.asleepWatts);
      const late = now - machine.commandedAt >= shedWindow(machine);
      const low = Math.min(own ?? 0, high);
      const told = sighting.at >= machine.commandedAt + machine.responseMilliseconds;
      return {
        lowWatts: low,
        settledWatts: told ? low : 0,
        inFlightWatts: told ? 0 : high,
        highWatts: high,
        nextWatts: late ? high : model.asleepWatts,
        unknownWatts: 0,
        reservedWatts: 0,
      };
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
  const { wantedWatts, fromWatts } = certain(trim, "limit");
  const highWatts = Math.max(wantedWatts, fromWatts, ownWatts);
  const lowWatts = Math.min(wantedWatts, ownWatts);
  return {
    lowWatts,
    settledWatts: lowWatts,
    inFlightWatts: highWatts - lowWatts,
    highWatts,
    nextWatts: wantedWatts,
    unknownWatts: 0,
    reservedWatts: Math.max(0, wantedWatts - Math.max(fromWatts, ownWatts)),
  };
}

function steady(watts: number): Account {
  // Written out: this is made for every machine in every scan, and a spread takes ten times as long.
  return {
    lowWatts: watts,
    settledWatts: watts,
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
