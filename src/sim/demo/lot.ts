/** What a seed decides about a demo: the weather and how warm the tanks are. Pure. */
import { demoPlant, type PlantParameters } from "../plant/parameters.ts";
import { randomOf } from "../random.ts";

/** The same seed gives the same plant. */
export function drawPlant(seed: number): { readonly parameters: PlantParameters; readonly ambientCelsius: number } {
  const { next } = randomOf(seed);
  const ambientCelsius = 24 + 8 * next();
  const tanks = demoPlant.tanks.map((tank) => ({ ...tank, startCelsius: ambientCelsius + 10 + 4 * next() }));
  return { parameters: { ...demoPlant, tanks }, ambientCelsius };
}
