/** One Modbus device of a line while it is polled: what is to be asked of it, and when. Knows no answers. */
import assert from "node:assert/strict";
import type { PointName } from "../../model/reading.ts";
import type { DeviceSite } from "../../model/site.ts";
import { type Block, planBlocks } from "../../protocol/modbus/blocks.ts";
import type { ModbusRequest } from "../../protocol/modbus/frame.ts";
import type { Order } from "../../protocol/modbus/line-state.ts";
import { beginProof, type Proof, proofRead } from "../../protocol/modbus/proof.ts";
import { createOutput, createSetpoint, mayWrite, nextWord, type Output } from "./output.ts";

/** Lower goes first: what opens a contactor, its proof, contacts (trip inputs), then the rest. */
const priorities = { write: 0, readBack: 1, contact: 2, measurement: 3 } as const;

export interface BlockRun {
  readonly block: Block;
  dueAt: number;
  everRead: boolean;
  pending: boolean;
  /** Asked for while a read was under way that may be older than what is to be seen. */
  again: boolean;
  /** Proves a write: goes before other reads. */
  hurried: boolean;
}

export interface DeviceRun {
  /** As the site describes it. */
  readonly site: DeviceSite;
  /** None while it is not known where the device's registers are. */
  blocks: readonly BlockRun[];
  readonly outputs: readonly Output[];
  proof: Proof;
  proven: boolean;
  identityDueAt: number;
  identityPending: boolean;
  reportedAt: number;
}

export type Job =
  | { readonly kind: "read"; readonly device: DeviceRun; readonly run: BlockRun }
  | { readonly kind: "identity"; readonly device: DeviceRun }
  | { readonly kind: "write"; readonly device: DeviceRun; readonly output: Output; readonly value: number };

/** A device of which nothing is known yet. */
export function createRun(site: DeviceSite, now: number, contactors: ReadonlySet<PointName>): DeviceRun {
  const proof = beginProof(site);
  return {
    site,
    blocks: site.discovery === null ? blocksOf(site, now) : [],
    outputs: outputsOf(site, contactors),
    proof,
    proven: proof.step.kind === "proven",
    identityDueAt: now,
    identityPending: false,
    reportedAt: now,
  };
}

/** Numbers that are kept, and whatever else may be commanded. */
function outputsOf({ points, setpoints }: DeviceSite, contactors: ReadonlySet<PointName>): Output[] {
  const kept = setpoints.map(({ point, value }) =>
    createSetpoint(points.find(({ name }) => name === point.name) ?? point, value),
  );
  const others = points.filter(
    ({ name, writeFunction }) => writeFunction !== null && !kept.some(({ point }) => point.name === name),
  );
  return [...others.map((point) => createOutput(point, contactors.has(point.name))), ...kept];
}

/** From here on the device has to be proven again, from the first step. */
export function doubt(device: DeviceRun, dueAt: number): void {
  device.proof = beginProof(device.site);
  device.proven = device.proof.step.kind === "proven";
  device.identityDueAt = dueAt;
}

/** The device is who it should be: what it has is read at once. */
export function believe(device: DeviceRun, now: number): void {
  device.proven = true;
  if (device.site.discovery !== null) device.blocks = blocksOf(device.proof.device, now);
  for (const run of device.blocks) run.dueAt = now;
}

function blocksOf(site: DeviceSite, now: number): BlockRun[] {
  return planBlocks(site).map((block) => ({
    block,
    dueAt: now,
    everRead: false,
    pending: false,
    again: false,
    hurried: false,
  }));
}

export type MakeOrder = (
  job: Job,
  place: Pick<Order, "priority" | "insist" | "deadline">,
  request: ModbusRequest,
) => Order;

/** The orders of a device that are due at `now`; each is given once. */
export function dueOf(device: DeviceRun, now: number, order: MakeOrder): Order[] {
  const orders: Order[] = [];
  for (const output of device.outputs) {
    const { wanted, point } = output;
    if (wanted === null || output.pending || now < output.writeAt || !mayWrite(output, device.proven)) continue;
    assert.ok(point.writeFunction !== null, "an output has a function that writes it");
    const { writeFunction, address } = point;
    output.pending = true;
    orders.push(
      order(
        { kind: "write", device, output, value: wanted },
        { priority: priorities.write, insist: output.fresh },
        { mode: "write", unit: device.site.address, function: writeFunction, address, value: nextWord(output, wanted) },
      ),
    );
    output.fresh = false;
  }
  if (!device.proven) {
    const request = proofRead(device.proof);
    if (request !== null && !device.identityPending && now >= device.identityDueAt) {
      device.identityPending = true;
      orders.push(order({ kind: "identity", device }, { priority: priorities.contact, insist: false }, request));
    }
    return orders;
  }
  for (const run of device.blocks) {
    if (run.pending || now < run.dueAt) continue;
    run.pending = true;
    const { read } = run.block;
    const usual = read.function <= 2 ? priorities.contact : priorities.measurement;
    const priority = run.hurried ? priorities.readBack : usual;
    // Wanted before it is due again: a meter read each 100 ms goes before an energy counter read each minute. What was never read is wanted at once.
    const deadline = run.everRead ? run.dueAt + run.block.pollMilliseconds : run.dueAt;
    orders.push(order({ kind: "read", device, run }, { priority, insist: false, deadline }, read));
    run.hurried = false;
  }
  return orders;
}

/** When something is due next [ms]; infinite while everything is under way. */
export function nextDueOf(device: DeviceRun): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const output of device.outputs) {
    const { pending, wanted, writeAt } = output;
    if (!pending && wanted !== null && mayWrite(output, device.proven)) earliest = Math.min(earliest, writeAt);
  }
  if (!device.proven) return device.identityPending ? earliest : Math.min(earliest, device.identityDueAt);
  for (const { pending, dueAt } of device.blocks) if (!pending) earliest = Math.min(earliest, dueAt);
  return earliest;
}

/** Since when a device has had something to answer; a device that is asked seldom is not silent in between. */
export function owingSince(device: DeviceRun): number {
  return device.proven ? Math.min(...device.blocks.map(({ dueAt }) => dueAt)) : device.identityDueAt;
}
