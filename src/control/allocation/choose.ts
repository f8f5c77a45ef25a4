/** Which machines run under nested ceilings so that the most is hashed: a knapsack with many walls. Pure figures; what a choice leads to is decided elsewhere. */
import { exchange } from "./exchange.ts";
import { pricesOf } from "./prices.ts";
import { at, fillUp, gainOf, type Load, openSheet, ranked, take } from "./sheet.ts";
import { stir } from "./stir.ts";

/**
 * What each load may draw beyond its sleep [W]: 0, its whole power, or something between where it can be trimmed. No scope
 * gets more than its room: `rooms[scope]` is what these loads may draw there together [W]. Deterministic; within a
 * thousandth of the best as a rule (`npm run bench -- allocation`).
 */
export function choose(loads: readonly Load[], rooms: readonly number[]): Float64Array {
  const sheet = openSheet(loads, rooms);
  fillUp(sheet, ranked(sheet.densities));
  if (sheet.narrow.length === 0) return sheet.chosen;
  const worth = sheet.chosen.reduce((sum, watts, load) => sum + watts * at(sheet.densities, load), 0);
  const prices = pricesOf(sheet, rooms, worth);
  for (let load = 0; load < loads.length; load += 1) take(sheet, load, 0);
  const gains = sheet.watts.map((_, load) => gainOf(sheet, load, prices));
  const densities = gains.map((gain, load) => gain / at(sheet.watts, load));
  fillUp(sheet, ranked(densities));
  const order = ranked(gains);
  exchange(sheet, order);
  stir(sheet, gains, order);
  return sheet.chosen;
}
