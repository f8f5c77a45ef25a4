/**
 * Which parity and stop bits a port is opened with. A pseudo-terminal has no parity and clears the bit that switches it on (PARENB), but keeps
 * odd (PARODD) and two stop bits (CSTOPB) as they were asked of the kernel; even against none shows in what serialport is asked for only.
 */
import { spawnSync } from "node:child_process";
import { SerialPort } from "serialport";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { keepPortOpen } from "../../../src/drivers/serial/port.ts";
import { scanLine } from "../../../src/field/scan/scan.ts";
import type { Parity } from "../../../src/model/site.ts";
import { openPty, type Pty } from "../../../src/sim/wires/pty.ts";
import { waitFor } from "../../waiting.ts";
import { temporaryFolder } from "./line-under-test.ts";

const test = suite("parity of a port");
const folder = temporaryFolder();
const port = folder.path("line");
let pty: Pty | null = null;

interface Asked {
  readonly baudRate?: number;
  readonly parity?: string;
  readonly stopBits?: number;
  readonly dataBits?: number;
}
const asked: Asked[] = [];
/** The one binding that every port of the process is opened by; its type differs by system. */
const binding = SerialPort.binding as unknown as { open(options: Asked): Promise<unknown> };
const open = binding.open.bind(binding);

test.before(() => {
  pty = openPty(port, () => undefined);
  // What is asked for is written down on its way to serialport, which does the work.
  binding.open = (options) => {
    asked.push(options);
    return open(options);
  };
});

test.after(() => {
  binding.open = open;
  pty?.close();
  folder.remove();
});

const parities: readonly Parity[] = ["none", "even", "odd"];

test("a line is opened with its own parity and stop bits, and the kernel is told", async () => {
  for (const parity of parities)
    for (const stopBits of [1, 2] as const) {
      asked.length = 0;
      let opened = false;
      const kept = keepPortOpen(
        { name: "line", port, baudRate: 19_200, parity, stopBits, devices: [] },
        {
          onOpened: () => {
            opened = true;
          },
          onReadable: () => undefined,
          onLost: () => undefined,
        },
      );
      await waitFor(() => opened, { within: 5000, what: `the port at parity ${parity}` });
      const set = spawnSync("stty", ["-F", port, "-a"], { encoding: "utf8" }).stdout;
      await kept.stop();
      const [{ baudRate, dataBits, parity: given, stopBits: bits } = {}] = asked;
      assert.equal([baudRate, dataBits, given, bits], [19_200, 8, parity, stopBits]);
      assert.equal([/ -parodd\b/.test(set), / -cstopb\b/.test(set)], [parity !== "odd", stopBits === 1], set);
    }
});

test("a scan opens the port once and again at every speed and parity that it says", async () => {
  asked.length = 0;
  const said: string[] = [];
  const speeds = parities.map((parity) => ({ baudRate: 115_200, parity }));
  const scanned = await scanLine(
    { port, speeds, addresses: [1], boards: [], everySpeed: false },
    { signal: new AbortController().signal, say: (text) => said.push(text) },
  );
  assert.ok(scanned.ok);
  for (const parity of parities) {
    assert.ok(asked.some((one) => one.parity === parity && one.baudRate === 115_200 && one.stopBits === 1));
    assert.ok(said.some((text) => text.startsWith(`115200 Bd, parity ${parity}: addresses as delivered`)));
    assert.ok(said.some((text) => text === `115200 Bd, parity ${parity}: 1 addresses`));
  }
});

test.run();
