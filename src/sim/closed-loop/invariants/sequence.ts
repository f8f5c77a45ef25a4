/** Invariants of order in time: who is woken when, contactors, latches, the disk before a raise. */
import type { Decision } from "../../../model/decision.ts";
import { decisionOf, firstOf, type Invariant, stopwatch } from "../moment.ts";

export const minimumOffTime: Invariant = {
  name: "minimum-off-time",
  covers: [10],
  open:
    ({ site }) =>
    ({ now, woken }) =>
      firstOf(woken, ({ name, stage, since, model }) => {
        if (stage !== "asleep") return null;
        // Proven asleep is below half of its power, a little before the last watt is gone.
        const slept = now - since + model.sleepMilliseconds / 2;
        return slept < site.policy.minimumOffMilliseconds ? `${name} is woken after ${slept / 1000} s of sleep` : null;
      }),
};

export const wakesOnlyOwn: Invariant = {
  name: "wakes-only-own",
  covers: [],
  open:
    ({ foreignSleepers }) =>
    ({ woken }) =>
      firstOf(woken, ({ name }) =>
        foreignSleepers.has(name) ? `${name} is woken, but somebody else had put it to sleep` : null,
      ),
};

export const staggeredStarts: Invariant = {
  name: "staggered-starts",
  covers: [20],
  open: ({ site }) => {
    let starts: number[] = [];
    return ({ now, woken }) => {
      const { startsPerInterval, startIntervalMilliseconds } = site.policy;
      starts = [...starts.filter((at) => now - at < startIntervalMilliseconds), ...woken.map(() => now)];
      return starts.length > startsPerInterval ? `${starts.length} machines are woken within an interval` : null;
    };
  },
};

export const nothingRaisedWhileHeld: Invariant = {
  name: "nothing-raised-while-held",
  covers: [7, 30],
  open: ({ site }) => {
    const places = new Map(site.miners.map(({ name, tank, branch }) => [name, [`tank/${tank}`, `branch/${branch}`]]));
    let wanted: { readonly revision: number; readonly startedAt: number | null } | null = null;
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null) return null;
      const before = wanted?.startedAt === moment.startedAt ? wanted : null;
      wanted = { revision: decision.durable.revision, startedAt: moment.startedAt };
      const [first] = moment.woken;
      if (first === undefined) return null;
      if (decision.mode !== "controlled" && decision.mode !== "failsafe")
        return `${first.name} is woken in mode ${decision.mode}`;
      if (before !== null && (moment.scan?.image.storedRevision ?? -1) < before.revision)
        return `${first.name} is woken with revision ${before.revision} not on disk`;
      return firstOf(moment.woken, ({ name }) => {
        const held = decision.trips.find(
          ({ scope, reason }) =>
            reason.code !== "sensor-latched" && (scope === "container" || places.get(name)?.includes(scope) === true),
        );
        return held === undefined ? null : `${name} is woken although trip ${held.name} stands`;
      });
    };
  },
};

export const latchesHold: Invariant = {
  name: "latches-hold",
  covers: [7, 8],
  open: ({ site }) => {
    let before: Decision | null = null;
    const since = new Map<string, number>();
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null) return null;
      const last = before;
      before = decision;
      for (const { name } of decision.trips) if (!since.has(name)) since.set(name, moment.now);
      const names = new Set(decision.trips.map(({ name }) => name));
      const reset = new Set(decision.events.filter(({ kind }) => kind === "reset").map(({ subject }) => subject));
      const lost = last?.trips.find(({ name }) => !names.has(name));
      if (lost === undefined) return null;
      const stood = moment.now - (since.get(lost.name) ?? moment.now);
      since.delete(lost.name);
      // A process that dies before its first write loses what it had just latched.
      if (moment.startedAt === moment.now && stood < 60_000) return null;
      if (!reset.has(lost.name)) return `trip ${lost.name} is gone without a reset`;
      return stood < site.policy.coolDownMilliseconds ? `trip ${lost.name} was reset after ${stood / 1000} s` : null;
    };
  },
};

export const contactorOrder: Invariant = {
  name: "contactor-order",
  covers: [11, 20],
  open: ({ site, container }) => {
    const seen = site.branches.map((): { closed: boolean; openedAt: number } => ({ closed: true, openedAt: -1e9 }));
    let closedAt = -1e9;
    return ({ now }) =>
      firstOf(container.hidden.branches.entries(), ([place, index]) => {
        const state = seen[index];
        const closed = container.plant().branches[place]?.closed === true;
        // Without a contactor of its own a branch comes and goes with the grid.
        if (state === undefined || closed === state.closed || site.branches[index]?.contactor === null) return null;
        state.closed = closed;
        if (!closed) {
          state.openedAt = now;
          return null;
        }
        const name = site.branches[index]?.name ?? "";
        const since = now - closedAt;
        closedAt = now;
        const open = now - state.openedAt;
        // One scan's difference between what was seen and what was so.
        if (open < site.policy.contactorRecloseMilliseconds - 2000)
          return `contactor ${name} closed ${open / 1000} s after it had opened`;
        return since < site.policy.startIntervalMilliseconds - 2000
          ? `contactor ${name} closed ${since / 1000} s after another one`
          : null;
      });
  },
};

/** Two readings of the contact, its own time, and the scan that latches [ms]; choice. */
const weldMilliseconds = 12_000;

export const weldedIsTold: Invariant = {
  name: "welded-is-told",
  covers: [21],
  open: ({ site, container }) => {
    const watches = site.branches.map(() => stopwatch());
    return (moment) => {
      const decision = decisionOf(moment);
      if (decision === null) return null;
      return firstOf(container.hidden.branches.entries(), ([place, index]) => {
        const { name, contactor } = site.branches[index] ?? { name: "", contactor: null };
        if (contactor === null) return null;
        const stuck = decision.outputs[contactor.output] === 0 && container.plant().branches[place]?.closed === true;
        const lasted = watches[index]?.(stuck, moment.now) ?? 0;
        const told = decision.trips.some((trip) => trip.name === `${name}/contactor`);
        return lasted > weldMilliseconds && !told ? `contactor ${name} does not open, and nobody is told` : null;
      });
    };
  },
};
