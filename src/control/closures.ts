/** Closures: where nothing at all is allowed for safety, and whether the power there is really gone; else the contactor has to help. */
import { takesCommands } from "../model/dialects.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { Limit, ReasonCode, Scope } from "../model/reason.ts";
import type { Policy } from "../model/site.ts";
import type { Trip } from "../model/trip.ts";
import type { ContactorDemand } from "./contactors.ts";
import { certain } from "./impossible.ts";
import type { Judged } from "./judge.ts";
import type { Layout } from "./layout.ts";
import type { MachineState } from "./machines/machine.ts";
import { shedWindow } from "./machines/observe.ts";
import type { Account } from "./power/account.ts";

/** Power counts as gone below this share of the plates. Source: DESIGN section 3. */
const goneShare = 0.1;

/** Nothing is hot, dry or overloaded yet: the machines get their own time before a contactor opens under load. */
const idleReasons: ReadonlySet<ReasonCode> = new Set(["store-unreadable", "restart-loop", "coolant-rising"]);

export interface Closures {
  /** Machines that must be without power for safety: trips, lost proofs, lockout; empty where nothing is closed. */
  readonly closed: readonly boolean[];
  /** Of those, the ones where it is urgent: not merely a lockout. */
  readonly urgent: readonly boolean[];
}

const nothingClosed: Closures = { closed: [], urgent: [] };

/** Which machines a limit of nothing covers. Orders, the end of the process and the start do not close: they shed. */
export function closuresOf(layout: Layout, limits: readonly Limit[]): Closures {
  const urgentScopes = new Set<Scope>();
  const scopes = new Set<Scope>();
  for (const { scope, source, ceilingWatts, withinMilliseconds, reason } of limits) {
    if (ceilingWatts > 0 || withinMilliseconds > 0) continue;
    if ((source === "trip" || source === "envelope") && !idleReasons.has(reason.code)) urgentScopes.add(scope);
    if (source === "trip" || source === "envelope" || source === "lockout") scopes.add(scope);
  }
  if (scopes.size === 0) return nothingClosed;
  const covered = (wanted: ReadonlySet<Scope>): readonly boolean[] =>
    layout.machines.map(({ scopes: own }) =>
      own.some(({ scope }) => wanted.has(certain(layout.scopes[scope], "scope"))),
    );
  return { closed: covered(scopes), urgent: covered(urgentScopes) };
}

export interface DemandInput {
  readonly layout: Layout;
  readonly closures: Closures;
  readonly machines: readonly MachineState[];
  readonly accounts: readonly Account[];
  readonly meters: readonly (Judged | null)[];
  readonly trips: readonly Trip[];
  readonly policy: Policy;
  /** Aligned with branches: its meter shows more than is allowed there. */
  readonly above: readonly boolean[];
  /** Contactors that open for machines that no command moves, with what goes with each [W]. */
  readonly switchedOff: ReadonlyMap<number, number>;
}

/** What is asked of the contactor of one branch. */
export function demandOf(branch: number, input: DemandInput): ContactorDemand {
  const { layout, machines } = input;
  const { behind } = certain(layout.branches[branch], "branch");
  const meter = input.meters[branch] ?? null;
  const metered = meter === null || meter.quality === "bad" ? null : meter.value;
  const awake = behind.some((index) => isAwake(certain(machines[index], "machine")));
  return {
    ...(input.closures.closed.length === 0 ? nothingToProve : toProve(branch, input, metered)),
    aboveCeiling: isBelow(layout, branch, input.above),
    allSeen: behind.every((index) => hasBeenSeen(certain(machines[index], "machine"))),
    orderedWatts: input.switchedOff.get(branch) ?? null,
    seemsClosed: awake || (metered ?? 0) > goneShare * behind.reduce((sum, index) => sum + ratedOf(layout, index), 0),
  };
}

type Proof = Pick<ContactorDemand, "drawing" | "proofMilliseconds" | "drawnWatts">;

const nothingToProve: Proof = { drawing: false, proofMilliseconds: 0, drawnWatts: 0 };

/** What still flows to machines that must be without power and that this contactor is the next to help, and how long they have got. */
function toProve(branch: number, input: DemandInput, metered: number | null): Proof {
  const { layout, closures, machines, accounts, policy } = input;
  const helpless = new Set(
    input.trips.filter(({ reason }) => reason.code === "contactor-welded").map(({ name }) => name),
  );
  let plates = 0;
  let drawn = 0;
  let others = 0;
  let othersSurely = 0;
  let urgent = false;
  let window: Milliseconds | null = null;
  for (const index of certain(layout.branches[branch], "branch").behind) {
    const place = certain(layout.machines[index], "machine");
    const account = certain(accounts[index], "account");
    const machine = certain(machines[index], "machine");
    const isMine = (): boolean =>
      branch ===
      place.contactors.find(
        (candidate) => !helpless.has(`${certain(layout.branches[candidate], "branch").branch.name}/contactor`),
      );
    if (closures.closed[index] !== true || !isMine()) {
      others += account.highWatts + account.unknownWatts;
      othersSurely += account.lowWatts;
      continue;
    }
    plates += place.model.ratedWatts;
    // Shed in time is not yet gone: what counts here is what may still flow.
    drawn += account.highWatts + account.unknownWatts;
    urgent ||= closures.urgent[index] === true;
    if (takesCommands(place.model.dialect))
      window = Math.max(window ?? policy.shedProofMilliseconds, shedWindow(machine));
  }
  // What the meter shows beyond all that others may draw; and what these may draw themselves, as far as the meter leaves room for it.
  const drawnWatts = metered === null ? drawn : Math.max(0, metered - others, Math.min(drawn, metered - othersSurely));
  return {
    drawing: plates > 0 && drawnWatts > goneShare * plates,
    // Nobody was told to sleep where nobody takes commands: there is nothing to wait for.
    proofMilliseconds: window === null ? 0 : urgent ? policy.shedProofMilliseconds : window,
    drawnWatts,
  };
}

function isAwake({ phase }: MachineState): boolean {
  return phase === "hashing" || phase === "trimmed" || phase === "waking";
}

function ratedOf(layout: Layout, machine: number): number {
  return certain(layout.machines[machine], "machine").model.ratedWatts;
}

/** It, or a branch above it, is one of those. */
function isBelow(layout: Layout, branch: number, those: readonly boolean[]): boolean {
  const { parent } = certain(layout.branches[branch], "branch");
  return those[branch] === true || (parent !== null && isBelow(layout, parent, those));
}

/** It has told what it does since its contactor closed. */
function hasBeenSeen({ phase }: MachineState): boolean {
  return phase !== "unreachable" && phase !== "curtailing";
}
