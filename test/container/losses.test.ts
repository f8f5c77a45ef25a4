/** The far end of any wire may die at any moment: readings turn bad in time, the ceiling never rises because of it, and what can heal heals. */
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ServiceManager, startServiceManager } from "../drivers/notify-listener.ts";
import { waitFor } from "../waiting.ts";
import { type Container, startContainer } from "./container.ts";
import { auxiliaryWatts, failsafeWatts, heartbeatTimeoutSeconds, machineWatts, meterAgeSeconds } from "./site-file.ts";

const test = suite("losses");

let container: Container;
let manager: ServiceManager;
const fullWatts = auxiliaryWatts + 2 * machineWatts;

/** Of a telemetry's travel and a scan [ms]. Choice. */
const graceMilliseconds = 2_500;

test.before(async () => {
  container = await startContainer({ machines: 2, running: 2 });
  container.dispatcher.beat(true);
  const notify = join(container.folder, "notify");
  manager = await startServiceManager(notify);
  container.startWeir({ NOTIFY_SOCKET: notify });
  await container.online();
});

test.after(async () => {
  await container.stop();
  await manager.stop();
});

async function atFullPower(): Promise<void> {
  const { dispatcher } = container;
  const answer = await dispatcher.command(dispatcher.setpoint(fullWatts + 300));
  assert.is(answer.body["state"], "accepted", JSON.stringify(answer.body));
  const since = performance.now();
  const isFull = (): boolean => {
    const newest = dispatcher.telemetry(since).slice(-3);
    return newest.length === 3 && newest.every(({ powerWatts }) => (powerWatts ?? 0) > fullWatts - 200);
  };
  await waitFor(isFull, {
    within: 40_000,
    what: () => `full power; the meter shows ${dispatcher.telemetryWatts()} W; ${container.state()}`,
  });
}

/** Highest ceiling told since a moment of performance.now(). */
function highestCeiling(since: number): number {
  return Math.max(...container.dispatcher.telemetry(since).map(({ ceilingWatts }) => ceilingWatts));
}

test("a killed meter line: the reading is bad within its age limit, the ceiling does not rise, and it heals", async () => {
  await atFullPower();
  const { dispatcher, feeder } = container;
  const ceilingBefore = dispatcher.telemetry(0).at(-1)?.ceilingWatts ?? 0;
  const killedAt = performance.now();
  await feeder.kill();
  await waitFor(() => dispatcher.telemetryWatts() === null, {
    within: meterAgeSeconds * 1_000 + graceMilliseconds,
    what: "no metered watts in telemetry",
  });
  assert.ok(highestCeiling(killedAt) <= ceilingBefore, `${highestCeiling(killedAt)} W over ${ceilingBefore} W`);
  const fed = manager.heard().length;
  await waitFor(() => manager.heard().length > fed, { within: 3_000, what: "a fed watchdog with a dead meter" });
  await feeder.start();
  await waitFor(() => (dispatcher.telemetryWatts() ?? 0) > 0, { within: 15_000, what: "the meter again" });
  assert.is(container.weir().ended(), null);
});

test("a killed machine: the others and the program go on, and it is used again when it is back", async () => {
  const { dispatcher, miners } = container;
  const isWhole = (): boolean => container.feederWatts() > fullWatts - 200;
  await waitFor(isWhole, { within: 40_000, what: () => `full power; ${container.state()}` });
  const ceilingBefore = dispatcher.telemetry(0).at(-1)?.ceilingWatts ?? 0;
  const killedAt = performance.now();
  await miners[1]?.kill();
  container.forgetMiner(1);
  await waitFor(() => dispatcher.telemetry(killedAt).some(({ unreachable }) => unreachable === 1), {
    within: 40_000,
    what: () => `one machine unreachable; ${container.state()}`,
  });
  assert.ok(highestCeiling(killedAt) <= ceilingBefore);
  assert.ok(container.minerWatts(0) > machineWatts - 100, "the other one hashes on");
  await miners[1]?.start();
  await waitFor(() => dispatcher.telemetry(performance.now() - 1_500).some(({ unreachable }) => unreachable === 0), {
    within: 40_000,
    what: "the machine again",
  });
});

test("a killed broker: power is held, failsafe follows the heartbeat's time-out, and the link heals", async () => {
  await atFullPower();
  const { mosquitto, dispatcher } = container;
  await mosquitto.kill();
  const killedAt = performance.now();
  await waitFor(() => container.feederWatts() < failsafeWatts, {
    within: heartbeatTimeoutSeconds * 1_000 + 15_000,
    what: () => `failsafe power; the feeder carries ${container.feederWatts()} W`,
  });
  assert.ok(performance.now() - killedAt > heartbeatTimeoutSeconds * 1_000 - 1_500, "not before the time-out");
  const backAt = performance.now();
  await mosquitto.start();
  await waitFor(() => dispatcher.telemetry(backAt).length > 0, { within: 20_000, what: "telemetry again" });
  assert.ok(highestCeiling(backAt) <= failsafeWatts, "failsafe is left by a fresh setpoint only");
  await container.heartbeat();
  await atFullPower();
});

test.run();
