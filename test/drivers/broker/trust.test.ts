import { chmodSync, readFileSync } from "node:fs";
import { connectAsync } from "mqtt";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readBrokerAddress } from "../../../src/drivers/broker/broker-address.ts";
import { lookupByDns } from "../../../src/drivers/broker/resolve-host.ts";
import {
  type Certificates,
  contractAccessList,
  type Mosquitto,
  makeCertificates,
  startMosquitto,
} from "../../brokers/mosquitto.ts";
import { waitFor } from "../../waiting.ts";
import { type Dispatcher, startDispatcher } from "./dispatcher.ts";
import { type Holder, holderSite, startHolder } from "./holder.ts";
import { makeSetpoint } from "./setpoints.ts";

const test = suite("broker link with certificates");
let certificates: Certificates;
let broker: Mosquitto;
let dispatcher: Dispatcher;
let holder: Holder | null = null;

test.before(async () => {
  certificates = makeCertificates();
  broker = await startMosquitto({ certificates, accessList: contractAccessList("wolf") });
  dispatcher = await startDispatcher(broker.url, { caFile: certificates.caFile, ...certificates.client("dispatch") });
});
test.after.each(async () => {
  await holder?.stop();
  holder = null;
});
test.after(async () => {
  await dispatcher.stop();
  await broker.stop();
});

/** What is said of a link that must not come about. */
async function refusal(started: Holder): Promise<string> {
  holder = started;
  const text = await waitFor(() => started.problems[0], { within: 3000, what: "a reason for no connection" });
  assert.is(started.link.state().state, "connecting");
  return text;
}

test("a container with its certificate is online, its birth names the certificate, and it takes setpoints", async () => {
  const files = { caFile: certificates.caFile, ...certificates.client("wolf-c07") };
  holder = startHolder(holderSite({ url: broker.url, ...files }));
  const birth = await dispatcher.wait("birth", ({ container }) => container === "wolf-c07");
  assert.match(birth.certificate ?? "", /^[0-9a-f]{64}$/);
  const command = makeSetpoint();
  await dispatcher.publish("weir/v1/wolf-c07/command/dispatch/setpoint", JSON.stringify(command));
  await dispatcher.wait("acknowledgement", ({ id, state }) => id === command.id && state === "accepted");
});

test("one container cannot speak as another, nor command it", async () => {
  const files = { caFile: certificates.caFile, ...certificates.client("wolf-c07") };
  holder = startHolder(holderSite({ url: broker.url, ...files }));
  await dispatcher.wait("birth", ({ container, boot }) => container === "wolf-c07" && boot === holder?.boot);
  const { certificateFile, keyFile } = certificates.client("wolf-c08");
  const intruder = await connectAsync(broker.url, {
    protocolVersion: 5,
    ca: readFileSync(certificates.caFile),
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
  });
  const command = JSON.stringify(makeSetpoint());
  for (const topic of [
    "weir/v1/wolf-c07/status",
    "weir/v1/wolf-c07/command/dispatch/setpoint",
    "weir/v1/group/wolf/heartbeat",
  ]) {
    const answer = await intruder.publishAsync(topic, command, { qos: 1 }).then(
      () => "taken",
      (error: Error) => error.message,
    );
    assert.match(answer, "Not authorized", topic);
  }
  await intruder.endAsync(true);
  const mine = makeSetpoint();
  await dispatcher.publish("weir/v1/wolf-c07/command/dispatch/setpoint", JSON.stringify(mine));
  await dispatcher.wait("acknowledgement", ({ id }) => id === mine.id);
});

test("a broker of an unknown authority is refused", async () => {
  const files = { caFile: certificates.rogueCaFile, ...certificates.client("wolf-c07") };
  assert.match(await refusal(startHolder(holderSite({ url: broker.url, ...files }))), /certificate|self-signed|issuer/);
});

test("a broker under another name than its certificate's is refused", async () => {
  const files = { caFile: certificates.caFile, ...certificates.client("wolf-c07") };
  const url = `mqtts://127.0.0.1:${broker.port}`;
  assert.match(await refusal(startHolder(holderSite({ url, ...files }))), /altnames|does not match/);
});

test("no environment variable switches the verification off", async () => {
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  const files = { caFile: certificates.rogueCaFile, ...certificates.client("wolf-c07") };
  const text = await refusal(startHolder(holderSite({ url: broker.url, ...files })));
  delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  assert.match(text, /certificate|self-signed|issuer/);
});

test("a client certificate of an unknown authority gets nowhere", async () => {
  const files = { caFile: certificates.caFile, ...certificates.client("wolf-c07", true) };
  await refusal(startHolder(holderSite({ url: broker.url, ...files })));
  assert.not(dispatcher.heard.some(({ message }) => "boot" in message && message.boot === holder?.boot));
});

test("a key that others may read, and a plain connection to elsewhere, are refused at the start", () => {
  const files = { caFile: certificates.caFile, ...certificates.client("wolf-c10") };
  const address = (change: object): unknown =>
    readBrokerAddress({ url: broker.url, telemetryMilliseconds: 1000, ...files, ...change });
  assert.not.throws(() => address({}));
  chmodSync(files.keyFile, 0o640);
  assert.throws(() => address({}), /chmod 600/);
  chmodSync(files.keyFile, 0o600);
  for (const url of ["mqtt://10.0.0.1:1883", "mqtt://localhost:1883", "mqtt://127.evil.example", "ws://127.0.0.1"])
    assert.throws(() => address({ url }), /mqtts:/, url);
  assert.throws(() => address({ certificateFile: null }), /go together/);
});

test("host names are asked of DNS alone", async () => {
  const found = await new Promise((resolve) => lookupByDns("localhost", {}, (_error, address) => resolve(address)));
  assert.is(found, "127.0.0.1");
});

test.run();
