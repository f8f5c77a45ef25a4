/** What relays, drives and clogged strainers make of the fans, of the flow and of the heat customer's valve. */
import type { Fan } from "../../model/cooling.ts";
import type { PointName } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import type { PlantEffects } from "../plant/plant.ts";
import type { Faults } from "./faults.ts";

/** Relays and references as they stand; what nothing has been told yet is on. */
type Relays = Readonly<Record<PointName, number>>;

/** What a clogged strainer leaves of a tank's flow where the fault does not say. Choice. */
const cloggedRatio = 0.6;

export function flowRatio(faults: Faults, tank: string): number {
  const clogged = faults.find("flow-reduced", tank);
  return clogged === null ? 1 : (clogged.value ?? cloggedRatio);
}

/** Without a loop of their own all fans hang on all cooling outputs together. */
export function fansOn({ coolingLoops = [], coolingOutputs }: Site, relays: Relays): boolean {
  return coolingLoops.length > 0 || coolingOutputs.every((output) => (relays[output] ?? 1) === 1);
}

/** Speed of all fans together. */
export function fanShare({ coolingLoops = [] }: Site, relays: Relays, runs: (fan: Fan) => boolean): number {
  const fans = coolingLoops.flatMap((loop) => loop.fans);
  if (fans.length === 0) return 1;
  const speed = (fan: Fan): number => (fan.speed === null ? 1 : (relays[fan.speed] ?? 100) / 100);
  return fans.reduce((sum, fan) => sum + (runs(fan) ? speed(fan) : 0), 0) / fans.length;
}

export function customerOf(
  { coolingLoops = [] }: Site,
  relays: Relays,
  faults: Faults,
): Pick<PlantEffects, "customerRatio" | "customerTakes"> {
  const heat = coolingLoops.find((loop) => loop.heat !== null)?.heat ?? null;
  if (heat === null) return {};
  return {
    customerRatio: (relays[heat.valve] ?? 0) / 100,
    customerTakes: faults.find("heat-customer-gone") === null,
  };
}
