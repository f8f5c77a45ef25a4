/** The bound of a solver: the same choice as a mixed integer program for HiGHS. Knows nothing of our own algorithm. */
import highsModule, { type Highs } from "highs";
import type { Load } from "../../../src/control/allocation/sheet.ts";

/** Its types are those of the CommonJS build; as a module its default export is the loader itself. */
const loadHighs = highsModule as unknown as typeof highsModule.default;

export interface Bound {
  /** No choice is worth more. */
  readonly worth: number;
  /** The best choice that the solver found. */
  readonly found: number;
}

export type Solver = (loads: readonly Load[], rooms: readonly number[]) => Bound;

/** HiGHS with a bound on its time [s]; what it has proven by then counts. */
export async function openSolver(limitSeconds: number): Promise<Solver> {
  const highs = await loadHighs();
  return (loads, rooms) => solve(highs, loads, rooms, limitSeconds);
}

function solve(highs: Highs, loads: readonly Load[], rooms: readonly number[], limitSeconds: number): Bound {
  const starts = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (const { watts, scopes } of loads) {
    for (const { scope, share } of scopes) {
      indices.push(scope);
      values.push((watts * share) / 1000);
    }
    starts.push(indices.length);
  }
  const { maximize } = highs.constants.objectiveSense;
  const { integer, semiContinuous } = highs.constants.variableType;
  return highs.withModel((model) => {
    model.passModel({
      numCols: loads.length,
      numRows: rooms.length,
      sense: maximize,
      colCost: loads.map(({ worth }) => worth),
      colLower: loads.map(({ watts, leastWatts }) => (leastWatts < watts ? leastWatts / watts : 0)),
      colUpper: loads.map(() => 1),
      rowLower: rooms.map(() => -highs.infinity),
      rowUpper: rooms.map((watts) => (watts >= Number.MAX_SAFE_INTEGER ? highs.infinity : watts / 1000)),
      matrix: { format: "csc", numRows: rooms.length, numCols: loads.length, starts, indices, values },
      integrality: loads.map(({ watts, leastWatts }) => (leastWatts < watts ? semiContinuous : integer)),
    });
    model.options.set({ output_flag: false, time_limit: limitSeconds, mip_rel_gap: 1e-5 });
    model.run();
    return { worth: Number(model.info.get("mip_dual_bound")), found: model.getObjectiveValue() };
  });
}
