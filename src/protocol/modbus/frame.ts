/** Modbus RTU frames: a request to bytes, and received bytes to the reply that answers it. Knows no time and no device. */
import { crc16 } from "../../model/crc16.ts";
import type { ModbusFunction } from "../../model/site.ts";

/** Reads `count` registers (functions 3 and 4) or bits (1 and 2) from the 0-based `address` on. */
export interface ReadRequest {
  readonly mode: "read";
  readonly unit: number;
  readonly function: ModbusFunction;
  readonly address: number;
  readonly count: number;
}

/** Writes one coil (function 5, value 0 or 1) or one register (6). */
export interface WriteRequest {
  readonly mode: "write";
  readonly unit: number;
  readonly function: 5 | 6;
  readonly address: number;
  readonly value: number;
}

export type ModbusRequest = ReadRequest | WriteRequest;

/** What makes replies to reads tell apart: nothing else in a reply says which request it answers. */
export interface ReplyShape {
  readonly function: number;
  readonly byteCount: number;
}

/** A reply to a read, with a right checksum. `data`: what follows the byte count; `start`, `end`: offsets of the frame and behind it. */
export interface ReadFrame {
  readonly kind: "read";
  readonly start: number;
  readonly unit: number;
  readonly function: number;
  readonly data: Uint8Array;
  readonly end: number;
}

export type Frame =
  | ReadFrame
  | { readonly kind: "written"; readonly start: number; readonly end: number }
  | {
      readonly kind: "exception";
      readonly function: number;
      readonly code: number;
      readonly start: number;
      readonly end: number;
    };

/** Bytes of a request, of the reply to a write, and of any frame without data. Source: Modbus Application Protocol V1.1b3, section 6. */
export const requestLength = 8;
/** unit, function, byte count, two of checksum. */
const readOverhead = 5;
const exceptionLength = 5;
/** Most bits of one read. Source: Modbus Application Protocol V1.1b3, section 6.1. */
const mostBits = 2000;

/** The eight bytes of a request. */
export function encodeRequest(request: ModbusRequest): Uint8Array {
  const last =
    request.mode === "read"
      ? request.count
      : request.function === 5
        ? request.value === 0
          ? 0
          : 0xff00
        : request.value;
  const bytes = Uint8Array.of(
    request.unit,
    request.function,
    request.address >> 8,
    request.address & 0xff,
    (last >> 8) & 0xff,
    last & 0xff,
    0,
    0,
  );
  const crc = crc16(bytes, 0, requestLength - 2);
  bytes[requestLength - 2] = crc & 0xff;
  bytes[requestLength - 1] = crc >> 8;
  return bytes;
}

/** Data bytes that a read brings. */
export function byteCountOf(function_: number, count: number): number {
  return function_ <= 2 ? Math.ceil(count / 8) : count * 2;
}

/** Bytes of the whole reply, for the time it takes on the wire. */
export function replyLengthOf(request: ModbusRequest): number {
  return request.mode === "read" ? readOverhead + byteCountOf(request.function, request.count) : requestLength;
}

/** True when the bytes begin with exactly what was sent: an adapter that hears itself. */
export function beginsWith(bytes: Uint8Array, sent: Uint8Array): boolean {
  if (bytes.length < sent.length) return false;
  return sent.every((byte, index) => bytes[index] === byte);
}

/** The exact reply to `request`, or an exception to it, at any offset from `start`: unit, function, length and checksum must match, for a write address and value too. */
export function findReply(bytes: Uint8Array, start: number, request: ModbusRequest): Frame | null {
  for (let offset = start; offset + exceptionLength <= bytes.length; offset += 1) {
    if (bytes[offset] !== request.unit) continue;
    const exception = exceptionAt(bytes, offset, request.function);
    if (exception !== null) return exception;
    if (bytes[offset + 1] !== request.function) continue;
    const found =
      request.mode === "read"
        ? readAt(bytes, offset, shapeOf(request))
        : writtenAt(bytes, offset, encodeRequest(request));
    if (found !== null) return found;
  }
  return null;
}

/** Any read reply of any unit, at any offset: what came unasked, or late. */
export function findUnasked(bytes: Uint8Array): ReadFrame | null {
  for (let offset = 0; offset + readOverhead < bytes.length; offset += 1) {
    const code = bytes[offset + 1] ?? 0;
    if (code < 1 || code > 4) continue;
    const found = readAt(bytes, offset, { function: code, byteCount: bytes[offset + 2] ?? 0 });
    if (found !== null) return found;
  }
  return null;
}

/** A request of another master; `shape`: of the reply it will bring. */
export interface ForeignRequest {
  readonly unit: number;
  readonly shape: ReplyShape;
  readonly end: number;
}

/** A request to read, of any unit, at any offset: what only a master sends. `sent` is our own, which an adapter may give back. */
export function findForeignRequest(bytes: Uint8Array, sent: Uint8Array | null): ForeignRequest | null {
  for (let offset = 0; offset + requestLength <= bytes.length; offset += 1) {
    const code = bytes[offset + 1] ?? 0;
    const count = (bytes[offset + 4] ?? 0) * 256 + (bytes[offset + 5] ?? 0);
    if (code < 1 || code > 4 || count < 1 || count > mostBits) continue;
    // A reply with three bytes of bits is as long as a request; with another offset it may even be one.
    if (readAt(bytes, offset, { function: code, byteCount: bytes[offset + 2] ?? 0 }) !== null) continue;
    const end = offset + requestLength;
    if (!checksumHolds(bytes, offset, end)) continue;
    if (sent === null || !beginsWith(bytes.subarray(offset), sent))
      return { unit: bytes[offset] ?? 0, shape: { function: code, byteCount: byteCountOf(code, count) }, end };
  }
  return null;
}

/** Where the reply to `request` begins in what was received, or its exception; -1: nowhere yet. */
export function replyBeginsAt(bytes: Uint8Array, start: number, request: ModbusRequest): number {
  for (let offset = start; offset + 1 < bytes.length; offset += 1) {
    if (bytes[offset] === request.unit && ((bytes[offset + 1] ?? 0) & 0x7f) === request.function) return offset;
  }
  return -1;
}

/** The shape of the reply to a read. */
export function shapeOf(read: ReadRequest): ReplyShape {
  return { function: read.function, byteCount: byteCountOf(read.function, read.count) };
}

export function sameShape(a: ReplyShape, b: ReplyShape): boolean {
  return a.function === b.function && a.byteCount === b.byteCount;
}

function readAt(bytes: Uint8Array, offset: number, shape: ReplyShape): ReadFrame | null {
  const end = offset + readOverhead + shape.byteCount;
  if (bytes[offset + 1] !== shape.function || bytes[offset + 2] !== shape.byteCount) return null;
  if (end > bytes.length || !checksumHolds(bytes, offset, end)) return null;
  const data = bytes.slice(offset + 3, end - 2);
  return { kind: "read", start: offset, unit: bytes[offset] ?? 0, function: shape.function, data, end };
}

function writtenAt(bytes: Uint8Array, offset: number, echo: Uint8Array): Frame | null {
  return beginsWith(bytes.subarray(offset), echo)
    ? { kind: "written", start: offset, end: offset + requestLength }
    : null;
}

function exceptionAt(bytes: Uint8Array, offset: number, function_: number): Frame | null {
  const end = offset + exceptionLength;
  if (bytes[offset + 1] !== (function_ | 0x80) || !checksumHolds(bytes, offset, end)) return null;
  return { kind: "exception", start: offset, function: function_, code: bytes[offset + 2] ?? 0, end };
}

function checksumHolds(bytes: Uint8Array, start: number, end: number): boolean {
  const crc = crc16(bytes, start, end - 2);
  return bytes[end - 2] === (crc & 0xff) && bytes[end - 1] === crc >> 8;
}
