/** The safe state of SIGTERM where nothing hard-wired guards a tank: its machines sleep before the program ends. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../waiting.ts";
import { type Container, startContainer } from "./container.ts";
import { asleepWatts, auxiliaryWatts, machineWatts } from "./site-file.ts";

const test = suite("SIGTERM without a hard-wired interlock");

let container: Container;
test.before(async () => {
  container = await startContainer({ machines: 1, running: 1, ratedWatts: 6_000, hardwired: false });
  container.dispatcher.beat(true);
  container.startWeir();
  await container.online();
});
test.after(() => container.stop());

test("machines are asleep, cooling is on, and the exit code is 0", async () => {
  const isRunning = (): boolean => container.feederWatts() > auxiliaryWatts + machineWatts - 200;
  await waitFor(isRunning, { within: 20_000, what: () => `a running machine; ${container.state()}` });
  container.weir().signal("SIGTERM");
  const ended = await container.weir().end(40_000);
  assert.is(ended.code, 0, container.state());
  // The program ends when sleep is proven by half the power; the rest falls within the machine's own time.
  const isAsleep = (): boolean => container.feederWatts() < auxiliaryWatts + asleepWatts + 50;
  await waitFor(isAsleep, { within: 5_000, what: () => `the last watts to fall: ${container.feederWatts()} W` });
  assert.is(container.cooling.effects()["io/output1"], 1);
});

test.run();
