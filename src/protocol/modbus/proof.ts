/** What must be read of a device, one step after the other, before its values count: where its registers are, which model it is, how it is set, that its words come in the right order. */
import type { FixedRead, SerialNumberRead } from "../../model/device.ts";
import type { DeviceSite, PointSite } from "../../model/site.ts";
import { pointRead } from "./blocks.ts";
import type { ReadRequest } from "./frame.ts";
import { decodePoint, widthOf } from "./registers.ts";

/** Identifier of the block that ends the chain, and how many blocks are walked at most. Source: SunSpec Information Model Specification; choice. */
const endModel = 0xffff;
const mostModels = 32;
/** Identifier and length. */
const headerRegisters = 2;

export type ProofStep =
  /** SunSpec: does the marker stand at the base with this index? */
  | { readonly kind: "marker"; readonly base: number }
  /** SunSpec: is the block at `header` one of those the board describes? `serialHeader`: of the block with the serial number, if passed. */
  | {
      readonly kind: "model";
      readonly base: number;
      readonly header: number;
      readonly walked: number;
      readonly serialHeader: number | null;
    }
  | { readonly kind: "fixed"; readonly index: number }
  | { readonly kind: "probe" }
  | { readonly kind: "proven" };

/** `device`: with addresses as on the wire, as soon as they are known. */
export interface Proof {
  readonly device: DeviceSite;
  readonly step: ProofStep;
}

/** The proof of a device of which nothing is known. */
export function beginProof(device: DeviceSite): Proof {
  return device.discovery === null ? fixedFrom(device, 0) : { device, step: { kind: "marker", base: 0 } };
}

/** The read that comes next; null: nothing more is to be proven. */
export function proofRead({ device, step }: Proof): ReadRequest | null {
  const { address: unit, discovery } = device;
  switch (step.kind) {
    case "marker":
      return {
        mode: "read",
        unit,
        function: 3,
        address: discovery?.bases[step.base] ?? 0,
        count: markerRegisters(device),
      };
    case "model":
      return { mode: "read", unit, function: 3, address: step.header, count: headerRegisters };
    case "fixed": {
      const fixed = fixedReads(device)[step.index];
      if (fixed === undefined) return null;
      return { mode: "read", unit, function: fixed.function, address: fixed.address, count: fixed.registers };
    }
    case "probe":
      return device.probe === null ? null : pointRead(device, device.probe.point);
    case "proven":
      return null;
  }
}

/** After the answer to the step's read (null: the device refused it): the next step; null: it is another device, or set otherwise. */
export function proofAnswered(proof: Proof, data: Uint8Array | null): Proof | null {
  const { device, step } = proof;
  switch (step.kind) {
    case "marker": {
      if (data === null || hexadecimal(data) !== device.discovery?.marker) return nextBase(proof, step.base);
      const header = (device.discovery.bases[step.base] ?? 0) + markerRegisters(device);
      return { device, step: { kind: "model", base: step.base, header, walked: 0, serialHeader: null } };
    }
    case "model":
      return modelAnswered(proof, step, data);
    case "fixed": {
      const fixed = fixedReads(device)[step.index];
      const right = data !== null && fixed?.expected.some(({ raw }) => raw === hexadecimal(data)) === true;
      return right ? fixedFrom(device, step.index + 1) : null;
    }
    case "probe": {
      const { probe } = device;
      if (probe === null || data === null) return null;
      const decoded = decodePoint(probe.point, data, pointRead(device, probe.point).address);
      const proven = decoded.ok && decoded.value >= probe.minimum && decoded.value <= probe.maximum;
      return proven ? { device, step: { kind: "proven" } } : null;
    }
    case "proven":
      return proof;
  }
}

/** True when the answer to a usual read shows that the device is not (any more) what its board says: its probe has a value that cannot be. */
export function disproves({ device: { probe } }: Proof, read: ReadRequest, data: Uint8Array): boolean {
  if (probe === null) return false;
  const { point } = probe;
  const start = read.address;
  const covers = (address: number, width: number): boolean => address >= start && address + width <= start + read.count;
  const width = widthOf(point.type);
  if (point.type === "bit" || point.function !== read.function || !covers(point.address, width)) return false;
  if (point.scaleFactorAddress !== null && !covers(point.scaleFactorAddress, 1)) return false;
  const index = point.address - start;
  // Without a grid there is no frequency: the device says nothing wrong.
  if (data.subarray(2 * index, 2 * (index + width)).every((byte) => byte === 0)) return false;
  const decoded = decodePoint({ ...point, minimum: null, maximum: null }, data, start);
  if (!decoded.ok) return decoded.fault !== "no-value";
  return decoded.value < probe.minimum || decoded.value > probe.maximum;
}

function modelAnswered(
  proof: Proof,
  step: Extract<ProofStep, { kind: "model" }>,
  data: Uint8Array | null,
): Proof | null {
  const { device } = proof;
  if (data === null) return nextBase(proof, step.base);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const id = view.getUint16(0);
  const serialHeader = id === device.serialNumber?.model ? step.header : step.serialHeader;
  if (device.discovery?.models.some((model) => model.id === id) === true)
    return fixedFrom(moved(device, step.header, serialHeader), 0);
  const header = step.header + headerRegisters + view.getUint16(2);
  const walked = step.walked + 1;
  if (id === endModel || walked === mostModels || header + headerRegisters > 0x10000) return nextBase(proof, step.base);
  return { device, step: { ...step, header, walked, serialHeader } };
}

function nextBase({ device }: Proof, base: number): Proof | null {
  const next = base + 1;
  return next < (device.discovery?.bases.length ?? 0) ? { device, step: { kind: "marker", base: next } } : null;
}

function fixedFrom(device: DeviceSite, index: number): Proof {
  if (index < fixedReads(device).length) return { device, step: { kind: "fixed", index } };
  return { device, step: { kind: device.probe === null ? "proven" : "probe" } };
}

/** Those whose right answer is known for certain; the others are shown by `weir read` and `weir doctor`. */
function fixedReads(device: DeviceSite): FixedRead[] {
  return [...device.identity, ...device.requirements].filter(({ certain, expected }) => certain && expected.length > 0);
}

function moved(device: DeviceSite, header: number, serialHeader: number | null): DeviceSite {
  const move = (point: PointSite): PointSite => ({
    ...point,
    address: point.address + header,
    scaleFactorAddress: point.scaleFactorAddress === null ? null : point.scaleFactorAddress + header,
  });
  const probe = device.probe === null ? null : { ...device.probe, point: move(device.probe.point) };
  const serialNumber = movedSerial(device.serialNumber, serialHeader);
  return { ...device, discovery: null, points: device.points.map(move), probe, serialNumber };
}

function movedSerial(serial: SerialNumberRead | null, header: number | null): SerialNumberRead | null {
  if (serial === null || serial.model === null) return serial;
  return header === null ? null : { ...serial, model: null, address: serial.address + header };
}

function markerRegisters(device: DeviceSite): number {
  return (device.discovery?.marker.length ?? 0) / 4;
}

function hexadecimal(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex").toUpperCase();
}
