/** Which reads bring the points of a device, and which reads of it prove that its line is in step again. */
import type { DeviceSite, PointSite } from "../../model/site.ts";
import { byteCountOf, type ReadRequest } from "./frame.ts";
import { widthOf } from "./registers.ts";

export interface Block {
  readonly read: ReadRequest;
  readonly points: readonly PointSite[];
  readonly pollMilliseconds: number;
}

/** Registers nobody asked for that are cheaper to read than a second request: 8 registers are 16 characters, a request and its gaps more. Source: facts on RS-485 timing, calculated. */
const mergeGap = 8;

/** Reads in order of address: points of one function and one poll time together, within the device's largest request and alignment. */
export function planBlocks(device: DeviceSite): Block[] {
  const classes = new Map<string, PointSite[]>();
  for (const point of device.points) {
    const name = `${point.function} ${point.pollMilliseconds}`;
    classes.set(name, [...(classes.get(name) ?? []), point]);
  }
  return [...classes.values()].flatMap((points) => planClass(device, points));
}

function planClass(device: DeviceSite, points: readonly PointSite[]): Block[] {
  const align = device.alignmentRegisters;
  const blocks: Block[] = [];
  let members: PointSite[] = [];
  let start = 0;
  let end = 0;
  const flush = (): void => {
    const first = members[0];
    if (first === undefined) return;
    const read: ReadRequest = {
      mode: "read",
      unit: device.address,
      function: first.function,
      address: start,
      count: end - start,
    };
    blocks.push({ read, points: members, pollMilliseconds: first.pollMilliseconds });
  };
  for (const point of [...points].sort((a, b) => extentOf(a).first - extentOf(b).first)) {
    const { first, end: behind } = extentOf(point);
    const from = Math.floor(first / align) * align;
    const to = Math.ceil(behind / align) * align;
    if (to - from > device.maximumRegisters) throw new RangeError(`${point.name} does not fit into one request`);
    if (members.length > 0 && from - end <= mergeGap && to - start <= device.maximumRegisters) {
      members.push(point);
      end = Math.max(end, to);
    } else {
      flush();
      members = [point];
      start = from;
      end = to;
    }
  }
  flush();
  return blocks;
}

/** Registers that a point needs: its own, and that of its power of ten, which must be of the same moment. */
function extentOf({ address, type, scaleFactorAddress }: PointSite): { first: number; end: number } {
  const end = address + widthOf(type);
  if (scaleFactorAddress === null) return { first: address, end };
  return { first: Math.min(address, scaleFactorAddress), end: Math.max(end, scaleFactorAddress + 1) };
}

/**
 * Reads whose replies differ in function or length from each other, shortest first, those that no block's reply resembles before the others.
 * After a fault one of them tells a fresh reply from a late one.
 */
export function planNonces(device: DeviceSite, blocks: readonly Block[]): ReadRequest[] {
  const used = new Set(blocks.map(({ read }) => shapeName(read)));
  const nonces = new Map<string, ReadRequest>();
  const sources = blocks.map(({ read }) => read);
  if (device.probe !== null) sources.push(pointRead(device, device.probe.point));
  for (const read of sources) {
    for (let count = device.alignmentRegisters; count <= read.count; count += device.alignmentRegisters) {
      const candidate: ReadRequest = { ...read, count };
      if (!nonces.has(shapeName(candidate))) nonces.set(shapeName(candidate), candidate);
    }
  }
  const length = (read: ReadRequest): number => byteCountOf(read.function, read.count);
  const taken = (read: ReadRequest): number => (used.has(shapeName(read)) ? 1 : 0);
  return [...nonces.values()].sort((a, b) => taken(a) - taken(b) || length(a) - length(b));
}

/** The read of one point alone, as for a probe. */
export function pointRead(device: DeviceSite, point: PointSite): ReadRequest {
  const [block] = planClass(device, [point]);
  if (block === undefined) throw new RangeError("one point makes one block");
  return block.read;
}

function shapeName(read: ReadRequest): string {
  return `${read.function} ${byteCountOf(read.function, read.count)}`;
}
