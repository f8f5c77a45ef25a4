/** Invariant 14: every order in which commands of two sources with small epochs and sequences can come, repeated or not. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { receiveCommands } from "../../../src/control/dispatch/receive.ts";
import { type DispatchState, startDispatch } from "../../../src/control/dispatch/state.ts";
import type { Acknowledgement, CommandSource, RemoteCommand } from "../../../src/model/command.ts";
import type { OrderRegisters } from "../../../src/model/durable.ts";
import { setpointWith } from "../commands-for-tests.ts";
import { benchSite, boot, startUnix } from "../dispatch/bench.ts";
import { explore, told } from "./explore.ts";

const test = suite("every order of commands");
const site = benchSite();
const numbers = [1, 2, 3] as const;

interface Input {
  readonly source: CommandSource;
  readonly epoch: number;
  readonly sequence: number;
}

interface State {
  readonly dispatch: DispatchState;
  readonly acknowledgement: Acknowledgement | null;
}

/** The same command has the same bytes, whenever it is sent; its watts tell which one it is. */
function commandOf({ source, epoch, sequence }: Input): RemoteCommand {
  const id = `${source === "operator" ? "a" : "b"}${epoch}${sequence}`.padStart(32, "0");
  return setpointWith({
    id,
    receivedAt: 0,
    source,
    body: {
      container: site.container,
      epoch,
      sequence,
      issuedAt: startUnix,
      expiresAt: startUnix + 3_600_000,
      watts: wattsOf(epoch, sequence),
    },
  });
}

function wattsOf(epoch: number, sequence: number): number {
  return epoch * 10_000 + sequence * 1000;
}

function receive(dispatch: DispatchState, command: RemoteCommand): State {
  const image = {
    now: 0,
    wallClock: { unixMilliseconds: startUnix, trusted: true },
    boot,
    readings: {},
    miners: {},
    commands: [command],
    heartbeat: { at: null, epoch: 0, number: 0 },
    storedRevision: 1,
    stopping: false,
  };
  const context = {
    trips: [],
    firm: { promisedWatts: 0, meteredWatts: null },
    lockout: false,
    storedOk: true,
    durableRevision: 1,
  };
  const received = receiveCommands(dispatch, image, site, context);
  const own = received.acknowledgements.find(({ id }) => id === command.id);
  return { dispatch: received.dispatch, acknowledgement: own ?? null };
}

/** Answers to repetitions are looked at apart: here every command is new, as after 256 others. */
function next({ dispatch }: State, input: Input): State {
  return receive({ ...dispatch, answers: [] }, commandOf(input));
}

function registerOf(order: OrderRegisters, source: CommandSource) {
  return order[`${source}/setpoint/container`] ?? null;
}

function key({ dispatch }: State): string {
  const slots = dispatch.slots.map(({ name, watts }) => `${name} ${watts}`).sort();
  return JSON.stringify([registerOf(dispatch.order, "operator"), registerOf(dispatch.order, "dispatch"), slots]);
}

function check({ dispatch: before }: State, input: Input, { dispatch: after, acknowledgement }: State): void {
  const { source, epoch, sequence } = input;
  const last = registerOf(before.order, source);
  const grows = last === null || epoch > last.epoch || (epoch === last.epoch && sequence > last.sequence);
  assert.is(acknowledgement?.state, grows ? "accepted" : "rejected");
  const slot = after.slots.find(({ name }) => name === source);
  if (grows) {
    assert.equal(registerOf(after.order, source), { epoch, sequence }, "it is the newest from here on");
    assert.is(slot?.watts, wattsOf(epoch, sequence), "and what it says holds");
  } else {
    assert.is(acknowledgement?.rejection, epoch < (last?.epoch ?? 0) ? "epoch" : "sequence");
    assert.equal(after.order, before.order, "a late one changes nothing");
    assert.equal(after.slots, before.slots, "a late one changes nothing");
  }
  for (const other of ["operator", "dispatch"] as const) {
    if (other === source) continue;
    const was = registerOf(before.order, other);
    const is = registerOf(after.order, other);
    // Only a person fences a dispatcher whose numbers have run away back to their own.
    const lowered = source === "operator" && grows && was !== null && was.epoch > epoch;
    assert.equal(is, lowered ? { epoch, sequence: -1 } : was, `the order of ${other}`);
  }
  const again = receive(after, commandOf(input));
  assert.equal(again.acknowledgement, acknowledgement, "the same bytes again get the same answer");
  assert.equal(again.dispatch.slots, after.slots, "and change nothing");
  assert.equal(again.dispatch.order, after.order, "and change nothing");
}

test("14: whatever comes twice, late or in any order, the newest that was accepted holds", () => {
  const inputs = (["operator", "dispatch"] as const).flatMap((source) =>
    numbers.flatMap((epoch) => numbers.map((sequence): Input => ({ source, epoch, sequence }))),
  );
  const initial: State = { dispatch: startDispatch(null, 0), acknowledgement: null };
  const { states } = told("fencing", explore({ initial: [initial], inputs, next, key, check }));
  assert.ok(states >= 100, `${states} states`);
});

test.run();
