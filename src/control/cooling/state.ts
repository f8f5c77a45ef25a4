/** What the core remembers of pumps, fans and heat customers between scans. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";

export interface PumpState {
  /** weir has stopped it: nothing in its tank makes heat. */
  readonly resting: boolean;
  /** Since when nothing has needed it; null: something does. */
  readonly quietSince: Milliseconds | null;
  /** When it was told to run again after a rest. */
  readonly startedAt: Milliseconds;
  /** It circulates, proven since it was started. */
  readonly proven: boolean;
  /** Since when it has been told to run and failed to; null: it has not. */
  readonly failingSince: Milliseconds | null;
  /** Its standby has taken over, and stays until the next rest or a restart. */
  readonly standby: boolean;
}

export interface FanState {
  /** When it last ran, or was not told to. */
  readonly provenAt: Milliseconds;
  readonly healthy: boolean;
}

/** A ceiling that falls at once and rises late, to the lowest that was possible meanwhile. */
export interface CapacityState {
  readonly ceilingWatts: number;
  readonly since: Milliseconds;
  readonly lowestWatts: number;
}

export interface LoopState {
  /** Aligned with the fans of the loop. */
  readonly fans: readonly FanState[];
  /** What the cooler really carries, as a share of what the site file says. */
  readonly factorRatio: number;
  readonly capacity: CapacityState | null;
  /** Steps of fan power that are commanded. */
  readonly level: number;
  /** Since when fewer would do; null: they would not. */
  readonly lowSince: Milliseconds | null;
  /** Share of the loop's water that goes to the heat customer. */
  readonly customerRatio: number;
  /** Power that the customer's supply temperature asks for [W]. */
  readonly requestWatts: number;
}

export interface CoolingState {
  /** Aligned with `site.tanks`. */
  readonly pumps: readonly PumpState[];
  /** Aligned with the cooling loops. */
  readonly loops: readonly LoopState[];
}

/** At the start everything runs, and what runs is taken as proven by what proves every tank. */
export function startCooling(site: Site, now: Milliseconds): CoolingState {
  return {
    pumps: site.tanks.map(() => ({
      resting: false,
      quietSince: null,
      startedAt: now,
      proven: true,
      failingSince: null,
      standby: false,
    })),
    loops: (site.coolingLoops ?? []).map(({ fans }) => ({
      fans: fans.map(() => ({ provenAt: now, healthy: true })),
      factorRatio: 1,
      capacity: null,
      level: Number.MAX_SAFE_INTEGER,
      lowSince: null,
      customerRatio: 0,
      requestWatts: 0,
    })),
  };
}
