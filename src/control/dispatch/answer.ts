/** Acknowledgements and events about commands: how they are worded, and the memory of the last 256 answers. */
import type {
  Acknowledgement,
  AcknowledgementState,
  ControlMessage,
  Rejection,
  RemoteCommand,
  ScheduleMessage,
  SetpointMessage,
} from "../../model/command.ts";
import type { EventRecord } from "../../model/decision.ts";
import type { Answer, DispatchState, Slot } from "./state.ts";

/** Source: DESIGN section 6: a repetition among the last 256 identifiers is recognised. */
const rememberedAnswers = 256;

/** The first answer to a command. `epoch` and `sequence` are the command's own; 0 where it could not be read. */
export function firstAnswer(command: RemoteCommand, rejection: Rejection | null): Acknowledgement {
  const base = {
    id: command.id,
    epoch: command.body?.epoch ?? 0,
    sequence: command.body?.sequence ?? 0,
    encoding: command.encoding,
  };
  if (rejection !== null) return { ...base, state: "rejected", rejection };
  const watts = command.body !== null && "watts" in command.body ? { watts: command.body.watts } : {};
  return { ...base, state: "accepted", ...watts };
}

/** A later word about a setpoint. */
export function progressAnswer(
  slot: Slot,
  state: AcknowledgementState,
  watts: number = slot.watts,
  limitedBy?: string,
): Acknowledgement {
  return {
    id: slot.id,
    state,
    watts: Math.round(watts),
    ...(limitedBy === undefined ? {} : { limitedBy }),
    epoch: slot.epoch,
    sequence: slot.sequence,
    encoding: slot.encoding,
  };
}

/** Keeps the answer for repetitions; the oldest falls out. */
export function remember(state: DispatchState, answer: Answer): DispatchState {
  return { ...state, answers: [...state.answers, answer].slice(-rememberedAnswers) };
}

/** The answer already given to this identifier, `conflict` where the bytes differ, null where it is new. */
export function repetition(state: DispatchState, command: RemoteCommand): Acknowledgement | "conflict" | null {
  const answer = state.answers.find(({ id }) => id === command.id);
  if (answer === undefined) return null;
  return answer.digest === command.digest ? answer.acknowledgement : "conflict";
}

/** The event of an accepted command. */
export function acceptedEvent(
  command: RemoteCommand,
  body: SetpointMessage | ScheduleMessage | ControlMessage,
): EventRecord {
  return { kind: "command", severity: "information", subject: body.id, text: `${sender(command)}: ${describe(body)}` };
}

/** The event of a refused command. */
export function refusedEvent(command: RemoteCommand, rejection: Rejection): EventRecord {
  const text = `Command ${command.kind} from ${sender(command)} refused: ${rejection}.`;
  return { kind: "command", severity: "warning", subject: command.id ?? "", text };
}

/** The event of refusals that were not told one by one. */
export function refusalsEvent(count: number): EventRecord {
  return { kind: "command", severity: "warning", subject: "refused", text: `${count} more commands were refused.` };
}

/** The event of a setpoint's end. */
export function endEvent(slot: Slot, state: AcknowledgementState): EventRecord {
  return {
    kind: "command",
    severity: state === "failed" ? "alarm" : "information",
    subject: slot.id,
    text: `Setpoint ${slot.kind} ${kilowatts(slot.watts)} from ${slot.name} ${state}.`,
  };
}

/** Watts in kilowatts for a sentence. */
export function kilowatts(watts: number): string {
  return `${Math.round(watts / 100) / 10} kW`;
}

function sender(command: RemoteCommand): string {
  return command.addressee === "group" ? `${command.source} (group)` : command.source;
}

function describe(body: SetpointMessage | ScheduleMessage | ControlMessage): string {
  if ("entries" in body) return `schedule of ${body.entries.length} levels (${body.reason}).`;
  if (!("watts" in body)) return body.reason === undefined ? `${body.action}.` : `${body.action} (${body.reason}).`;
  const reference = body.reference === undefined ? "" : `, ${body.reference}`;
  return `${body.kind} ${kilowatts(body.watts)} for ${body.timeToLiveSeconds} s (${body.reason}${reference}).`;
}
