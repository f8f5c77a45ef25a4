/** weir's own line driver under the work of the bench, whole: port, master, polling, decoding. A program of its own, so that its processor time can be told. */
import { openSerialLine } from "../../../src/drivers/serial/serial-line.ts";
import type { PointDriver } from "../../../src/model/driver.ts";
import type { DeviceSite, LineSite, PointSite } from "../../../src/model/site.ts";
import { type Block, type ClientOutcome, givenTask, originOf, processorMilliseconds } from "./work.ts";

const task = givenTask();

function pointOf({ unit }: Block, address: number): PointSite {
  return {
    name: `${unit}/${address}`,
    function: 4,
    address,
    type: "uint16",
    wordOrder: "high-first",
    mask: null,
    decoding: "plain",
    scaleFactorAddress: null,
    scale: 1,
    offset: 0,
    minimum: null,
    maximum: null,
    invalid: [],
    rawMinimum: null,
    rawMaximum: null,
    // Always overdue: as fast as the line goes.
    pollMilliseconds: 1,
    writeFunction: null,
    writeWords: null,
  };
}

function deviceOf(unit: number, blocks: readonly Block[]): DeviceSite {
  return {
    name: `unit-${unit}`,
    board: "bench",
    address: unit,
    discovery: null,
    identity: [],
    requirements: [],
    serialNumber: null,
    setpoints: [],
    points: blocks.flatMap((block) =>
      Array.from({ length: block.count }, (_, index) => pointOf(block, block.address + index)),
    ),
    maximumRegisters: 125,
    alignmentRegisters: 1,
    minimumGapMilliseconds: 0,
    responseTimeoutMilliseconds: task.timeoutMilliseconds,
    averagingMilliseconds: 0,
    probe: null,
  };
}

const units = [...new Set(task.blocks.map(({ unit }) => unit))];
const line: LineSite = {
  name: "bench",
  port: task.port,
  baudRate: task.baudRate,
  parity: "none",
  stopBits: 1,
  devices: units.map((unit) =>
    deviceOf(
      unit,
      task.blocks.filter((block) => block.unit === unit),
    ),
  ),
};

const driver = openSerialLine(line, { now: () => performance.now(), unixMilliseconds: () => Date.now() });
let wrong = 0;

function look(): void {
  for (const [name, reading] of Object.entries(driver.readings())) {
    const [unit = 0, address = 0] = name.split("/").map(Number);
    if (reading.quality === "good" && reading.value !== originOf(unit, address)) wrong += 1;
  }
}

function counted(from: PointDriver): { readonly good: number; readonly errors: number } {
  const devices = from.health().devices;
  const sum = (pick: (device: (typeof devices)[number]) => number): number =>
    devices.reduce((total, device) => total + pick(device), 0);
  const errors = sum(({ timeouts, badFrames, exceptions }) => timeouts + badFrames + exceptions);
  return { good: sum(({ requests }) => requests) - errors, errors };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

driver.start();
const looking = setInterval(look, task.lookMilliseconds);
await pause(task.warmUpMilliseconds);
const before = { ...counted(driver), at: performance.now(), processor: processorMilliseconds() };
await pause(task.windowMilliseconds);
const after = { ...counted(driver), at: performance.now(), processor: processorMilliseconds() };
look();
clearInterval(looking);
await driver.stop();
const outcome: ClientOutcome = {
  good: after.good - before.good,
  errors: after.errors - before.errors,
  wrong,
  milliseconds: after.at - before.at,
  processorMilliseconds: after.processor - before.processor,
};
console.log(JSON.stringify(outcome));
