/**
 * The OneWire feature of ConfigurableFirmata, played beside a real StandardFirmata: its messages are answered here, and
 * every digital pin of the capability reply gains the mode. Written from the published protocol (onewire.md); no firmware
 * with OneWire comes in a package that a fresh machine can fetch. Everything else is the real firmware's.
 */
import type { OneWireBus } from "./ds18b20.ts";

/** Firmata protocol 2.5: framing, capability reply, and OneWire with its requests and its answer. */
const startSysex = 0xf0;
const endSysex = 0xf7;
const capabilityReply = 0x6c;
const endOfPin = 0x7f;
const oneWireMode = 0x07;
const oneWireData = 0x73;
const configure = 0x41;
const readReply = 0x43;
const bits = { reset: 0x01, skip: 0x02, select: 0x04, read: 0x08, delay: 0x10, write: 0x20 } as const;
/** A digital input is what makes a pin digital in a capability reply. */
const inputMode = 0x00;
const skipRom = 0xcc;
const matchRom = 0x55;

export interface OneWireFeature {
  /** Takes what the controller sent; answers with what is left for the real firmware. */
  fromController(bytes: Uint8Array, now: number): Uint8Array;
  /** Takes what the real firmware sent; answers with what goes on the wire. */
  fromFirmware(byte: number): readonly number[];
  /** A reset forgets the pins. */
  reset(): void;
}

/** `reply` gets the feature's own messages. */
export function createOneWireFeature(
  buses: ReadonlyMap<number, OneWireBus>,
  reply: (bytes: readonly number[]) => void,
): OneWireFeature {
  const configured = new Set<number>();
  let incoming: number[] | null = null;
  let outgoing: number[] | null = null;
  /** Bytes that the firmware's present message still lacks; an answer of the feature waits for its end. */
  let lacking = 0;
  let waiting: number[] = [];
  const answered = (bytes: readonly number[]): void => {
    if (outgoing === null && lacking === 0) reply(bytes);
    else waiting.push(...bytes);
  };
  const pass = (byte: number): readonly number[] => {
    if (byte === startSysex) outgoing = [];
    if (outgoing === null) {
      // Reports and the version are three bytes long, the first of them with its highest bit set.
      lacking = byte >= 0x80 ? 2 : Math.max(0, lacking - 1);
      return [byte];
    }
    outgoing.push(byte);
    if (byte !== endSysex) return [];
    const message = outgoing;
    outgoing = null;
    return message[1] === capabilityReply ? withOneWire(message) : message;
  };
  const handle = (message: readonly number[], now: number): void => {
    const [, , command = 0, pin = 0, ...encoded] = message;
    if (command === configure) configured.add(pin);
    else if (configured.has(pin)) {
      const answer = perform(command, unpack(encoded.slice(0, -1)), buses.get(pin), now);
      if (answer.length > 0) answered([startSysex, oneWireData, readReply, pin, ...pack(answer), endSysex]);
    }
  };
  return {
    fromController: (bytes, now) => {
      const rest: number[] = [];
      for (const byte of bytes) {
        if (byte === startSysex) {
          rest.push(...(incoming ?? []));
          incoming = [];
        }
        if (incoming === null) {
          rest.push(byte);
          continue;
        }
        incoming.push(byte);
        if (byte !== endSysex) continue;
        if (incoming[1] === oneWireData) handle(incoming, now);
        else rest.push(...incoming);
        incoming = null;
      }
      return Uint8Array.from(rest);
    },
    fromFirmware: (byte) => {
      const passed = pass(byte);
      if (outgoing !== null || lacking > 0) return passed;
      return [...passed, ...waiting.splice(0)];
    },
    reset: () => {
      configured.clear();
      incoming = null;
      outgoing = null;
      lacking = 0;
      waiting = [];
    },
  };
}

/** The order on the wire is reset, skip, select, write, read; the order of the data is address, count, number, delay, bytes. */
function perform(command: number, data: number[], bus: OneWireBus | undefined, now: number): number[] {
  const rom = (command & bits.select) === 0 ? [] : data.splice(0, 8);
  const [low = 0, high = 0, ...number] = (command & bits.read) === 0 ? [] : data.splice(0, 4);
  if ((command & bits.delay) !== 0) data.splice(0, 4);
  const written = [
    ...((command & bits.skip) === 0 ? [] : [skipRom]),
    ...((command & bits.select) === 0 ? [] : [matchRom, ...rom]),
    ...((command & bits.write) === 0 ? [] : data),
  ];
  const count = low + 256 * high;
  const nobody = Array.from({ length: count }, () => 0xff);
  const answer = (command & bits.reset) === 0 ? nobody : (bus?.transact(written, count, now) ?? nobody);
  return count === 0 ? [] : [...number, ...answer];
}

function withOneWire(message: readonly number[]): number[] {
  const [start = 0, command = 0, ...rest] = message.slice(0, -1);
  const changed = [start, command];
  let modes: number[] = [];
  for (const byte of rest) {
    if (byte !== endOfPin) modes.push(byte);
    else {
      const digital = modes.some((mode, index) => index % 2 === 0 && mode === inputMode);
      changed.push(...modes, ...(digital ? [oneWireMode, 1] : []), endOfPin);
      modes = [];
    }
  }
  return [...changed, endSysex];
}

/** Eight-bit bytes as a string of bits, lowest first, cut into sevens; and back. */
function pack(bytes: readonly number[]): number[] {
  const stream = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1));
  return Array.from({ length: Math.ceil(stream.length / 7) }, (_, index) =>
    join(stream.slice(7 * index, 7 * index + 7)),
  );
}

function unpack(bytes: readonly number[]): number[] {
  const stream = bytes.flatMap((byte) => Array.from({ length: 7 }, (_, bit) => (byte >> bit) & 1));
  return Array.from({ length: Math.floor(stream.length / 8) }, (_, index) =>
    join(stream.slice(8 * index, 8 * index + 8)),
  );
}

function join(stream: readonly number[]): number {
  return stream.reduce((sum, bit, index) => sum | (bit << index), 0);
}
