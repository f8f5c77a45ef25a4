import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { SetpointMessage } from "../../../src/model/command.ts";
import { encodeCbor } from "../../../src/protocol/messages/cbor.ts";
import { type Mosquitto, startMosquitto } from "../../brokers/mosquitto.ts";
import { waitFor } from "../../waiting.ts";
import { type Dispatcher, startDispatcher } from "./dispatcher.ts";
import { type Holder, holderSite, startHolder } from "./holder.ts";
import { makeSetpoint } from "./setpoints.ts";

const test = suite("broker link on mosquitto");
const topic = "weir/v1/wolf-c07/command/dispatch/setpoint";
let broker: Mosquitto;
let dispatcher: Dispatcher;
let holder: Holder | null = null;

async function online(): Promise<Holder> {
  const started = startHolder(holderSite({ url: broker.url }));
  holder = started;
  await dispatcher.wait("birth", ({ boot }) => boot === started.boot);
  return started;
}

test.before.each(async () => {
  broker = await startMosquitto();
  dispatcher = await startDispatcher(broker.url);
});
test.after.each(async () => {
  await holder?.stop();
  holder = null;
  await dispatcher.stop();
  await broker.stop();
});

test("status, birth and state are retained, figures are not, and all fit their schemas", async () => {
  const { boot } = await online();
  await dispatcher.wait("telemetry", (message) => message.boot === boot && message.sequence >= 3);
  await dispatcher.wait("miners", (message) => message.boot === boot);
  const late = await startDispatcher(broker.url);
  const status = await late.wait("status", () => true);
  assert.equal([status.status, status.boot, status.connection], ["online", boot, 1]);
  assert.is((await late.wait("birth", () => true)).container, "wolf-c07");
  assert.is((await late.wait("state", () => true)).mode, "failsafe");
  assert.not(late.heard.some(({ report }) => report === "miners"));
  await late.stop();
});

test("a setpoint is answered within a second, in its own encoding, and the state shows it", async () => {
  await online();
  const times: number[] = [];
  for (const encoding of ["json", "cbor", "json"] as const) {
    const command = makeSetpoint();
    const sentAt = performance.now();
    await dispatcher.publish(topic, encoding === "json" ? JSON.stringify(command) : encodeCbor({ ...command }));
    const answer = await dispatcher.wait("acknowledgement", ({ id }) => id === command.id);
    times.push(performance.now() - sentAt);
    assert.equal([answer.state, answer.epoch, answer.sequence], ["accepted", 1, command.sequence]);
    const heard = dispatcher.heard.find(({ message }) => message === answer);
    assert.is(heard?.bytes[0] === 0x7b, encoding === "json");
    await dispatcher.wait("state", ({ setpoints }) => setpoints[0]?.id === command.id);
  }
  // The quickest of three: the machine that runs the tests may have other things to do.
  assert.ok(Math.min(...times) < 1000, `${times.map(Math.round).join(", ")} ms`);
});

test("each rejection of the contract over the wire, and the same answer to the same bytes", async () => {
  await online();
  const good = makeSetpoint({ epoch: 5 });
  const send = async (payload: string | Uint8Array, id: string | null, to = topic): Promise<string> => {
    const count = dispatcher.heard.length;
    await dispatcher.publish(to, payload);
    const answer = await waitFor(
      () =>
        dispatcher.heard
          .slice(count)
          .map(({ report, message }) =>
            report === "acknowledgement" && "sequence" in message && "id" in message ? message : null,
          )
          .find((message) => message?.id === id),
      { within: 8000, what: `an answer to ${String(id)}` },
    );
    return "rejection" in answer ? String(answer.rejection) : "state" in answer ? String(answer.state) : "";
  };
  const json = (command: SetpointMessage): Promise<string> => send(JSON.stringify(command), command.id);
  assert.is(await json(good), "accepted");
  assert.is(await json(good), "accepted");
  assert.is(await json({ ...good, watts: 80_000 }), "conflict");
  assert.is(await json(makeSetpoint({ epoch: 4 })), "epoch");
  assert.is(await json(makeSetpoint({ epoch: 5, sequence: good.sequence })), "sequence");
  assert.is(await json(makeSetpoint({ epoch: 5, container: "wolf-c08" })), "container");
  assert.is(await json(makeSetpoint({ epoch: 5, boot: "0".repeat(32) })), "boot");
  assert.is(await json(makeSetpoint({ epoch: 5, issuedAt: 1, expiresAt: 2 })), "expired");
  assert.is(await json(makeSetpoint({ epoch: 5, watts: 400_001 })), "range");
  assert.is(await send("nonsense", null), "schema");
  assert.is(await send(Buffer.alloc(20_000, 0x7b), null), "size");
  assert.is(await send(Buffer.of(0xd2, 0x84), null), "signature");
  const retained = makeSetpoint({ epoch: 5 });
  await dispatcher.publish(topic, JSON.stringify(retained), { retain: true });
  const answer = await dispatcher.wait("acknowledgement", ({ id }) => id === retained.id);
  assert.is(answer.rejection, "retained");
});

test("a retained command of the past is not even delivered", async () => {
  await dispatcher.publish(topic, JSON.stringify(makeSetpoint()), { retain: true });
  await online();
  const command = makeSetpoint();
  await dispatcher.publish(topic, JSON.stringify(command));
  await dispatcher.wait("acknowledgement", ({ id }) => id === command.id);
  assert.is(dispatcher.heard.filter(({ report }) => report === "acknowledgement").length >= 1, true);
  assert.not(dispatcher.heard.some(({ message }) => "rejection" in message));
});

test("a group setpoint and a heartbeat arrive; resync brings the birth again", async () => {
  await online();
  const group = makeSetpoint({ container: "group" });
  await dispatcher.publish("weir/v1/group/wolf/command/site/setpoint", JSON.stringify(group));
  assert.is((await dispatcher.wait("acknowledgement", ({ id }) => id === group.id)).state, "accepted");
  await dispatcher.publish("weir/v1/group/wolf/heartbeat", JSON.stringify({ version: 1, epoch: 1, number: 1 }), {
    qos: 0,
  });
  await waitFor(() => holder?.link.heartbeat().number === 1, { within: 8000, what: "the heartbeat" });
  const births = (): number => dispatcher.heard.filter(({ report }) => report === "birth").length;
  const before = births();
  const { watts: _, kind: __, onExpiry: ___, reason: ____, ...rest } = makeSetpoint();
  await dispatcher.publish("weir/v1/wolf-c07/command/dispatch/control", JSON.stringify({ ...rest, action: "resync" }));
  await waitFor(() => births() > before, { within: 8000, what: "the birth again" });
});

test("the will tells of a killed container, with its boot and connection", async () => {
  const program = fileURLToPath(new URL("./holder-process.js", import.meta.url));
  const child = spawn(process.execPath, [program, broker.url, "wolf-c09"], { stdio: "ignore" });
  const birth = await dispatcher.wait("birth", ({ container }) => container === "wolf-c09");
  child.kill("SIGKILL");
  const lost = await dispatcher.wait("status", ({ status }) => status === "lost");
  assert.equal([lost.boot, lost.connection], [birth.boot, birth.connection]);
});

test("an orderly end says offline and leaves no will", async () => {
  const { boot } = await online();
  await holder?.stop();
  await dispatcher.wait("status", (status) => status.status === "offline" && status.boot === boot);
  assert.not(dispatcher.heard.some(({ message }) => "status" in message && message.status === "lost"));
});

test("a flood is bounded, sampled with `rate`, and leaves the scan its pace", async () => {
  const running = await online();
  const flood = JSON.stringify(makeSetpoint({ epoch: 0, sequence: 0 }));
  for (let batch = 0; batch < 30; batch += 1)
    await Promise.all(Array.from({ length: 100 }, () => dispatcher.publish(topic, flood, { qos: 0 })));
  await dispatcher.wait("acknowledgement", ({ rejection }) => rejection === "rate");
  await waitFor(() => running.link.losses().ignored > 2000, { within: 15_000, what: "most of it ignored" });
  const sampled = dispatcher.heard.filter(({ message }) => "rejection" in message && message.rejection === "rate");
  assert.ok(sampled.length <= 20, `${sampled.length} answers of a sample`);
  assert.ok(running.longestPause() < 1500, `${running.longestPause()} ms without a scan`);
  const after = await waitFor(
    async () => {
      const command = makeSetpoint();
      await dispatcher.publish(topic, JSON.stringify(command));
      return dispatcher
        .wait("acknowledgement", ({ id, state }) => id === command.id && state === "accepted", 1000)
        .catch(() => null);
    },
    { within: 15_000, what: "a setpoint taken after the flood" },
  );
  assert.is(after.state, "accepted");
});

test("a message of a mebibyte harms nothing", async () => {
  const running = await online();
  await dispatcher.publish(topic, Buffer.alloc(1024 * 1024, 0x7b));
  const command = makeSetpoint();
  await dispatcher.publish(topic, JSON.stringify(command));
  await dispatcher.wait("acknowledgement", ({ id }) => id === command.id);
  assert.is(running.link.state().state, "online");
});

test("the broker gone and back: connecting, then birth anew, and what was said meanwhile is delivered", async () => {
  const running = await online();
  running.log({ number: 1, unixMilliseconds: 1, kind: "start", severity: "information", subject: "", text: "One." });
  await dispatcher.wait("event", ({ number }) => number === 1);
  await broker.kill();
  await waitFor(() => running.link.state().state === "connecting", { within: 8000, what: "the loss is noticed" });
  running.log({ number: 2, unixMilliseconds: 2, kind: "mode", severity: "warning", subject: "", text: "Two." });
  running.log({ number: 0, unixMilliseconds: 3, kind: "mode", severity: "warning", subject: "", text: "Not stored." });
  await broker.start();
  await dispatcher.wait("birth", ({ boot, connection }) => boot === running.boot && connection > 1);
  assert.is((await dispatcher.wait("event", ({ number }) => number === 2)).text, "Two.");
  assert.not(dispatcher.heard.some(({ message }) => "text" in message && message.text === "Not stored."));
});

test.run();
