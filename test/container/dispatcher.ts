/** Central dispatch as a test plays it: publishes commands and heartbeats, keeps every message of the container. */
import { randomBytes } from "node:crypto";
import { Decoder } from "cbor-x";
import { connectAsync, type IPublishPacket, type MqttClient } from "mqtt";
import { waitFor } from "../waiting.ts";

export interface Received {
  /** Below `weir/v1/CONTAINER/`. */
  readonly topic: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retained: boolean;
  /** performance.now() at arrival. */
  readonly at: number;
}

export interface SetpointFields {
  readonly [name: string]: unknown;
}

export interface Dispatcher {
  readonly received: readonly Received[];
  /** Newest message of a topic. */
  newest(topic: string): Received | undefined;
  /** A complete setpoint with a fresh id and the next sequence; fields replace its own. */
  setpoint(watts: number, fields?: SetpointFields): Record<string, unknown>;
  /** Publishes bytes or an object as JSON below the container's root. */
  publish(topic: string, message: object | string, options?: { readonly retain?: boolean }): Promise<void>;
  /** Publishes a setpoint and resolves with the answer, accepted or rejected, that came after it. */
  command(message: Readonly<Record<string, unknown>>, options?: { readonly retain?: boolean }): Promise<Received>;
  /** Metered watts in the newest telemetry; null while the meter is not good. */
  telemetryWatts(): number | null;
  /** What the contract's telemetry said since a moment of performance.now(), oldest first. */
  telemetry(since: number): readonly Telemetry[];
  acknowledgements(id: unknown): readonly Received[];
  /** Heartbeats sent so far. */
  beats(): number;
  /** Starts (again) or ends the heartbeats. */
  beat(on: boolean): void;
  stop(): Promise<void>;
}

/** Commands have to be answered within this. Source: DESIGN section 6. */
const answerMilliseconds = 1_000;

/** Far more often than the real 10 s, as the test's site wants it. */
const beatMilliseconds = 500;

export interface Telemetry {
  /** Metered; null while the meter is not good. */
  readonly powerWatts: number | null;
  readonly ceilingWatts: number;
  /** Machines that cannot be reached. */
  readonly unreachable: number;
  readonly trips: number;
}

/** Source: schemas/keys.json, where a key once given keeps its meaning; so does the place in the list of phases. */
const keys = { powerWatts: "6", ceilingWatts: "11", machines: "18", trips: "19" };
const unreachablePlace = 5;

/** Moments in milliseconds need 64 bits in CBOR; as numbers they are exact all the same. */
const decoder = new Decoder({ mapsAsObjects: true, int64AsNumber: true } as object);

function telemetryOf(body: Readonly<Record<string, unknown>>): Telemetry {
  const number = (key: string): number => {
    const value = body[key];
    if (typeof value !== "number") throw new Error(`telemetry without ${key}: ${JSON.stringify(body)}`);
    return value;
  };
  const machines = body[keys.machines] as readonly number[];
  return {
    powerWatts: body[keys.powerWatts] === undefined ? null : number(keys.powerWatts),
    ceilingWatts: number(keys.ceilingWatts),
    unreachable: machines[unreachablePlace] ?? 0,
    trips: number(keys.trips),
  };
}

export async function startDispatcher(url: string, container: string, site: string): Promise<Dispatcher> {
  const root = `weir/v1/${container}/`;
  const received: Received[] = [];
  const client: MqttClient = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 200 });
  client.on("error", () => {});
  client.on("message", (topic: string, bytes: Buffer, packet: IPublishPacket) => {
    // Its own commands come back to it.
    if (topic.startsWith(`${root}command/`)) return;
    // What is neither is none of the container's and would fail the test here. Source: DESIGN section 6, the first byte tells.
    const body = (bytes[0] === 0x7b ? JSON.parse(bytes.toString("utf8")) : decoder.decode(bytes)) as Record<
      string,
      unknown
    >;
    received.push({ topic: topic.slice(root.length), body, retained: packet.retain, at: performance.now() });
  });
  await client.subscribeAsync(`${root}#`, { qos: 1, rap: true });
  let sequence = 0;
  /** The highest used so far: heartbeats of an older one do not count. */
  let epoch = 1;
  let beats = 0;
  let timer: NodeJS.Timeout | undefined;

  const dispatcher: Dispatcher = {
    received,
    newest: (topic) => received.findLast((message) => message.topic === topic),
    setpoint(watts, fields = {}) {
      sequence += 1;
      epoch = Math.max(epoch, Number(fields["epoch"] ?? epoch));
      const now = Date.now();
      return {
        version: 1,
        id: randomBytes(16).toString("hex"),
        container,
        epoch,
        sequence,
        issuedAt: now,
        expiresAt: now + 300_000,
        timeToLiveSeconds: 300,
        kind: "limit",
        watts,
        reason: "test",
        onExpiry: { mode: "off" },
        ...fields,
      };
    },
    async publish(topic, message, options = {}) {
      const bytes = typeof message === "string" ? message : JSON.stringify(message);
      await client.publishAsync(`${root}${topic}`, bytes, { qos: 1, retain: options.retain ?? false });
    },
    async command(message, options = {}) {
      const before = received.length;
      await dispatcher.publish("command/dispatch/setpoint", message, options);
      // What follows an acceptance (active, reached) is no answer.
      const isAnswer = (state: unknown): boolean => state === "accepted" || state === "rejected";
      return await waitFor(
        () =>
          received
            .slice(before)
            .find(
              ({ topic, body }) =>
                topic === "acknowledgement" && body["id"] === message["id"] && isAnswer(body["state"]),
            ),
        { within: answerMilliseconds, what: `acknowledgement of ${JSON.stringify(message)}` },
      );
    },
    telemetryWatts() {
      const newest = dispatcher.newest("telemetry");
      return newest === undefined ? null : telemetryOf(newest.body).powerWatts;
    },
    telemetry: (since) =>
      received.filter(({ topic, at }) => topic === "telemetry" && at >= since).map(({ body }) => telemetryOf(body)),
    acknowledgements: (id) => received.filter(({ topic, body }) => topic === "acknowledgement" && body["id"] === id),
    beats: () => beats,
    beat(on) {
      clearInterval(timer);
      if (!on) return;
      const beat = (): void => {
        beats += 1;
        const message = { version: 1, epoch, number: beats };
        client.publish(`weir/v1/group/${site}/heartbeat`, JSON.stringify(message), { qos: 0 });
      };
      beat();
      timer = setInterval(beat, beatMilliseconds);
    },
    async stop() {
      clearInterval(timer);
      await client.endAsync(true);
    },
  };
  return dispatcher;
}
