/** What an envelope finds in one scan: limits, violations that latch, what still stands in the way of a reset, what a person should know. */
import type { Alarm } from "../../model/decision.ts";
import type { Limit, Reason, Scope } from "../../model/reason.ts";
import type { Trip, TripName } from "../../model/trip.ts";

export type Violation = Pick<Trip, "name" | "scope" | "reason">;
export type Warning = Pick<Alarm, "name" | "severity" | "reason">;

export interface Finding {
  readonly limits: readonly Limit[];
  /** Measured violations: each latches as a trip. */
  readonly violations: readonly Violation[];
  /** Why a trip of this name may not be reset: its cause is there, or not proven gone. */
  readonly causes: Readonly<Record<TripName, string>>;
  readonly warnings: readonly Warning[];
}

export const nothingFound: Finding = { limits: [], violations: [], causes: {}, warnings: [] };

/** All findings of a scan as one. */
export function merge(findings: readonly Finding[]): Finding {
  const limits: Limit[] = [];
  const violations: Violation[] = [];
  const causes: Record<TripName, string> = {};
  const warnings: Warning[] = [];
  for (const finding of findings) {
    // Most find nothing in most scans.
    if (finding === nothingFound) continue;
    limits.push(...finding.limits);
    violations.push(...finding.violations);
    Object.assign(causes, finding.causes);
    warnings.push(...finding.warnings);
  }
  return { limits, violations, causes, warnings };
}

/** A ceiling of nothing for a scope, at once. */
export function nothingAllowed(scope: Scope, reason: Reason): Limit {
  return { scope, ceilingWatts: 0, withinMilliseconds: 0, source: "envelope", reason };
}
