import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type HostProcess, startHostProcess } from "../../src/drivers/host-process.ts";
import { createWatchdog } from "../../src/drivers/watchdog.ts";
import { temporaryFolder } from "../store/examples.ts";
import { waitFor } from "../waiting.ts";
import { type ServiceManager, startServiceManager } from "./notify-listener.ts";

const test = suite("watchdog");

let manager: ServiceManager | null = null;
let host: HostProcess | null = null;

async function startManager(path: string): Promise<() => readonly string[]> {
  manager = await startServiceManager(path);
  return manager.heard;
}

function startHost(path: string): HostProcess {
  process.env["NOTIFY_SOCKET"] = path;
  host = startHostProcess(() => {});
  return host;
}

test.after.each(async () => {
  delete process.env["NOTIFY_SOCKET"];
  host?.stop();
  host = null;
  await manager?.stop();
  manager = null;
});

for (const [kind, path] of [
  ["a path", join(temporaryFolder(), "notify")],
  ["an abstract name", `@weir-test-${process.pid}`],
] as const) {
  test(`the service manager hears of start, life and stop at ${kind}`, async () => {
    const heard = await startManager(path);
    const watchdog = createWatchdog(startHost(path));
    watchdog.scanned(1_000, [900]);
    watchdog.scanned(1_050, [900]);
    watchdog.scanned(2_000, [1_900]);
    watchdog.stopping();
    const wanted = ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"];
    await waitFor(() => heard().length >= wanted.length, { within: 5_000, what: () => `messages: ${heard()}` });
    assert.equal(heard(), wanted);
  });
}

test("a driver that does not report stops the feeding; one that reports bad does not", async () => {
  const path = join(temporaryFolder(), "notify");
  const heard = await startManager(path);
  const watchdog = createWatchdog(startHost(path));
  watchdog.scanned(1_000, [1_000, 1_000]);
  watchdog.scanned(6_000, [6_000, 1_000]);
  watchdog.scanned(6_999, [6_999, 1_000]);
  watchdog.scanned(8_000, [8_000, 7_000]);
  watchdog.stopping();
  await waitFor(() => heard().includes("STOPPING=1"), { within: 5_000, what: "the last message" });
  assert.equal(heard(), ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]);
});

test("without a service manager nothing fails", async () => {
  const alone = startHostProcess((text) => assert.unreachable(text));
  host = alone;
  for (let message = 0; message < 10_000; message += 1) alone.notify("WATCHDOG=1");
  alone.stop();
});

test.run();
