/** Invariants of cooling outputs: on unless a rule of their own says otherwise, never lowered by a trip, full where it is hot. */
import { fullOf } from "../../../model/cooling.ts";
import type { Decision } from "../../../model/decision.ts";
import type { PointName } from "../../../model/reading.ts";
import type { Site } from "../../../model/site.ts";
import { decisionOf, firstOf, type Invariant, type RunParts } from "../moment.ts";

function heatTrips(decision: Decision): Decision["trips"] {
  return decision.trips.filter(({ reason }) => reason.code !== "sensor-latched");
}

/** Outputs that weir may lower by a rule of their own. */
function stagedOutputs(site: Site): ReadonlySet<PointName> {
  const fans = (site.coolingLoops ?? []).flatMap((loop) => loop.fans);
  return new Set([
    ...site.tanks.flatMap(({ pump }) => pump?.output ?? []),
    ...fans.flatMap(({ output, speed }) => [output ?? [], speed ?? []].flat()),
  ]);
}

function pumpRule(decision: Decision, { site, container }: RunParts): string | null {
  return firstOf(site.tanks.entries(), ([index, { name, pump, coolant }]) => {
    if (pump === null || pump.output === null || decision.outputs[pump.output] === 1) return null;
    const wet = decision.trips.some((trip) => trip.name === `${name}/leak` || trip.name === `${name}/level`);
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
