/** Invariants of cooling outputs: on unless a rule of their own says otherwise, never lowered by a trip, full where it is hot. */
import { fullOf } from "../../../model/cooling.ts";
import type { Decision } from "../../../model/decision.ts";
import type { PointName } from "../../../model/reading.ts";
import type { Site } from "../../../model/site.ts";
import { decisionOf, firstOf, type Invariant, type RunParts, stopwatch } from "../moment.ts";

function heatTrips(decision: Decision): Decision["trips"] {
  return decision.trips.filter(({ reason }) => reason.code !== "sensor-latched");
}

/** Outputs that weir may lower by a rule of their own. */
function stagedOutputs(site: Site): ReadonlySet<PointName> {
  const fans = (site.coolingLoops ?? []).flatMap((loop) => loop.fans);
  return new Set([
    ...site.tanks.flatMap(({ pump }) => [pump?.output, pump?.standby?.output].flatMap((output) => output ?? [])),
    ...fans.flatMap(({ output, speed }) => [output ?? [], speed ?? []].flat()),
  ]);
}

/** Trips that stop a pump once its tank's power is proven gone. Source: DESIGN section 1, principle 7. */
const stops = ["smoke", "leak", "level"] as const;

function pumpRule(decision: Decision, { site, container }: RunParts): string | null {
  return firstOf(site.tanks.entries(), ([index, { name, pump, coolant }]) => {
    if (pump === null || pump.output === null || decision.outputs[pump.output] === 1) return null;
    if (pump.standby !== undefined && decision.outputs[pump.standby.output] === 1)
      return `pump of ${name} is off and its standby on`;
    const wet = decision.trips.some((trip) =>
      stops.some((stop) => trip.name === stop || trip.name === `${name}/${stop}`),
    );
    const covered = heatTrips(decision).some(({ scope }) => scope === "container" || scope === `tank/${name}`);
    const celsius = container.plant().tanks[index]?.bulkCelsius ?? 0;
    const rests = pump.afterRunMilliseconds !== undefined && !covered && celsius < coolant.derateCelsius;
    const watts = container.tankWatts()[index] ?? 0;
    const awake = container.machines.some(
      ({ tank, stage }) => tank === index && (stage === "hashing" || stage === "waking"),
    );
    return (wet || rests) && !awake ? null : `pump of ${name} is off with ${Math.round(watts)} W of machines in it`;
  });
}

function fanRule(decision: Decision, { site, container }: RunParts): string | null {
  return firstOf(site.coolingLoops ?? [], (loop) => {
    const low = loop.fans
      .flatMap(({ output, speed }) => [output ?? [], speed ?? []].flat())
      .find((output) => decision.outputs[output] !== fullOf(output));
    if (low === undefined) return null;
    const tripped = heatTrips(decision).find(
      ({ scope }) => scope === "container" || loop.tanks.some((tank) => scope === `tank/${tank}`),
    );
    if (tripped !== undefined) return `fan ${low} is not at full speed while ${tripped.name} stands`;
    const hot = site.tanks.findIndex(
      ({ name, coolant }, index) =>
        loop.tanks.includes(name) && (container.plant().tanks[index]?.sensedCelsius ?? 0) > coolant.derateCelsius + 1,
    );
    // Where a sensor can lie alone, the core cannot know better.
    return (site.tanks[hot]?.coolant.sensors.length ?? 0) < 3
      ? null
      : `fan ${low} is not at full speed and ${site.tanks[hot]?.name} is hot`;
  });
}

export const coolingStaysOn: Invariant = {
  name: "cooling-stays-on",
  covers: [2, 3],
  open: (parts) => {
    const staged = stagedOutputs(parts.site);
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null) return null;
      const off = parts.site.coolingOutputs.find(
        (output) => !staged.has(output) && decision.outputs[output] !== fullOf(output),
      );
      if (off !== undefined) return `cooling output ${off} is not on`;
      return pumpRule(decision, parts) ?? fanRule(decision, parts);
    };
  },
};

/** A standby is told to run within this of the pump's failure [ms]; choice: its start and twice the core's second, polls and scans. */
const takeOverMilliseconds = 12_000;

export const standbyTakesOver: Invariant = {
  name: "standby-takes-over",
  covers: [5, 22],
  open: ({ site, container, faults }) => {
    const watches = site.tanks.map(() => stopwatch());
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null || moment.startedAt === null) return null;
      return firstOf(site.tanks.entries(), ([index, { name, pump }]) => {
        if (pump?.standby === undefined || pump.output === null) return null;
        const stands =
          (faults.find("pump-stopped", name) !== null || faults.find("pump-broken", name) !== null) &&
          decision.outputs[pump.output] === 1 &&
          !container.plant().dark;
        const lasted = watches[index]?.(stands && decision.outputs[pump.standby.output] !== 1, moment.now) ?? 0;
        return lasted > takeOverMilliseconds
          ? `pump of ${name} has failed for ${lasted / 1000} s, and its standby is not told to run`
          : null;
      });
    };
  },
};
