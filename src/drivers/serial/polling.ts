/** What is asked of the devices of one line, and when; what their answers mean. No port, no timer: time is an argument. */
import assert from "node:assert/strict";
import type { OutputRefusal } from "../../model/driver.ts";
import type { Fault, PointName, Reading } from "../../model/reading.ts";
import type { DeviceSite, LineSite, PointSite } from "../../model/site.ts";
import type { Order, Outcome } from "../../protocol/modbus/line-state.ts";
import { disproves, proofAnswered } from "../../protocol/modbus/proof.ts";
import { decodePoint } from "../../protocol/modbus/registers.ts";
import {
  type BlockRun,
  believe,
  createRun,
  type DeviceRun,
  doubt,
  dueOf,
  type Job,
  type MakeOrder,
  nextDueOf,
  owingSince,
} from "./device-run.ts";
import { outputOpened, outputRead, outputResult, wantOutput } from "./output.ts";

export interface Polling {
  readonly readings: Readonly<Record<PointName, Reading>>;
  /** Orders that are due at `now`; each is given once. */
  due(now: number): Order[];
  /** When something is due next [ms]. */
  nextDueAt(): number;
  /** Takes the result of an order. True: a contact changed, which may be a trip. */
  result(order: Order, outcome: Outcome, startedAt: number, now: number): boolean;
  /** A fresh port: identities are to be proven again and outputs written again. */
  opened(now: number): void;
  /** Wanted outputs; names of other lines are ignored. Answers what was refused. */
  command(outputs: Readonly<Record<PointName, number>>, now: number): OutputRefusal[];
  /** Reads that began more than a poll time after they were due: the line is asked for more than it can carry. */
  lateReads(): number;
  /** Since when the device that has been silent for the longest time has owed an answer, good or bad; `now` where none does [ms]. */
  reportedAt(now: number): number;
}

const nothing: Order[] = [];

/**
 * Polling of every point of `line`, from `now` on. `contactors` names its outputs that hold contactors closed; `located` hears of a device whose
 * registers had to be found, with addresses as on the wire.
 */
export function createPolling(
  line: LineSite,
  now: number,
  contactors: ReadonlySet<PointName> = new Set(),
  located: (device: DeviceSite) => void = () => undefined,
): Polling {
  const readings: Record<PointName, Reading> = {};
  const devices = line.devices
    .filter(({ points }) => points.length > 0)
    .map((site) => createRun(site, now, contactors));
  for (const { points } of line.devices) {
    for (const { name } of points) readings[name] = { quality: "bad", fault: "not-read-yet", at: now };
  }
  const jobs = new Map<number, Job>();
  let lastId = 0;
  /** When something is due next; null: to be found out, because something has changed. */
  let dueAt: number | null = null;
  let lateReads = 0;
  const order: MakeOrder = (job, place, request) => {
    lastId += 1;
    jobs.set(lastId, job);
    return { id: lastId, ...place, request };
  };

  return {
    readings,
    due: (time) => {
      if (dueAt !== null && time < dueAt) return nothing;
      dueAt = null;
      return devices.flatMap((device) => dueOf(device, time, order));
    },
    nextDueAt: () => {
      dueAt ??= devices.reduce((earliest, device) => Math.min(earliest, nextDueOf(device)), Number.POSITIVE_INFINITY);
      return dueAt;
    },
    result: (done, outcome, startedAt, time) => {
      const job = jobs.get(done.id);
      assert.ok(job !== undefined, "a result belongs to an order");
      jobs.delete(done.id);
      dueAt = null;
      job.device.reportedAt = time;
      if (job.kind === "read" && startedAt > job.run.dueAt + job.run.block.pollMilliseconds) lateReads += 1;
      const urgent = settle(job, outcome, startedAt, time, readings);
      const { site, proof, proven } = job.device;
      if (job.kind === "identity" && proven && site.discovery !== null) located(proof.device);
      return urgent;
    },
    opened: (time) => {
      dueAt = null;
      for (const device of devices) {
        doubt(device, time);
        for (const run of device.blocks) run.dueAt = time;
        for (const output of device.outputs) outputOpened(output, time);
      }
    },
    command: (outputs, time) => {
      dueAt = null;
      return devices
        .flatMap((device) => device.outputs)
        .flatMap((output) => {
          const wanted = outputs[output.point.name];
          return wanted === undefined ? [] : (wantOutput(output, wanted, time) ?? []);
        });
    },
    lateReads: () => lateReads,
    reportedAt: (time) => Math.min(time, ...devices.map((device) => Math.max(device.reportedAt, owingSince(device)))),
  };
}

function settle(
  job: Job,
  outcome: Outcome,
  startedAt: number,
  now: number,
  readings: Record<PointName, Reading>,
): boolean {
  switch (job.kind) {
    case "write":
      outputResult(job.output, job.value, outcome.kind === "written", now);
      if (outcome.kind === "written") readBack(job.device, job.output.point, now);
      return false;
    case "identity":
      job.device.identityPending = false;
      return settleIdentity(job.device, outcome, now, readings);
    case "read":
      job.run.pending = false;
      return settleRead(job.device, job.run, outcome, startedAt, now, readings);
  }
}

/** A write counts once it has been read back: the block of its point is read at once. */
function readBack(device: DeviceRun, point: PointSite, now: number): void {
  const run = device.blocks.find(({ block }) => block.points.includes(point));
  // A number that is kept and not read has nothing to be compared with.
  if (run === undefined) return;
  run.hurried = true;
  if (run.pending) run.again = true;
  else run.dueAt = now;
}

function settleIdentity(
  device: DeviceRun,
  outcome: Outcome,
  now: number,
  readings: Record<PointName, Reading>,
): boolean {
  const { points } = device.site;
  const refused = outcome.kind === "failed" && outcome.fault === "refused-by-device" && outcome.persists;
  if (outcome.kind === "data" || refused) {
    const next = proofAnswered(device.proof, outcome.kind === "data" ? outcome.data : null);
    if (next !== null) {
      device.proof = next;
      device.identityDueAt = now;
      if (next.step.kind === "proven") believe(device, now);
      return false;
    }
    doubt(device, now + fastestPoll(points));
    return spoil(points, refused ? "refused-by-device" : "identity-unproven", now, readings);
  }
  assert.ok(outcome.kind === "failed", "a read brings data or fails");
  if (!outcome.persists) {
    device.identityDueAt = now;
    return false;
  }
  doubt(device, now + fastestPoll(points));
  return spoil(points, outcome.fault, now, readings);
}

function settleRead(
  device: DeviceRun,
  run: BlockRun,
  outcome: Outcome,
  startedAt: number,
  now: number,
  readings: Record<PointName, Reading>,
): boolean {
  const { block } = run;
  run.dueAt = run.again ? now : Math.max(run.dueAt + block.pollMilliseconds, now);
  run.again = false;
  if (outcome.kind === "failed") {
    // One lost reply is asked for again at once; what was read before stays, with its true age.
    if (!outcome.persists) {
      run.dueAt = now;
      return false;
    }
    if (outcome.fault !== "refused-by-device") doubt(device, now + fastestPoll(device.site.points));
    // A refusal concerns what was asked; anything else the whole device.
    return spoil(
      outcome.fault === "refused-by-device" ? block.points : device.site.points,
      outcome.fault,
      now,
      readings,
    );
  }
  assert.ok(outcome.kind === "data", "a read brings data or fails");
  // Asked for before the doubt: what answers is not known to be the device.
  if (!device.proven) return false;
  run.everRead = true;
  // Set otherwise, or another device in its place: a restart between two reads is not seen as a silence.
  if (disproves(device.proof, block.read, outcome.data)) {
    doubt(device, now);
    return spoil(device.site.points, "identity-unproven", now, readings);
  }
  const at = startedAt - device.site.averagingMilliseconds;
  let contactChanged = false;
  for (const point of block.points) {
    const decoded = decodePoint(point, outcome.data, block.read.address);
    const reading: Reading = decoded.ok
      ? { quality: "good", value: decoded.value, at }
      : { quality: "bad", fault: decoded.fault, at };
    contactChanged = store(point, reading, readings) || contactChanged;
    const output = device.outputs.find((candidate) => candidate.point === point);
    if (output !== undefined && decoded.ok) outputRead(output, decoded.value, startedAt, now);
  }
  return contactChanged;
}

function fastestPoll(points: readonly PointSite[]): number {
  return Math.min(...points.map(({ pollMilliseconds }) => pollMilliseconds));
}

function spoil(points: readonly PointSite[], fault: Fault, at: number, readings: Record<PointName, Reading>): boolean {
  return points.map((point) => store(point, { quality: "bad", fault, at }, readings)).includes(true);
}

/** Points read this often are read for a scan at once [ms]. Source: DESIGN section 3: a scan when a fast meter reading arrives; a frequency is read every 100 ms. */
const fastMilliseconds = 100;

/** True when a contact is not what it was, and for every value of a fast point. */
function store(point: PointSite, reading: Reading, readings: Record<PointName, Reading>): boolean {
  const before = readings[point.name];
  readings[point.name] = reading;
  if (point.type !== "bit" && point.pollMilliseconds > 0 && point.pollMilliseconds <= fastMilliseconds) return true;
  if (point.type !== "bit" || before === undefined || before.quality !== reading.quality) return point.type === "bit";
  return before.quality === "good" && reading.quality === "good" && before.value !== reading.value;
}
