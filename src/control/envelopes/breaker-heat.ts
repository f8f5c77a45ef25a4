/** The heat of a breaker's thermal element as the core believes it: how far an overload has come towards its trip. Pure physics, no decision. */
import type { Branch } from "../../model/site.ts";

/** Ratio to its rating that an element bears for ever. Source: grid-and-safety 5.3: It 1.10 to 1.13; the lower acts earlier. */
const bearsRatio = 1.1;
/** Heat at which it trips, as a share of the heat at its rating. */
export const tripHeat = bearsRatio ** 2;
/** Acts at this share of the way from what is allowed for ever to the trip. Source: grid-and-safety 5.3: 50 to 70 % of the trip integral. */
const actingShare = 0.6;
/** Seconds until a cold breaker trips at twice its rating, by frame. Source: grid-and-safety 5.3; a calibration where the site does not give the maker's. */
const frames = [
  { upToAmperes: 63, coldSeconds: 60 },
  { upToAmperes: 250, coldSeconds: 180 },
] as const;
const largestFrameColdSeconds = 300;

/** Time constant of the element [s]: from its trip time at twice the rating, from cold. */
export function heatSeconds({ breakerAmperes, doubleCurrentTripSeconds }: Branch): number {
  const frame = frames.find(({ upToAmperes }) => breakerAmperes <= upToAmperes);
  const coldSeconds = doubleCurrentTripSeconds ?? frame?.coldSeconds ?? largestFrameColdSeconds;
  return coldSeconds / Math.log(4 / (4 - tripHeat));
}

/** Heat that the continuous load brings: what is believed before anything was measured. */
export function heatAllowed({ continuousRatio }: Branch): number {
  return continuousRatio ** 2;
}

/** Heat at which something else must end the overload before the breaker does. */
export function heatToAct(branch: Branch): number {
  const allowed = heatAllowed(branch);
  return allowed + actingShare * (tripHeat - allowed);
}

/** The heat after a time at a current; cutting the time into pieces gives the same. */
export function heatAfter(heat: number, amperes: number, branch: Branch, milliseconds: number): number {
  const target = (amperes / branch.breakerAmperes) ** 2;
  return target + (heat - target) * Math.exp(-milliseconds / 1000 / heatSeconds(branch));
}
