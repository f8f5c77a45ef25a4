/** Whether a contactor may close on machines that are to sleep as they come up: only where a meter watches, every breaker bears them all, and one may then wake. */
import { takesCommands } from "../../model/dialects.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { ContactorState } from "../contactors.ts";
import { certain } from "../impossible.ts";
import type { WaitingBranch } from "./make-room.ts";
import { type Plan, roomIn } from "./plan.ts";

/** After this many closings in a row that ended with too much power it waits for so long before the next [ms]. Source: choice: one may be an accident; an hour spares the contactor. */
const failuresUntilPatient = 2;
const patienceMilliseconds: Milliseconds = 3_600_000;

/** Its machines did not sleep as they came up, again and again: it is left open for long. */
export function isPatient(state: ContactorState, now: Milliseconds): boolean {
  return state.failedClosings >= failuresUntilPatient && now - state.commandedAt < patienceMilliseconds;
}

/** `bearsWatts`: most each branch bears for the minutes of a start, 0 where no meter shows it. */
export function mayCloseAsleep(
  plan: Plan,
  { branch, reservedWatts }: WaitingBranch,
  bearsWatts: readonly number[],
): boolean {
  const lacking = reservedWatts.map((watts, scope) => watts > 0 && watts > roomIn(plan, scope));
  return (
    // One that takes no commands would come up and stay up.
    certain(plan.layout.branches[branch], "branch").behind.every((machine) => obeys(plan, machine)) &&
    plan.layout.tanks.every(({ scope }) => lacking[scope] !== true) &&
    isBorne(plan, branch, reservedWatts, lacking, bearsWatts) &&
    oneMayWake(plan, branch)
  );
}

function obeys({ layout }: Plan, machine: number): boolean {
  return takesCommands(certain(layout.machines[machine], "machine").model.dialect);
}

/** Should they all come nevertheless, every breaker up to the feeder bears it until the contactor is open again. */
function isBorne(
  plan: Plan,
  branch: number,
  reservedWatts: readonly number[],
  lacking: readonly boolean[],
  bearsWatts: readonly number[],
): boolean {
  const { parent, scope, phases } = certain(plan.layout.branches[branch], "branch");
  const tight = [scope, ...phases].some((covered) => lacking[covered]);
  const comes = certain(plan.nextWatts[scope], "next") + certain(reservedWatts[scope], "reservation");
  if (tight && comes > certain(bearsWatts[branch], "bearing")) return false;
  return parent === null || isBorne(plan, parent, reservedWatts, lacking, bearsWatts);
}

/** With all of them asleep there is room for the first one to wake; else it would close for nothing. */
function oneMayWake(plan: Plan, branch: number): boolean {
  const { behind } = certain(plan.layout.branches[branch], "branch");
  const asleep = plan.layout.scopes.map(() => 0);
  for (const machine of behind) {
    const { model, scopes } = certain(plan.layout.machines[machine], "machine");
    for (const { scope, share } of scopes) asleep[scope] = certain(asleep[scope], "scope") + model.asleepWatts * share;
  }
  return behind.some((machine) => {
    const { model, scopes } = certain(plan.layout.machines[machine], "machine");
    const peak = Math.max(model.peakWakeWatts, model.ratedWatts);
    return scopes.every(({ scope, share }) => peak * share <= roomIn(plan, scope) - certain(asleep[scope], "scope"));
  });
}
