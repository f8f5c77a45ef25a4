import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSerialLine } from "../../../src/drivers/serial/serial-line.ts";
import type { PointDriver } from "../../../src/model/driver.ts";
import type { LineSite, PointSite } from "../../../src/model/site.ts";
import { device, point } from "../../protocol/modbus/points.ts";
import { waitFor } from "../../waiting.ts";
import { clock, type DeviceWords, type FarLine, startFarLine, temporaryFolder } from "./line-under-test.ts";

const test = suite("serial line under random faults on a paced pseudo-terminal");
const folder = temporaryFolder();
test.after(folder.remove);

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
/** 2,000 in `npm run soak -- serial`. */
const requests = Number(process.env["REQUESTS"] ?? 200);
console.log(`seed ${seed}`);

/** Mulberry32. */
function createRandom(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Each quantity of each meter has its own value, and every reply of a meter looks like the others. */
const truths: Readonly<Record<string, number>> = {
  "a/voltage1Volts": 231,
  "a/powerWatts": 50_000,
  "a/frequencyHertz": 50,
  "b/voltage1Volts": 119,
  "b/powerWatts": 70_000,
  "b/frequencyHertz": 60,
};
const addresses: Readonly<Record<string, number>> = {
  voltage1Volts: 19_000,
  powerWatts: 19_026,
  frequencyHertz: 19_050,
};
const meters: DeviceWords[] = [
  { name: "a", board: "janitza-umg96rm", address: 7 },
  // Far from 7: a simulated reply in a wrong unit's name carries the next address.
  { name: "b", board: "janitza-umg96rm", address: 20 },
];

function lineOf(port: string, baudRate: number): LineSite {
  const devices = meters.map(({ name, address }) => {
    const points = Object.entries(addresses).map(
      ([quantity, register]): PointSite =>
        point({ name: `${name}/${quantity}`, function: 3, address: register, type: "float32", pollMilliseconds: 20 }),
    );
    return device(points, { name, address, responseTimeoutMilliseconds: 100, maximumRegisters: 20 });
  });
  return { name: "fuzz", port, baudRate, parity: "none", stopBits: 1, devices };
}

const onceFaults = ["late", "truncate", "corrupt", "garbage", "wrong-unit", "short", "exception", "mute"] as const;

/** One fault that is over with the next reply or after a moment, or an adapter that hears itself from here on, or no longer. */
function misbehave(far: FarLine, random: (below: number) => number): void {
  const target = random(2) === 0 ? "a" : "b";
  const name = onceFaults[random(onceFaults.length)] ?? "mute";
  switch (random(12)) {
    case 0:
      far.fault("line", "noise-once", true, 1 + random(8));
      return;
    case 1:
      far.fault("line", "echo", random(2) === 0);
      return;
    case 2:
      far.fault("line", "babble", true);
      setTimeout(() => far.fault("line", "babble", false), 20 + random(80));
      return;
    case 3:
      far.fault("line", "hangup", true);
      setTimeout(() => far.fault("line", "hangup", false), 50 + random(100));
      return;
    default:
      if (name === "late") far.fault(target, "late-once", true, 20 + random(600));
      else far.fault(target, `${name}-once`, true);
  }
}

const asked = (driver: PointDriver): number =>
  driver.health().devices.reduce((sum, { requests: count }) => sum + count, 0);

test(`not one wrong value in ${requests} requests, and all are well within twenty seconds after`, async () => {
  const port = folder.path("fuzz");
  const far = await startFarLine(port, 57_600, meters);
  far.truth(truths);
  const driver = openSerialLine(lineOf(port, 57_600), clock);
  const told = (): string => JSON.stringify({ seed, health: driver.health(), readings: driver.readings() });
  const wrong: string[] = [];
  const look = (): boolean => {
    let all = true;
    for (const [name, value] of Object.entries(truths)) {
      const reading = driver.readings()[name];
      if (reading?.quality !== "good") all = false;
      else if (reading.value !== value) wrong.push(`${name} ${reading.value}`);
    }
    return all;
  };
  driver.start();
  await waitFor(look, { within: 5000, what: told });
  const random = createRandom(seed);
  const looking = setInterval(look, 2);
  let next = 0;
  const harming = setInterval(() => {
    if (asked(driver) < next) return;
    next = asked(driver) + 3 + random(10);
    misbehave(far, random);
  }, 20);
  await waitFor(() => asked(driver) >= requests, { within: 1000 * requests, what: told });
  clearInterval(harming);
  const endedAt = clock.now();
  // The last timers of the faults; then nothing is wrong any more.
  await waitFor(() => clock.now() > endedAt + 200, { within: 1000, what: "the last faults" });
  far.fault("line", "echo", false);
  far.fault("line", "babble", false);
  far.fault("line", "hangup", false);
  await waitFor(() => look() && Object.values(driver.readings()).every(({ at }) => at > endedAt), {
    within: 20_000,
    what: told,
  });
  clearInterval(looking);
  assert.equal(wrong, [], `seed ${seed}`);
  const health = driver.health().devices;
  const faults = health.reduce((sum, { timeouts, badFrames }) => sum + timeouts + badFrames, 0);
  assert.ok(faults > requests / 50, `only ${faults} faults: ${told()}`);
  await driver.stop();
  await far.kill();
});

test.run();
