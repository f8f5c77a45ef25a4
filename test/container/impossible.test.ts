/** Something impossible within a scan: the safe state is commanded once, and the process ends instead of carrying on. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readDurable } from "../../src/store/durable-file.ts";
import { waitFor } from "../waiting.ts";
import { type Container, startContainer } from "./container.ts";
import { asleepWatts, auxiliaryWatts, machineWatts } from "./site-file.ts";
import { startProgram } from "./weir-process.ts";

const test = suite("something impossible");

let container: Container;
test.before(async () => {
  container = await startContainer({ machines: 2, running: 1, entries: { broker: undefined } });
});
test.after(() => container.stop());

test("machines sleep, cooling runs, the process ends with 70, and the next start may wake what this one put to sleep", async () => {
  // Enough good scans for the hands to hold the machine and the pump to be on; adoption keeps the machine running.
  const program = startProgram("impossible-program", [container.sitePath, container.data, "4"]);
  const ended = await program.end(30_000);
  assert.is(ended.code, 70, program.log().join("\n"));
  assert.match(program.log().join("\n"), /a state that cannot be/);
  await waitFor(() => container.feederWatts() < auxiliaryWatts + 2 * asleepWatts + 50, {
    within: 10_000,
    what: () => `the machine asleep; the feeder carries ${container.feederWatts()} of ${machineWatts} W`,
  });
  assert.is(container.cooling.effects()["io/output1"], 1, "the pump runs");
  const stored = readDurable(container.data);
  assert.ok(stored.ok && stored.value.asleepByUs.includes("w-001"), JSON.stringify(stored));
});

test.run();
