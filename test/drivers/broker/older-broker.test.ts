import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../waiting.ts";
import { type Dispatcher, startDispatcher } from "./dispatcher.ts";
import { type Holder, holderSite, startHolder } from "./holder.ts";
import { makeSetpoint } from "./setpoints.ts";

const test = suite("broker link on a broker of MQTT 3.1.1");
const topic = "weir/v1/wolf-c07/command/dispatch/setpoint";
let broker: Aedes;
let server: Server;
let port = 0;
const sockets = new Set<Socket>();
let dispatcher: Dispatcher;
let holder: Holder;

test.before(async () => {
  broker = await Aedes.createBroker();
  server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  dispatcher = await startDispatcher(`mqtt://127.0.0.1:${port}`);
  // Kept by the broker from before: on 3.1.1 a subscriber cannot ask to be spared it.
  await dispatcher.publish(topic, JSON.stringify(makeSetpoint({ reference: "of the past" })), { retain: true });
  holder = startHolder(holderSite({ url: `mqtt://127.0.0.1:${port}` }));
});
test.after(async () => {
  await holder.stop();
  await dispatcher.stop();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => broker.close(() => server.close(resolve)));
});

test("a refused MQTT 5 is followed at once by 3.1.1", async () => {
  const status = await dispatcher.wait("status", ({ status: word }) => word === "online");
  assert.is(status.connection, 2);
});

test("a retained command of the past is delivered, and refused", async () => {
  await dispatcher.wait("acknowledgement", ({ rejection }) => rejection === "retained");
});

test("setpoints are answered there too", async () => {
  const command = makeSetpoint();
  await dispatcher.publish(topic, JSON.stringify(command));
  await dispatcher.wait("acknowledgement", ({ id, state }) => id === command.id && state === "accepted", 1000);
});

test("a huge message ends the connection and not the process; the next one is as before", async () => {
  const before = dispatcher.heard.filter(({ report }) => report === "birth").length;
  await dispatcher.publish(topic, Buffer.alloc(1024 * 1024, 0x7b), { qos: 0 });
  await waitFor(() => dispatcher.heard.filter(({ report }) => report === "birth").length > before, {
    within: 5000,
    what: "the birth after the reconnection",
  });
  assert.ok(
    holder.problems.some((text) => text.includes("too large")),
    holder.problems.join("; "),
  );
  const command = makeSetpoint();
  await dispatcher.publish(topic, JSON.stringify(command));
  await dispatcher.wait("acknowledgement", ({ id }) => id === command.id);
});

test.run();
