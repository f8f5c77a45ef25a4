/** What a watt is worth in each narrow scope: prices at which the loads that still gain about fill the rooms (the duals of the relaxed knapsack). */
import { at, type Sheet } from "./sheet.ts";

/** Steps towards the best prices. Source: measured with `npm run bench -- allocation`: twice as many gain 0.05 %. */
const steps = 35;
/** After so many steps without progress they get shorter by the factor. Source: choice, as Polyak's rule is mostly used. */
const patientSteps = 4;
const shorterRatio = 0.5;
/** Less than this share of the open gap is no progress. Source: choice. */
const progressRatio = 1e-4;

/** Prices by scope [worth/W], by subgradient steps of Polyak's length towards `reachedWorth`, which some choice is known to be worth. */
export function pricesOf(sheet: Sheet, rooms: readonly number[], reachedWorth: number): Float64Array {
  const { narrow } = sheet;
  const allowed = Float64Array.from(rooms, (watts) => Math.max(0, watts));
  const prices = new Float64Array(rooms.length);
  const best = new Float64Array(rooms.length);
  const unused = new Float64Array(rooms.length);
  let bestWorth = Number.MAX_VALUE;
  let ratio = 1;
  let waited = 0;
  for (let step = 0; step < steps; step += 1) {
    const worth = relaxedWorth(sheet, prices, allowed, unused);
    if (worth < bestWorth - progressRatio * (bestWorth - reachedWorth)) {
      bestWorth = worth;
      best.set(prices);
      waited = 0;
    } else {
      waited += 1;
      if (waited > patientSteps) {
        ratio *= shorterRatio;
        waited = 0;
        prices.set(best);
        continue;
      }
    }
    let length = 0;
    for (const scope of narrow) {
      if (at(prices, scope) <= 0 && at(unused, scope) > 0) unused[scope] = 0;
      length += at(unused, scope) ** 2 / Math.max(1, at(allowed, scope));
    }
    if (length === 0) break;
    const by = (ratio * (worth - reachedWorth)) / length;
    for (const scope of narrow)
      prices[scope] = Math.max(0, at(prices, scope) - (by * at(unused, scope)) / Math.max(1, at(allowed, scope)));
  }
  return best;
}

/** What the best choice would be worth if scopes only charged their prices; fills in what each would leave unused [W]. */
function relaxedWorth(sheet: Sheet, prices: Float64Array, allowed: Float64Array, unused: Float64Array): number {
  const { first, scopes, shares, watts, densities, narrow } = sheet;
  let worth = 0;
  for (const scope of narrow) {
    unused[scope] = at(allowed, scope);
    worth += at(prices, scope) * at(allowed, scope);
  }
  for (let load = 0; load < watts.length; load += 1) {
    const end = at(first, load + 1);
    let density = at(densities, load);
    for (let index = at(first, load); index < end; index += 1)
      density -= at(shares, index) * at(prices, at(scopes, index));
    if (density <= 0) continue;
    const drawn = at(watts, load);
    worth += density * drawn;
    for (let index = at(first, load); index < end; index += 1) {
      const scope = at(scopes, index);
      unused[scope] = at(unused, scope) - drawn * at(shares, index);
    }
  }
  return worth;
}
