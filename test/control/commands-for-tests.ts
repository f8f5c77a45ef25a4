/** Commands as the broker link and the shell hand them to the core. */
import type { ControlMessage, LocalCommand, RemoteCommand, SetpointMessage } from "../../src/model/command.ts";

let sequence = 0;

/** Parts of a setpoint that a test cares for; `id` is its digest too, so that the same bytes come again. */
interface Wishes {
  readonly id: string;
  readonly receivedAt: number;
  readonly body: Pick<SetpointMessage, "container" | "sequence" | "issuedAt" | "expiresAt" | "watts"> &
    Partial<SetpointMessage>;
  readonly source?: RemoteCommand["source"];
  readonly addressee?: RemoteCommand["addressee"];
}

/** A setpoint as the broker link hands it on, for an hour unless said. */
export function setpointWith({
  id,
  receivedAt,
  body,
  source = "dispatch",
  addressee = "container",
}: Wishes): RemoteCommand {
  return {
    via: "broker",
    receivedAt,
    source,
    addressee,
    kind: "setpoint",
    encoding: "json",
    digest: id,
    id,
    rejection: null,
    body: {
      version: 1,
      id,
      epoch: 1,
      timeToLiveSeconds: 3600,
      kind: "limit",
      onExpiry: { mode: "limit", watts: 10_000 },
      reason: "ecrs",
      ...body,
    },
  };
}

/** A setpoint from dispatch that lives an hour, with a number higher than the last. */
export function setpoint(watts: number, now: number, parts: Partial<SetpointMessage> = {}): RemoteCommand {
  sequence += 1;
  const issuedAt = 1_795_390_000_000 + now;
  const id = sequence.toString(16).padStart(32, "0");
  const body = { container: "test-c01", sequence, issuedAt, expiresAt: issuedAt + 3_600_000, watts, ...parts };
  return setpointWith({ id, receivedAt: now, body });
}

/** A command of a person at the container. */
export function local(action: LocalCommand["action"], now: number): LocalCommand {
  return { via: "shell", receivedAt: now, by: "console", ticket: `t${now}`, action };
}

/** A control command, of the operator unless said. */
export function control(
  action: ControlMessage["action"],
  now: number,
  parts: Partial<ControlMessage> = {},
  source: RemoteCommand["source"] = "operator",
): RemoteCommand {
  const { kind, onExpiry, watts, reason, ...frame } = setpoint(0, now).body as SetpointMessage;
  const command = setpoint(0, now);
  return {
    ...command,
    source,
    kind: "control",
    digest: frame.id,
    id: frame.id,
    body: { ...frame, action, ...parts },
  };
}

/** A schedule of dispatch that holds one level from now on, for so long. */
export function schedule(watts: number, seconds: number, now: number): RemoteCommand {
  const command = setpoint(0, now);
  const { kind, onExpiry, watts: _, ...frame } = command.body as SetpointMessage;
  const { issuedAt } = frame;
  const entries = [{ startsAt: issuedAt, watts }];
  const body = { ...frame, entries, endsAt: issuedAt + seconds * 1000, afterEnd: { mode: "off" } } as const;
  return { ...command, kind: "schedule", body };
}
