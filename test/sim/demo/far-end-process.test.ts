import { connect } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FarEndProcess, startFarEnd } from "../../../src/sim/demo/far-end-process.ts";
import { waitFor, withDeadline } from "../../waiting.ts";

const test = suite("far end as a process");

const running: FarEndProcess[] = [];
test.after.each(async () => {
  for (const farEnd of running.splice(0)) await farEnd.stop();
});

const stderr = 2;

function startBroker(deaths: string[], ports: number[]): FarEndProcess {
  const farEnd = startFarEnd(
    {
      name: "broker",
      module: new URL("../../../src/sim/wires/broker.js", import.meta.url),
      setup: () => ({ port: ports.at(-1) ?? 0 }),
      log: stderr,
      restartMilliseconds: 100,
    },
    {
      effects: (values) => ports.push(values["port"] ?? 0),
      died: (cause) => deaths.push(cause),
      ready: () => {},
    },
  );
  running.push(farEnd);
  return farEnd;
}

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

test("a killed far end is noticed and comes back as it was", async () => {
  const deaths: string[] = [];
  const ports: number[] = [];
  const farEnd = startBroker(deaths, ports);
  await withDeadline(farEnd.reachable, 5000, "the first start");
  const { pid } = farEnd;
  assert.ok(await reachable(ports.at(-1) ?? 0));
  farEnd.kill();
  await waitFor(() => deaths.length > 0, { within: 2000, what: "word of its death" });
  assert.equal(deaths, ["SIGKILL"]);
  await waitFor(() => farEnd.up && farEnd.pid !== pid, { within: 5000, what: "the second start" });
  assert.is(new Set(ports).size, 1);
  assert.ok(await reachable(ports.at(-1) ?? 0));
});

test("a fault that is on survives a restart", async () => {
  const deaths: string[] = [];
  const farEnd = startBroker(deaths, []);
  await withDeadline(farEnd.reachable, 5000, "the first start");
  farEnd.fault("broker", "deaf", true);
  farEnd.kill();
  await waitFor(() => deaths.length === 1, { within: 2000, what: "word of its death" });
  await waitFor(() => farEnd.up, { within: 5000, what: "the second start" });
  assert.is(deaths.length, 1);
});

test("a far end that cannot be set up says so and is not started again", async () => {
  const farEnd = startFarEnd(
    {
      name: "broker",
      module: new URL("../../../src/sim/wires/broker.js", import.meta.url),
      // No such port: neither a user nor root can have it.
      setup: () => ({ port: -1 }),
      log: stderr,
      restartMilliseconds: 50,
    },
    { effects: () => {}, died: () => {}, ready: () => {} },
  );
  running.push(farEnd);
  const outcome = await withDeadline(farEnd.reachable, 5000, "the outcome");
  assert.match(outcome ?? "reachable", /broker/);
  await waitFor(() => farEnd.pid === null, { within: 2000, what: "its end" });
  const again = await waitFor(() => farEnd.pid !== null, { within: 400, what: "a second start" }).then(
    () => true,
    () => false,
  );
  assert.not.ok(again);
});

test("a stopped far end is gone and stays gone", async () => {
  const deaths: string[] = [];
  const ports: number[] = [];
  const farEnd = startBroker(deaths, ports);
  await withDeadline(farEnd.reachable, 5000, "the start");
  await withDeadline(farEnd.stop(), 3000, "the stop");
  assert.is(farEnd.pid, null);
  assert.equal(deaths, []);
  assert.not.ok(await reachable(ports.at(-1) ?? 0));
});

test.run();
