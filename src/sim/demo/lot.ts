/** What a seed decides about a demo: the weather and how warm the tanks are. Pure. */
import { demoPlant, type PlantParameters } from "../plant/parameters.ts";

/** The same seed gives the same plant. */
export function drawPlant(seed: number): { readonly parameters: PlantParameters; readonly ambientCelsius: number } {
  const next = randomFrom(seed);
  const ambientCelsius = 24 + 8 * next();
  const tanks = demoPlant.tanks.map((tank) => ({ ...tank, startCelsius: ambientCelsius + 10 + 4 * next() }));
  return { parameters: { ...demoPlant, tanks }, ambientCelsius };
}

/** Numbers from 0 to 1. Source: mulberry32, public domain. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
