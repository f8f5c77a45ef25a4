/** A pump's own word against the flow behind it. The tank's limits follow from each alone; this says that one of the two is wrong, and which way. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Site, Tank } from "../../model/site.ts";
import type { Warning } from "../envelopes/finding.ts";
import { seconds } from "../figures.ts";
import type { Judged } from "../judge.ts";

/** Fluid comes up to speed and runs out within this. Choice: pumps of some kilowatts with ramps of 5 s. */
const settledMilliseconds = 15_000;

export interface JudgedPump {
  /** Since when they disagree; null: they do not, or cannot be compared. */
  readonly since: Milliseconds | null;
  readonly warnings: readonly Warning[];
}

const agreed: JudgedPump = { since: null, warnings: [] };

/** Since when each tank's pump and flow disagree; a tank where they do not is not named. */
export type PumpFlowSince = Readonly<Record<string, Milliseconds>>;

/** Compares every tank's pump with its flow. */
export function comparePumps(
  site: Site,
  judgedOf: (name: string) => Judged,
  before: PumpFlowSince,
  now: Milliseconds,
): { readonly since: PumpFlowSince; readonly warnings: readonly Warning[] } {
  const since: Record<string, Milliseconds> = {};
  const warnings: Warning[] = [];
  for (const tank of site.tanks) {
    const compared = comparePumpAndFlow(tank, judgedOf, before[tank.name] ?? null, now);
    if (compared.since !== null) since[tank.name] = compared.since;
    warnings.push(...compared.warnings);
  }
  return { since, warnings };
}

/** Compares the pump's feedback with the tank's flow. */
export function comparePumpAndFlow(
  tank: Tank,
  judgedOf: (name: string) => Judged,
  before: Milliseconds | null,
  now: Milliseconds,
): JudgedPump {
  const feedback = tank.pump?.feedback ?? null;
  if (tank.flow === null || feedback === null) return agreed;
  const pump = judgedOf(feedback);
  const flow = judgedOf(tank.flow.point);
  if (pump.quality !== "good" || flow.quality !== "good") return agreed;
  const standby = tank.pump?.standby?.feedback ?? null;
  const helper = standby === null ? null : judgedOf(standby);
  const runs = pump.value === 1 || (helper?.quality === "good" && helper.value === 1);
  // Cold fluid flows more slowly, and its pump runs all the same.
  const flows = flow.value >= (tank.warmUp?.coldLitersPerMinute ?? tank.flow.minimumLitersPerMinute);
  if (runs === flows) return agreed;
  const since = before ?? now;
  if (now - since < settledMilliseconds) return { since, warnings: [] };
  const figure = `${Math.round(flow.value)} l/min`;
  const what = runs
    ? `The pump of ${tank.name} says that it runs, but its flow is ${figure}: look for a closed valve, a blocked filter, air, or a dead flow sensor`
    : `${tank.name} has a flow of ${figure}, but its pump says that it stands: look at its feedback and at what else drives the flow`;
  const reason = { code: "pump-flow-disagree", text: `${what}; for ${seconds(now - since)}.` } as const;
  return { since, warnings: [{ name: `pump-flow-disagree ${tank.name}`, severity: "alarm", reason }] };
}
