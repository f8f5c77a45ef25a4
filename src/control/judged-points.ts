/** Which points of a site are judged, and how: range, age, believable change. What a reading is worth is decided elsewhere. */
import type { PointName } from "../model/reading.ts";
import type { Site } from "../model/site.ts";

export interface JudgedPoint {
  readonly name: PointName;
  readonly maximumAgeMilliseconds: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Only 0 and 1 are values. */
  readonly contact: boolean;
  /** Fastest believable change per second; null: any. */
  readonly changePerSecond: number | null;
}

/** Contacts carry no age of their own in a site file [ms]. Source: choice: grid-and-safety 5.2 asks 5 s at most for what proves flow. */
const contactMaximumAgeMilliseconds = 5000;

/** Believable change of a coolant sensor [K/s]. Source: grid-and-safety 5.2: 13 K/min in stagnant oil is the worst; four times that. */
const coolantChangePerSecond = 1;

/** The judged points of a site, each once. */
export function judgedPoints(site: Site): readonly JudgedPoint[] {
  const points = new Map<PointName, JudgedPoint>();
  const ranges = rangesOf(site);
  const judge = (name: PointName, maximumAgeMilliseconds: number, contact: boolean, changePerSecond: number | null) => {
    const range = ranges.get(name) ?? { minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE };
    points.set(name, { name, maximumAgeMilliseconds, contact, changePerSecond, ...range });
  };
  const contact = (name: PointName | null | undefined) => {
    if (name !== null && name !== undefined) judge(name, contactMaximumAgeMilliseconds, true, null);
  };
  for (const { meter, contactor, derating } of site.branches) {
    if (derating !== undefined && derating.point !== null)
      judge(derating.point, derating.maximumAgeMilliseconds, false, coolantChangePerSecond);
    if (meter !== null)
      for (const name of [meter.powerWatts, ...meter.currentAmperes, ...meter.voltageVolts])
        judge(name, meter.maximumAgeMilliseconds, false, null);
    contact(contactor?.feedback);
  }
  for (const name of site.smokeClear ?? []) contact(name);
  const frequency = site.generator?.frequency;
  if (frequency !== undefined) judge(frequency.point, frequency.maximumAgeMilliseconds, false, null);
  const response = site.frequency?.response;
  if (response !== undefined) judge(response.point, response.maximumAgeMilliseconds, false, null);
  contact(site.frequency?.relay?.clear);
  for (const { coolant, inlet, flow, pump, leakDry, level } of site.tanks) {
    for (const name of coolant.sensors) judge(name, coolant.maximumAgeMilliseconds, false, coolantChangePerSecond);
    if (inlet !== undefined) judge(inlet.point, inlet.maximumAgeMilliseconds, false, coolantChangePerSecond);
    if (flow !== null) judge(flow.point, flow.maximumAgeMilliseconds, false, null);
    if (level !== null) judge(level.point, level.maximumAgeMilliseconds, false, null);
    contact(pump?.feedback);
    contact(pump?.standby?.feedback);
    for (const name of leakDry) contact(name);
  }
  for (const { ambient, fans, heat } of site.coolingLoops ?? []) {
    if (ambient !== null) judge(ambient.point, ambient.maximumAgeMilliseconds, false, coolantChangePerSecond);
    for (const { feedback } of fans) contact(feedback);
    if (heat !== null) judge(heat.supply.point, heat.supply.maximumAgeMilliseconds, false, coolantChangePerSecond);
    contact(heat?.ready);
  }
  return [...points.values()];
}

function rangesOf(site: Site): ReadonlyMap<PointName, { readonly minimum: number; readonly maximum: number }> {
  const points = [
    ...site.lines.flatMap((line) => line.devices.flatMap((device) => device.points)),
    ...site.firmata.flatMap((board) => board.points),
  ];
  return new Map(
    points.map(({ name, minimum, maximum }) => [
      name,
      { minimum: minimum ?? -Number.MAX_VALUE, maximum: maximum ?? Number.MAX_VALUE },
    ]),
  );
}
