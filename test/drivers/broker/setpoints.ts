/** Setpoints as a dispatcher writes them: each newer than the one before. */
import { randomBytes } from "node:crypto";
import type { SetpointMessage } from "../../../src/model/command.ts";

let sequence = 0;

/** A limit of 90 kW for a minute to wolf-c07. */
export function makeSetpoint(change: Partial<SetpointMessage> = {}): SetpointMessage {
  sequence += 1;
  return {
    version: 1,
    id: randomBytes(16).toString("hex"),
    container: "wolf-c07",
    epoch: 1,
    sequence,
    issuedAt: Date.now(),
    expiresAt: Date.now() + 60_000,
    timeToLiveSeconds: 60,
    kind: "limit",
    watts: 90_000,
    onExpiry: { mode: "limit", watts: 50_000 },
    reason: "test",
    ...change,
  };
}
