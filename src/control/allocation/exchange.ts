/** Makes a choice better, one machine for another that fits in its place. */
import { at, fillUp, fitting, type Sheet, take } from "./sheet.ts";

/** Rounds over all running loads. Source: measured with `npm run bench -- allocation`: a fourth gains nothing. */
const largestRounds = 3;
/** So many of those that gain least, and of those that would gain most, are looked at. Source: choice: it bounds the time for 5,000 machines. */
const mostOnEitherSide = 120;
/** Smaller gains are rounding. */
const smallestGain = 1e-9;

/** Replaces each running load by the first that gains in its place, those that gain least first. */
export function exchange(sheet: Sheet, order: Int32Array): void {
  const { chosen, densities } = sheet;
  for (let round = 0; round < largestRounds; round += 1) {
    const resting = order.filter((load) => at(chosen, load) === 0).subarray(0, mostOnEitherSide);
    let looked = 0;
    let exchanged = false;
    for (let rank = order.length - 1; rank >= 0 && looked < mostOnEitherSide; rank -= 1) {
      const load = at(order, rank);
      const before = at(chosen, load);
      if (before === 0) continue;
      looked += 1;
      take(sheet, load, 0);
      const place = replace(sheet, resting, before * at(densities, load) + smallestGain);
      if (place === null) take(sheet, load, before);
      else {
        resting[place] = load;
        exchanged = true;
      }
    }
    fillUp(sheet, order);
    if (!exchanged) return;
  }
}

/** Where among those at rest the load stood that runs instead; null: none gains. */
function replace(sheet: Sheet, resting: Int32Array, lost: number): number | null {
  const { densities, watts } = sheet;
  for (let place = 0; place < resting.length; place += 1) {
    const load = at(resting, place);
    const density = at(densities, load);
    if (density * at(watts, load) <= lost) continue;
    const fits = fitting(sheet, load);
    if (fits * density <= lost) continue;
    take(sheet, load, fits);
    return place;
  }
  return null;
}
