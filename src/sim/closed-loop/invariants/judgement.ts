/** Invariants of judgement: a lost value never allows more, every command is answered, its end told once. */
import type { Decision } from "../../../model/decision.ts";
import type { Scope } from "../../../model/reason.ts";
import { decisionOf, firstOf, type Invariant } from "../moment.ts";
import type { FaultName } from "../scenario.ts";

const lossy: ReadonlySet<FaultName> = new Set(["line-dead", "missing", "no-reply", "stale", "not-a-number"]);
/** After a change every scan is compared, later one in so many: it costs a second step. Choice. */
const everyScans = 10;
const closelyScans = 20;
const roundingWatts = 1e-6;

function ceilings(decision: Decision): ReadonlyMap<Scope, number> {
  const least = new Map<Scope, number>();
  for (const { scope, ceilingWatts } of decision.limits)
    least.set(scope, Math.min(least.get(scope) ?? Number.POSITIVE_INFINITY, ceilingWatts));
  return least;
}

export const lossNeverRaises: Invariant = {
  name: "loss-never-raises",
  covers: [4],
  open: ({ faults, instruments }) => {
    let version = -1;
    let scans = 0;
    return (moment) => {
      if (moment.scan === null) return null;
      if (version !== faults.version()) {
        version = faults.version();
        scans = 0;
      }
      scans += 1;
      if (!faults.list().some(({ fault }) => lossy.has(fault))) return null;
      if (scans > closelyScans && scans % everyScans !== 0) return null;
      const { decision, image } = moment.scan;
      const healthy = instruments.healthy();
      const whole = moment.scan.instead(
        Object.fromEntries(
          Object.keys(healthy).map((name) => {
            const seen = image.readings[name];
            const lost =
              seen === undefined ||
              seen.quality === "bad" ||
              !Number.isFinite(seen.value) ||
              seen.at < moment.now - 2500;
            const there = healthy[name];
            return [
              name,
              lost && there !== undefined ? there : (seen ?? { quality: "bad", fault: "not-read-yet", at: moment.now }),
            ];
          }),
        ),
      );
      if (decision.ceilingWatts > whole.ceilingWatts + roundingWatts)
        return `a lost value raises the ceiling from ${Math.round(whole.ceilingWatts)} W to ${Math.round(decision.ceilingWatts)} W`;
      const there = ceilings(decision);
      return firstOf(ceilings(whole), ([scope, watts]) => {
        const lost = there.get(scope) ?? Number.POSITIVE_INFINITY;
        return lost > watts + roundingWatts
          ? `a lost value raises the limit of ${scope} from ${Math.round(watts)} W to ${Math.round(lost)} W`
          : null;
      });
    };
  },
};

export const commandsAnswered: Invariant = {
  name: "commands-answered",
  covers: [15],
  open: () => {
    const ends = new Set<string>();
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null) return null;
      const silent = moment.commands.find(({ id }) => decision.acknowledgements.every((answer) => answer.id !== id));
      if (silent !== undefined) return `command ${silent.id} got no answer`;
      return firstOf(decision.acknowledgements, ({ id, state }) => {
        if (!["expired", "superseded", "cancelled", "failed"].includes(state) || id === null) return null;
        if (ends.has(id)) return `the end of command ${id} is told twice`;
        ends.add(id);
        return null;
      });
    };
  },
};

export const figuresAreFinite: Invariant = {
  name: "figures-are-finite",
  covers: [31],
  open: () => (moment) => {
    const decision = decisionOf(moment);
    if (decision === null) return null;
    const { power, availability } = decision;
    const figures = [
      decision.ceilingWatts,
      power.accountedWatts,
      power.machinesWatts,
      power.reservedWatts,
      availability.minimumWatts,
      availability.maximumWatts,
    ];
    return figures.every((figure) => Number.isFinite(figure) && figure >= 0)
      ? null
      : `a figure is ${figures.join(", ")}`;
  },
};
