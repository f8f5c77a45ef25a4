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
    before?.commanded === undefined || before.commanded === null ? adopt(feedback, demand, now, adopting) : before;
  const watched = watch(adopted, feedback, demand, now);
  const { name } = place.branch;
  const nothing: ContactorStep = { state: watched, events: [], violations: [], warnings: [], operated: false };
  if (
    watched.commanded === 1 &&
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

/** Closes it. */
export function close(state: ContactorState, now: Milliseconds): ContactorState {
  return { ...command(state, 1, now), closedAt: now };
}

/** It stands open, by its contact, and has done so for long enough. */
export function mayClose(state: ContactorState, feedback: Judged, policy: Policy, now: Milliseconds): boolean {
  if (state.commanded !== 0 || feedback.quality !== "good" || feedback.value !== 0) return false;
  return now - state.commandedAt >= policy.contactorRecloseMilliseconds;
}

/** Warnings of contactors that stand open. */
export function openWarning(name: string, state: ContactorState | null): readonly Warning[] {
  if (state?.commanded !== 0) return [];
  const text = `Contactor ${name} is open; nothing behind it has power.`;
  return [{ name: `contactor-open ${name}`, severity: "warning", reason: { code: "contactor-open", text } }];
}

export function contactorEvent(name: string, text: string, severity: EventRecord["severity"]): EventRecord {
  return { kind: "contactor", severity, subject: name, text };
}

/** Contactors between a machine and the feeder that are open: it has no power. */
export function unpowered(layout: Layout, open: readonly boolean[]): readonly boolean[] {
  return layout.machines.map(({ contactors }) => contactors.some((branch) => certain(open[branch], "contactor")));
}

/** As it is found: by its contact, or, when the start is over, by what is seen behind it. */
function adopt(feedback: Judged, demand: ContactorDemand, now: Milliseconds, adopting: boolean): ContactorState {
  const state = { commandedAt: now, closedAt: null, drawingSince: null, mismatchSince: null };
  if (feedback.quality === "good") return { ...state, commanded: feedback.value === 1 ? 1 : 0 };
  if (adopting) return { ...state, commanded: null };
  return { ...state, commanded: demand.seemsClosed ? 1 : 0 };
}

function watch(state: ContactorState, feedback: Judged, demand: ContactorDemand, now: Milliseconds): ContactorState {
  const contradicts = feedback.quality === "good" && state.commanded !== null && feedback.value !== state.commanded;
  const mismatchSince = contradicts ? (state.mismatchSince ?? now) : null;
  const drawingSince = demand.drawing ? (state.drawingSince ?? now) : null;
  if (mismatchSince === state.mismatchSince && drawingSince === state.drawingSince) return state;
  return { ...state, mismatchSince, drawingSince };
}

function command(state: ContactorState, commanded: 0 | 1, now: Milliseconds): ContactorState {
  return { ...state, commanded, commandedAt: now, drawingSince: null, mismatchSince: null };
}

function scopeOf(place: BranchPlace): Violation["scope"] {
  return place.parent === null ? "container" : `branch/${place.branch.name}`;
}
