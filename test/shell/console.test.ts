import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { serveShellConsole } from "../../src/shell/console.ts";
import type { ShellService } from "../../src/shell/host.ts";
import { openPty, type Pty } from "../../src/sim/wires/pty.ts";
import { waitFor } from "../waiting.ts";
import { type RecordingHost, recordingHost } from "./host.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../../src/main.js", import.meta.url));

const test = suite("shell on a serial console");
const clock = { now: () => performance.now(), unixMilliseconds: () => 0 };

let folder: string;
let port: string;
let pty: Pty;
let text: string;
let host: RecordingHost;
let service: ShellService;
let forward: (bytes: Uint8Array) => void = () => {};

function plugIn(): void {
  text = "";
  pty = openPty(port, (bytes) => {
    text += bytes.toString("latin1");
    forward(bytes);
  });
}

const sees = (part: string, within = 3000): Promise<unknown> =>
  waitFor(() => text.includes(part), { within, what: () => `"${part}" in ${JSON.stringify(text.slice(-300))}` });

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-console-"));
  port = join(folder, "console");
  host = recordingHost();
  plugIn();
  service = serveShellConsole({ port, baudRate: 115_200 }, host, clock);
});

test.after.each(async () => {
  await service.stop();
  pty.close();
  rmSync(folder, { recursive: true });
});

/** Presses Enter until the other end, which may still be opening, answers. */
async function wakes(): Promise<void> {
  await waitFor(
    () => {
      if (!text.includes("> ")) pty.write(Buffer.from("\r"));
      return text.includes("weir wolf-c07> ");
    },
    { within: 8000, what: () => `a prompt in ${JSON.stringify(text)}` },
  );
}

test("Enter brings a prompt, a command its page, in nothing but ASCII", async () => {
  await wakes();
  pty.write(Buffer.from("points coolant\r"));
  await sees("45.3 C");
  assert.ok(
    Array.from(text).every((sign) => "\x07\b\r\n".includes(sign) || (sign >= " " && sign <= "~")),
    text,
  );
});

test("a reset asks first and is of the console", async () => {
  await wakes();
  pty.write(Buffer.from("reset tank-2/flow\r"));
  await sees("Type yes to go on: ");
  pty.write(Buffer.from("yes\r"));
  await sees("Done.");
  assert.equal(host.submitted, [{ action: { kind: "reset", trip: "tank-2/flow" }, by: "console" }]);
});

test("quit leaves the console ready for the next person", async () => {
  await wakes();
  pty.write(Buffer.from("quit\r"));
  await sees("Press Enter");
  text = "";
  await wakes();
});

test("weir shell runs a command over the serial line, whatever somebody has begun to type there", async () => {
  await wakes();
  pty.write(Buffer.from("half a com"));
  // A null modem: what one end says the other end hears.
  const near = openPty(join(folder, "laptop"), (bytes) => pty.write(bytes));
  forward = (bytes) => near.write(bytes);
  try {
    const words = ["shell", "--port", near.path, "--json", "points", "leak"];
    const { stdout } = await run(process.execPath, [program, ...words]);
    const answer = JSON.parse(stdout) as { ok: boolean; points: { name: string }[] };
    assert.equal([answer.ok, answer.points.map(({ name }) => name)], [true, ["tank-io/leakDry"]]);
    // Afterwards it is a person's console again.
    text = "";
    await wakes();
  } finally {
    forward = () => {};
    near.close();
  }
});

test("a console pulled out and plugged in again is served again", async () => {
  await wakes();
  pty.close();
  plugIn();
  await wakes();
});

test.run();
