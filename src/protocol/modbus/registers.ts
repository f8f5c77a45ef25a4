/** The bytes of a read to the value of one point, or to the fault it shows. */
import type { Fault } from "../../model/reading.ts";
import type { PointSite, RegisterType } from "../../model/site.ts";

export type Decoded =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly fault: Extract<Fault, "no-value" | "broken-sensor" | "out-of-range"> };

/** Registers (or bits) a value takes. */
export function widthOf(type: RegisterType): number {
  switch (type) {
    case "bit":
    case "uint16":
    case "int16":
      return 1;
    case "uint32":
    case "int32":
    case "float32":
      return 2;
    case "uint64":
    case "int64":
      return 4;
  }
}

/** The value of `point` from the data of a read that began at `start` [register or bit] and covers it. NaN and infinity are never good. */
export function decodePoint(point: PointSite, data: Uint8Array, start: number): Decoded {
  const index = point.address - start;
  if (point.type === "bit") return judge(point, ((data[index >> 3] ?? 0) >> (index & 7)) & 1);
  const words = wordsOf(point, data, index);
  if (point.invalid.length > 0 && point.invalid.includes(hexadecimal(words))) return { ok: false, fault: "no-value" };
  const raw = quantityOf(point, rawNumber(point.type, words));
  if (point.scaleFactorAddress === null) return judge(point, raw);
  const place = 2 * (point.scaleFactorAddress - start);
  const exponent = new DataView(data.buffer, data.byteOffset, data.byteLength).getInt16(place);
  return judge(point, exponent === noScaleFactor ? Number.NaN : raw, 10 ** exponent);
}

/** Source: SunSpec Device Information Model Specification: a scale factor that is not implemented. */
const noScaleFactor = -0x8000;

/** The smallest float32 with all its digits. What is smaller is no measurement but words in the other order: 12,000 W would read as nothing. Source: IEEE 754. */
const smallestFloat = 2 ** -126;

/** What the raw number says, where it is not the quantity itself: bits of a word, a switch made of words, a power factor of four quadrants. */
function quantityOf(point: PointSite, raw: number): number {
  if (point.writeWords !== null) return raw === point.writeWords.on.at(-1) ? 1 : 0;
  // Numbers of 32 bits are divided, not shifted: the sign bit is no sign here.
  if (point.mask !== null) return ((raw & point.mask) >>> 0) / lowestBit(point.mask);
  if (point.decoding === "plain" || Math.abs(raw) <= 1) return raw;
  return raw > 0 ? 2 - raw : -2 - raw;
}

function lowestBit(mask: number): number {
  return (mask & -mask) >>> 0;
}

/** The raw number, not scaled, of a point: what a commissioning person compares with the manual. */
function rawNumber(type: RegisterType, words: Uint8Array): number {
  const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
  switch (type) {
    case "bit":
    case "uint16":
      return view.getUint16(0);
    case "int16":
      return view.getInt16(0);
    case "uint32":
      return view.getUint32(0);
    case "int32":
      return view.getInt32(0);
    case "float32":
      return view.getFloat32(0);
    case "uint64":
      return Number(view.getBigUint64(0));
    case "int64":
      return Number(view.getBigInt64(0));
  }
}

function judge(point: PointSite, raw: number, factor = 1): Decoded {
  if (!Number.isFinite(raw)) return { ok: false, fault: "no-value" };
  if (point.type === "float32" && raw !== 0 && Math.abs(raw) < smallestFloat)
    return { ok: false, fault: "out-of-range" };
  if (outside(raw, point.rawMinimum, point.rawMaximum)) return { ok: false, fault: "broken-sensor" };
  const value = raw * factor * point.scale + point.offset;
  if (!Number.isFinite(value)) return { ok: false, fault: "no-value" };
  if (outside(value, point.minimum, point.maximum)) return { ok: false, fault: "out-of-range" };
  return { ok: true, value };
}

function outside(value: number, minimum: number | null, maximum: number | null): boolean {
  return (minimum !== null && value < minimum) || (maximum !== null && value > maximum);
}

/** The point's bytes with the high word first; bytes inside a word are always high first (Modbus V1.1b3, section 4.2). */
function wordsOf(point: PointSite, data: Uint8Array, index: number): Uint8Array {
  const width = widthOf(point.type);
  const bytes = new Uint8Array(width * 2);
  for (let word = 0; word < width; word += 1) {
    const from = 2 * (index + (point.wordOrder === "high-first" ? word : width - 1 - word));
    bytes[2 * word] = data[from] ?? 0;
    bytes[2 * word + 1] = data[from + 1] ?? 0;
  }
  return bytes;
}

function hexadecimal(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex").toUpperCase();
}
