/** The sheet of one choice: loads, narrow scopes and what is still free, as plain arrays; and how a load is given its power or refused. */
import { certain } from "../impossible.ts";

/** One machine that may run or sleep. */
export interface Load {
  /** What it draws beyond its sleep when it runs whole [W]; above 0. */
  readonly watts: number;
  /** The least it can be trimmed to beyond its sleep [W]; the same as `watts` where it cannot be trimmed. */
  readonly leastWatts: number;
  /** What running it whole is worth, in any unit; trimmed, in proportion. 0 or below: it sleeps. */
  readonly worth: number;
  /** Which part of its power each scope carries. */
  readonly scopes: readonly { readonly scope: number; readonly share: number }[];
}

/** Loads and scopes as arrays: a choice looks at them hundreds of thousands of times. */
export interface Sheet {
  readonly watts: Float64Array;
  readonly least: Float64Array;
  /** Worth per watt. */
  readonly densities: Float64Array;
  /** Narrow scopes of load `l`: `scopes[first[l]]` up to `scopes[first[l + 1] - 1]`, with their shares. */
  readonly first: Int32Array;
  readonly scopes: Int32Array;
  readonly shares: Float64Array;
  /** Scopes that could not carry all of their loads: only they need thought. */
  readonly narrow: Int32Array;
  /** What is still free in each scope [W]. */
  readonly rooms: Float64Array;
  /** What each load is allowed [W]; 0: it sleeps. */
  readonly chosen: Float64Array;
  /** Some load may run trimmed. */
  readonly trims: boolean;
  /** The scope that refused each load the last time, and what it lacked there: mostly it still does. */
  readonly refusedBy: Int32Array;
  readonly neededWatts: Float64Array;
}

/** Smaller overshoots are rounding [W]. */
export const roundingWatts = 1e-6;

/** The sheet with everything asleep. */
export function openSheet(loads: readonly Load[], rooms: readonly number[]): Sheet {
  const isNarrow = narrowScopes(loads, rooms);
  const first = new Int32Array(loads.length + 1);
  const most = loads.reduce((sum, load) => sum + load.scopes.length, 0);
  const scopes = new Int32Array(most);
  const shares = new Float64Array(most);
  const whole = new Float64Array(loads.length);
  const least = new Float64Array(loads.length);
  const densities = new Float64Array(loads.length);
  let end = 0;
  // By index, and all at once: `from` walks an iterator for each, which is a tenth of the whole choice.
  for (let index = 0; index < loads.length; index += 1) {
    const load = certain(loads[index], "load");
    whole[index] = load.watts;
    least[index] = load.leastWatts;
    densities[index] = load.worth / load.watts;
    for (const { scope, share } of load.scopes)
      if (isNarrow[scope] === true) {
        scopes[end] = scope;
        shares[end] = share;
        end += 1;
      }
    first[index + 1] = end;
  }
  return {
    watts: whole,
    least,
    densities,
    first,
    scopes: scopes.subarray(0, end),
    shares: shares.subarray(0, end),
    narrow: Int32Array.from(isNarrow.flatMap((narrow, scope) => (narrow ? [scope] : []))),
    rooms: Float64Array.from(rooms),
    chosen: new Float64Array(loads.length),
    trims: loads.some(({ watts, leastWatts }) => leastWatts < watts),
    refusedBy: new Int32Array(loads.length),
    neededWatts: new Float64Array(loads.length).fill(Number.NEGATIVE_INFINITY),
  };
}

function narrowScopes(loads: readonly Load[], rooms: readonly number[]): readonly boolean[] {
  const whole = rooms.map(() => 0);
  for (const { watts, scopes } of loads)
    for (const { scope, share } of scopes) whole[scope] = certain(whole[scope], "scope") + watts * share;
  return whole.map((watts, scope) => watts > certain(rooms[scope], "room"));
}

/** What a sleeping load may draw in the room that is left: all, a trimmed part, or nothing [W]. */
export function fitting(sheet: Sheet, load: number): number {
  const { scopes, shares, rooms, refusedBy, neededWatts } = sheet;
  if (at(rooms, at(refusedBy, load)) < at(neededWatts, load) || at(sheet.densities, load) <= 0) return 0;
  const least = at(sheet.least, load);
  const end = at(sheet.first, load + 1);
  let watts = at(sheet.watts, load);
  for (let index = at(sheet.first, load); index < end; index += 1) {
    const scope = at(scopes, index);
    const room = at(rooms, scope) / at(shares, index);
    if (room >= watts - roundingWatts) continue;
    if (room < least) {
      refusedBy[load] = scope;
      neededWatts[load] = (least - roundingWatts) * at(shares, index);
      return 0;
    }
    watts = room;
  }
  return watts;
}

/** Changes what a load is allowed, and what is left for the others. */
export function take(sheet: Sheet, load: number, watts: number): void {
  const { scopes, shares, rooms, chosen } = sheet;
  const by = watts - at(chosen, load);
  if (by === 0) return;
  chosen[load] = watts;
  const end = at(sheet.first, load + 1);
  for (let index = at(sheet.first, load); index < end; index += 1) {
    const scope = at(scopes, index);
    rooms[scope] = at(rooms, scope) - by * at(shares, index);
  }
}

/** Gives every load what still fits, in the given order; those that run trimmed get more where they can. */
export function fillUp(sheet: Sheet, order: Int32Array): void {
  for (const load of order) {
    const before = at(sheet.chosen, load);
    if (before >= at(sheet.watts, load)) continue;
    take(sheet, load, 0);
    take(sheet, load, Math.max(before, fitting(sheet, load)));
  }
}

/** What a load gains beyond what its scopes charge for it. */
export function gainOf(sheet: Sheet, load: number, prices: Float64Array): number {
  let density = at(sheet.densities, load);
  for (let index = at(sheet.first, load); index < at(sheet.first, load + 1); index += 1)
    density -= at(sheet.shares, index) * at(prices, at(sheet.scopes, index));
  return density * at(sheet.watts, load);
}

/** Indices of the keys, the highest key first, then the lowest index. */
export function ranked(keys: Float64Array): Int32Array {
  const order = new Int32Array(keys.length);
  for (let index = 0; index < keys.length; index += 1) order[index] = index;
  return order.sort((a, b) => at(keys, b) - at(keys, a) || a - b);
}

/** A number of an array; the index is there by construction. */
export function at(numbers: Float64Array | Int32Array, index: number): number {
  return numbers[index] as number;
}
