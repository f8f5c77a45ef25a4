/** Commands as the broker link and the shell hand them to the core. */
import type { ControlMessage, LocalCommand, RemoteCommand, SetpointMessage } from "../../src/model/command.ts";

let sequence = 0;

/** A setpoint from dispatch that lives `seconds`. */
export function setpoint(watts: number, now: number, parts: Partial<SetpointMessage> = {}): RemoteCommand {
  sequence += 1;
  const id = sequence.toString(16).padStart(32, "0");
  const issuedAt = 1_795_390_000_000 + now;
  return {
    via: "broker",
    receivedAt: now,
    source: "dispatch",
    addressee: "container",
    kind: "setpoint",
    encoding: "json",
    digest: id,
    id,
    rejection: null,
    body: {
      version: 1,
      id,
      container: "test-c01",
      epoch: 1,
      sequence,
      issuedAt,
      expiresAt: issuedAt + 3_600_000,
      timeToLiveSeconds: 3600,
      kind: "limit",
      watts,
      onExpiry: { mode: "limit", watts: 10_000 },
      reason: "ecrs",
      ...parts,
    },
  };
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
