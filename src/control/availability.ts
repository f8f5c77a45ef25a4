/** What the container offers: the least and the most power it could have if only the remote limits moved. */
import type { Decision } from "../model/decision.ts";
import { takesCommands } from "../model/dialects.ts";
import type { Site } from "../model/site.ts";
import { isGentle, unlimitedWatts } from "./arbitration.ts";
import type { Assessed } from "./assess.ts";
import { certain } from "./impossible.ts";
import type { Ordered } from "./orders.ts";

/** What the container could do if only the remote limits moved. */
export function availabilityOf(
  site: Site,
  { layout, fleet, balances }: Assessed,
  ordered: Ordered,
): Decision["availability"] {
  const root = certain(balances[layout.root], "root");
  let asleep = 0;
  let runnable = 0;
  let machinesNext = 0;
  for (let index = 0; index < layout.machines.length; index += 1) {
    const { model, contactors } = certain(layout.machines[index], "machine");
    const { phase, ours, command, trim } = certain(fleet.machines[index], "machine");
    const { nextWatts, unknownWatts } = certain(fleet.accounts[index], "account");
    machinesNext += nextWatts + unknownWatts;
    if (!takesCommands(model.dialect)) {
      // Its contactor takes all of it, and gives it back; without one it stays as it is.
      asleep += contactors.length > 0 ? 0 : nextWatts + unknownWatts;
      runnable += Math.max(model.ratedWatts, nextWatts + unknownWatts);
      continue;
    }
    const sheddable =
      phase === "hashing" ||
      phase === "trimmed" ||
      phase === "waking" ||
      phase === "curtailing" ||
      (phase === "asleep" && ours);
    asleep += sheddable ? Math.min(model.asleepWatts, nextWatts) : nextWatts + unknownWatts;
    // Under a limit of ours it has shown what it draws without; more is a promise of its plate.
    const wholeWatts = command === "limit" || command === "restore" ? (trim?.wholeWatts ?? 0) : model.ratedWatts;
    runnable += sheddable ? Math.max(wholeWatts, nextWatts) : nextWatts + unknownWatts;
  }
  const rest = Math.max(0, root.nextWatts + root.unknownWatts - machinesNext);
  const local = ordered.limits
    .filter((limit) => limit.scope === "container" && !isGentle(limit))
    .reduce((least, { ceilingWatts }) => Math.min(least, ceilingWatts), unlimitedWatts);
  const minimumWatts = Math.max(site.minimumWatts, rest + asleep);
  return { minimumWatts, maximumWatts: Math.max(0, Math.min(local, rest + runnable)) };
}
