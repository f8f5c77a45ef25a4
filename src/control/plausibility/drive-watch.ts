/** What the drives of pumps and fans say of themselves: tripped, or told to run and standing. Tanks have their own limits; this tells a person where to look. */
import type { Milliseconds, PointName, Reading, Readings } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import type { Warning } from "../envelopes/finding.ts";
import { seconds } from "../figures.ts";

/** A motor is up to speed within this. Choice: ramps of 10 s and the words that start a drive. */
const startMilliseconds = 15_000;
/** Older word of a drive says nothing of this moment. Choice: several polls of a slow line. */
const staleMilliseconds = 10_000;

/** Points of one drive, by the words of the boards of drives; those it does not have are never read. */
interface DriveNames {
  readonly drive: string;
  readonly run: PointName;
  readonly running: PointName;
  readonly tripped: PointName;
  readonly lastFault: PointName;
  /** 1 while it obeys the line: ABB and Danfoss call it differently. */
  readonly obeys: readonly PointName[];
}

/** Status and number of the fault are read one after the other: a trip is told with its number, or without after this. Choice: some polls. */
const numberMilliseconds = 3000;

/** Since when each drive stands though it is told to run (`fan`), or has tripped (`fan tripped`). */
export type DriveStandsSince = Readonly<Record<string, Milliseconds>>;

const namesOfSites = new WeakMap<Site, readonly DriveNames[]>();

/** Looks at every drive of the site: a device that tells `tripped`. */
export function watchDrives(
  site: Site,
  readings: Readings,
  before: DriveStandsSince,
  now: Milliseconds,
): { readonly since: DriveStandsSince; readonly warnings: readonly Warning[] } {
  const since: Record<string, Milliseconds> = {};
  const warnings: Warning[] = [];
  const value = (name: PointName): number | null => freshValue(readings[name], now);
  for (const names of namesOf(site)) {
    const { drive } = names;
    if (value(names.tripped) === 1) {
      const fault = value(names.lastFault);
      const trippedAt = before[`${drive} tripped`] ?? now;
      since[`${drive} tripped`] = trippedAt;
      if (fault === 0 && now - trippedAt < numberMilliseconds) continue;
      const text = `The drive ${drive} has tripped${(fault ?? 0) > 0 ? ` with fault ${fault}` : ""}: read its panel, remove the cause and reset it there.`;
      warnings.push({ name: `drive-fault ${drive}`, severity: "alarm", reason: { code: "drive-fault", text } });
      continue;
    }
    if (value(names.run) !== 1 || value(names.running) !== 0) continue;
    const at = before[drive] ?? now;
    since[drive] = at;
    if (now - at < startMilliseconds) continue;
    const local = names.obeys.some((name) => value(name) === 0);
    const hint = local
      ? "it does not obey the line: put it to remote at its panel"
      : "look at its enable input, at the parameters that choose its start and its reference, and at its panel";
    const text = `The drive ${drive} is told to run and stands, for ${seconds(now - at)}: ${hint}.`;
    warnings.push({ name: `drive-stands ${drive}`, severity: "alarm", reason: { code: "drive-stands", text } });
  }
  return { since, warnings };
}

function freshValue(reading: Reading | undefined, now: Milliseconds): number | null {
  return reading?.quality === "good" && now - reading.at <= staleMilliseconds ? reading.value : null;
}

/** Worked out once: names are not made in a scan. */
function namesOf(site: Site): readonly DriveNames[] {
  const known = namesOfSites.get(site);
  if (known !== undefined) return known;
  const devices = site.lines.flatMap((line) => line.devices);
  const names = devices
    .filter(({ name, points }) => points.some((point) => point.name === `${name}/tripped`))
    .map(({ name }) => ({
      drive: name,
      run: `${name}/run`,
      running: `${name}/running`,
      tripped: `${name}/tripped`,
      lastFault: `${name}/lastFault`,
      obeys: [`${name}/remote`, `${name}/busControl`],
    }));
  namesOfSites.set(site, names);
  return names;
}
