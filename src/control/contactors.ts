/** Contactors: taken over as found, opened where a shed is not proven, closed again late and with room for everything behind them. */
import type { EventRecord } from "../model/decision.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { Policy } from "../model/site.ts";
import type { Violation, Warning } from "./envelopes/finding.ts";
import { kilowatts, seconds } from "./figures.ts";
import { certain } from "./impossible.ts";
import type { Judged } from "./judge.ts";
import type { BranchPlace, Layout } from "./layout.ts";

export interface ContactorState {
  /** What it is told; null: not told anything yet, it stays as it is. */
  readonly commanded: 0 | 1 | null;
  readonly commandedAt: Milliseconds;
  /** When weir closed it; null: found closed. Reports of machines behind it from before tell nothing. */
  readonly closedAt: Milliseconds | null;
  /** Since when what must sleep behind it has still drawn power; null: it does not. */
  readonly drawingSince: Milliseconds | null;
  /** Since when its auxiliary contact has contradicted the command; null: it does not. */
  readonly mismatchSince: Milliseconds | null;
  /** Its contact has said closed since it was told to close. */
  readonly seenClosed: boolean;
  /** Closed on machines that must sleep as they come up, and watched since then until they do; null: it is not. */
  readonly watchedSince: Milliseconds | null;
  /** Of a watched closing: since when more has flowed than is allowed; null: it does not. */
  readonly aboveSince: Milliseconds | null;
  /** Times in a row that such a closing ended with too much power. */
  readonly failedClosings: number;
}

/** What is asked of a contactor in this scan. */
export interface ContactorDemand {
  /** What must sleep behind it still draws more than a tenth. */
  readonly drawing: boolean;
  readonly proofMilliseconds: Milliseconds;
  /** Figures for the event. */
  readonly drawnWatts: number;
  /** Machines run behind it, or its meter shows power: found closed although its contact cannot be read. */
  readonly seemsClosed: boolean;
  /** Closed on machines that were to sleep: a meter above them shows more than is allowed there. */
  readonly aboveCeiling: boolean;
  /** Every machine behind it has been seen since it closed. */
  readonly allSeen: boolean;
  /** It has to open for machines that no command moves: what goes with it [W]; null: it has not. */
  readonly orderedWatts: number | null;
}

export interface ContactorStep {
  readonly state: ContactorState;
  readonly events: readonly EventRecord[];
  readonly violations: readonly Violation[];
  readonly warnings: readonly Warning[];
  readonly operated: boolean;
}

/** An auxiliary contact follows its contactor within this [ms]. Source: choice: contactors of this size switch within 0.1 s; the rest is reading it twice. */
export const contactMilliseconds: Milliseconds = 2500;

/** More than is allowed for this long ends a watched closing [ms]. Source: choice: two samples of a meter, so that noise opens nothing. */
const runawayMilliseconds: Milliseconds = 2000;
/** A watched closing ends after this, whoever still has not been seen [ms]. Source: choice: twice the slowest boot of miners.md. */
const watchMilliseconds: Milliseconds = 600_000;

/** No power can come through it. */
export function provenOpen(state: ContactorState | null, feedback: Judged): boolean {
  return state?.commanded !== 1 && feedback.quality === "good" && feedback.value === 0;
}

/** Advances one contactor: adoption, opening, what its contact says. Closing is decided with the raises. */
export function stepContactor(
  before: ContactorState | null,
  place: BranchPlace,
  feedback: Judged,
  demand: ContactorDemand,
  now: Milliseconds,
  adopting: boolean,
): ContactorStep {
  const adopted =
    before?.commanded === undefined || before.commanded === null
      ? adopt(before, feedback, demand, now, adopting)
      : before;
  const watched = watch(adopted, feedback, demand, now);
  const { name } = place.branch;
  const nothing: ContactorStep = { state: watched, events: [], violations: [], warnings: [], operated: false };
  // One that could not be taken over yet, its contact being unread, opens as any other when safety needs it.
  if (
    watched.commanded !== 0 &&
    watched.drawingSince !== null &&
    now - watched.drawingSince >= demand.proofMilliseconds
  ) {
    const text = `Contactor ${name} opens: ${kilowatts(demand.drawnWatts)} still flow ${seconds(now - watched.drawingSince)} after the shed.`;
    return {
      ...nothing,
      state: command(watched, 0, now),
      events: [contactorEvent(name, text, "alarm")],
      operated: true,
    };
  }
  if (watched.commanded === 1 && watched.aboveSince !== null && now - watched.aboveSince >= runawayMilliseconds) {
    const failedClosings = watched.failedClosings + 1;
    const text = `Contactor ${name} opens again: machines behind it did not sleep as they came up, and more flows than is allowed.`;
    return {
      ...nothing,
      state: { ...command(watched, 0, now), failedClosings },
      events: [contactorEvent(name, text, "alarm")],
      operated: true,
    };
  }
  if (watched.commanded === 1 && demand.orderedWatts !== null) {
    const text = `Contactor ${name} opens: no command moves a machine behind it; ${kilowatts(demand.orderedWatts)} go with it.`;
    return {
      ...nothing,
      state: command(watched, 0, now),
      events: [contactorEvent(name, text, "information")],
      operated: true,
    };
  }
  const contradicted = watched.mismatchSince !== null && now - watched.mismatchSince >= contactMilliseconds;
  if (!contradicted) return nothing;
  if (watched.commanded === 0) {
    const text = `Contactor ${name} is told to open, but its contact says closed: it may be welded.`;
    const reason = { code: "contactor-welded", text } as const;
    return { ...nothing, violations: [{ name: `${name}/contactor`, scope: scopeOf(place), reason }] };
  }
  // Something else opened it (interlock, emergency stop). What follows is ours to close, or it would come back unannounced.
  const text = `Contactor ${name} is open although it is told to close; it stays open for its waiting time.`;
  return {
    ...nothing,
    state: command(watched, 0, now),
    events: [contactorEvent(name, text, "warning")],
    operated: true,
  };
}

/** Closes it; `watched` where the machines behind it are to sleep as they come up. */
export function close(state: ContactorState, now: Milliseconds, watched: boolean): ContactorState {
  return { ...command(state, 1, now), closedAt: now, watchedSince: watched ? now : null };
}

/**
 * What its output is told; null: nothing, it stays as it is. A contactor that was closed and cannot be seen closed any more
 * is not told to close: in a black-out it has dropped, and its module would close it with all the others as it comes back.
 */
export function outputOf(state: ContactorState, feedback: Judged): 0 | 1 | null {
  const unseen = feedback.quality !== "good" || feedback.value !== 1;
  return state.commanded === 1 && state.seenClosed && unseen ? null : state.commanded;
}

/** How long a contactor that is told to be open must still stand so [ms]. The container's jitter keeps a fleet from closing as one after a black-out. */
export function waitsFor(
  state: ContactorState,
  policy: Policy,
  jitterMilliseconds: Milliseconds,
  now: Milliseconds,
): Milliseconds {
  return Math.max(0, policy.contactorRecloseMilliseconds + jitterMilliseconds - (now - state.commandedAt));
}

/** Its contact says open. */
export function seenOpen(feedback: Judged): boolean {
  return feedback.quality === "good" && feedback.value === 0;
}

/** Warnings of contactors that stand open. */
export function openWarning(name: string, state: ContactorState | null): readonly Warning[] {
  if (state?.commanded !== 0) return [];
  const text = `Contactor ${name} is open; nothing behind it has power.`;
  return [{ name: `contactor-open ${name}`, severity: "warning", reason: { code: "contactor-open", text } }];
}

/** From this share of its rated operations on a person is told. Source: choice: a tenth of a life is time to order one. */
const wornShare = 0.9;

/** Warnings of contactors near the end of their rated operations. */
export function wornWarning(name: string, rated: number | undefined, operations: number): readonly Warning[] {
  if (rated === undefined || operations < wornShare * rated) return [];
  const text = `Contactor ${name} has operated ${operations} times of the ${rated} it is rated for; have it replaced before it welds.`;
  return [{ name: `contactor-worn ${name}`, severity: "warning", reason: { code: "contactor-worn", text } }];
}

export function contactorEvent(name: string, text: string, severity: EventRecord["severity"]): EventRecord {
  return { kind: "contactor", severity, subject: name, text };
}

/** Contactors between a machine and the feeder that are open: it has no power. */
export function unpowered(layout: Layout, open: readonly boolean[]): readonly boolean[] {
  if (!open.includes(true)) return layout.machines.map(() => false);
  return layout.machines.map(({ contactors }) => contactors.some((branch) => certain(open[branch], "contactor")));
}

/** As it is found: by its contact, or, when the start is over, by what is seen behind it. */
function adopt(
  before: ContactorState | null,
  feedback: Judged,
  demand: ContactorDemand,
  now: Milliseconds,
  adopting: boolean,
): ContactorState {
  const state = {
    commandedAt: now,
    closedAt: null,
    drawingSince: before?.drawingSince ?? null,
    mismatchSince: null,
    seenClosed: true,
    watchedSince: null,
    aboveSince: null,
    failedClosings: 0,
  };
  if (feedback.quality === "good") return { ...state, commanded: feedback.value === 1 ? 1 : 0 };
  if (adopting) return { ...state, commanded: null };
  return { ...state, commanded: demand.seemsClosed ? 1 : 0 };
}

function watch(state: ContactorState, feedback: Judged, demand: ContactorDemand, now: Milliseconds): ContactorState {
  const contradicts = feedback.quality === "good" && state.commanded !== null && feedback.value !== state.commanded;
  const mismatchSince = contradicts ? (state.mismatchSince ?? now) : null;
  const drawingSince = demand.drawing ? (state.drawingSince ?? now) : null;
  const seenClosed = state.seenClosed || (feedback.quality === "good" && feedback.value === 1);
  const watched = watchClosing(state, demand, now);
  const same =
    mismatchSince === state.mismatchSince && drawingSince === state.drawingSince && seenClosed === state.seenClosed;
  return same && watched === state ? state : { ...watched, mismatchSince, drawingSince, seenClosed };
}

/** A closing on machines that were to sleep: until all of them have been seen, more than is allowed means that they do not. */
function watchClosing(state: ContactorState, demand: ContactorDemand, now: Milliseconds): ContactorState {
  if (state.watchedSince === null) return state;
  if (demand.allSeen && !demand.aboveCeiling)
    return { ...state, watchedSince: null, aboveSince: null, failedClosings: 0 };
  if (now - state.watchedSince >= watchMilliseconds) return { ...state, watchedSince: null, aboveSince: null };
  const aboveSince = demand.aboveCeiling ? (state.aboveSince ?? now) : null;
  return aboveSince === state.aboveSince ? state : { ...state, aboveSince };
}

function command(state: ContactorState, commanded: 0 | 1, now: Milliseconds): ContactorState {
  const unwatched = { drawingSince: null, mismatchSince: null, watchedSince: null, aboveSince: null };
  return { ...state, ...unwatched, commanded, commandedAt: now, seenClosed: false };
}

function scopeOf(place: BranchPlace): Violation["scope"] {
  return place.parent === null ? "container" : `branch/${place.branch.name}`;
}
