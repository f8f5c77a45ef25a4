/** Makes a choice better by tries: a few machines of one scope are taken out, the scope is filled up anew in another order, and what is better is kept. */
import { at, fitting, type Sheet, take } from "./sheet.ts";

/** Source: measured with `npm run bench -- allocation`: three times as many gain 0.02 % at the median, 0.2 % at the 5th percentile. */
const tries = 400;
/** Loads on either side of the border between gain and loss: prices leave the choice open only there. Source: measured, as above. */
const borderLoads = 12;
/** Loads taken out in one try. Source: measured, as above: more rarely find a better place. */
const mostTaken = 3;
/** Share of the tries in which trimmed machines are trimmed further first, and share of the loads passed over at first. Source: measured, as above. */
const squeezeShare = 0.5;
const passShare = 0.3;
/** Smaller gains are rounding; and what is no better is not worth a change: of machines alike the first run. */
const smallestGain = 1e-9;

/** Loads of one scope, those that gain most first, and the part of them near the border. */
interface Members {
  readonly loads: Int32Array;
  readonly border: number;
  readonly from: number;
  readonly to: number;
}

/** One try: what it changed, so that it can be undone, and what it gained so far; negative: lost. */
interface Attempt {
  readonly sheet: Sheet;
  readonly loads: number[];
  readonly before: number[];
  readonly draw: () => number;
  gained: number;
}

/** Stirs every narrow scope in turn. The same sheet gives the same choice. */
export function stir(sheet: Sheet, gains: Float64Array, order: Int32Array): void {
  const members = membersOf(sheet, gains, order);
  const draw = openChance();
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const scope = members[at(sheet.narrow, attempt % sheet.narrow.length)] as Members;
    const trial: Attempt = { sheet, loads: [], before: [], draw, gained: 0 };
    takeOut(trial, scope);
    const first = trial.loads[0];
    if (sheet.trims && draw() < squeezeShare) squeeze(trial, scope);
    const touched = trial.loads.length;
    if (touched === 0) continue;
    refill(trial, first === undefined || draw() < 0.5 ? scope : (members[scopeOf(sheet, first, draw())] as Members));
    for (let index = 0; index < touched; index += 1) give(trial, trial.loads[index] as number);
    if (trial.gained < smallestGain) undo(trial);
  }
}

/** Chance that can be repeated; in an array, which cuts it to 32 bits. Source: the linear congruential generator of Numerical Recipes. */
function openChance(): () => number {
  const seed = Uint32Array.of(1);
  return () => {
    seed[0] = Math.imul(seed[0] as number, 1664525) + 1013904223;
    return seed[0] / 2 ** 32;
  };
}

/** By scope; empty for scopes that are wide enough. */
function membersOf(sheet: Sheet, gains: Float64Array, order: Int32Array): readonly Members[] {
  const loads: number[][] = Array.from(sheet.rooms, () => []);
  const borders = new Int32Array(sheet.rooms.length);
  for (const load of order)
    for (let index = at(sheet.first, load); index < at(sheet.first, load + 1); index += 1) {
      const scope = at(sheet.scopes, index);
      (loads[scope] as number[]).push(load);
      if (at(gains, load) > 0) borders[scope] = at(borders, scope) + 1;
    }
  return loads.map((each, scope) => ({
    loads: Int32Array.from(each),
    border: at(borders, scope),
    from: Math.max(0, at(borders, scope) - 2 * borderLoads),
    to: Math.min(each.length, at(borders, scope) + 2 * borderLoads),
  }));
}

/** Any of a load's scopes. */
function scopeOf(sheet: Sheet, load: number, chance: number): number {
  const begin = at(sheet.first, load);
  return at(sheet.scopes, begin + Math.floor(chance * (at(sheet.first, load + 1) - begin)));
}

/** One to three that run, most likely those nearest the border. */
function takeOut(trial: Attempt, { loads, border }: Members): void {
  const { sheet, draw } = trial;
  const most = 1 + Math.floor(draw() * mostTaken);
  for (let look = 0; look < 2 * mostTaken + 2 && trial.loads.length < most; look += 1) {
    const rank = Math.floor(border + (draw() + draw() - 1) * borderLoads);
    if (rank < 0 || rank >= loads.length) continue;
    const load = at(loads, rank);
    if (at(sheet.chosen, load) > 0) set(trial, load, 0);
  }
}

/** Machines near the border that can be trimmed are trimmed as far as they can. */
function squeeze(trial: Attempt, { loads, from, to }: Members): void {
  const { chosen, least } = trial.sheet;
  for (let rank = from; rank < to; rank += 1) {
    const load = at(loads, rank);
    if (at(chosen, load) > at(least, load)) set(trial, load, at(least, load));
  }
}

/** What sleeps near the border runs again where it fits; some are passed over at first, so that others come before them. */
function refill(trial: Attempt, { loads, from, to }: Members): void {
  const { sheet, draw } = trial;
  const { chosen } = sheet;
  const passed: number[] = [];
  for (let rank = from; rank < to; rank += 1) {
    const load = at(loads, rank);
    if (at(chosen, load) > 0) continue;
    const fits = fitting(sheet, load);
    if (fits === 0) continue;
    if (draw() < passShare) passed.push(load);
    else set(trial, load, fits);
  }
  for (const load of passed) give(trial, load);
}

/** All that fits, for a load that sleeps or runs trimmed. */
function give(trial: Attempt, load: number): void {
  const { sheet } = trial;
  const before = at(sheet.chosen, load);
  if (before >= at(sheet.watts, load)) return;
  take(sheet, load, 0);
  const fits = Math.max(before, fitting(sheet, load));
  take(sheet, load, before);
  if (fits > before) set(trial, load, fits);
}

function set(trial: Attempt, load: number, watts: number): void {
  const { sheet } = trial;
  const before = at(sheet.chosen, load);
  trial.loads.push(load);
  trial.before.push(before);
  trial.gained += (watts - before) * at(sheet.densities, load);
  take(sheet, load, watts);
}

function undo(trial: Attempt): void {
  for (let index = trial.loads.length - 1; index >= 0; index -= 1)
    take(trial.sheet, trial.loads[index] as number, trial.before[index] as number);
}
