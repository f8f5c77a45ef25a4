/** Control commands from afar: stop, release, resync, self-test; a reset is a matter of a person on the spot. */
import type { Acknowledgement, ControlMessage, Rejection, RemoteCommand } from "../../model/command.ts";
import type { EventRecord } from "../../model/decision.ts";
import { endEvent, progressAnswer } from "./answer.ts";
import type { Judgement } from "./judgement.ts";
import { scheduleAnswer, scheduleEvent } from "./schedule-command.ts";
import { applySelfTest, cancelSelfTest, refuseSelfTest } from "./self-test.ts";
import type { DispatchState, Stop } from "./state.ts";

/** Clock, range, lockout, trip and store checks of a control command; null: it is taken. */
export function refuseControl(command: RemoteCommand, body: ControlMessage, judgement: Judgement): Rejection | null {
  const { image, context } = judgement;
  const release = body.action === "release";
  if (release && !image.wallClock.trusted) return "clock";
  if (body.expiresAt <= body.issuedAt) return "range";
  if (command.addressee === "group") return "unsupported";
  if (body.action === "self-test") return refuseSelfTest(command, judgement);
  if (!release && body.action !== "reset") return null;
  if (context.lockout) return "lockout";
  if (context.trips.length > 0) return "tripped";
  if (!release) return "unsupported";
  return context.storedOk ? null : "store";
}

/** Stops and releases; `resync` changes nothing here: the link publishes birth and state when it sees it accepted. */
export function applyControl(
  command: RemoteCommand,
  body: ControlMessage,
  judgement: Judgement,
): {
  readonly dispatch: DispatchState;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
} {
  const { dispatch, context } = judgement;
  const mine = dispatch.stops.filter((stop) => stop.source === command.source && stop.endsWithRevision === null);
  if (body.action === "stop") {
    const stop: Stop = {
      source: command.source,
      id: body.id,
      acknowledge: { encoding: command.encoding, epoch: body.epoch, sequence: body.sequence },
      activeTold: false,
      endsWithRevision: null,
    };
    return {
      dispatch: { ...dispatch, stops: [...dispatch.stops.filter((other) => other.source !== command.source), stop] },
      acknowledgements: mine.flatMap((old) => stopAnswer(old, "superseded")),
      events: [],
    };
  }
  if (body.action === "self-test")
    return { dispatch: applySelfTest(command, body, judgement), acknowledgements: [], events: [] };
  if (body.action !== "release") return { dispatch, acknowledgements: [], events: [] };
  const endsWithRevision = context.durableRevision + 1;
  const tested = cancelSelfTest(dispatch, command.source);
  const cancelled = dispatch.slots.filter((slot) => slot.name === command.source && !slot.ended);
  const withdrawn = dispatch.schedules.filter(({ source, ended }) => source === command.source && !ended);
  return {
    dispatch: {
      ...dispatch,
      selfTest: tested.selfTest,
      schedules: dispatch.schedules.filter(({ source }) => source !== command.source),
      stops: dispatch.stops.map((stop) => (stop.source === command.source ? { ...stop, endsWithRevision } : stop)),
      slots: dispatch.slots.map((slot) =>
        slot.name === command.source ? { ...slot, endsWithRevision, ended: true } : slot,
      ),
    },
    acknowledgements: [
      ...mine.flatMap((stop) => stopAnswer(stop, "cancelled")),
      ...cancelled.map((slot) => progressAnswer(slot, "cancelled")),
      ...withdrawn.map((schedule) => scheduleAnswer(schedule, "cancelled")),
      ...tested.acknowledgements,
    ],
    events: [
      ...cancelled.map((slot) => endEvent(slot, "cancelled")),
      ...withdrawn.map((schedule) => scheduleEvent(schedule, "cancelled")),
      ...tested.events,
    ],
  };
}

/** A later word about a stop; none about a stop of an earlier boot. */
export function stopAnswer(stop: Stop, state: "active" | "superseded" | "cancelled"): readonly Acknowledgement[] {
  return stop.acknowledge === null ? [] : [{ id: stop.id, state, ...stop.acknowledge }];
}
