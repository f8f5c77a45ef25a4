/** Cold fluid and a customer's water: what a plant may have besides, and what it makes of flow and heat. Pure. */
import type { PlantParameters, TankParameters } from "./parameters.ts";

/** Share of the flow that the fluid's thickness leaves. */
export function thinness({ thick }: TankParameters, celsius: number): number {
  if (thick === undefined || celsius >= thick.belowCelsius) return 1;
  const cold = (thick.belowCelsius - celsius) / (thick.belowCelsius - thick.atCelsius);
  return Math.max(0.1, 1 - (1 - thick.flowRatio) * cold);
}

/** What the customer's exchanger takes with all of the water [W]. */
export function takenWatts({ customer }: PlantParameters, loopCelsius: number): number {
  return customer === undefined ? 0 : customer.wattsPerKelvin * Math.max(0, loopCelsius - customer.returnCelsius);
}
