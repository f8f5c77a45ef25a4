/** Invariants of power, on the plant's truth: breakers, continuous currents, ceilings kept, ramps, failsafe. */
import { decisionOf, firstOf, type Invariant, largestMachine, longestSleep, stopwatch } from "../moment.ts";

/** Noise of meters, and what a wake adds between two scans. Choice. */
const toleranceRatio = 0.02;
/** Time for an overload to be seen and shed, and for its contactor [ms]. Source: the core's own 20 s, a contactor's proof and its switching; a full 63 A breaker trips after 39 s at 150 %. */
const overloadMilliseconds = 40_000;

export const breakerNeverTrips: Invariant = {
  name: "breaker-never-trips",
  covers: [19],
  open:
    ({ container }) =>
    () => {
      const { branches, feeder, parameters } = container.plant();
      if (feeder.breaker.tripped) return `breaker ${parameters.feeder.name} has tripped`;
      return firstOf(branches.entries(), ([index, { breaker }]) =>
        breaker.tripped ? `breaker ${parameters.branches[index]?.name} has tripped` : null,
      );
    },
};

export const continuousCurrent: Invariant = {
  name: "continuous-current",
  covers: [19],
  open: ({ site, container }) => {
    const watches = site.branches.map(() => stopwatch());
    const patience = overloadMilliseconds + longestSleep(site);
    return ({ now }) =>
      firstOf(site.branches.entries(), ([index, { name, breakerAmperes, continuousRatio }]) => {
        const place = container.hidden.branches.indexOf(index);
        const { amperes } = container.plant().branches[place] ?? container.plant().feeder;
        const most = breakerAmperes * continuousRatio * (1 + toleranceRatio);
        const worst = Math.max(...amperes);
        const lasted = watches[index]?.(worst > most, now) ?? 0;
        return lasted > patience
          ? `${name} has carried ${worst.toFixed(1)} A above ${most.toFixed(1)} A for ${lasted / 1000} s`
          : null;
      });
  },
};

export const ceilingKept: Invariant = {
  name: "ceiling-kept",
  covers: [1],
  open: ({ site, container }) => {
    const watch = stopwatch();
    const tolerance = site.ratedWatts * toleranceRatio + largestMachine(site);
    const patience = overloadMilliseconds + longestSleep(site);
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null) return null;
      const { watts } = container.plant().feeder;
      const above = watts > decision.ceilingWatts + tolerance;
      // Machines within their minimum on-time are left running for an ordinary order.
      const more = (): boolean =>
        container.machines.some(
          ({ name, stage, since, starts }) =>
            stage === "hashing" &&
            decision.minerTargets[name]?.mode !== "sleep" &&
            (starts === 0 || moment.now - since > site.policy.minimumOnMilliseconds),
        );
      const lasted = watch(above && more(), moment.now);
      return lasted > patience
        ? `${Math.round(watts)} W have flowed above the ceiling of ${Math.round(decision.ceilingWatts)} W for ${lasted / 1000} s, with machines left to shed`
        : null;
    };
  },
};

export const rampUpKept: Invariant = {
  name: "ramp-up-kept",
  covers: [11],
  open: ({ site }) => {
    let before: { readonly at: number; readonly watts: number; readonly startedAt: number | null } | null = null;
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null) return null;
      const last = before;
      before = { at: moment.now, watts: decision.ceilingWatts, startedAt: moment.startedAt };
      if (last === null || last.startedAt !== moment.startedAt || decision.mode === "starting") return null;
      // The scan that completes the image still takes over what it found.
      if (moment.now - (moment.startedAt ?? 0) < site.policy.startHoldMilliseconds + 2000) return null;
      const most = last.watts + (site.policy.rampUpWattsPerSecond * (moment.now - last.at)) / 1000 + 1;
      return decision.ceilingWatts > most
        ? `the ceiling rose from ${Math.round(last.watts)} W to ${Math.round(decision.ceilingWatts)} W within ${(moment.now - last.at) / 1000} s`
        : null;
    };
  },
};

export const failsafeHolds: Invariant = {
  name: "failsafe-holds",
  covers: [13, 17],
  open: ({ site, dispatcher }) => {
    const { policy } = site;
    let lastBeat = 0;
    let heard: number | null = null;
    let ordered = false;
    let startedAt: number | null = null;
    const settling = policy.jitterMilliseconds + (site.ratedWatts / policy.rampDownWattsPerSecond) * 1000 + 5000;
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null || moment.scan === null) return null;
      if (startedAt !== moment.startedAt) {
        startedAt = moment.startedAt;
        ordered = false;
        lastBeat = moment.now;
      }
      const { heartbeat } = moment.scan.image;
      if (heartbeat.at !== heard) {
        heard = heartbeat.at;
        lastBeat = moment.now;
      }
      ordered ||= decision.acknowledgements.some(({ state }) => state === "accepted");
      const silent = moment.now - lastBeat;
      const limit = ordered ? policy.heartbeatTimeoutMilliseconds + settling : policy.startHoldMilliseconds + settling;
      const since = ordered ? silent : moment.now - (startedAt ?? 0);
      const most = Math.max(policy.failsafeWatts, ordered ? (dispatcher.scheduled(moment.now, settling) ?? 0) : 0);
      return since > limit && decision.ceilingWatts > most + 1
        ? `${ordered ? `no heartbeat for ${silent / 1000} s` : "nothing ordered since the start"}, and the ceiling is ${Math.round(decision.ceilingWatts)} W, above failsafe`
        : null;
    };
  },
};
