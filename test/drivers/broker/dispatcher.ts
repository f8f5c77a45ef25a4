/** The central side of the wire in tests: an ordinary MQTT client that keeps what it hears. */
import { readFileSync } from "node:fs";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { loadContract } from "../../../src/drivers/broker/load-contract.ts";
import type { Messages } from "../../../src/protocol/messages/contract.ts";
import { decodeReport } from "../../../src/protocol/messages/encode.ts";
import { type ReportName, readReportTopic } from "../../../src/protocol/messages/topics.ts";
import { waitFor } from "../../waiting.ts";

const contract = loadContract();

export interface Heard<Name extends ReportName = ReportName> {
  readonly report: Name;
  readonly container: string;
  readonly message: Messages[Name];
  readonly bytes: Buffer;
}

export interface Dispatcher {
  readonly client: MqttClient;
  readonly heard: Heard[];
  /** The first message of a kind, heard already or yet to come, that the condition takes. */
  wait<Name extends ReportName>(
    report: Name,
    condition: (message: Messages[Name]) => boolean,
    within?: number,
  ): Promise<Messages[Name]>;
  publish(topic: string, payload: string | Uint8Array, options?: { retain?: boolean; qos?: 0 | 1 }): Promise<void>;
  stop(): Promise<void>;
}

export async function startDispatcher(
  url: string,
  certificate?: { caFile: string; certificateFile: string; keyFile: string },
): Promise<Dispatcher> {
  const options: IClientOptions = {
    protocolVersion: 4,
    reconnectPeriod: 100,
    ...(certificate === undefined
      ? {}
      : {
          ca: readFileSync(certificate.caFile),
          cert: readFileSync(certificate.certificateFile),
          key: readFileSync(certificate.keyFile),
        }),
  };
  const client = await connectAsync(url, options);
  const heard: Heard[] = [];
  client.on("message", (topic, bytes) => {
    const address = readReportTopic(topic);
    if (address === null) return;
    const decoded = decodeReport(address.report, bytes, contract);
    if (!decoded.ok) throw new Error(`${topic}: ${decoded.error.text}`);
    heard.push({ ...address, message: decoded.value, bytes });
  });
  await client.subscribeAsync("weir/v1/+/+", { qos: 1 });
  return {
    client,
    heard,
    async wait(report, condition, within = 8000) {
      const told = (): string =>
        heard
          .map((one) => `${one.report} ${JSON.stringify(one.message).slice(0, 120)}`)
          .slice(-6)
          .join("; ");
      const found = await waitFor(() => heard.find((one) => one.report === report && condition(one.message as never)), {
        within,
        what: () => `${report} (heard: ${told()})`,
      });
      return found.message as never;
    },
    async publish(topic, payload, publishOptions = {}) {
      await client.publishAsync(topic, Buffer.from(payload), { qos: 1, ...publishOptions });
    },
    async stop() {
      client.removeAllListeners("message");
      await client.endAsync(true);
    },
  };
}
