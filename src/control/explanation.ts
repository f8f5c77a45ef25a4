/** The explanation: for every limited scope what binds it, what comes next, and what must change for more. One reason, shown everywhere. */
import type { ScopeExplanation } from "../model/decision.ts";
import type { Limit, Scope } from "../model/reason.ts";
import type { ScopeCeilings } from "./arbitration.ts";
import { unlimitedWatts } from "./arbitration.ts";
import { kilowatts } from "./figures.ts";

/** Explains every scope that has a limit, container first. */
export function explain(
  scopes: readonly Scope[],
  ceilings: ReadonlyMap<Scope, ScopeCeilings>,
  nextWatts: readonly number[],
  holding: string | null,
): readonly ScopeExplanation[] {
  return scopes.flatMap((scope, index) => {
    const { binding, next } = ceilings.get(scope) ?? { binding: null, next: null };
    if (binding === null) return [];
    const accountedWatts = nextWatts[index] ?? 0;
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

function remedy({ source, reason }: Limit): string {
  switch (source) {
    case "site":
      return "Only a larger rating allows more";
    case "envelope":
      return "The measured state must improve";
    case "trip":
      return "A person here must reset the trip when its cause is gone and the cool-down is over";
    case "dispatch":
    case "group":
      return reason.code === "remote-stop" ? "The dispatcher must release its stop" : "A higher setpoint allows more";
    case "operator":
      return reason.code === "remote-stop" ? "The operator must release the stop" : "The operator's setpoint must rise";
    case "failsafe":
      return "A heartbeat of the dispatcher and then a fresh setpoint end the failsafe";
    case "lockout":
      return "A person at the container must release the lockout";
    case "start":
      return "The start must complete";
    case "stop":
      return "The process is ending";
    case "ramp":
      return "The ramp is on its way";
  }
}
