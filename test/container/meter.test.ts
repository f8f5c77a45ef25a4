/** A meter that lies, a reply that comes late, a disk that hangs: none of them raises what flows through the feeder. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../waiting.ts";
import { type Container, startContainer } from "./container.ts";
import { auxiliaryWatts, machineWatts } from "./site-file.ts";

const test = suite("lying meter, late reply, hanging disk");

let container: Container;
/** Room for two of the three machines. */
const ratedWatts = auxiliaryWatts + 2 * machineWatts + 1_000;
const twoWatts = auxiliaryWatts + 2 * machineWatts;

test.before(async () => {
  container = await startContainer({ machines: 3, running: 3, ratedWatts });
  container.dispatcher.beat(true);
  container.startWeir();
  await container.online();
  const { dispatcher } = container;
  await dispatcher.command(dispatcher.setpoint(ratedWatts));
  await waitFor(() => container.feederWatts() > twoWatts - 200 && container.feederWatts() < ratedWatts, {
    within: 40_000,
    what: () => `two machines; the feeder carries ${container.feederWatts()} W; ${container.state()}`,
  });
});

test.after(() => container.stop());

async function scans(seconds: number): Promise<void> {
  const since = performance.now();
  await waitFor(() => container.dispatcher.telemetry(since).length >= seconds, {
    within: (seconds + 5) * 1_000,
    what: () => `${seconds} telemetry messages; ${container.state()}`,
  });
}

test("a meter stuck at a low value does not overload the feeder", async () => {
  container.takeHighestWatts();
  container.meterShows(() => auxiliaryWatts);
  await scans(6);
  container.meterShows((watts) => watts);
  assert.ok(container.takeHighestWatts() <= ratedWatts, "never above the rated power");
});

test("a meter with a lost transformer does not overload the feeder", async () => {
  container.takeHighestWatts();
  container.feeder.fault("feeder-meter", "lost-transformer", true, 1);
  await scans(6);
  container.feeder.fault("feeder-meter", "lost-transformer", false, 1);
  assert.ok(container.takeHighestWatts() <= ratedWatts, "never above the rated power");
});

test("after one late reply no value is wrong", async () => {
  const before = performance.now();
  await scans(3);
  const truth = container.feederWatts();
  container.feeder.fault("feeder-meter", "late-once", true, 900);
  await scans(6);
  const told = container.dispatcher
    .telemetry(before)
    .flatMap(({ powerWatts }) => (powerWatts === null ? [] : [powerWatts]));
  assert.ok(told.length >= 4, "values go on");
  for (const watts of told) assert.ok(Math.abs(watts - truth) < 100, `${watts} W told, ${truth} W true: ${told}`);
});

/** The store's process of the newest start, from the kernel. */
function storeProcess(): number {
  const { pid } = container.weir();
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  const store = children.find((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").includes("store-process"));
  assert.ok(store !== undefined, "the store's process is a child");
  return Number(store);
}

test("with the store's process stopped the scan goes on, lowering is obeyed and raising is not", async () => {
  const { dispatcher } = container;
  process.kill(storeProcess(), "SIGSTOP");
  const since = performance.now();
  const low = auxiliaryWatts + machineWatts + 500;
  assert.is((await dispatcher.command(dispatcher.setpoint(low))).body["state"], "accepted");
  await waitFor(() => container.feederWatts() < low, { within: 10_000, what: () => `lowered; ${container.state()}` });
  container.takeHighestWatts();
  const raise = await dispatcher.command(dispatcher.setpoint(ratedWatts));
  // Within the first second the disk is not known to hang: the raise is taken, and waits for it.
  const told = raise.body["rejection"] ?? raise.body["state"];
  assert.ok(told === "store" || told === "accepted", JSON.stringify(raise.body));
  await scans(3);
  assert.ok(container.takeHighestWatts() < low, "nothing is raised while the disk does not answer");
  const times = dispatcher.received.filter(({ topic, at }) => topic === "telemetry" && at >= since).map(({ at }) => at);
  times.slice(1).forEach((at, index) => {
    assert.ok(at - (times[index] ?? at) < 1_900, "no scan was delayed");
  });
});

test("once the stopped process was replaced a raise goes through again", async () => {
  const { dispatcher } = container;
  const accepted = async (): Promise<boolean> =>
    (await dispatcher.command(dispatcher.setpoint(ratedWatts))).body["state"] === "accepted";
  await waitFor(accepted, { within: 20_000, what: () => `an accepted raise; ${container.state()}` });
  await waitFor(() => container.feederWatts() > twoWatts - 200, {
    within: 40_000,
    what: () => `two machines again; ${container.state()}`,
  });
});

test.run();
