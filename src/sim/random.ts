/** Chance that can be repeated: the same seed gives the same numbers, everywhere. Pure but for its own counter. */

export interface Random {
  /** From 0 (inclusive) to 1 (exclusive). */
  next(): number;
  between(low: number, high: number): number;
  /** A whole number below `count`. */
  below(count: number): number;
  /** Around 0, about normal: two thirds within ±1. */
  noise(): number;
  /** A generator of its own: what it is asked for changes nothing here. */
  fork(name: string): Random;
}

/** Numbers from a seed. Source: mulberry32, public domain. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    below: (count) => Math.floor(next() * count),
    // The sum of three even numbers, scaled to a variance of 1.
    noise: () => (next() + next() + next() - 1.5) * 2,
    fork: (name) => randomOf(seedOf(seed, name)),
  };
}

/** FNV-1a over the name, from the parent's seed. */
function seedOf(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0;
}
