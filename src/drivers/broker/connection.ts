/** One connection after another to the broker: MQTT 5 first, then 3.1.1, with a back-off that spreads a fleet. */
import type { Socket } from "node:net";
import { type IClientOptions, MqttClient } from "mqtt";
import type { BrokerAddress } from "./broker-address.ts";
import { largestPacketBytes, openBrokerStream } from "./broker-stream.ts";

export interface ConnectionSetup {
  readonly address: BrokerAddress;
  readonly clientId: string;
  readonly subscriptions: readonly string[];
  /** Will of the next connection, asked before each attempt. */
  readonly will: () => { readonly topic: string; readonly payload: Buffer };
  /** Longest pause between attempts [ms]. */
  readonly reconnectCeilingMilliseconds: number;
  readonly onOnline: (client: MqttClient) => void;
  readonly onOffline: () => void;
  readonly onMessage: (topic: string, payload: Buffer, retained: boolean) => void;
  /** Why an attempt failed or a connection ended. */
  readonly onProblem: (text: string) => void;
}

export interface BrokerConnection {
  start(): void;
  /** The connected client; null while there is none. */
  client(): MqttClient | null;
  /** Ends the connection with a DISCONNECT, so that no will is published. */
  stop(): Promise<void>;
}

/** Source: DESIGN section 6 and facts/grid-and-safety section 3.2: noticed after 15 s at the latest. */
const keepaliveSeconds = 10;
const connectTimeoutMilliseconds = 10_000;
/** Back-off 1 s, doubling to the ceiling, full jitter. Source: facts/grid-and-safety section 3.3. */
const firstPauseMilliseconds = 1000;
/** The shortest pause: a refusing broker must not be hammered. Choice. */
const shortestPauseMilliseconds = 100;
const endDeadlineMilliseconds = 1000;
/** A session that ends sooner counts as a failure: two programs with one name would throw each other out for ever. Choice. */
const provenMilliseconds = 10_000;

export function createBrokerConnection(setup: ConnectionSetup): BrokerConnection {
  let version: 4 | 5 = 5;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let attempt: Attempt | null = null;
  let stopped = false;

  const pause = (): number => {
    const ceiling = Math.min(setup.reconnectCeilingMilliseconds, firstPauseMilliseconds * 2 ** Math.min(failures, 10));
    return Math.max(shortestPauseMilliseconds, Math.random() * ceiling);
  };
  const ended = (outcome: AttemptOutcome): void => {
    attempt = null;
    if (outcome === "proven") failures = 0;
    else failures += 1;
    // A broker that takes no handshake may speak the other version only: asked once without waiting.
    if (outcome === "handshake-failed") version = version === 5 ? 4 : 5;
    const atOnce = outcome === "handshake-failed" && version === 4;
    if (!stopped) timer = setTimeout(connect, atOnce ? 0 : pause());
  };
  const connect = (): void => {
    attempt = new Attempt(setup, version, ended);
  };

  return {
    start: connect,
    client: () => attempt?.client() ?? null,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await attempt?.stop();
    },
  };
}

/** What came of an attempt: no stream, a stream without a session, a short session, or one that lasted. */
type AttemptOutcome = "unreachable" | "handshake-failed" | "short" | "proven";

class Attempt {
  readonly #setup: ConnectionSetup;
  readonly #client: MqttClient;
  readonly #ended: (outcome: AttemptOutcome) => void;
  #outcome: AttemptOutcome = "unreachable";
  #online = false;
  #onlineSince = 0;
  #over = false;

  constructor(setup: ConnectionSetup, version: 4 | 5, ended: (outcome: AttemptOutcome) => void) {
    this.#setup = setup;
    this.#ended = ended;
    const opened = (): void => {
      if (this.#outcome === "unreachable") this.#outcome = "handshake-failed";
    };
    const open = (): Socket => {
      const socket = openBrokerStream(setup.address, opened);
      // mqtt.js keeps most of the stream's errors to itself.
      socket.once("error", (error) => this.#end(error.message));
      return socket;
    };
    const client = new MqttClient(open, optionsOf(setup, version));
    this.#client = client;
    client.on("error", (error) => this.#end(error.message));
    client.on("close", () => this.#end("the connection was closed"));
    client.on("connect", () => this.#subscribe(version));
    client.on("message", (topic, payload, packet) => setup.onMessage(topic, payload, packet.retain));
  }

  client(): MqttClient | null {
    return this.#online && this.#client.connected ? this.#client : null;
  }

  async stop(): Promise<void> {
    this.#over = true;
    const end = new Promise<void>((resolve) => this.#client.end(false, {}, () => resolve()));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, endDeadlineMilliseconds);
    });
    await Promise.race([end, late]);
    clearTimeout(timer);
    this.#client.stream.destroy();
  }

  #subscribe(version: 4 | 5): void {
    // Source: DESIGN section 6: `rap` keeps the retained flag, `rh: 2` asks for no retained messages.
    const options = version === 5 ? { qos: 1 as const, rap: true, rh: 2 } : { qos: 1 as const };
    this.#outcome = "short";
    this.#onlineSince = performance.now();
    this.#client.subscribe([...this.#setup.subscriptions], options, (error) => {
      if (this.#over) return;
      if (error !== null && error !== undefined) {
        this.#end(error.message);
        return;
      }
      this.#online = true;
      this.#setup.onOnline(this.#client);
    });
  }

  #end(text: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#setup.onProblem(text);
    if (this.#online) this.#setup.onOffline();
    if (this.#online && performance.now() - this.#onlineSince >= provenMilliseconds) this.#outcome = "proven";
    this.#online = false;
    this.#client.end(true);
    this.#client.stream.destroy();
    this.#ended(this.#outcome);
  }
}

function optionsOf(setup: ConnectionSetup, version: 4 | 5): IClientOptions {
  const will = setup.will();
  return {
    clientId: setup.clientId,
    protocolVersion: version,
    clean: true,
    keepalive: keepaliveSeconds,
    connectTimeout: connectTimeoutMilliseconds,
    // Reconnection is ours: mqtt.js knows no back-off, no jitter and no other version.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    will: { ...will, qos: 1, retain: true },
    ...(version === 5
      ? { properties: { sessionExpiryInterval: 0, receiveMaximum: 8, maximumPacketSize: largestPacketBytes } }
      : {}),
  };
}
