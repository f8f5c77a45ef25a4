/** What meters that average show late: machines that have gone and are still in their figures, machines that have come and are not wholly in them yet. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Judged } from "../judge.ts";
import type { Layout } from "../layout.ts";
import type { MachineState } from "../machines/machine.ts";

/** What one branch's meter may show wrongly of machines whose change is proven [W]. */
export interface Passing {
  /** Gone, and still shown. */
  readonly goneWatts: number;
  /** Come, and not shown yet. */
  readonly comeWatts: number;
}

/** The meter shows what is there. */
export const nothingPasses: Passing = { goneWatts: 0, comeWatts: 0 };

/** A change is over once it is as many ages old. Source: e^-7 is a thousandth, less than the noise of any meter. */
const agesUntilOver = 7;

/** A machine that changed lately. */
interface Change {
  readonly branch: number;
  readonly at: Milliseconds;
  readonly watts: number;
  readonly gone: boolean;
}

/**
 * Aligned with branches. A meter that tells of `age` ago averages over about that time: of a change it still misses
 * e^(-elapsed/age), if it smooths; less, if it takes the plain mean of that time.
 */
export function passingOf(
  layout: Layout,
  machines: readonly MachineState[],
  powered: readonly boolean[],
  meters: readonly (Judged | null)[],
  now: Milliseconds,
): readonly Passing[] {
  const ages = meters.map((meter) => (meter === null || meter.quality === "bad" ? 0 : Math.max(0, now - meter.at)));
  const since = now - agesUntilOver * ages.reduce((most, age) => Math.max(most, age), 0);
  const passing: { goneWatts: number; comeWatts: number }[] = [];
  for (const change of changesSince(layout, machines, powered, since)) {
    for (let branch: number | null = change.branch; branch !== null; branch = layout.branches[branch]?.parent ?? null) {
      const ratio = (now - change.at) / Math.max(1, ages[branch] ?? 0);
      if (ratio >= agesUntilOver) continue;
      const watts = change.watts * Math.exp(-ratio);
      const sum = passing[branch] ?? { goneWatts: 0, comeWatts: 0 };
      if (change.gone) sum.goneWatts += watts;
      else sum.comeWatts += watts;
      passing[branch] = sum;
    }
  }
  return layout.branches.map((_, index) => passing[index] ?? nothingPasses);
}

function changesSince(
  layout: Layout,
  machines: readonly MachineState[],
  powered: readonly boolean[],
  since: Milliseconds,
): readonly Change[] {
  const changes: Change[] = [];
  for (let index = 0; index < machines.length; index += 1) {
    const place = layout.machines[index];
    const machine = machines[index];
    if (place === undefined || machine === undefined) continue;
    const { asleepSince, wokenAt, phase } = machine;
    const { branch } = place;
    if (asleepSince !== null) {
      if (asleepSince > since) changes.push({ branch, at: asleepSince, watts: machine.baselineWatts, gone: true });
    } else if (machine.since > since) {
      if (powered[index] === false) changes.push({ branch, at: machine.since, watts: machine.lastWatts, gone: true });
      else if (wokenAt !== null && (phase === "hashing" || phase === "trimmed"))
        changes.push({ branch, at: machine.since, watts: machine.lastWatts, gone: false });
    }
  }
  return changes;
}
