/** What machines are worth running, put as loads of a choice: which of those awake to keep, and which of those asleep to wake. */
import { certain } from "../impossible.ts";
import { wearAt } from "../machines/machine.ts";
import { choose } from "./choose.ts";
import { type Plan, quietRoomUnder } from "./plan.ts";
import type { Load } from "./sheet.ts";

/** Each start of the last day that a machine has had beyond the least of its like weighs like so much of its worth, up to a few. Source: choice: at a ceiling that comes and goes the machine at its edge would have all the starts; machines of one make differ by up to a tenth, and 2 starts a day are allowed each. */
const wearRatioPerStart = 0.03;
const mostStartsCounted = 3;

/** Which of the machines that are awake, the best first, stay so under the lowest ceilings in sight. */
export function keptAwake(plan: Plan, awake: readonly number[]): ReadonlySet<number> {
  const rooms = plan.limitWatts.map((ceiling, scope) => ceiling - certain(plan.nextWatts[scope], "next"));
  const wear = wearOf(plan, awake);
  const shedding: number[] = [];
  const loads: Load[] = [];
  for (const machine of awake) {
    const { model, scopes } = certain(plan.layout.machines[machine], "machine");
    const watts = certain(plan.accounts[machine], "account").nextWatts - model.asleepWatts;
    // Its sleep takes nothing off: whether it is kept matters to nobody.
    if (watts <= 0) continue;
    for (const { scope, share } of scopes) rooms[scope] = certain(rooms[scope], "room") + watts * share;
    const { joulesPerTerahash } = certain(plan.machines[machine], "machine");
    shedding.push(machine);
    loads.push({
      watts,
      leastWatts: watts,
      worth: (watts / joulesPerTerahash) * (1 + wear(machine)),
      scopes,
    });
  }
  const chosen = choose(loads, rooms);
  return new Set(shedding.filter((_, index) => certain(chosen[index], "load") > 0));
}

/** Which of the machines that could wake are worth it together, each with the peak of its start. */
export function worthWaking(
  plan: Plan,
  asleep: readonly number[],
  stepOf: (machine: number) => number,
): ReadonlySet<number> {
  const rooms = plan.limitWatts.map((ceiling, scope) => quietRoomUnder(plan, scope, ceiling));
  const wear = wearOf(plan, asleep);
  const loads = asleep.map((machine): Load => {
    const { model, scopes } = certain(plan.layout.machines[machine], "machine");
    const { joulesPerTerahash } = certain(plan.machines[machine], "machine");
    const watts = stepOf(machine);
    const worth = (model.ratedWatts / joulesPerTerahash) * (1 - wear(machine));
    return { watts, leastWatts: watts, worth, scopes };
  });
  const chosen = choose(loads, rooms);
  return new Set(asleep.filter((_, index) => certain(chosen[index], "load") > 0));
}

/** What another start of a machine is worth, as a share of its own worth. */
function wearOf(plan: Plan, machines: readonly number[]): (machine: number) => number {
  const startsOf = (machine: number): number => wearAt(certain(plan.machines[machine], "machine"), plan.now);
  const least = machines.reduce((fewest, machine) => Math.min(fewest, startsOf(machine)), Number.MAX_SAFE_INTEGER);
  return (machine) => wearRatioPerStart * Math.min(mostStartsCounted, startsOf(machine) - least);
}
