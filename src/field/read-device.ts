/** Everything one device tells: identity, settings, serial number, every point with its raw words. Reads only. */
import type { FixedRead } from "../model/device.ts";
import type { Fault, PointName } from "../model/reading.ts";
import type { DeviceSite, PointSite } from "../model/site.ts";
import { type Block, planBlocks, planNonces, pointRead } from "../protocol/modbus/blocks.ts";
import type { ReadRequest } from "../protocol/modbus/frame.ts";
import type { Outcome, UnitSettings } from "../protocol/modbus/line-state.ts";
import { decodePoint, widthOf } from "../protocol/modbus/registers.ts";
import type { Conversation, Heard } from "./conversation.ts";

export interface PointShown {
  readonly name: PointName;
  /** Null: no value; `fault` says why. */
  readonly value: number | null;
  readonly fault: Fault | null;
  /** As on the wire, hexadecimal; null: not read. */
  readonly raw: string | null;
}

/** `right`: as the board says. `other`: answered otherwise. `refused`: the device has no such register. `shown`: nothing is expected. */
export interface FixedShown {
  readonly read: FixedRead;
  readonly verdict: "right" | "other" | "refused" | "silent" | "shown";
  readonly raw: string | null;
  /** What the answer means, where the board knows it. */
  readonly meaning: string | null;
}

export interface DeviceShown {
  /** Null: the board has no probe. */
  readonly probe: {
    readonly name: PointName;
    readonly raw: string | null;
    readonly value: number | null;
    readonly proven: boolean;
  } | null;
  readonly identity: readonly FixedShown[];
  readonly requirements: readonly FixedShown[];
  readonly serialNumber: string | null;
  readonly points: readonly PointShown[];
}

/** A read that failed is asked again at most so often. Choice: one lost reply is nothing, three in a row are a fact. */
const tries = 3;

/** What the master must know of a device. */
export function unitSettings(device: DeviceSite): UnitSettings {
  return {
    unit: device.address,
    minimumGapMilliseconds: device.minimumGapMilliseconds,
    responseTimeoutMilliseconds: device.responseTimeoutMilliseconds,
    nonces: planNonces(device, planBlocks(device)),
  };
}

/** Asks until it is answered, refused, or has failed three times. */
export async function askAgain(conversation: Conversation, request: ReadRequest): Promise<Heard> {
  let wasSure = conversation.unit(request.unit)?.sure;
  let heard = await conversation.ask(request);
  for (let tried = 1; tried < tries && heard.outcome.kind === "failed"; tried += 1) {
    // A refusal of a unit that was unsure may concern the read that proves it in step, not this one.
    if (heard.outcome.fault === "line-lost" || (heard.outcome.fault === "refused-by-device" && wasSure === true)) break;
    wasSure = conversation.unit(request.unit)?.sure;
    heard = await conversation.ask(request);
  }
  return heard;
}

/** Reads all of it. Points of a device that is not what the board says count as `identity-unproven`, whatever they read. */
export async function readDevice(conversation: Conversation, device: DeviceSite): Promise<DeviceShown> {
  const probe = await readProbe(conversation, device);
  const identity = await readFixed(conversation, device, device.identity);
  const wrong = probe?.proven === false || identity.some(isOther);
  const points: PointShown[] = [];
  for (const block of planBlocks(device)) {
    if (isSilent(conversation, device)) points.push(...unread(block.points, "no-reply"));
    else points.push(...(await readBlock(conversation, device, block)));
  }
  const order = new Map(device.points.map(({ name }, index) => [name, index]));
  points.sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  return {
    probe,
    identity,
    requirements: await readFixed(conversation, device, device.requirements),
    serialNumber: await readSerialNumber(conversation, device),
    points: wrong
      ? points.map((point) => ({ ...point, value: null, fault: point.fault ?? "identity-unproven" }))
      : points,
  };
}

/** The answer is that of another device; where the board only infers the right one, it proves nothing. */
export function isOther({ read, verdict }: FixedShown): boolean {
  return read.certain && read.expected.length > 0 && (verdict === "other" || verdict === "refused");
}

/** Asked as often as a read is tried, and never heard of: the rest would only cost time. */
function isSilent(conversation: Conversation, device: DeviceSite): boolean {
  const unit = conversation.unit(device.address);
  return unit !== undefined && unit.requests >= tries && unit.requests === unit.timeouts;
}

function unread(points: readonly PointSite[], fault: Fault): PointShown[] {
  return points.map(({ name }) => ({ name, value: null, fault, raw: null }));
}

export async function readProbe(conversation: Conversation, device: DeviceSite): Promise<DeviceShown["probe"]> {
  const { probe } = device;
  if (probe === null) return null;
  const request = pointRead(device, probe.point);
  const { outcome } = await askAgain(conversation, request);
  const { name } = probe.point;
  if (outcome.kind !== "data") return { name, raw: null, value: null, proven: false };
  const { value, raw } = shown(probe.point, outcome.data, request.address);
  const proven = value !== null && value >= probe.minimum && value <= probe.maximum;
  return { name, raw, value, proven };
}

/** A block that is refused is read point by point: which of them the device does not have is worth knowing. */
export async function readBlock(conversation: Conversation, device: DeviceSite, block: Block): Promise<PointShown[]> {
  const { outcome } = await askAgain(conversation, block.read);
  if (outcome.kind === "data") return block.points.map((point) => shown(point, outcome.data, block.read.address));
  const fault: Fault = outcome.kind === "failed" ? outcome.fault : "bad-frame";
  if (fault !== "refused-by-device" || block.points.length === 1) return unread(block.points, fault);
  const points: PointShown[] = [];
  for (const point of block.points) {
    const alone: Block = { ...block, read: pointRead(device, point), points: [point] };
    points.push(...(await readBlock(conversation, device, alone)));
  }
  return points;
}

export async function readFixed(
  conversation: Conversation,
  device: Pick<DeviceSite, "address">,
  reads: readonly FixedRead[],
): Promise<FixedShown[]> {
  const answers: FixedShown[] = [];
  for (const read of reads) {
    const { function: code, address, registers: count } = read;
    const request: ReadRequest = { mode: "read", unit: device.address, function: code, address, count };
    const { outcome } = await askAgain(conversation, request);
    answers.push(judge(read, outcome));
  }
  return answers;
}

function judge(read: FixedRead, outcome: Outcome): FixedShown {
  if (outcome.kind !== "data") {
    const refused = outcome.kind === "failed" && outcome.fault === "refused-by-device";
    return { read, verdict: refused ? "refused" : "silent", raw: null, meaning: null };
  }
  const raw = hexadecimal(outcome.data);
  const known = read.expected.find((answer) => answer.raw === raw);
  const verdict = read.expected.length === 0 ? "shown" : known === undefined ? "other" : "right";
  return { read, verdict, raw, meaning: known?.meaning ?? null };
}

async function readSerialNumber(conversation: Conversation, device: DeviceSite): Promise<string | null> {
  const { serialNumber } = device;
  if (serialNumber === null || serialNumber.model !== null) return null;
  const { function: code, address, registers: count, type } = serialNumber;
  const request: ReadRequest = { mode: "read", unit: device.address, function: code, address, count };
  const { outcome } = await askAgain(conversation, request);
  if (outcome.kind !== "data") return null;
  const raw = hexadecimal(outcome.data);
  // Other characters than these would be a terminal's commands.
  if (type === "text")
    return Buffer.from(outcome.data)
      .toString("latin1")
      .replace(/[^\x20-\x7e]/g, "")
      .trim();
  return BigInt(`0x${raw}`).toString();
}

function shown(point: PointSite, data: Uint8Array, start: number): PointShown {
  const decoded = decodePoint(point, data, start);
  const { name } = point;
  const raw = rawOf(point, data, start);
  return decoded.ok
    ? { name, value: decoded.value, fault: null, raw }
    : { name, value: null, fault: decoded.fault, raw };
}

function rawOf(point: PointSite, data: Uint8Array, start: number): string {
  const index = point.address - start;
  if (point.type === "bit") return String(((data[index >> 3] ?? 0) >> (index & 7)) & 1);
  return hexadecimal(data.slice(2 * index, 2 * (index + widthOf(point.type))));
}

function hexadecimal(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex").toUpperCase();
}
