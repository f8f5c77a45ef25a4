/** The link to central dispatch: commands in, reports out. It decodes and delivers; acceptance is the core's. */
import assert from "node:assert";
import type { MqttClient } from "mqtt";
import type { RemoteCommand } from "../../model/command.ts";
import type { Clock } from "../../model/driver.ts";
import type { Heartbeat } from "../../model/image.ts";
import type { Site } from "../../model/site.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import { encodeMessage } from "../../protocol/messages/encode.ts";
import { statusMessage } from "../../protocol/messages/reports.ts";
import { reportTopic, subscriptionsOf } from "../../protocol/messages/topics.ts";
import { readBrokerAddress } from "./broker-address.ts";
import { createCommandInbox } from "./command-inbox.ts";
import { createBrokerConnection } from "./connection.ts";
import { loadContract } from "./load-contract.ts";
import { createReporter } from "./reporter.ts";

export interface BrokerLinkSetup {
  readonly site: Site;
  /** 128-bit random number of this start, hexadecimal. */
  readonly boot: string;
  readonly clock: Clock;
  readonly version: string;
  /** A command has come: scan at once. */
  readonly onUrgent: () => void;
  /** Number of the first connection of this start; each further attempt has the next. */
  readonly startConnection?: number;
  /** Longest pause between attempts [ms]; 60 s unless a demonstration cannot wait. */
  readonly reconnectCeilingMilliseconds?: number;
  /** Why there is no connection; for the log. */
  readonly onProblem?: (text: string) => void;
}

export interface BrokerLink {
  start(): void;
  /** New since the last call, each once, in order of arrival. */
  takeCommands(): RemoteCommand[];
  /** The newest heartbeat of the dispatcher. */
  heartbeat(): Heartbeat;
  /** Once a scan: answers and events go out, reports when they are due. */
  publish(snapshot: Snapshot): void;
  state(): Snapshot["broker"];
  /** What was not delivered or not even answered, since the start. */
  losses(): { readonly ignored: number; readonly dropped: number };
  /** Says `offline`, then ends the connection; within about 2 s. */
  stop(): Promise<void>;
}

/** Source: DESIGN, facts/grid-and-safety section 3.3: 1 to 60 s. */
const reconnectCeilingMilliseconds = 60_000;
/** For the last word to reach the broker [ms]. Choice. */
const farewellMilliseconds = 1000;

/** Opens the link of a site with a broker; throws where its address or files are unusable, with what to do. */
export function openBrokerLink(setup: BrokerLinkSetup): BrokerLink {
  const { site, boot, clock } = setup;
  assert.ok(site.broker !== null, "a site with a broker");
  const address = readBrokerAddress(site.broker);
  const contract = loadContract();
  const inbox = createCommandInbox({ container: site.container, site: site.site }, contract, clock);
  const speaker = { boot, connection: (setup.startConnection ?? 1) - 1 };
  const reporter = createReporter({
    site,
    clock,
    contract,
    speaker: () => speaker,
    certificate: address.certificateDigest,
  });
  let since = clock.now();
  const status = reportTopic(site.container, "status");
  const statusBytes = (word: "online" | "offline" | "lost"): Buffer => {
    const at = word === "lost" ? undefined : clock.unixMilliseconds();
    return Buffer.from(encodeMessage(statusMessage(word, speaker, at), "cbor"));
  };

  const connection = createBrokerConnection({
    address,
    clientId: site.container,
    subscriptions: subscriptionsOf(site.container, site.site),
    will: () => {
      speaker.connection += 1;
      return { topic: status, payload: statusBytes("lost") };
    },
    reconnectCeilingMilliseconds: setup.reconnectCeilingMilliseconds ?? reconnectCeilingMilliseconds,
    onOnline: (client) => {
      since = clock.now();
      publishRetained(client, status, statusBytes("online"));
      reporter.open(client);
    },
    onOffline: () => {
      since = clock.now();
      reporter.close();
    },
    onMessage: (topic, payload, retained) => {
      if (inbox.receive(topic, payload, retained)) setup.onUrgent();
    },
    onProblem: (text) => setup.onProblem?.(text),
  });

  return {
    start: connection.start,
    takeCommands() {
      const commands = inbox.take();
      reporter.noteCommands(commands);
      return commands;
    },
    heartbeat: inbox.heartbeat,
    publish: (snapshot) => reporter.publish(snapshot),
    state: () => ({ state: connection.client() === null ? "connecting" : "online", since, url: address.url }),
    losses: () => ({ ignored: inbox.ignored(), dropped: reporter.dropped() }),
    async stop() {
      const client = connection.client();
      if (client !== null) await farewell(client, status, statusBytes("offline"));
      await connection.stop();
    },
  };
}

function publishRetained(client: MqttClient, topic: string, payload: Buffer): void {
  client.publish(topic, payload, { qos: 1, retain: true });
}

function farewell(client: MqttClient, topic: string, payload: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, farewellMilliseconds);
    client.publish(topic, payload, { qos: 1, retain: true }, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
