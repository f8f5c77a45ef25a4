import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type HostProcess, startHostProcess } from "../../src/drivers/host-process.ts";
import { createWatchdog } from "../../src/drivers/watchdog.ts";
import { temporaryFolder } from "../store/examples.ts";
import { waitFor, withDeadline } from "../waiting.ts";

const test = suite("watchdog");

/** A service manager's end of NOTIFY_SOCKET; Node has no unix datagrams. */
const listener = `
use Socket; $| = 1;
my $path = shift; $path =~ s/^@/\\0/;
socket(S, AF_UNIX, SOCK_DGRAM, 0) or die; bind(S, pack_sockaddr_un($path)) or die $!;
print "listening\\n";
while (defined recv(S, my $line, 4096, 0)) { print "$line\\n"; }
`;

let manager: ChildProcess | null = null;
let host: HostProcess | null = null;

async function startManager(path: string): Promise<() => string[]> {
  const child = spawn("/usr/bin/perl", ["-e", listener, path], { stdio: ["ignore", "pipe", "inherit"] });
  manager = child;
  let text = "";
  child.stdout.on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  await waitFor(() => text.includes("listening"), { within: 5_000, what: "the service manager's socket" });
  return () => text.split("\n").slice(1, -1);
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
  const child = manager;
  manager = null;
  if (child === null) return;
  child.kill("SIGKILL");
  await withDeadline(once(child, "exit"), 5_000, "the service manager's end");
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
