/** Random containers for the bench of the allocation: machines of several makes in a tree of branches, in tanks that cross it, on uneven phases. */
import type { Load } from "../../../src/control/allocation/sheet.ts";
import type { Random } from "../../../src/sim/random.ts";

export interface RandomContainer {
  readonly loads: readonly Load[];
  /** Ceilings of the scopes: container first, then branches, phases, tanks, cooling loops [W]. */
  readonly rooms: readonly number[];
  readonly trims: boolean;
}

/** Rated watts and joules per terahash. Source: facts on miners, section 4. */
const models: readonly (readonly [watts: number, joulesPerTerahash: number])[] = [
  [3068, 29.5],
  [2760, 23],
  [3010, 21.5],
  [3500, 17.5],
  [5360, 16],
  [3422, 29],
  [5324, 22],
  [3423, 19.9],
  [5492, 19.9],
  [3315, 19.5],
  [3850, 12.8],
];

/** Machines of one make differ by this much. Source: captured replies of one farm; choice: ± 5 %. */
const spreadRatio = 0.05;
/** A trim without a restart reaches down to this share. Source: facts on miners: stock low-power modes are 25 to 40 % below. */
const leastRatio = 0.6;

/** A container of 100 to 1,000 machines, or of exactly so many. */
export function randomContainer(random: Random, exactly?: number): RandomContainer {
  const count = exactly ?? 100 + random.below(901);
  const kinds = Array.from({ length: 1 + random.below(5) }, () => models[random.below(models.length)] ?? models[0]);
  const trims = random.next() < 0.5;
  const branches = Math.max(2, Math.round(count / random.between(12, 40)));
  const sections = random.next() < 0.5 ? 1 + random.below(4) : 0;
  const tanks = Math.max(2, Math.round(count / random.between(20, 60)));
  const loops = random.next() < 0.5 ? 1 + random.below(3) : 0;
  const singlePhase = random.next() < 0.5;
  const scopeOf = scopesOf({ branches, sections, tanks, loops });
  const loads = Array.from({ length: count }, (_, index): Load => {
    const [rated, joules] = kinds[random.below(kinds.length)] ?? [3400, 20];
    const watts = rated * random.between(1 - spreadRatio, 1 + spreadRatio);
    const worth = watts / (joules * random.between(1 - spreadRatio, 1 + spreadRatio));
    const leastWatts = trims && random.next() < 0.4 ? watts * leastRatio : watts;
    // Machines of one tank mostly hang on neighbouring branches.
    const tank = Math.floor((index / count) * tanks);
    const branch = (Math.floor((index / count) * branches) + (random.next() < 0.3 ? 1 : 0)) % branches;
    return { watts, leastWatts, worth, scopes: scopeOf(branch, singlePhase ? random.below(3) : null, tank) };
  });
  return { loads, rooms: roomsOf(loads, random), trims };
}

interface Shape {
  readonly branches: number;
  readonly sections: number;
  readonly tanks: number;
  readonly loops: number;
}

/** Container 0; then branches with their phases, sections, tanks, cooling loops. */
function scopesOf({ branches, sections, tanks, loops }: Shape) {
  const firstPhase = 1 + branches;
  const firstSection = firstPhase + 3 * (branches + 1);
  const firstTank = firstSection + sections;
  const firstLoop = firstTank + tanks;
  const phases = (owner: number, phase: number | null) =>
    phase === null
      ? [0, 1, 2].map((each) => ({ scope: firstPhase + 3 * owner + each, share: 1 / 3 }))
      : [{ scope: firstPhase + 3 * owner + phase, share: 1 }];
  return (branch: number, phase: number | null, tank: number): Load["scopes"] => [
    { scope: firstTank + tank, share: 1 },
    ...phases(branch, phase),
    ...phases(branches, phase),
    { scope: 1 + branch, share: 1 },
    ...(sections === 0 ? [] : [{ scope: firstSection + (branch % sections), share: 1 }]),
    ...(loops === 0 ? [] : [{ scope: firstLoop + (tank % loops), share: 1 }]),
    { scope: 0, share: 1 },
  ];
}

/** Ceilings at 30 to 100 % of what each scope would draw; the container always has one, every other scope one time in two. */
function roomsOf(loads: readonly Load[], random: Random): readonly number[] {
  const whole: number[] = [];
  for (const { watts, scopes } of loads)
    for (const { scope, share } of scopes) whole[scope] = (whole[scope] ?? 0) + watts * share;
  return Array.from(whole, (watts, scope) =>
    scope === 0 || random.next() < 0.5 ? (watts ?? 0) * random.between(0.3, 1) : Number.MAX_SAFE_INTEGER,
  );
}
