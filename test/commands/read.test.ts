import { SerialPort } from "serialport";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../drivers/serial/line-under-test.ts";
import { type PlayedLine, playLine, weir } from "../field/far-lines.ts";

const test = suite("weir read");
const folder = temporaryFolder();
const port = folder.path("line");
let line: PlayedLine | null = null;

test.before(async () => {
  const devices = [
    { name: "meter", kind: "eastron-sdm630-v2", address: 1 },
    { name: "temperatures", kind: "eletechsup-pta8d08", address: 2 },
    { name: "outputs", kind: "waveshare-io8", address: 3 },
  ] as const;
  line = await playLine({ link: port, baudRate: 38_400, parity: "none", stopBits: 1, devices });
  line.truth({ "meter/powerWatts": 12_000, "temperatures/input3Celsius": 41.2 });
});

test.after(async () => {
  await line?.stop();
  folder.remove();
});

const read = (board: string, address: number, ...more: readonly string[]) =>
  weir(["read", port, "--board", board, "--address", String(address), "--baud", "38400", ...more]);

test("shows every point with unit, quality and raw words, and ends with 0", async () => {
  const { status, stdout } = await read("eastron-sdm630-v2", 1);
  assert.is(status, 0);
  assert.match(stdout, /probe +frequencyHertz 50 \(42480000\): as it must be/);
  assert.match(stdout, /\n +powerWatts +12000 W +good +463B8000\n/);
  assert.match(stdout, /\n +powerFactorRatio +0\.98 +good +3F7AE148\n/);
  assert.match(stdout, /\n +energyImportWattHours .* Wh +good/);
});

test("--json is one document with the same", async () => {
  const { status, stdout } = await read("eastron-sdm630-v2", 1, "--json");
  const { good, probe, points } = JSON.parse(stdout);
  assert.equal([status, good, probe.proven], [0, true, true]);
  const power = points.find(({ name }: { name: string }) => name === "powerWatts");
  assert.equal(power, { name: "powerWatts", value: 12_000, fault: null, raw: "463B8000", unit: "W" });
});

test("shows free inputs too; an open one is told and is no failure", async () => {
  const { status, stdout } = await read("eletechsup-pta8d08", 2);
  assert.is(status, 0);
  assert.match(stdout, /input3Celsius +41\.2 °C +good +019C/);
  assert.match(stdout, /input1Celsius +out-of-range +03D1/);
});

test("says that a device is another one than the board describes", async () => {
  const { status, stdout } = await read("janitza-umg96rm", 1);
  assert.is(status, 1);
  assert.match(stdout, /frequencyHertz is not answered: NOT PROVEN/);
  assert.match(stdout, /It answers, and has none of these registers: another device/);
  const wrong = await read("eastron-sdm120", 1, "--json");
  const document = JSON.parse(wrong.stdout);
  assert.equal([wrong.status, document.good], [1, false]);
});

test("no value counts while the probe fails", async () => {
  line?.truth({ "meter/frequencyHertz": 12 });
  const { status, stdout } = await read("eastron-sdm630-v2", 1, "--json");
  line?.truth({ "meter/frequencyHertz": 50 });
  const { probe, points } = JSON.parse(stdout);
  assert.equal([status, probe.value, probe.proven], [1, null, false]);
  assert.ok(points.every(({ value }: { value: number | null }) => value === null));
  assert.is(points.find(({ name }: { name: string }) => name === "powerWatts").fault, "identity-unproven");
});

test("--frames writes what proves a board: each point alone, as on the wire", async () => {
  const { status, stdout } = await read("eastron-sdm630-v2", 1, "--frames");
  assert.is(status, 0);
  const lines = stdout.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /^# Captured; every value compared with the meter's display: not yet\.$/);
  assert.ok(lines.includes("powerWatts | 01 04 00 34 00 02 30 05 | 01 04 04 46 3B 80 00 FE C1 | 12000"), stdout);
  assert.is((await read("eastron-sdm630-v2", 77, "--frames")).status, 1);
});

test("gives up soon where nothing answers, and says what to check", async () => {
  const startedAt = performance.now();
  const { status, stdout } = await read("waveshare-io8", 9);
  assert.is(status, 1);
  assert.match(stdout, /Nothing answers\. Check the wires A and B/);
  assert.ok(performance.now() - startedAt < 6000);
});

test("writes nothing", async () => {
  line?.truth({ "outputs/output2": 1 });
  const { status, stdout } = await read("waveshare-io8", 3);
  assert.is(status, 0);
  assert.match(stdout, /output1 +0 +good +0\n +output2 +1 +good +1\n/);
});

test("a port that is missing, no port, or busy gets one clear sentence", async () => {
  const words = ["--board", "waveshare-io8", "--address", "3", "--baud", "9600"];
  const missing = await weir(["read", folder.path("nothing"), ...words]);
  assert.equal([missing.status, missing.stdout], [1, ""]);
  assert.match(missing.stderr, /nothing does not exist\. /);
  const none = await weir(["read", "/etc/hostname", ...words]);
  assert.match(none.stderr, /\/etc\/hostname is no serial port/);

  const holder = new SerialPort({ path: port, baudRate: 38_400, lock: true, autoOpen: false });
  await new Promise((resolve) => holder.open(resolve));
  const busy = await weir(["read", port, ...words]);
  await new Promise((resolve) => holder.close(resolve));
  assert.is(busy.status, 1);
  assert.match(busy.stderr, /is open in process \d+ \(.*node/);
});

test("wrong use ends with 2 and says what would be right", async () => {
  const unknown = await weir(["read", port, "--board", "eastron-sdm63", "--address", "1"]);
  assert.is(unknown.status, 2);
  assert.match(unknown.stderr, /there is no board eastron-sdm63; did you mean eastron-sdm/);
  assert.is((await weir(["read", port, "--board", "waveshare-io8", "--address", "300"])).status, 2);
  assert.is((await weir(["read", port, "--board", "waveshare-io8", "--address", "1", "--parity", "maybe"])).status, 2);
});

test.run();
