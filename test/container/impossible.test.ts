/** Something impossible within a scan: the safe state is commanded once, and the process ends instead of carrying on. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readDurable } from "../../src/store/durable-file.ts";
import { waitFor } from "../waiting.ts";
import { askShell } from "./ask-shell.ts";
import { type Container, startContainer } from "./container.ts";
import { asleepWatts, auxiliaryWatts, machineWatts } from "./site-file.ts";
import { startProgram, startWeir } from "./weir-process.ts";

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

test("a disk that hangs at the start counts as tripped, and once it has answered the program wants a new start", async () => {
  const data = join(container.folder, "hanging");
  mkdirSync(data);
  // Whoever reads a pipe without a writer waits.
  execFileSync("mkfifo", [join(data, "state")]);
  const program = startWeir(["run", "--site", container.sitePath, "--data", data]);
  const log = (): string => program.log().join("\n");
  await waitFor(() => /takes over|taken over/.test(log()), { within: 15_000, what: () => `a first scan; ${log()}` });
  assert.match(await askShell(join(data, "shell.sock"), "status"), /stored latches could not be read/);
  assert.match(await askShell(join(data, "shell.sock"), "lockout"), /Locked out/);
  writeFileSync(join(data, "state"), "nonsense");
  const ended = await program.end(25_000);
  assert.is(ended.code, 75, log());
  const stored = readDurable(data);
  assert.ok(stored.ok && stored.value.lockout !== null, "the lockout of the meantime stands for the next start");
  assert.equal(stored.ok && stored.value.trips.map(({ name }) => name), ["store"]);
});

test.run();
