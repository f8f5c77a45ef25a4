/** The explanation: for every limited scope what binds it, what comes next, and what must change for more. One reason, shown everywhere. */
import type { ScopeExplanation } from "../model/decision.ts";
import type { Limit, LimitSource, Scope } from "../model/reason.ts";
import type { ScopeCeilings } from "./arbitration.ts";
import { ceilingsOf, unlimitedWatts } from "./arbitration.ts";
import { kilowatts } from "./figures.ts";
import { certain } from "./impossible.ts";

/** Explains every scope that has a limit, container first. */
export function explain(
  scopes: readonly Scope[],
  ceilings: ReadonlyMap<Scope, ScopeCeilings>,
  nextWatts: readonly number[],
  holding: string | null,
): readonly ScopeExplanation[] {
  return scopes.flatMap((scope, index) => {
    const { binding, next } = ceilingsOf(ceilings, scope);
    if (binding === null) return [];
    const accountedWatts = certain(nextWatts[index], "scope");
    const forMore = holding !== null && scope === "container" ? holding : forMoreOf(binding, next, accountedWatts);
    return [{ scope, binding, next, accountedWatts, forMore }];
  });
}

/** What must change for more power, in a sentence. */
function forMoreOf(binding: Limit, next: Limit | null, accountedWatts: number): string {
  const after =
    next === null || next.ceilingWatts >= unlimitedWatts
      ? "nothing else limits it then"
      : `then ${kilowatts(next.ceilingWatts)} are next (${next.reason.code})`;
  const idle =
    binding.ceilingWatts - accountedWatts > 0.1 * binding.ceilingWatts
      ? ` ${kilowatts(binding.ceilingWatts - accountedWatts)} of it are free: no machine at hand can take them in this moment.`
      : "";
  return `${remedy(binding)}; ${after}.${idle}`;
}

/** What would lift a limit, by who set it. */
const remedies: Readonly<Record<LimitSource, string>> = {
  site: "Only a larger rating allows more",
  envelope: "The measured state must improve",
  trip: "A person here must reset the trip when its cause is gone and the cool-down is over",
  dispatch: "A higher setpoint of the dispatcher allows more",
  group: "A higher setpoint of the group allows more",
  operator: "A higher setpoint of the operator allows more",
  failsafe: "A heartbeat of the dispatcher and then a fresh setpoint end the failsafe",
  lockout: "A person at the container must release the lockout",
  start: "The start must complete",
  stop: "The process is ending",
  ramp: "The ramp is on its way",
};

function remedy({ source, reason }: Limit): string {
  return reason.code === "remote-stop" ? "Whoever ordered the stop must release it" : remedies[source];
}
