import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSerialLine } from "../../../src/drivers/serial/serial-line.ts";
import type { PointDriver } from "../../../src/model/driver.ts";
import type { LineSite, PointSite } from "../../../src/model/site.ts";
import { device, point } from "../../protocol/modbus/points.ts";
import { waitFor } from "../../waiting.ts";
import { clock, type DeviceWords, resolveLine, startFarLine, temporaryFolder } from "./line-under-test.ts";

const test = suite("serial line with faults on a paced pseudo-terminal");
const folder = temporaryFolder();
test.after(folder.remove);

const baudRate = 38_400;
const meter: DeviceWords = {
  name: "meter",
  board: "eastron-sdm630-v2",
  address: 1,
  pollMilliseconds: 200,
  responseTimeoutMilliseconds: 200,
};
const io: DeviceWords = {
  name: "io",
  board: "waveshare-io8",
  address: 4,
  responseTimeoutMilliseconds: 200,
  channels: [
    { point: "input1", name: "leakDry" },
    { point: "output1", name: "contactor" },
  ],
};
const devices = [meter, io];

const good = (driver: PointDriver, name: string): number | null => {
  const reading = driver.readings()[name];
  return reading?.quality === "good" ? reading.value : null;
};
const fault = (driver: PointDriver, name: string): string | null => {
  const reading = driver.readings()[name];
  return reading?.quality === "bad" ? reading.fault : null;
};
const told = (driver: PointDriver) => () => JSON.stringify({ health: driver.health(), readings: driver.readings() });
const watts = "meter/powerWatts";
const until = (driver: PointDriver, condition: () => boolean, within = 5000): Promise<unknown> =>
  waitFor(condition, { within, what: told(driver) });

async function run(
  name: string,
  body: (driver: PointDriver, far: Awaited<ReturnType<typeof startFarLine>>, port: string) => Promise<void>,
) {
  const port = folder.path(name);
  const far = await startFarLine(port, baudRate, devices);
  far.truth({ [watts]: 50_000, "io/input1": 1 });
  const driver = openSerialLine(resolveLine(port, baudRate, devices), clock);
  driver.start();
  await until(driver, () => good(driver, watts) === 50_000 && good(driver, "io/leakDry") === 1);
  await body(driver, far, port);
  await driver.stop();
  await far.kill();
}

test("the far end killed turns its points bad at once; when it is back they are good again and outputs stand", () =>
  run("killed", async (driver, far, port) => {
    driver.command({ "io/contactor": 1 });
    await until(driver, () => good(driver, "io/contactor") === 1);
    await far.kill();
    await until(
      driver,
      () => fault(driver, watts) === "line-lost" && fault(driver, "io/leakDry") === "line-lost",
      1500,
    );
    assert.is(driver.health().state, "lost");
    const reported = driver.reportedAt();
    await until(driver, () => driver.reportedAt() > reported + 300, 3000);
    const back = await startFarLine(port, baudRate, devices);
    back.truth({ [watts]: 60_000, "io/input1": 1 });
    await until(driver, () => good(driver, watts) === 60_000);
    await until(driver, () => back.effects()["io/output1"] === 1);
    await until(driver, () => good(driver, "io/contactor") === 1);
    await back.kill();
  }));

test("a dead device turns bad without harming its neighbour, and comes back", () =>
  run("mute", async (driver, far) => {
    far.fault("meter", "mute", true);
    await until(driver, () => fault(driver, watts) === "no-reply", 2500);
    assert.is(driver.health().devices[0]?.state, "silent");
    const before = driver.readings()["io/leakDry"];
    await until(driver, () => {
      const reading = driver.readings()["io/leakDry"];
      return reading?.quality === "good" && reading.at > (before?.at ?? 0) + 400;
    });
    far.fault("meter", "mute", false);
    await until(driver, () => good(driver, watts) === 50_000, 11_000);
  }));

test("one lost reply is asked for again before anybody hears of it", () =>
  run("once", async (driver, far) => {
    let bad = 0;
    for (const name of ["mute-once", "corrupt-once", "truncate-once", "short-once", "garbage-once"]) {
      const timeouts = (): number => {
        const health = driver.health().devices[0];
        return (health?.timeouts ?? 0) + (health?.badFrames ?? 0);
      };
      const before = timeouts();
      far.fault("meter", name, true);
      const since = driver.readings()[watts]?.at ?? 0;
      await until(driver, () => {
        if (fault(driver, watts) !== null) bad += 1;
        return (driver.readings()[watts]?.at ?? 0) > since + 500;
      });
      if (name !== "garbage-once") assert.ok(timeouts() > before, name);
    }
    assert.is(bad, 0);
  }));

test("an unplugged adapter is noticed at once, idle or while bytes stream in, costs no processor, and is opened again when it is back", () =>
  run("unplugged", async (driver, far) => {
    const begun = { at: performance.now(), used: process.cpuUsage() };
    for (const babble of [false, true, true, true, true, true]) {
      if (babble) far.fault("line", "babble", true);
      far.fault("line", "hangup", true);
      await until(driver, () => driver.health().state === "lost" && fault(driver, watts) === "line-lost", 1500);
      far.fault("line", "babble", false);
      far.fault("line", "hangup", false);
      await until(driver, () => good(driver, watts) === 50_000, 6000);
    }
    // A reader that takes the end of a hung-up terminal for "nothing yet" would use a core.
    const { user, system } = process.cpuUsage(begun.used);
    const share = (user + system) / 1000 / (performance.now() - begun.at);
    assert.ok(share < 0.5, `${share} of a core`);
  }));

test("a disk or a resolver that hangs does not hold up the line", () =>
  run("pool", async (driver) => {
    // Opening a FIFO waits for its other end: each of these holds a thread of the pool, and there are four.
    const fifo = folder.path("fifo");
    assert.is(spawnSync("mkfifo", [fifo]).status, 0);
    const hanging = Array.from({ length: 8 }, () => open(fifo, "r"));
    for (let reads = 0; reads < 5; reads += 1) {
      const since = clock.now();
      await until(driver, () => (driver.readings()[watts]?.at ?? 0) > since, 1500);
    }
    driver.command({ "io/contactor": 1 });
    await until(driver, () => good(driver, "io/contactor") === 1, 1500);
    const writer = openSync(fifo, constants.O_RDWR);
    for (const handle of await Promise.all(hanging)) await handle.close();
    closeSync(writer);
  }));

test("a second master on the line is counted", () =>
  run("foreign", async (driver, far) => {
    assert.is(driver.health().foreignRequests, 0);
    far.fault("line", "second-master", true);
    await until(driver, () => (driver.health().foreignRequests ?? 0) > 3, 8000);
    far.fault("line", "second-master", false);
    await until(driver, () => good(driver, watts) === 50_000, 6000);
  }));

test("a module that lost its outputs gets them again", () =>
  run("reset", async (driver, far) => {
    driver.command({ "io/contactor": 1 });
    await until(driver, () => good(driver, "io/contactor") === 1);
    far.truth({ "io/output1": 0 });
    await until(driver, () => good(driver, "io/contactor") === 0, 2000);
    await until(driver, () => good(driver, "io/contactor") === 1, 2000);
  }));

test("with an adapter that hears itself reads and writes go on", () =>
  run("echo", async (driver, far) => {
    far.fault("line", "echo", true);
    const since = clock.now();
    await until(driver, () => (driver.readings()[watts]?.at ?? 0) > since);
    driver.command({ "io/contactor": 1 });
    await until(driver, () => good(driver, "io/contactor") === 1);
    assert.is(far.effects()["io/output1"], 1);
  }));

test("a second owner of a port is refused in clear words and does not disturb the first", () =>
  run("owners", async (driver, _, port) => {
    const second = openSerialLine(resolveLine(port, baudRate, [meter]), clock);
    second.start();
    await until(second, () => second.health().state === "lost");
    assert.match(second.health().problem ?? "", /lock/i);
    assert.is(fault(second, watts), "line-lost");
    const since = clock.now();
    await until(driver, () => (driver.readings()[watts]?.at ?? 0) > since + 300);
    assert.is(good(driver, watts), 50_000);
    await second.stop();
  }));

test("late replies of the same shape: not one wrong value", async () => {
  const port = folder.path("late");
  const words: DeviceWords[] = [{ name: "meter", board: "janitza-umg96rm", address: 7 }];
  const far = await startFarLine(port, baudRate, words);
  far.truth({ "meter/powerWatts": 50_000 });
  // Two blocks of one point each, so that their replies look alike; 230 V, 50 Hz and 50 kW tell whose value it is.
  const quantity = (name: string, address: number): PointSite =>
    point({ name, function: 3, address, type: "float32", pollMilliseconds: 20 });
  const points = [quantity("voltage", 19_000), quantity("power", 19_026), quantity("frequency", 19_050)];
  const expected: Readonly<Record<string, number>> = { voltage: 230, power: 50_000, frequency: 50 };
  const site = device(points, { address: 7, responseTimeoutMilliseconds: 100, maximumRegisters: 125 });
  const line: LineSite = { name: "late", port, baudRate, parity: "none", stopBits: 1, devices: [site] };
  let seen = 0;
  const wrong: string[] = [];
  // A timeout of 100 ms and as much silence, then the next request waits for its reply: that is when these late ones come.
  for (const milliseconds of [250, 265, 280, 295]) {
    const driver = openSerialLine(line, clock);
    driver.start();
    await until(driver, () => Object.keys(expected).every((name) => good(driver, name) !== null));
    const looking = setInterval(() => {
      for (const [name, value] of Object.entries(expected)) {
        const measured = good(driver, name);
        seen += 1;
        if (measured !== null && measured !== value) wrong.push(`${name} ${measured}`);
      }
    }, 2);
    far.fault("meter", "late-once", true, milliseconds);
    const since = clock.now();
    await until(driver, () => Object.values(driver.readings()).every(({ at }) => at > since + milliseconds + 200));
    clearInterval(looking);
    assert.ok((driver.health().devices[0]?.timeouts ?? 0) >= 1, told(driver)());
    await driver.stop();
  }
  assert.equal(wrong, []);
  assert.ok(seen > 500, `${seen} looks`);
  await far.kill();
});

test.run();
