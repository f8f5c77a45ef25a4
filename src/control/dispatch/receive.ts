/** Commands of the broker: accepted or refused in the contract's order, and what an accepted one changes. */
import type {
  Acknowledgement,
  ControlMessage,
  Rejection,
  RemoteCommand,
  SetpointMessage,
} from "../../model/command.ts";
import type { EventRecord } from "../../model/decision.ts";
import type { OrderRegisters, RemoteStop } from "../../model/durable.ts";
import type { ProcessImage } from "../../model/image.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { Site } from "../../model/site.ts";
import { acceptedEvent, firstAnswer, refusedEvent, remember, repetition } from "./answer.ts";
import { applyControl, refuseControl } from "./control-command.ts";
import { elapse } from "./elapse.ts";
import type { CommandContext, Judgement } from "./judgement.ts";
import { advanceOrder, outOfOrder } from "./order.ts";
import { applySetpoint, refuseSetpoint } from "./setpoint-command.ts";
import { type DispatchState, remoteStopOf } from "./state.ts";

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
  const storeBehindSince = context.storedOk ? null : (dispatch.storeBehindSince ?? image.now);
  const storedOk = storeBehindSince === null || image.now - storeBehindSince < storeToleranceMilliseconds;
  let state: DispatchState = { ...elapsed.dispatch, storeBehindSince };
  const acknowledgements = [...elapsed.acknowledgements];
  const events = [...elapsed.events];
  for (const command of image.commands) {
    if (command.via !== "broker") continue;
    const taken = takeCommand(command, { dispatch: state, image, site, context: { ...context, storedOk } });
    state = taken.dispatch;
    acknowledgements.push(...taken.acknowledgements);
    events.push(...taken.events);
  }
  return { dispatch: state, acknowledgements, events, order: state.order, remoteStop: remoteStopOf(state) };
}

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

type Body = SetpointMessage | ControlMessage;

/** Checks that come before the memory of answers: the link's own, the shape, the addressee, the boot. */
function readCommand(command: RemoteCommand, { image, site }: Judgement): Result<Body, Rejection> {
  if (command.rejection !== null) return fail(command.rejection);
  const body = command.body;
  if (body === null) return fail(command.kind === "schedule" || command.kind === "config" ? "unsupported" : "schema");
  if (("watts" in body ? "setpoint" : "control") !== command.kind) return fail("schema");
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
  return "watts" in body ? refuseSetpoint(command, body, judgement) : refuseControl(command, body, judgement);
}

function apply(command: RemoteCommand, body: Body, judgement: Judgement): Taken {
  const taken = "watts" in body ? applySetpoint(command, body, judgement) : applyControl(command, body, judgement);
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

function refused(dispatch: DispatchState, command: RemoteCommand, rejection: Rejection): Taken {
  return {
    dispatch,
    acknowledgements: [firstAnswer(command, rejection)],
    events: [refusedEvent(command, rejection)],
  };
}
