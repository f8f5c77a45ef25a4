/** Commands and heartbeats on their way from the broker to the scan: bounded, decoded, judged by nobody. */
import type { RemoteCommand } from "../../model/command.ts";
import type { Clock } from "../../model/driver.ts";
import type { Heartbeat } from "../../model/image.ts";
import type { Contract } from "../../protocol/messages/contract.ts";
import { type Addressee, decodeCommand, decodeHeartbeat } from "../../protocol/messages/decode-command.ts";
import { heartbeatTopic } from "../../protocol/messages/topics.ts";
import { createRateBound } from "./rate-bound.ts";

export interface CommandInbox {
  /** A message of one of the two subscriptions; true where the scan should look at once. */
  receive(topic: string, payload: Uint8Array, retained: boolean): boolean;
  take(): RemoteCommand[];
  heartbeat(): Heartbeat;
  /** Messages of no known topic, and commands beyond what is even answered. */
  ignored(): number;
}

/** A dispatcher sends a command in seconds, a person's burst is some dozen. Choice; decoding 20 a second costs nothing. */
const commandsAtOnce = 40;
const commandsPerSecond = 20;
/** Of those beyond it a sample is answered `rate`; the rest is counted only. Choice. */
const refusalsPerSecond = 1;
/** Source: DESIGN section 6: a heartbeat comes every 10 s. */
const heartbeatsPerSecond = 2;
/** Waiting for a scan; scans come within 50 ms. Choice: the burst, and what its refusals add. */
const largestWaiting = 64;

export function createCommandInbox(addressee: Addressee, contract: Contract, clock: Clock): CommandInbox {
  const mayDecode = createRateBound(commandsAtOnce, commandsPerSecond);
  const mayRefuse = createRateBound(1, refusalsPerSecond);
  const mayBeat = createRateBound(4, heartbeatsPerSecond);
  const beatTopic = heartbeatTopic(addressee.site);
  // Compiled at the start and not while the first setpoint waits.
  for (const fits of [contract.fits.setpoint, contract.fits.control, contract.fits.heartbeat]) fits(null);
  let waiting: RemoteCommand[] = [];
  let heartbeat: Heartbeat = { at: null, epoch: 0, number: 0 };
  let ignored = 0;

  const beat = (payload: Uint8Array, retained: boolean): void => {
    const now = clock.now();
    const read = retained || !mayBeat(now) ? null : decodeHeartbeat(payload, now, contract);
    if (read === null) ignored += 1;
    else heartbeat = read;
  };
  const command = (topic: string, payload: Uint8Array, retained: boolean): boolean => {
    const receivedAt = clock.now();
    const overRate = !mayDecode(receivedAt);
    const full = waiting.length >= largestWaiting;
    const answerable = !full && (!overRate || mayRefuse(receivedAt));
    const read = answerable
      ? decodeCommand(topic, payload, { receivedAt, retained, overRate }, addressee, contract)
      : null;
    if (read === null) ignored += 1;
    else waiting.push(read);
    return read !== null;
  };

  return {
    receive(topic, payload, retained) {
      if (topic !== beatTopic) return command(topic, payload, retained);
      beat(payload, retained);
      return false;
    },
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    heartbeat: () => heartbeat,
    ignored: () => ignored,
  };
}
