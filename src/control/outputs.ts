/** Outputs: cooling is on, whatever happens else; only a confirmed leak stops its pump, once the power of the tank is proven gone. */
import type { PointName } from "../model/reading.ts";
import type { Site, Tank } from "../model/site.ts";
import type { Trip } from "../model/trip.ts";
import type { Assessed } from "./assess.ts";
import { type ContactorState, outputOf } from "./contactors.ts";
import { smokeTrip } from "./envelopes/smoke.ts";
import { certain } from "./impossible.ts";
import type { TankPlace } from "./layout.ts";
import type { MachineState } from "./machines/machine.ts";

/** What every output is told. A contactor that has not been taken over yet, or is not seen closed any more, is not told anything. */
export function outputsOf(
  site: Site,
  { layout, powered, feedbacks }: Pick<Assessed, "layout" | "powered" | "feedbacks">,
  contactors: readonly (ContactorState | null)[],
  machines: readonly MachineState[],
  trips: readonly Trip[],
): Readonly<Record<PointName, number>> {
  const outputs: Record<PointName, number> = {};
  for (const output of site.coolingOutputs) outputs[output] = 1;
  for (const place of layout.tanks) {
    const output = place.tank.pump?.output ?? null;
    if (output === null || outputs[output] === 0) continue;
    outputs[output] =
      mayStop(place.tank, trips) && isDead(place, machines, powered) && !isShared(site, place.tank) ? 0 : 1;
  }
  for (const [index, { contactor }] of site.branches.entries()) {
    const state = contactors[index] ?? null;
    if (contactor === null || state === null) continue;
    const told = outputOf(state, certain(feedbacks[index], "auxiliary contact"));
    if (told !== null) outputs[contactor.output] = told;
  }
  return outputs;
}

/** A leak pumps the coolant out, a pump that runs dry is lost, and smoke may come from the pump itself. */
function mayStop(tank: Tank, trips: readonly Trip[]): boolean {
  return trips.some(({ name }) => name === smokeTrip || name === `${tank.name}/leak` || name === `${tank.name}/level`);
}

function isDead(place: TankPlace, machines: readonly MachineState[], powered: readonly boolean[]): boolean {
  return place.machines.every((machine) => powered[machine] === false || machines[machine]?.phase === "asleep");
}

function isShared(site: Site, tank: Tank): boolean {
  return site.tanks.some((other) => other !== tank && other.pump !== null && other.pump.output === tank.pump?.output);
}
