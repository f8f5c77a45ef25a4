/** Invariants 20 and 21, and the order after a black-out: every way through opening, closing, welding and a dark container, with the whole core and two contactors. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { contactMilliseconds } from "../../../src/control/contactors.ts";
import { type ControlState, startControl } from "../../../src/control/state.ts";
import { step } from "../../../src/control/step.ts";
import type { Command } from "../../../src/model/command.ts";
import type { Decision } from "../../../src/model/decision.ts";
import type { MinerReport } from "../../../src/model/miner.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { local } from "../commands-for-tests.ts";
import { asleep, good, hashing, healthyReadings, powerBehind, siteForTests } from "../site-for-tests.ts";
import { explore, told } from "./explore.ts";

const test = suite("every state of two contactors");
const scanMilliseconds = 2000;
const recloseMilliseconds = 6000;
const startIntervalMilliseconds = 4000;
/** A machine that does not obey has lost its power after this: its own second, the grace of its read-back, and two scans. */
const escalationMilliseconds = 10_000;
/** The dark lasts one scan, and does not come twice in a row: a contact that is lost for longer is a matter of the readings' own rules. */
const lightScans = 1;
const site = siteForTests({
  machinesPerTank: 1,
  policy: {
    coolDownMilliseconds: 2000,
    goodAgainMilliseconds: 2000,
    contactorRecloseMilliseconds: recloseMilliseconds,
    startIntervalMilliseconds,
    startsPerInterval: 1,
    minimumOffMilliseconds: 2000,
    minimumOnMilliseconds: 2000,
    rampUpWattsPerSecond: 20_000,
  },
  model: { sleepMilliseconds: 1000, wakeMilliseconds: 1000 },
});
const branches = ["branch-1", "branch-2"] as const;
const machines = ["a-001", "b-001"] as const;

/** What happens to the container; contactors are wired as they are until the next one. Both lists in one have 9,486 states, and say no more. */
const supply = ["nothing", "dark", "weld", "mend", "reset"] as const;
const people = ["nothing", "lockout", "release", "deafen", "hear", "weld", "mend", "reset"] as const;
type Input = (typeof supply | typeof people)[number];

interface Truth {
  /** Of the first contactor; the second one is sound. */
  readonly wiring: "sound" | "welded";
  /** The first machine ignores every command. */
  readonly deaf: boolean;
  readonly dark: boolean;
  /** Scans since it was dark. */
  readonly lightFor: number;
  /** Relays of the modules, as they were told last; a black-out drops them. */
  readonly relays: readonly [0 | 1, 0 | 1];
  readonly asleep: readonly [boolean, boolean];
}

interface State {
  readonly control: ControlState;
  readonly decision: Decision | null;
  readonly truth: Truth;
  /** Since when each branch has had no power or was to have none, by the test's own book; null: it has. */
  readonly openSince: readonly [number | null, number | null];
  readonly closedAt: number;
  /** Since when the first machine has drawn power although it is locked out; null: it does not. */
  readonly defiesSince: number | null;
  /** Since when the first contactor has stood closed although it is told to open, seen by its contact; null: it does not. */
  readonly weldedSince: number | null;
}

function isClosed({ wiring, dark, relays }: Truth, index: 0 | 1): boolean {
  if (index === 0 && wiring === "welded") return true;
  return !dark && relays[index] === 1;
}

function isFed(truth: Truth, index: 0 | 1): boolean {
  return !truth.dark && isClosed(truth, index);
}

/** What an input makes of the world, before the core looks at it. */
function happen(truth: Truth, input: Input): Truth {
  const dark = input === "dark" && truth.lightFor >= lightScans;
  const relays = dark ? ([0, 0] as const) : truth.relays;
  const wiring = { weld: "welded", mend: "sound" } as const;
  return {
    ...truth,
    dark,
    lightFor: dark ? 0 : Math.min(lightScans, truth.lightFor + 1),
    relays,
    wiring: input === "weld" || input === "mend" ? wiring[input] : truth.wiring,
    deaf: truth.deaf || input === "deafen",
  };
}

/** What the world makes of a decision: machines come up hashing, and obey within one scan. */
function obey(truth: Truth, decision: Decision): Truth {
  const wishes = machines.map((name) => decision.minerTargets[name]?.mode);
  const relays = site.branches.flatMap(({ contactor }) =>
    contactor === null ? [] : [decision.outputs[contactor.output]],
  );
  const after = {
    ...truth,
    relays: truth.dark
      ? truth.relays
      : ([relays[0] ?? truth.relays[0], relays[1] ?? truth.relays[1]] as Truth["relays"]),
  };
  const sleeps = (index: 0 | 1): boolean => {
    if (!isFed(truth, index) || !isFed(after, index)) return false;
    if (index === 0 && truth.deaf) return truth.asleep[0];
    return wishes[index] === "sleep" || (wishes[index] !== "run" && truth.asleep[index]);
  };
  return { ...after, asleep: [sleeps(0), sleeps(1)] };
}

function reports(truth: Truth, now: number): Readonly<Record<string, MinerReport>> {
  return Object.fromEntries(
    machines.map((name, index) => {
      if (!isFed(truth, index as 0 | 1))
        return [name, { name, mode: "unknown", powerSource: "unknown", fault: "unreachable" } satisfies MinerReport];
      return [name, truth.asleep[index] === true ? asleep(name, now) : hashing(name, now)];
    }),
  );
}

function commandsOf(input: Input, now: number): readonly Command[] {
  if (input === "lockout" || input === "release") return [local({ kind: input }, now)];
  return input === "reset" ? [local({ kind: "reset", trip: "branch-1/contactor" }, now)] : [];
}

function next(before: State, input: Input): State {
  const now = before.control.now + scanMilliseconds;
  const truth = happen(before.truth, input);
  const miners = reports(truth, now);
  const power = Object.fromEntries(
    site.branches.map(({ name }) => [name, truth.dark ? 0 : powerBehind(site, name, miners)]),
  );
  const readings: Record<string, Reading> = { ...healthyReadings(site, now, power) };
  for (const [index, name] of branches.entries())
    if (truth.dark) delete readings[`${name}/contactorFeedback`];
    else readings[`${name}/contactorFeedback`] = good(isClosed(truth, index as 0 | 1) ? 1 : 0, now);
  const { state, decision } = step(
    before.control,
    {
      now,
      wallClock: { unixMilliseconds: 1_795_390_000_000 + now, trusted: true },
      boot: "00".repeat(16),
      readings,
      miners,
      commands: commandsOf(input, now),
      heartbeat: { at: now, epoch: 1, number: now },
      storedRevision: before.control.durable.revision,
      stopping: false,
    },
    site,
  );
  const after = obey(truth, decision);
  // What is welded for a moment while it is to be open has been open since it was told to.
  const isOpen = (index: 0 | 1): boolean => !isFed(after, index) || commanded(state, index) === 0;
  const opened = (index: 0 | 1): number | null => (isOpen(index) ? (before.openSince[index] ?? now) : null);
  const closes = [0, 1].some((index) => commanded(before.control, index) === 0 && commanded(state, index) === 1);
  const defies = state.durable.lockout !== null && isFed(truth, 0) && truth.deaf && !truth.asleep[0];
  const read = state.points["branch-1/contactorFeedback"]?.quality === "good";
  const welded = truth.wiring === "welded" && commanded(before.control, 0) === 0 && read && !truth.dark;
  return {
    control: state,
    decision,
    truth: after,
    openSince: [opened(0), opened(1)],
    closedAt: closes ? now : before.closedAt,
    defiesSince: defies ? (before.defiesSince ?? now) : null,
    weldedSince: welded ? (before.weldedSince ?? now) : null,
  };
}

/** What a contactor is told to be; undefined: it has not been taken over. */
function commanded({ contactors }: ControlState, index: number): 0 | 1 | null | undefined {
  return contactors[index + 1]?.commanded;
}

/** Ages in scans; older than all waiting times is old. */
function age(at: number | null | undefined, now: number): number | null {
  return at === null || at === undefined ? null : Math.min(3, Math.round((now - at) / scanMilliseconds));
}

function key(state: State): string {
  const { control, truth, openSince, closedAt, defiesSince, weldedSince } = state;
  const { now } = control;
  return JSON.stringify([
    truth,
    openSince.map((at) => age(at, now)),
    age(closedAt, now),
    age(defiesSince, now),
    age(weldedSince, now),
    control.durable.lockout === null,
    control.durable.trips.map(({ name }) => name),
    control.contactors.map((contactor) =>
      contactor === null
        ? null
        : [
            contactor.commanded,
            contactor.seenClosed,
            age(contactor.commandedAt, now),
            age(contactor.drawingSince, now),
            age(contactor.mismatchSince, now),
            contactor.watchedSince === null,
          ],
    ),
    control.machines.map(({ phase, command, ours, commandedAt }) => [phase, command, ours, age(commandedAt, now)]),
    branches.map((name) => {
      const point = control.points[`${name}/contactorFeedback`];
      return [point?.quality, point?.losses.length, point?.latched, age(point?.goodSince, now)];
    }),
    control.starts.map((at) => age(at, now)),
  ]);
}

function check(before: State, input: Input, after: State): void {
  const { control, decision, truth } = after;
  const { now } = control;
  assert.ok(decision !== null, "the core decides");
  const locked = control.durable.lockout !== null;
  for (const index of [0, 1] as const) {
    const [was, is] = [commanded(before.control, index), commanded(control, index)];
    const output = decision.outputs[`${branches[index]}/contactorClosed`];
    if (is === 0) assert.is(output, 0, "what is to be open is told so in every scan");
    // One that was told to close and has not been seen closed since goes on closing.
    if (truth.dark && control.contactors[index + 1]?.seenClosed === true)
      assert.is.not(output, 1, "in the dark no module is told to close when it comes back");
    if (was === 0 && is === 1) {
      const open = now - (before.openSince[index] ?? now);
      assert.ok(open >= recloseMilliseconds, `no chatter: it closes ${open} ms after it has lost its power`);
      assert.ok(now - before.closedAt >= startIntervalMilliseconds, "one closes at a time");
      const tripped = before.control.durable.trips.some(({ scope }) => scope === `branch/${branches[index]}`);
      assert.ok(!locked && !tripped, "nothing closes during a lockout or below a trip");
      assert.ok(!isClosed(happen(before.truth, input), index), "only what its contact calls open closes");
    }
    if (was === 1 && is === 0) {
      const lost = !isClosed(happen(before.truth, input), index);
      const defied = index === 0 && before.truth.deaf && locked;
      assert.ok(lost || defied, `${branches[index]} opens without a reason`);
    }
  }
  if (after.defiesSince !== null && truth.wiring !== "welded")
    assert.ok(now - after.defiesSince <= escalationMilliseconds, "who does not obey loses its contactor");
  const tripped = decision.trips.some(({ name }) => name === "branch-1/contactor");
  if (after.weldedSince !== null && now - after.weldedSince > contactMilliseconds + scanMilliseconds)
    assert.ok(tripped || input === "reset", "a weld is told");
  const wasTripped = before.control.durable.trips.some(({ name }) => name === "branch-1/contactor");
  if (tripped && !wasTripped) assert.ok(before.weldedSince !== null, "nothing else is called a weld");
  assert.ok(
    decision.trips.every(({ name }) => name !== "branch-2/contactor"),
    "a sound contactor is never called welded",
  );
}

/** Of two contactors that could both close the first of the site goes first: their machines are alike. */
function checkOrder(before: State, input: Input, after: State): void {
  const closes = (index: number): boolean =>
    commanded(before.control, index) === 0 && commanded(after.control, index) === 1;
  if (!closes(1) || commanded(before.control, 0) !== 0) return;
  const { now } = after.control;
  const seenOpen =
    after.control.points["branch-1/contactorFeedback"]?.quality === "good" && !isClosed(happen(before.truth, input), 0);
  const since = after.control.contactors[1]?.commandedAt ?? now;
  const tripped = before.control.durable.trips.length > 0;
  assert.ok(tripped || !seenOpen || now - since < recloseMilliseconds, "the second closes while the first one could");
}

/** Runs on until everything is taken over as it is. */
function settled(): State {
  let state: State = {
    control: startControl(site, "none", 0),
    decision: null,
    truth: { wiring: "sound", deaf: false, dark: false, lightFor: lightScans, relays: [1, 1], asleep: [false, false] },
    openSince: [null, null],
    closedAt: -1e9,
    defiesSince: null,
    weldedSince: null,
  };
  for (let scan = 0; scan < 12; scan += 1) state = next(state, "nothing");
  return state;
}

for (const [what, inputs, passages] of [
  ["after a black-out they come one by one", supply, ["0 1 0", "0 0 1", "1 1 0", "1 0 1", "welded"]],
  ["a lockout opens those of machines that do not obey", people, ["0 1 0", "0 0 1", "welded"]],
] as const)
  test(`20, 21: no contactor chatters, closes against a lockout or a trip, or hides that it is welded; ${what}`, () => {
    const walked = new Set<string>();
    const { states } = told(
      `two contactors, ${inputs.join(", ")}`,
      explore<State, Input>({
        initial: [settled()],
        inputs,
        next,
        key,
        check: (before, input, after) => {
          for (const index of [0, 1])
            walked.add(`${index} ${commanded(before.control, index)} ${commanded(after.control, index)}`);
          if (after.control.durable.trips.some(({ name }) => name === "branch-1/contactor")) walked.add("welded");
          check(before, input, after);
          checkOrder(before, input, after);
        },
      }),
    );
    assert.ok(states > 100, `${states} states`);
    for (const passage of passages) assert.ok(walked.has(passage), `${passage} was walked`);
  });

test.run();
