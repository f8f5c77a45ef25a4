/** Loads that must not be interrupted (AI racks): room is kept free for the fastest rise they have shown, so that machines are shed in time. */
import type { Durable } from "../../model/durable.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit, Scope } from "../../model/reason.ts";
import type { ProtectedLoad } from "../../model/supply.ts";
import { kilowatts, seconds } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import type { BranchPlace, Layout } from "../layout.ts";
import type { MachineState } from "../machines/machine.ts";
import type { Account } from "../power/account.ts";
import type { BranchBalance } from "../power/balance.ts";

/** What is remembered of one protected load. */
export interface ProtectedState {
  /** The largest rise within the time a shed takes [W]. */
  readonly worstRiseWatts: number;
  /** Its highest and lowest power in each second of the last minute, oldest first. */
  readonly samples: readonly { readonly at: Milliseconds; readonly watts: number; readonly leastWatts: number }[];
}

export interface ProtectedInput {
  readonly layout: Layout;
  readonly balances: readonly BranchBalance[];
  readonly accounts: readonly Account[];
  /** Aligned with the layout's machines. */
  readonly machines: readonly MachineState[];
  /** Limits of the feeder tree: room is kept below them. */
  readonly feederLimits: readonly Limit[];
  readonly judgedOf: (name: string) => Judged;
  readonly now: Milliseconds;
  readonly holdMilliseconds: Milliseconds;
}

/** Room that a load has used within this time stays kept. Source: grid-and-safety 6: raise slowly, at least 60 s hold. */
const heldMilliseconds: Milliseconds = 60_000;
/** Samples closer together than this are not kept [ms]. Source: choice: meters are polled about once a second. */
const sampleMilliseconds: Milliseconds = 900;
/** From the moment a meter samples a rise to the sleep command: poll, scan and link [ms]. Source: choice: two polls and two scans. */
const commandMilliseconds: Milliseconds = 4000;

/** Before anything was measured: what an earlier process has measured, what the site says, or the whole rating. */
export function protectedAtStart(
  { name, protectedLoad }: BranchPlace["branch"],
  stored: Durable["protectedRises"],
): ProtectedState | null {
  if (protectedLoad === undefined) return null;
  const { riseWatts, ratedWatts } = protectedLoad;
  return { worstRiseWatts: Math.max(riseWatts ?? ratedWatts, stored?.[name] ?? 0), samples: [] };
}

/** What is stored of a rise is rounded up to this share of the rating: noise writes nothing. Source: choice. */
const storedShare = 0.02;

/** The rises to be stored; the same object where none has grown. */
export function storedRises(
  before: Durable["protectedRises"],
  layout: Layout,
  states: readonly (ProtectedState | null)[],
): Durable["protectedRises"] {
  let stored = before;
  for (const [index, { branch }] of layout.branches.entries()) {
    const state = states[index] ?? null;
    const load = branch.protectedLoad;
    if (state === null || load === undefined) continue;
    const known = Math.max(load.riseWatts ?? load.ratedWatts, stored?.[branch.name] ?? 0);
    if (state.worstRiseWatts <= known) continue;
    const grid = storedShare * load.ratedWatts;
    stored = { ...stored, [branch.name]: Math.ceil(state.worstRiseWatts / grid) * grid };
  }
  return stored;
}

/** Watches every protected load, and keeps room for it on every branch above it. States are aligned with branches. */
export function judgeProtected(
  before: readonly (ProtectedState | null)[],
  input: ProtectedInput,
): { readonly states: readonly (ProtectedState | null)[]; readonly limits: readonly Limit[] } {
  if (before.every((state) => state === null)) return { states: before, limits: [] };
  const kept: { readonly branch: number; readonly room: Room }[] = [];
  const states = before.map((state, branch) => {
    const place = certain(input.layout.branches[branch], "branch");
    if (state === null) return null;
    const load = certain(place.branch.protectedLoad, "protected load");
    const judged = place.branch.meter === null ? null : input.judgedOf(place.branch.meter.powerWatts);
    const next = judged === null || judged.quality === "bad" ? state : watch(state, judged, shedTime(input.machines));
    kept.push({ branch, room: roomOf(place, load, next, judged, input) });
    return next;
  });
  const limits = input.layout.branches.flatMap((place, index) => {
    const behind = kept.filter(({ branch }) => isAbove(input.layout, index, branch));
    return behind.length === 0
      ? []
      : [
          ...limitsOf(
            place,
            behind.map(({ room }) => room),
            input,
          ),
        ];
  });
  return { states, limits };
}

/** How long the slowest machine takes from a rise until its power is gone. */
function shedTime(machines: readonly MachineState[]): Milliseconds {
  return (
    machines.reduce((most, { responseMilliseconds }) => Math.max(most, responseMilliseconds), 0) + commandMilliseconds
  );
}

function watch(state: ProtectedState, { at, value }: { at: number; value: number }, within: number): ProtectedState {
  const newest = state.samples.at(-1);
  const kept = state.samples.filter((sample) => at - sample.at <= Math.max(heldMilliseconds, within));
  const lowest = kept
    .filter((sample) => at - sample.at <= within)
    .reduce((least, { leastWatts }) => Math.min(least, leastWatts), value);
  const worstRiseWatts = Math.max(state.worstRiseWatts, value - lowest);
  const same = newest !== undefined && at - newest.at < sampleMilliseconds;
  const merged = same
    ? { at: newest.at, watts: Math.max(newest.watts, value), leastWatts: Math.min(newest.leastWatts, value) }
    : null;
  const samples = merged === null ? [...kept, { at, watts: value, leastWatts: value }] : [...kept.slice(0, -1), merged];
  return { worstRiseWatts, samples };
}

/** What is kept free for one load. */
interface Room {
  readonly watts: number;
  /** What would be kept if the load had fallen since its last good reading, and how long that may wait. */
  readonly cautiousWatts: number;
  readonly patienceMilliseconds: Milliseconds;
  readonly known: boolean;
  readonly text: string;
}

function roomOf(
  { branch }: BranchPlace,
  load: ProtectedLoad,
  state: ProtectedState,
  judged: Judged | null,
  input: ProtectedInput,
): Room {
  const { ratedWatts } = load;
  if (judged === null || judged.quality === "bad") {
    const watts = ratedWatts - leastDrawn(load, input);
    return {
      watts,
      cautiousWatts: watts,
      patienceMilliseconds: 0,
      known: false,
      text: `the meter of ${branch.name} is not good, so its rated ${kilowatts(ratedWatts)} count`,
    };
  }
  const held = state.samples.reduce((most, sample) => Math.max(most, sample.watts), judged.value);
  const highWatts = Math.min(ratedWatts, held + state.worstRiseWatts);
  const watts = Math.max(0, highWatts - judged.value);
  const good = judged.quality === "good";
  const lowWatts = good ? judged.value : Math.min(judged.value, leastDrawn(load, input));
  const risen = `${kilowatts(state.worstRiseWatts)} within ${seconds(shedTime(input.machines))}`;
  const text = `${branch.name} draws ${kilowatts(judged.value)} and may rise by ${risen}`;
  return {
    watts,
    cautiousWatts: Math.max(0, highWatts - lowWatts),
    patienceMilliseconds: good ? 0 : Math.max(0, branchMaximumAge(branch) - (input.now - judged.at)),
    known: true,
    text,
  };
}

function branchMaximumAge({ meter }: BranchPlace["branch"]): Milliseconds {
  return certain(meter, "meter of a protected load that was read").maximumAgeMilliseconds;
}

/** The meter of the whole may show this much more than the meters behind it. Source: choice: two class 0.5 meters that sample at different moments. */
const meterErrorRatio = 0.01;

/** What a load whose meter is lost must draw at least, as the meter of the whole tells. */
function leastDrawn({ ratedWatts }: ProtectedLoad, { layout, balances, accounts }: ProtectedInput): number {
  const { meteredWatts } = certain(balances[layout.root], "root");
  const plates = layout.branches.reduce((sum, { auxiliaryWatts }) => sum + auxiliaryWatts, 0) - ratedWatts;
  const others = accounts.reduce((sum, { highWatts, unknownWatts }) => sum + highWatts + unknownWatts, plates);
  return Math.max(0, Math.min(ratedWatts, (1 - meterErrorRatio) * (meteredWatts ?? 0) - others));
}

function isAbove(layout: Layout, index: number, branch: number): boolean {
  const { parent } = certain(layout.branches[branch], "branch");
  return parent !== null && (parent === index || isAbove(layout, index, parent));
}

/** The room that is surely needed at once; and, while a reading is missing, what it may hide, as soon as that reading is really too old. */
function limitsOf(place: BranchPlace, rooms: readonly Room[], input: ProtectedInput): readonly Limit[] {
  const limit = limitOf(place, rooms, input);
  const hiddenWatts = rooms.reduce((sum, { watts, cautiousWatts }) => sum + cautiousWatts - watts, 0);
  if (hiddenWatts <= 0) return [limit];
  const patience = rooms.reduce((most, room) => Math.max(most, room.patienceMilliseconds), input.holdMilliseconds);
  return [
    limit,
    { ...limit, ceilingWatts: Math.max(1, limit.ceilingWatts - hiddenWatts), withinMilliseconds: patience },
  ];
}

function limitOf(place: BranchPlace, rooms: readonly Room[], input: ProtectedInput): Limit {
  const scope: Scope = certain(input.layout.scopes[place.scope], "scope");
  const allowed = input.feederLimits
    .filter((limit) => limit.scope === scope)
    .reduce((least, { ceilingWatts }) => Math.min(least, ceilingWatts), Number.MAX_SAFE_INTEGER);
  const free = rooms.reduce((sum, { watts }) => sum + watts, 0);
  // Never nothing at all: that would open contactors, and the load itself hangs here.
  const ceilingWatts = Math.max(1, allowed - free);
  const known = rooms.every((room) => room.known);
  const why = rooms.map(({ text }) => text).join("; ");
  const text = `${kilowatts(free)} are kept free of ${kilowatts(allowed)}: ${why}.`;
  return {
    scope,
    ceilingWatts,
    withinMilliseconds: input.holdMilliseconds,
    source: "envelope",
    reason: { code: known ? "protected-load" : "protected-load-unknown", text },
  };
}
