/** CBOR (RFC 8949) as the contract uses it: no tags, no indefinite lengths, no duplicate keys, nothing after the end. */
import { fail, type Result, succeed } from "../../model/result.ts";

export type CborInput =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly CborInput[]
  | ReadonlyMap<number, CborInput>
  | { readonly [key: string]: CborInput | undefined };

export interface CborOptions {
  /** Arrays and maps may nest this deep. */
  readonly maximumDepth: number;
  /** Names of integer keys in the outermost map; unknown ones are left out. Absent: keys are texts. */
  readonly names?: ReadonlyMap<number, string>;
}

export interface Malformed {
  readonly kind: "malformed";
  readonly text: string;
}

const textOut = new TextEncoder();

/** Encodes plain data; integers up to 2^53-1 as integers, other numbers as 64-bit floats, absent properties not at all. */
export function encodeCbor(value: CborInput): Uint8Array {
  const parts: Uint8Array[] = [];
  append(value, parts);
  return Buffer.concat(parts);
}

function append(value: CborInput, parts: Uint8Array[]): void {
  if (value === null) parts.push(Uint8Array.of(0xf6));
  else if (typeof value === "boolean") parts.push(Uint8Array.of(value ? 0xf5 : 0xf4));
  else if (typeof value === "number") appendNumber(value, parts);
  else if (typeof value === "string") {
    const bytes = textOut.encode(value);
    parts.push(head(3, bytes.length), bytes);
  } else if (value instanceof Uint8Array) parts.push(head(2, value.length), value);
  else if (isArray(value)) {
    parts.push(head(4, value.length));
    for (const item of value) append(item, parts);
  } else appendMap(value, parts);
}

function appendMap(
  value: ReadonlyMap<number, CborInput> | { readonly [key: string]: CborInput | undefined },
  parts: Uint8Array[],
): void {
  const entries: [string | number, CborInput | undefined][] =
    value instanceof Map ? [...value] : Object.entries(value as { [key: string]: CborInput | undefined });
  const there = entries.filter((entry): entry is [string | number, CborInput] => entry[1] !== undefined);
  parts.push(head(5, there.length));
  for (const [key, item] of there) {
    append(key, parts);
    append(item, parts);
  }
}

function appendNumber(value: number, parts: Uint8Array[]): void {
  if (Number.isSafeInteger(value)) {
    parts.push(value >= 0 ? head(0, value) : head(1, -1 - value));
    return;
  }
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xfb;
  bytes.writeDoubleBE(value, 1);
  parts.push(bytes);
}

function head(major: number, length: number): Uint8Array {
  const first = major << 5;
  if (length < 24) return Uint8Array.of(first | length);
  if (length < 0x100) return Uint8Array.of(first | 24, length);
  const bytes = Buffer.alloc(length < 0x10000 ? 3 : length < 0x1_0000_0000 ? 5 : 9);
  if (bytes.length === 3) bytes.writeUInt16BE(length, 1);
  else if (bytes.length === 5) bytes.writeUInt32BE(length, 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  bytes[0] = first | (bytes.length === 3 ? 25 : bytes.length === 5 ? 26 : 27);
  return bytes;
}

function isArray(value: CborInput): value is readonly CborInput[] {
  return Array.isArray(value);
}

/** Decodes exactly one value; byte strings become lower-case hexadecimal texts. */
export function decodeCbor(bytes: Uint8Array, options: CborOptions): Result<unknown, Malformed> {
  const reader = new Reader(bytes, options);
  const value = reader.read(0);
  if (reader.problem === null && reader.position < bytes.length) reader.problem = "bytes after the end";
  return reader.problem === null ? succeed(value) : fail({ kind: "malformed", text: reader.problem });
}

/** Reads on after a problem would be harmless but useless: every step looks at `problem` first. */
class Reader {
  position = 0;
  problem: string | null = null;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #options: CborOptions;
  readonly #texts = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(bytes: Uint8Array, options: CborOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
  }

  read(depth: number): unknown {
    const first = this.#bytes[this.position];
    if (first === undefined) return this.#fail("truncated");
    this.position += 1;
    const major = first >> 5;
    if (major === 7) return this.#readSimple(first & 31);
    if (major === 6) return this.#fail("a tag");
    const argument = this.#readArgument(first & 31);
    if (argument === null) return null;
    if (major === 0) return argument;
    if (major === 1) return -1 - argument;
    if (major < 4) return this.#readString(major, argument);
    if (depth >= this.#options.maximumDepth) return this.#fail("nested too deep");
    return major === 4 ? this.#readArray(argument, depth) : this.#readMap(argument, depth);
  }

  #readArgument(information: number): number | null {
    if (information < 24) return information;
    if (information > 27) return this.#fail("an indefinite or reserved length");
    const size = 2 ** (information - 24);
    if (this.#bytes.length - this.position < size) return this.#fail("truncated");
    const at = this.position;
    this.position += size;
    if (size === 1) return this.#view.getUint8(at);
    if (size === 2) return this.#view.getUint16(at);
    if (size === 4) return this.#view.getUint32(at);
    const value = this.#view.getBigUint64(at);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : this.#fail("an integer beyond 2^53-1");
  }

  #readSimple(information: number): unknown {
    if (information === 20 || information === 21) return information === 21;
    if (information === 22) return null;
    const size = information === 26 ? 4 : information === 27 ? 8 : 0;
    if (size === 0) return this.#fail("a simple value or half float");
    if (this.#bytes.length - this.position < size) return this.#fail("truncated");
    const value = size === 4 ? this.#view.getFloat32(this.position) : this.#view.getFloat64(this.position);
    this.position += size;
    return Number.isFinite(value) && !Object.is(value, -0) ? value : this.#fail("not a finite number");
  }

  #readString(major: number, length: number): unknown {
    if (this.#bytes.length - this.position < length) return this.#fail("truncated");
    const bytes = this.#bytes.subarray(this.position, this.position + length);
    this.position += length;
    if (major === 2) return Buffer.from(bytes).toString("hex");
    try {
      return this.#texts.decode(bytes);
    } catch {
      return this.#fail("not UTF-8");
    }
  }

  #readArray(count: number, depth: number): unknown {
    // Every item takes a byte at least: a claimed size is checked before anything is reserved for it.
    if (count > this.#bytes.length - this.position) return this.#fail("truncated");
    const items: unknown[] = [];
    for (let index = 0; index < count && this.problem === null; index += 1) items.push(this.read(depth + 1));
    return items;
  }

  #readMap(count: number, depth: number): unknown {
    if (count * 2 > this.#bytes.length - this.position) return this.#fail("truncated");
    const seen = new Set<string>();
    const entries: [string, unknown][] = [];
    for (let index = 0; index < count && this.problem === null; index += 1) {
      const key = this.read(depth + 1);
      const name = depth === 0 && typeof key === "number" ? this.#nameOf(key) : key;
      if (typeof name !== "string") return this.#fail("a key that is no text");
      if (seen.has(name)) return this.#fail("a duplicate key");
      seen.add(name);
      const value = this.read(depth + 1);
      if (!(typeof key === "number" && name.startsWith("#"))) entries.push([name, value]);
    }
    return Object.fromEntries(entries);
  }

  /** `#17` for an integer key that the names do not know; null where no integer keys are wanted. */
  #nameOf(key: number): string | null {
    return this.#options.names === undefined ? null : (this.#options.names.get(key) ?? `#${key}`);
  }

  #fail(text: string): null {
    this.problem ??= text;
    return null;
  }
}
