/** A small central dispatch inside the demo: heartbeats, setpoints and what came back, over MQTT and nothing else. */
import { randomBytes } from "node:crypto";
import type { MqttClient } from "mqtt";
import type { SetpointMessage } from "../../model/generated/setpoint.ts";

/** A setpoint that was sent, with every acknowledgement as it came [ms since the demo began]. */
export interface SentSetpoint {
  readonly id: string;
  readonly watts: number;
  readonly publishedAt: number;
  readonly acknowledgements: { readonly state: string; readonly rejection: string | null; readonly at: number }[];
}

export interface Dispatcher {
  /** A limit, valid for five minutes; null while there is no connection. */
  setpoint(watts: number, reason: SetpointMessage["reason"]): SentSetpoint | null;
  /** To be given every message below the container's root. */
  take(topic: string, payload: Uint8Array): void;
  readonly sent: readonly SentSetpoint[];
  stop(): void;
}

/** Contract: every 10 s; the demo's dispatcher lives a little faster. */
const heartbeatMilliseconds = 5000;
const timeToLiveSeconds = 300;
/** Choice: within it the demo's machines, its ramp and the meter's filter have all settled. */
const reachBySeconds = 30;

export function startDispatcher(
  client: MqttClient,
  names: { readonly container: string; readonly site: string; readonly failsafeWatts: number },
  now: () => number,
): Dispatcher {
  const sent: SentSetpoint[] = [];
  // The demo's container begins with an empty memory: the lowest epoch leaves all others to people with mosquitto_pub.
  let epoch = 1;
  let sequence = 0;
  let number = 0;
  const beat = (): void => {
    if (!client.connected) return;
    number += 1;
    const body = { version: 1, epoch, number };
    client.publish(`weir/v1/group/${names.site}/heartbeat`, JSON.stringify(body), { qos: 0 });
  };
  client.on("connect", beat);
  beat();
  const timer = setInterval(beat, heartbeatMilliseconds);
  return {
    sent,
    setpoint: (watts, reason) => {
      if (!client.connected) return null;
      beat();
      sequence += 1;
      const issuedAt = Date.now();
      const body: SetpointMessage = {
        version: 1,
        id: randomBytes(16).toString("hex"),
        container: names.container,
        epoch,
        sequence,
        issuedAt,
        expiresAt: issuedAt + timeToLiveSeconds * 1000,
        timeToLiveSeconds,
        kind: "limit",
        watts,
        reachBySeconds,
        onExpiry: { mode: "limit", watts: names.failsafeWatts },
        reason,
        reference: `demo-${sequence}`,
      };
      const one: SentSetpoint = { id: body.id, watts, publishedAt: now(), acknowledgements: [] };
      sent.push(one);
      client.publish(`weir/v1/${names.container}/command/dispatch/setpoint`, JSON.stringify(body), { qos: 1 });
      return one;
    },
    take: (topic, payload) => {
      if (topic.endsWith("/command/dispatch/setpoint")) {
        const order = parseOrder(payload);
        // Somebody else dispatches as well: what follows here must neither be fenced nor come before it.
        if (order !== null && (order.epoch > epoch || (order.epoch === epoch && order.sequence > sequence)))
          ({ epoch, sequence } = order);
        return;
      }
      if (!topic.endsWith("/acknowledgement")) return;
      const message = parseAcknowledgement(payload);
      const one = sent.find((item) => item.id === message?.id);
      if (message !== null) one?.acknowledgements.push({ ...message, at: now() });
    },
    stop: () => clearInterval(timer),
  };
}

/** Acknowledgements come in the command's encoding, so these are JSON. */
function parseAcknowledgement(payload: Uint8Array): { id: unknown; state: string; rejection: string | null } | null {
  const { id, state, rejection } = parseFields(payload);
  return typeof state === "string" ? { id, state, rejection: typeof rejection === "string" ? rejection : null } : null;
}

function parseOrder(payload: Uint8Array): { epoch: number; sequence: number } | null {
  const { epoch, sequence } = parseFields(payload);
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(sequence)
    ? { epoch: Number(epoch), sequence: Number(sequence) }
    : null;
}

/** Fields of a JSON object; none where it is not one. */
function parseFields(payload: Uint8Array): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return {};
  }
  return typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
}
