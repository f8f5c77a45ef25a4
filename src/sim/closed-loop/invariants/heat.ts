/** Invariants of heat, on the plant's truth: fluid, what stands around machines, lost flow, trips that take the heat source away, cooling that stays on. */
import type { Decision } from "../../../model/decision.ts";
import { flowLitersPerMinute } from "../../plant/plant.ts";
import { decisionOf, firstOf, type Invariant, type RunParts, stopwatch } from "../moment.ts";

/** What the fluid may overshoot its trip by: lag of the sensor, shed and contactor [K]. Source: facts on heating speed: 3.2 to 6.4 K at 60 s; invariant 22: 65 °C with a trip at 60 °C. */
const overshootKelvin = 5;
/** What stands around a machine may be this much warmer than the trip [K]. Source: facts on heating speed: the fluid's rise at full load (8.5 K) and the seconds until the contactor has opened. */
const stagnantKelvin = 15;
/** Time for reading, scanning, opening and its proof [ms]; choice: four scans and a slow contactor. */
const switchingMilliseconds = 8000;
/** Trips that take no heat away, or leave the machines their own time. */
const patientReasons: ReadonlySet<string> = new Set(["sensor-latched", "store-unreadable", "restart-loop"]);
/** A contactor that fails leaves the machines' own obedience [ms]; choice: three windows of the slowest. */
const obedienceMilliseconds = 60_000;
/** Power counts as gone below this share of the plates. Source: DESIGN section 3. */
const goneShare = 0.1;

export const fluidBelowTrip: Invariant = {
  name: "fluid-below-trip",
  covers: [22],
  open:
    ({ site, container }) =>
    () =>
      firstOf(site.tanks.entries(), ([index, { name, coolant }]) => {
        const celsius = container.plant().tanks[index]?.bulkCelsius ?? 0;
        const most = coolant.tripCelsius + overshootKelvin;
        return celsius > most ? `fluid of ${name} is at ${celsius.toFixed(1)} °C, above ${most} °C` : null;
      }),
};

export const stagnantFluid: Invariant = {
  name: "stagnant-fluid",
  covers: [22],
  open:
    ({ site, container }) =>
    () =>
      firstOf(site.tanks.entries(), ([index, { name, coolant }]) => {
        const celsius = container.plant().tanks[index]?.localCelsius ?? 0;
        const most = coolant.tripCelsius + stagnantKelvin;
        return celsius > most
          ? `fluid around the machines of ${name} is at ${celsius.toFixed(1)} °C, above ${most} °C`
          : null;
      }),
};

function contactorFails({ faults }: RunParts): boolean {
  return faults.list().some(({ fault }) => fault === "contactor-welded" || fault === "contactor-late");
}

function platesOf({ container }: RunParts, tank: number): number {
  return container.machines.reduce((sum, machine) => sum + (machine.tank === tank ? machine.model.ratedWatts : 0), 0);
}

export const lostFlowSheds: Invariant = {
  name: "lost-flow-sheds",
  covers: [5],
  open: (parts) => {
    const { site, container } = parts;
    const watches = site.tanks.map((_, index) => ({ elapsed: stopwatch(), plates: platesOf(parts, index) }));
    return ({ now, startedAt }) =>
      firstOf(site.tanks.entries(), ([index, { name, flow, warmUp }]) => {
        const state = container.plant().tanks[index];
        const figures = container.hidden.parameters.tanks[index];
        const watch = watches[index];
        if (flow === null || state === undefined || figures === undefined || watch === undefined) return null;
        // Cold fluid may flow less, as its site says.
        const least = warmUp?.coldLitersPerMinute ?? flow?.minimumLitersPerMinute ?? 0;
        const starved = flowLitersPerMinute(figures, state) < 0.9 * least;
        const watts = container.tankWatts()[index] ?? 0;
        const lasted = watch.elapsed(starved && watts > goneShare * watch.plates, now);
        const atStart =
          startedAt === null || now - startedAt < site.policy.startHoldMilliseconds + flow.proofMilliseconds;
        const allowed =
          flow.proofMilliseconds +
          site.policy.shedProofMilliseconds +
          switchingMilliseconds +
          (atStart || contactorFails(parts) ? obedienceMilliseconds : 0);
        return lasted > allowed
          ? `${name} has had no flow and ${Math.round(watts)} W of machines for ${lasted / 1000} s`
          : null;
      });
  },
};

function covers(decision: Decision, scope: string, parts: RunParts, machine: number): boolean {
  const { tank, branch } = parts.container.machines[machine] ?? { tank: -1, branch: -1 };
  const { site, container } = parts;
  return decision.trips.some(
    (trip) =>
      !patientReasons.has(trip.reason.code) &&
      trip.scope === scope &&
      (trip.scope === "container" ||
        trip.scope === `tank/${site.tanks[tank]?.name}` ||
        trip.scope === `branch/${site.branches[container.hidden.branches[branch] ?? -1]?.name}`),
  );
}

export const tripTakesPower: Invariant = {
  name: "trip-takes-power",
  covers: [3, 23],
  open: (parts) => {
    const { site, container } = parts;
    const watches = new Map<string, ReturnType<typeof stopwatch>>();
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null) return null;
      const urgent = decision.trips.filter(({ reason }) => !patientReasons.has(reason.code));
      const scopes = new Set(urgent.map(({ scope }) => scope));
      for (const scope of [...watches.keys()]) if (!scopes.has(scope as "container")) watches.delete(scope);
      return firstOf(scopes, (scope) => {
        const inside = container.machines.filter((_, index) => covers(decision, scope, parts, index));
        const plates = inside.reduce((sum, { model }) => sum + model.ratedWatts, 0);
        const watts = inside.reduce((sum, machine) => sum + machine.watts, 0);
        const watch = watches.get(scope) ?? stopwatch();
        watches.set(scope, watch);
        const lasted = watch(watts > goneShare * plates, moment.now);
        const allowed =
          site.policy.shedProofMilliseconds +
          switchingMilliseconds +
          (contactorFails(parts) ? obedienceMilliseconds : 0);
        return lasted > allowed
          ? `a trip stands on ${scope}, and ${Math.round(watts)} W of its machines have flowed for ${lasted / 1000} s`
          : null;
      });
    };
  },
};
