/** A dispatcher's connection to the broker: reports in, decoded; commands out. */
import { type IClientOptions, MqttClient } from "mqtt";
import { readBrokerAddress } from "../../drivers/broker/broker-address.ts";
import { openBrokerStream } from "../../drivers/broker/broker-stream.ts";
import { loadContract } from "../../drivers/broker/load-contract.ts";
import type { Messages } from "../../protocol/messages/contract.ts";
import { decodeReport } from "../../protocol/messages/encode.ts";
import { type ReportName, readReportTopic } from "../../protocol/messages/topics.ts";

export interface ConnectOptions {
  readonly broker: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** A report as heard; `message` null where it could not be read, `text` then says why. */
export type Heard = {
  [Name in ReportName]: {
    readonly report: Name;
    readonly container: string;
    readonly retained: boolean;
    readonly message: Messages[Name] | null;
    readonly text: string;
  };
}[ReportName];

export interface DispatchLink {
  listen(topics: readonly string[], onHeard: (heard: Heard) => void): Promise<void>;
  publish(topic: string, payload: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const connectMilliseconds = 10_000;

/** Connects once; throws with the reason where that fails, for a person stands before it. */
export async function connectDispatch(options: ConnectOptions): Promise<DispatchLink> {
  const address = readBrokerAddress({
    url: options.broker,
    caFile: options.ca ?? null,
    certificateFile: options.cert ?? null,
    keyFile: options.key ?? null,
    telemetryMilliseconds: 1000,
  });
  const contract = loadContract();
  // 3.1.1 is spoken by every broker, and nothing here needs more.
  const settings: IClientOptions = { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: connectMilliseconds };
  const client = new MqttClient(() => openBrokerStream(address, () => {}), settings);
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
    client.once("close", () => reject(new Error(`${address.url} closed the connection`)));
  });
  client.on("error", () => {});
  return {
    async listen(topics, onHeard) {
      client.on("message", (topic, payload, { retain }) => {
        const read = readReportTopic(topic);
        if (read === null) return;
        const decoded = decodeReport(read.report, payload, contract);
        const found = decoded.ok ? { message: decoded.value, text: "" } : { message: null, text: decoded.error.text };
        onHeard({ ...read, retained: retain, ...found } as Heard);
      });
      await client.subscribeAsync([...topics], { qos: 1 });
    },
    async publish(topic, payload) {
      await client.publishAsync(topic, Buffer.from(payload), { qos: 1 });
    },
    async close() {
      await client.endAsync();
    },
  };
}
