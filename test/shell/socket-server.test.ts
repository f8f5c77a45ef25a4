import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ShellService } from "../../src/shell/host.ts";
import { serveShellSocket } from "../../src/shell/socket-server.ts";
import { waitFor } from "../waiting.ts";
import { type Client, openClient } from "./client.ts";
import { type RecordingHost, recordingHost } from "./host.ts";

const test = suite("shell on a unix socket");
const run = promisify(execFile);
const program = fileURLToPath(new URL("../../src/main.js", import.meta.url));

let folder: string;
let path: string;
let host: RecordingHost;
let service: ShellService;
let clients: Client[];

test.before.each(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-shell-"));
  path = join(folder, "shell.sock");
  host = recordingHost();
  clients = [];
  service = await serveShellSocket(path, host);
});

test.after.each(async () => {
  for (const { socket } of clients) socket.destroy();
  await service.stop();
  rmSync(folder, { recursive: true });
});

async function client(): Promise<Client> {
  const opened = await openClient(path);
  clients.push(opened);
  return opened;
}

const documents = (text: string): Record<string, unknown>[] =>
  text
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("only the user of the process may open the socket", () => {
  assert.is(statSync(path).mode & 0o777, 0o600);
});

test("a program gets one JSON document a command and nothing else", async () => {
  const one = await client();
  one.send(
    "status --json\npoints --json tank-io\nminers --json\nlines --json\nevents 1 --json\nwhy --json\nfoo --json\n",
  );
  await waitFor(() => one.text().split("\r\n").length > 7, { within: 3000, what: one.text });
  const answers = documents(one.text());
  assert.equal(
    answers.map(({ command, ok }) => [command, ok]),
    [
      ["status", true],
      ["points", true],
      ["miners", true],
      ["lines", true],
      ["events", true],
      ["why", true],
      [null, false],
    ],
  );
  assert.is(answers[0]?.["ceilingWatts"], 220_000);
  assert.is(Array.from(answers[1]?.["points"] as Iterable<unknown>).length, 3);
  assert.match(String(answers[6]?.["error"]), /Unknown command foo/);
});

test("a person gets echo and prompt, may edit, and is asked before a reset", async () => {
  const one = await client();
  one.send("session interactive alice\n");
  await one.sees("weir wolf-c07> ");
  one.send("reseet\b\b\bet tank-2/flow\r");
  await one.sees("Type yes to go on: ");
  assert.equal(host.submitted, []);
  one.send("no\r");
  await one.sees("Left as it is.");
  assert.equal(host.submitted, []);
  one.send("\x1b[A\r");
  await waitFor(() => one.text().split("Type yes").length > 2, { within: 3000, what: one.text });
  one.send("yes\r");
  await one.sees("Done. It is so.");
  assert.equal(host.submitted, [{ action: { kind: "reset", trip: "tank-2/flow" }, by: "socket:alice" }]);
  one.send("quit\r");
  await waitFor(one.closed, { within: 2000, what: "end of the session" });
});

test("Ctrl-C takes back the question", async () => {
  const one = await client();
  one.send("session interactive\nrelease\r");
  await one.sees("Type yes to go on: ");
  one.send("\x03yes\r");
  await one.sees("Unknown command yes");
  assert.equal(host.submitted, []);
});

test("a program must say --yes, and lockout needs none", async () => {
  const one = await client();
  one.send("release --json\nlockout --json\nreset tank-9/flow --yes --json\n");
  await waitFor(() => one.text().split("\r\n").length > 3, { within: 3000, what: one.text });
  assert.equal(
    documents(one.text()).map(({ ok }) => ok),
    [false, true, false],
  );
  assert.equal(
    host.submitted.map(({ action, by }) => [action.kind, by]),
    [
      ["lockout", `socket:${userInfo().username}`],
      ["reset", `socket:${userInfo().username}`],
    ],
  );
});

test("texts from outside cannot steer the terminal", async () => {
  const usual = host.snapshot;
  const evil = recordingHost();
  await service.stop();
  service = await serveShellSocket(path, {
    ...evil,
    snapshot: () => {
      const snapshot = usual();
      if (snapshot === null) return null;
      const text = "event-\x1b[2J\x9b5;1H\x07";
      const binding = { ...snapshot.decision.binding, reason: { code: "setpoint", text } } as const;
      return { ...snapshot, decision: { ...snapshot.decision, binding } };
    },
  });
  const one = await client();
  one.send("status\n");
  await one.sees("Program");
  assert.ok(one.text().includes("event-?[2J?5;1H?"));
});

test("a paste of a megabyte costs the others nothing and the controller little", async () => {
  const bomb = await client();
  const other = await client();
  bomb.socket.write(Buffer.alloc(1_000_000, "status\n"));
  let longest = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const before = process.cpuUsage();
  const from = performance.now();
  for (let times = 0; times < 10; times += 1) {
    const seen = other.text().length;
    other.send("status --json\n");
    await waitFor(() => other.text().length > seen && other.text().endsWith("\r\n"), {
      within: 1000,
      what: "an answer",
    });
  }
  await waitFor(() => performance.now() - from > 1500, { within: 3000, what: "a second and a half" });
  clearInterval(watch);
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 1000 / (performance.now() - from);
  assert.ok(longest < 200, `the loop stood still for ${longest.toFixed(0)} ms`);
  assert.ok(share < 0.5, `${(share * 100).toFixed(0)} % of a core`);
  const answers = bomb.text().split("wolf-c07  CONTROLLED").length - 1;
  assert.ok(answers >= 5 && answers <= 80, `${answers} answers in ${(performance.now() - from).toFixed(0)} ms`);
});

test("a client that never reads is dropped, and memory stays bounded meanwhile", async () => {
  await service.stop();
  service = await serveShellSocket(path, host, 300);
  const deaf = await client();
  deaf.socket.pause();
  const lines = "status\n".repeat(2000);
  const pump = setInterval(
    () => deaf.socket.writable && deaf.socket.writableLength < 1e6 && deaf.socket.write(lines),
    20,
  );
  try {
    const before = process.memoryUsage().rss;
    await waitFor(deaf.closed, { within: 30_000, what: "the deaf client dropped" });
    assert.ok(process.memoryUsage().rss - before < 60e6, "grew by more than 60 MB");
  } finally {
    clearInterval(pump);
  }
  const other = await client();
  other.send("status --json\n");
  await other.sees('"ok":true');
});

test("eight sessions are served, the ninth is told why not, and a place is free again afterwards", async () => {
  for (let number = 0; number < 8; number += 1) await client();
  const ninth = await client();
  await ninth.sees("8 sessions are open already");
  await waitFor(ninth.closed, { within: 2000, what: "the ninth closed" });
  clients[0]?.socket.destroy();
  await waitFor(
    async () => {
      const next = await client();
      next.send("lines --json\n");
      return await waitFor(() => next.text().includes("\r\n"), { within: 1000, what: "an answer" }).then(() =>
        next.text().includes('"ok":true'),
      );
    },
    { within: 4000, what: "a free place" },
  );
});

test("before the first scan the shell says so", async () => {
  await service.stop();
  service = await serveShellSocket(path, { ...host, snapshot: () => null });
  const one = await client();
  one.send("session interactive\nstatus\r");
  await one.sees("The first scan is not finished yet");
  assert.ok(one.text().includes("weir> "));
});

test("a socket left behind is replaced, a served one is not", async () => {
  let failure = "";
  await serveShellSocket(path, host).catch((error: unknown) => {
    failure = String(error);
  });
  assert.match(failure, /EADDRINUSE/);
  const other = join(folder, "left.sock");
  // A process that is killed leaves its socket behind.
  const script = `require("net").createServer().listen(${JSON.stringify(other)}, () => process.kill(process.pid, "SIGKILL"))`;
  await run(process.execPath, ["-e", script]).catch(() => {});
  assert.ok(statSync(other).isSocket());
  const second = await serveShellSocket(other, host);
  await second.stop();
});

test("weir shell runs one command and tells its success by the exit code", async () => {
  const weir = (...words: string[]) =>
    run(process.execPath, [program, "shell", "--socket", path, ...words]).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
    );
  const status = await weir("status");
  assert.is(status.code, 0);
  assert.match(status.stdout, /^wolf-c07 {2}CONTROLLED/);
  const json = await weir("--json", "events", "1");
  assert.is((JSON.parse(json.stdout) as { events: { number: number }[] }).events[0]?.number, 312);
  assert.is((await weir("reset", "tank-9/flow", "--yes")).code, 1);
  assert.is((await weir("--nonsense")).code, 2);
});

test.run();
