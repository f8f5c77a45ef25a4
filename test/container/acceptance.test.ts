/** The main job, end to end on real wires: serial readings in, a decision, machines commanded, the effect on the meter, the answer on MQTT. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../waiting.ts";
import { type Container, startContainer } from "./container.ts";
import { auxiliaryWatts, machineWatts } from "./site-file.ts";

const test = suite("acceptance");

let container: Container;

test.before(async () => {
  container = await startContainer({ machines: 2, running: 2 });
  container.dispatcher.beat(true);
  container.startWeir();
});

test.after(() => container.stop());

const bothWatts = auxiliaryWatts + 2 * machineWatts;

test("a setpoint is acknowledged within 1 s, both machines wake, and the meter shows it", async () => {
  const { dispatcher } = container;
  await container.online();
  const answer = await dispatcher.command(dispatcher.setpoint(bothWatts + 300));
  assert.is(answer.body["state"], "accepted", JSON.stringify(answer.body));
  await waitFor(() => (dispatcher.telemetryWatts() ?? 0) > bothWatts - 200, {
    within: 30_000,
    what: () => `both machines on the meter; it shows ${dispatcher.telemetryWatts()} W`,
  });
});

test("a lower setpoint is acknowledged within 1 s and the meter falls below it", async () => {
  const { dispatcher } = container;
  const watts = auxiliaryWatts + machineWatts + 300;
  const answer = await dispatcher.command(dispatcher.setpoint(watts));
  assert.is(answer.body["state"], "accepted", JSON.stringify(answer.body));
  await waitFor(() => (dispatcher.telemetryWatts() ?? Number.POSITIVE_INFINITY) < watts, {
    within: 15_000,
    what: () => `the meter below ${watts} W; it shows ${dispatcher.telemetryWatts()} W`,
  });
  assert.ok(container.feederWatts() < watts, "the truth at the feeder");
  assert.ok(container.feederWatts() > auxiliaryWatts + 1_000, "one machine goes on hashing");
});

test("SIGTERM says offline and ends with 0", async () => {
  container.weir().signal("SIGTERM");
  const ended = await container.weir().end(25_000);
  assert.is(ended.code, 0, container.weir().log().slice(-10).join("\n"));
  await waitFor(() => container.dispatcher.newest("status")?.body["status"] === "offline", {
    within: 2_000,
    what: "status offline",
  });
});

test.run();
