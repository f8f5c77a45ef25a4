import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openPty } from "../../../src/sim/wires/pty.ts";

const test = suite("pseudo-terminal");
const folder = mkdtempSync(join(tmpdir(), "weir-pty-"));
test.after(() => rmSync(folder, { recursive: true }));

async function open(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 9600, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  return port;
}

test("bytes pass both ways unchanged, control characters included", async () => {
  const all = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index));
  const received: Uint8Array[] = [];
  const pty = openPty(join(folder, "a"), (bytes) => {
    received.push(bytes);
    pty.write(bytes);
  });
  const port = await open(pty.path);
  const back: Buffer[] = [];
  const complete = new Promise<void>((resolve) => {
    port.on("data", (bytes: Buffer) => {
      back.push(bytes);
      if (Buffer.concat(back).length === all.length) resolve();
    });
  });
  port.write(all);
  await complete;
  assert.equal(Buffer.concat(received), all);
  assert.equal(Buffer.concat(back), all);
  await new Promise((resolve) => port.close(resolve));
  pty.close();
});

test("a pulled cable hangs up the controller, and the same path serves it again", async () => {
  const link = join(folder, "b");
  const pty = openPty(link, () => undefined);
  const port = await open(pty.path);
  port.resume();
  pty.close();
  // serialport misses a hang-up that comes before it waits for bytes; a write always reveals it.
  const revealed = new Promise<void>((resolve) => {
    port.on("error", () => resolve());
    port.on("close", () => resolve());
  });
  const prodding = setInterval(() => port.write("?"), 10);
  await revealed;
  clearInterval(prodding);
  if (port.isOpen) await new Promise((resolve) => port.close(resolve));
  assert.not(existsSync(link));
  const fresh = openPty(link, (bytes) => fresh.write(bytes));
  const again = await open(link);
  const echoed = once(again, "data");
  again.write("x");
  assert.is(String((await echoed)[0]), "x");
  await new Promise((resolve) => again.close(resolve));
  fresh.close();
});

test("the port of a killed far end leads nowhere, even when its number belongs to another line by then", async () => {
  const link = join(folder, "c");
  const module = new URL("../../../src/sim/wires/pty.js", import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(({ openPty }) => {
    openPty(${JSON.stringify(link)}, () => {});
    process.kill(process.pid, "SIGKILL");
  })`;
  const killed = spawnSync(process.execPath, ["-e", script]);
  assert.is(killed.signal, "SIGKILL");
  assert.ok(lstatSync(link).isSymbolicLink());
  // Takes the number that has just become free.
  const stranger = openPty(join(folder, "d"), () => undefined);
  assert.not(existsSync(link));
  stranger.close();
});

test.run();
