/** Watches one shed until the machine's own power is half of what it was: the evidence of its response. Pure but for what it holds. */
import type { MinerTarget } from "../../model/miner.ts";
import type { Milliseconds } from "../../model/reading.ts";

/** A machine that takes longer has not responded. Choice: three times the slowest shed reported in the field. */
const longestMilliseconds = 60_000;

/** Below this share of the power before, it counts as shed. Source: miners' fact sheet, section 0, item 1. */
const shedShare = 0.5;

export class ShedWatch {
  private begun: { readonly at: Milliseconds; readonly watts: number } | undefined;

  /** Only a shed of a machine whose power is known begins a watch; any other target ends it. */
  command(target: MinerTarget, watts: number | undefined, now: Milliseconds): void {
    this.begun = target.mode === "sleep" && watts !== undefined ? { at: now, watts } : undefined;
  }

  /** The response [ms], once, when this read is the first with half the power; `startedAt` is when the read began. */
  observe(watts: number | undefined, startedAt: Milliseconds): Milliseconds | undefined {
    const { begun } = this;
    if (begun === undefined || watts === undefined || watts > begun.watts * shedShare) return undefined;
    this.begun = undefined;
    return startedAt - begun.at;
  }

  /** Somebody should look more often than the poll does. */
  waiting(now: Milliseconds): boolean {
    return this.begun !== undefined && now - this.begun.at < longestMilliseconds;
  }
}
