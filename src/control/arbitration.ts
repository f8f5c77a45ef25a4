/** Arbitration: of all limits of a scope the smallest binds; what must be kept at once is told apart from what may not be exceeded anew. */
import type { Limit, LimitSource, Scope } from "../model/reason.ts";
import { certain } from "./impossible.ts";

/** The ceilings of one scope [W]. */
export interface ScopeCeilings {
  /** Every limit: no raise may lead above it. */
  readonly raiseWatts: number;
  /** Limits of safety that hold at once. */
  readonly safetyWatts: number;
  /** Orders and fallbacks, which may take the ramp. */
  readonly gentleWatts: number;
  readonly binding: Limit | null;
  readonly next: Limit | null;
}

/** Sources whose lowering takes the ramp; everything else acts at once. Source: DESIGN section 3: only local trips act at once. */
const gentleSources: ReadonlySet<LimitSource> = new Set(["dispatch", "group", "operator", "failsafe"]);

/** Stands for "no limit" and survives every encoding [W]. */
export const unlimitedWatts = Number.MAX_SAFE_INTEGER;

const unlimited: ScopeCeilings = {
  raiseWatts: unlimitedWatts,
  safetyWatts: unlimitedWatts,
  gentleWatts: unlimitedWatts,
  binding: null,
  next: null,
};

/** Whether the limit is an order or a fallback, not safety. */
export function isGentle(limit: Limit): boolean {
  return gentleSources.has(limit.source);
}

/** The ceilings of every scope that has a limit. A limit that is not a number counts as nothing allowed. */
export function arbitrate(limits: readonly Limit[]): ReadonlyMap<Scope, ScopeCeilings> {
  const ceilings = new Map<Scope, ScopeCeilings>();
  for (const limit of limits) ceilings.set(limit.scope, narrow(ceilings.get(limit.scope) ?? unlimited, limit));
  return ceilings;
}

/** The ceilings of a scope; unlimited where nothing limits it. */
export function ceilingsOf(ceilings: ReadonlyMap<Scope, ScopeCeilings>, scope: Scope): ScopeCeilings {
  return ceilings.get(scope) ?? unlimited;
}

/** The limit that binds the container; the rated power always stands among its limits. */
export function bindingOf(ceilings: ReadonlyMap<Scope, ScopeCeilings>): Limit {
  return certain(ceilingsOf(ceilings, "container").binding, "limit of the container");
}

function narrow(before: ScopeCeilings, limit: Limit): ScopeCeilings {
  const watts = Number.isNaN(limit.ceilingWatts) ? 0 : Math.max(0, limit.ceilingWatts);
  const binds = before.binding === null || watts < before.binding.ceilingWatts;
  const second = binds ? before.binding : limit;
  const isNext = before.next === null || (second !== null && second.ceilingWatts < before.next.ceilingWatts);
  const atOnce = !isGentle(limit) && limit.withinMilliseconds <= 0;
  return {
    raiseWatts: Math.min(before.raiseWatts, watts),
    safetyWatts: atOnce ? Math.min(before.safetyWatts, watts) : before.safetyWatts,
    gentleWatts: isGentle(limit) ? Math.min(before.gentleWatts, watts) : before.gentleWatts,
    binding: binds ? limit : before.binding,
    next: isNext ? second : before.next,
  };
}
