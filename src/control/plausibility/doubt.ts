/** Doubt: readings that cannot be true together count as bad, and a person is told. It can only take readings away, which never raises a limit. */
import type { Milliseconds, PointName, Readings } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import type { Warning } from "../envelopes/finding.ts";
import { kilowatts, seconds } from "../figures.ts";
import { certain } from "../impossible.ts";
import { type MeterNames, meterNames } from "./meter-moment.ts";
import type { MeterFinding } from "./meter-sense.ts";
import { type MeterVerdict, type MeterWatch, unwatched, watchMeter } from "./meter-watch.ts";

export interface Doubted {
  /** Aligned with `site.branches`. */
  readonly watches: readonly MeterWatch[];
  /** As they came, but the power of a meter that contradicts itself is bad. */
  readonly readings: Readings;
  readonly warnings: readonly Warning[];
}

const namesOfSites = new WeakMap<Site, readonly (MeterNames | null)[]>();

/** Watches the meter of every branch. */
export function doubtMeters(site: Site, before: readonly MeterWatch[], readings: Readings, now: Milliseconds): Doubted {
  const watches: MeterWatch[] = [];
  const warnings: Warning[] = [];
  const doubted: PointName[] = [];
  for (const [index, names] of namesOf(site).entries()) {
    if (names === null) {
      watches.push(unwatched);
      continue;
    }
    const verdict = watchMeter(certain(before[index], "watch"), names, readings, now);
    watches.push(verdict.watch);
    warnings.push(...warningsOf(certain(site.branches[index], "branch").name, verdict));
    if (verdict.findings.some(makesPowerWrong)) doubted.push(names.powerWatts);
  }
  return { watches, warnings, readings: doubted.length === 0 ? readings : without(readings, doubted) };
}

function namesOf(site: Site): readonly (MeterNames | null)[] {
  const known = namesOfSites.get(site);
  if (known !== undefined) return known;
  const names = site.branches.map(({ meter, phases }) =>
    meter === null ? null : meterNames(meter.powerWatts, phases),
  );
  namesOfSites.set(site, names);
  return names;
}

/** A phase without current may be one without load; all else makes a power that is not drawn. */
function makesPowerWrong({ kind }: MeterFinding): boolean {
  return kind !== "no-current";
}

function without(readings: Readings, doubted: readonly PointName[]): Readings {
  const kept: Record<PointName, Readings[PointName]> = { ...readings };
  for (const name of doubted) {
    const reading = readings[name];
    if (reading?.quality === "good") kept[name] = { quality: "bad", fault: "implausible", at: reading.at };
  }
  return kept;
}

function warningsOf(branch: string, { findings, frozenMilliseconds, watch }: MeterVerdict): readonly Warning[] {
  const warnings: Warning[] = findings.map((finding) => ({
    name: `${codeOf(finding)} ${branch} ${finding.kind}`,
    severity: "alarm",
    reason: { code: codeOf(finding), text: `The meter of ${branch} ${textOf(finding)}.` },
  }));
  if (frozenMilliseconds > 0) {
    const text = `The meter of ${branch} has shown the same digits for ${seconds(frozenMilliseconds)} under load: restart it, or the converter before it.`;
    warnings.push({ name: `meter-frozen ${branch}`, severity: "alarm", reason: { code: "meter-frozen", text } });
  }
  if (watch.energyFault !== null) {
    const { countedWattHours, drawnWattHours } = watch.energyFault;
    const text = `The energy counter of ${branch} grew by ${(countedWattHours / 1000).toFixed(1)} kWh while its power made ${(drawnWattHours / 1000).toFixed(1)} kWh: check its register and its transformer ratio.`;
    warnings.push({ name: `meter-energy ${branch}`, severity: "warning", reason: { code: "meter-energy", text } });
  }
  return warnings;
}

function codeOf({ kind }: MeterFinding): "meter-implausible" | "meter-transformer" {
  return kind === "frequency" || kind === "phase-sum" || kind === "power-mismatch"
    ? "meter-implausible"
    : "meter-transformer";
}

function textOf(finding: MeterFinding): string {
  switch (finding.kind) {
    case "frequency":
      return `tells ${finding.hertz.toFixed(1)} Hz, which no grid has`;
    case "phase-sum":
      return `tells ${kilowatts(finding.totalWatts)} in all and ${kilowatts(finding.sumWatts)} as the sum of its phases`;
    case "power-mismatch":
      return `tells ${kilowatts(finding.powerWatts)} where its voltages and currents make ${kilowatts(finding.expectedWatts)}`;
    case "no-current":
      return `shows no current on L${finding.phase} while the others carry load: its transformer may be lost`;
    case "reversed-transformer":
      return `counts L${finding.phase} backwards: its transformer is turned`;
    case "all-reversed":
      return "counts all phases backwards: its transformers are turned";
    case "swapped-transformers":
      return `has the transformers of ${finding.phases.map((phase) => `L${phase}`).join(" and ")} on each other's conductor`;
  }
}
