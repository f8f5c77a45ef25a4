/** Commands of the broker: accepted or refused in the contract's order, and what an accepted one changes. */
import type {
  Acknowledgement,
  ControlMessage,
  Rejection,
  RemoteCommand,
  ScheduleMessage,
  SetpointMessage,
} from "../../model/command.ts";
import type { EventRecord } from "../../model/decision.ts";
import type { OrderRegisters, RemoteStop } from "../../model/durable.ts";
import type { ProcessImage } from "../../model/image.ts";
import type { Milliseconds } from "../../model/reading.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { Site } from "../../model/site.ts";
import { acceptedEvent, firstAnswer, refusalsEvent, refusedEvent, remember, repetition } from "./answer.ts";
import { applyControl, refuseControl } from "./control-command.ts";
import { elapse } from "./elapse.ts";
import type { CommandContext, Judgement } from "./judgement.ts";
import { advanceOrder, outOfOrder } from "./order.ts";
import { applySchedule, refuseSchedule } from "./schedule-command.ts";
import { applySetpoint, refuseSetpoint } from "./setpoint-command.ts";
import { type DispatchState, type Refusals, remoteStopOf } from "./state.ts";

export interface Received {
  readonly dispatch: DispatchState;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
  readonly order: OrderRegisters;
  /** Non-null: everything sleeps until each stopping source releases; to be stored. */
  readonly remoteStop: RemoteStop | null;
}

/** Senders' clocks may be ahead by this much [ms]. Source: choice; NTP over a mobile link stays well within. */
const clockToleranceMilliseconds = 30_000;

/** A write in flight is no failure: a raise waits for it anyway. Source: choice; the longest common stall of a card is about 1 s. */
const storeToleranceMilliseconds = 3000;

/** Brings dispatch to the image's moment and takes its broker commands, each seen exactly once. Call once a scan, first. */
export function receiveCommands(
  dispatch: DispatchState,
  image: ProcessImage,
  site: Site,
  context: CommandContext,
): Received {
  const elapsed = elapse(dispatch, image, site);
  const summary = summariseRefusals(elapsed.dispatch.refusals, image.now);
  const storeBehindSince = context.storedOk ? null : (dispatch.storeBehindSince ?? image.now);
  const storedOk = storeBehindSince === null || image.now - storeBehindSince < storeToleranceMilliseconds;
  let state: DispatchState = { ...elapsed.dispatch, storeBehindSince, refusals: summary.refusals };
  const acknowledgements = [...elapsed.acknowledgements];
  const events = [...elapsed.events, ...summary.events];
  for (const command of image.commands) {
    if (command.via !== "broker") continue;
    const taken = takeCommand(command, { dispatch: state, image, site, context: { ...context, storedOk } });
    state = taken.dispatch;
    acknowledgements.push(...taken.acknowledgements);
    events.push(...taken.events);
  }
  return { dispatch: state, acknowledgements, events, order: state.order, remoteStop: remoteStopOf(state) };
}

/** Refusals told as events of their own in each time. Choice: a flood must not push trips out of the event log, which holds about 40,000. */
const largestTold = 20;
const refusalMilliseconds = 60_000;

interface Taken {
  readonly dispatch: DispatchState;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
}

function takeCommand(command: RemoteCommand, judgement: Judgement): Taken {
  const { dispatch } = judgement;
  const read = readCommand(command, judgement);
  if (!read.ok) return refused(dispatch, command, read.error);
  const body = read.value;
  const repeated = repetition(dispatch, command);
  if (repeated === "conflict") return refused(dispatch, command, "conflict");
  if (repeated !== null) return { dispatch, acknowledgements: [repeated], events: [] };
  const rejection = refuseByContent(command, body, judgement);
  const taken = rejection === null ? apply(command, body, judgement) : refused(dispatch, command, rejection);
  const acknowledgement = firstAnswer(command, rejection);
  return { ...taken, dispatch: remember(taken.dispatch, { id: body.id, digest: command.digest, acknowledgement }) };
}

type Body = SetpointMessage | ScheduleMessage | ControlMessage;

/** Checks that come before the memory of answers: the link's own, the shape, the addressee, the boot. */
function readCommand(command: RemoteCommand, { image, site }: Judgement): Result<Body, Rejection> {
  if (command.rejection !== null) return fail(command.rejection);
  const body = command.body;
  if (body === null) return fail(command.kind === "config" ? "unsupported" : "schema");
  if (kindOf(body) !== command.kind) return fail("schema");
  if (body.container !== (command.addressee === "group" ? "group" : site.container)) return fail("container");
  return body.boot !== undefined && body.boot !== image.boot ? fail("boot") : succeed(body);
}

function refuseByContent(command: RemoteCommand, body: Body, judgement: Judgement): Rejection | null {
  const late = outOfOrder(judgement.dispatch.order, command, body);
  if (late !== null) return late;
  const { trusted, unixMilliseconds } = judgement.image.wallClock;
  if (trusted && body.expiresAt <= unixMilliseconds) return "expired";
  if (judgement.image.now >= command.receivedAt + body.timeToLiveSeconds * 1000) return "expired";
  if (trusted && body.issuedAt > unixMilliseconds + clockToleranceMilliseconds) return "future";
  if ("watts" in body) return refuseSetpoint(command, body, judgement);
  return "entries" in body ? refuseSchedule(command, body, judgement) : refuseControl(command, body, judgement);
}

function kindOf(body: Body): RemoteCommand["kind"] {
  if ("watts" in body) return "setpoint";
  return "entries" in body ? "schedule" : "control";
}

function applied(command: RemoteCommand, body: Body, judgement: Judgement): Taken {
  if ("watts" in body) return applySetpoint(command, body, judgement);
  return "entries" in body ? applySchedule(command, body, judgement) : applyControl(command, body, judgement);
}

function apply(command: RemoteCommand, body: Body, judgement: Judgement): Taken {
  const taken = applied(command, body, judgement);
  const order = advanceOrder(taken.dispatch.order, command, body);
  const { heartbeat } = taken.dispatch;
  const resets = command.source === "operator" && heartbeat.epoch > body.epoch;
  return {
    dispatch: {
      ...taken.dispatch,
      order,
      heartbeat: resets ? { at: heartbeat.at, epoch: body.epoch, number: -1 } : heartbeat,
    },
    acknowledgements: [firstAnswer(command, null), ...taken.acknowledgements],
    events: [acceptedEvent(command, body), ...taken.events],
  };
}

/** Every refusal is answered; of a flood of them only the first are told as events, the rest as a number. */
function refused(dispatch: DispatchState, command: RemoteCommand, rejection: Rejection): Taken {
  const acknowledgements = [firstAnswer(command, rejection)];
  const { refusals } = dispatch;
  if (refusals.told >= largestTold)
    return {
      dispatch: { ...dispatch, refusals: { ...refusals, untold: refusals.untold + 1 } },
      acknowledgements,
      events: [],
    };
  return {
    dispatch: { ...dispatch, refusals: { ...refusals, told: refusals.told + 1 } },
    acknowledgements,
    events: [refusedEvent(command, rejection)],
  };
}

/** Begins a new count when its time has come, and tells how many refusals the old one kept to itself. */
function summariseRefusals(
  refusals: Refusals,
  now: Milliseconds,
): { readonly refusals: Refusals; readonly events: readonly EventRecord[] } {
  if (now - refusals.since < refusalMilliseconds) return { refusals, events: [] };
  const events = refusals.untold === 0 ? [] : [refusalsEvent(refusals.untold)];
  return { refusals: { since: now, told: 0, untold: 0 }, events };
}
