/** One board's firmata-io and johnny-five objects, made once and kept over every loss and reset of the board. */
import { EventEmitter } from "node:events";
import firmataIo from "firmata-io/lib/firmata.js";
import five from "johnny-five";
import type { OneWireRequest } from "./one-wire.ts";

type Firmata = InstanceType<typeof firmataIo.Firmata>;

/** Firmata protocol 2.4: messages that firmata-io only sends together with a listener that would pile up. */
const setPinMode = 0xf4;
const reportFirmware = 0x79;
const pinStateQuery = 0x6d;
/** Firmata protocol 2.5, onewire.md: the message and its request for settings. */
const oneWireData = 0x73;
const oneWireConfigure = 0x41;
/** Three-wire sensors: the board need not hold the wire high while one converts. Source: OneWireFirmata.cpp, ConfigurableFirmata 2.10. */
const withoutParasitePower = 0x00;
/** How long firmata-io waits for the board's own banner before asking [ms]; a running board answers in 0.25 s (measured, November 2026). */
const bannerMilliseconds = 200;
/**
 * From protocol 2.4 on a board that is asked for a port's levels tells them at once; before, only when one changes, so that
 * nobody knows whether an unchanged contact still lives (measured in avr8js, November 2026; firmata/arduino, issue 103).
 */
const tellsLevels = ({ major = 0, minor = 0 }: { major?: number; minor?: number }): boolean =>
  major > 2 || (major === 2 && minor >= 4);
/** The longest message is a Mega's capability reply of 507 bytes (measured in avr8js, November 2026); more without an end is noise [bytes]. */
const longestMessage = 1024;

export type BoardMessage =
  | { readonly kind: "firmware" }
  | { readonly kind: "analog"; readonly channel: number; readonly code: number }
  | { readonly kind: "level"; readonly pin: number; readonly level: 0 | 1 }
  | { readonly kind: "pin-state"; readonly pin: number; readonly driven: boolean; readonly level: 0 | 1 }
  | { readonly kind: "one-wire"; readonly number: number; readonly bytes: readonly number[] };

/** What a pin may be used for, as the board itself says. */
export type PinUse = "analog" | "contact" | "output" | "one-wire";

/** What firmata-io takes for a serial port: it outlives the ports it stands for. */
class Transport extends EventEmitter {
  readonly #send: (bytes: Uint8Array) => void;

  constructor(send: (bytes: Uint8Array) => void) {
    super();
    this.#send = send;
  }

  write(bytes: Uint8Array, written: () => void): void {
    this.#send(bytes);
    written();
  }
}

export interface Conversation {
  /** The board has told what it is; nothing but `receive` and `end` may be called before. */
  readonly ready: () => boolean;
  /** Bytes off the wire; answers with the messages understood and the bytes thrown away. */
  receive(chunk: Buffer): { readonly messages: readonly BoardMessage[]; readonly badFrames: number };
  /** A new port: half a message of the old one must not meet the rest of another. */
  forgetPartial(): void;
  askFirmware(): void;
  /** Whether the firmware offers that use of the pin (for `analog`, of the channel). */
  offers(use: PinUse, pin: number): boolean;
  askPinState(pin: number): void;
  /** Samples all reported analog channels each `samplingMilliseconds` from here on. */
  setSampling(samplingMilliseconds: number): void;
  makeAnalog(channel: number): void;
  reportAnalog(channel: number): void;
  makeInput(pin: number): void;
  /** Answered at once with the levels of the pin's port, and again whenever they change. */
  reportLevels(pin: number): void;
  makeOutput(pin: number): void;
  writeOutputs(levels: ReadonlyMap<number, 0 | 1>): void;
  makeOneWire(pin: number): void;
  askOneWire(request: OneWireRequest): void;
  end(): void;
}

export function converse(pins: Pins, send: (bytes: Uint8Array) => void): Conversation {
  const transport = new Transport(send);
  const io = new firmataIo.Firmata(transport, { reportVersionTimeout: bannerMilliseconds });
  const heard: BoardMessage[] = [];
  listen(io, pins, heard);
  const has = (pin: number): boolean => io.pins[pin] !== undefined;
  const offers = (use: PinUse, pin: number): boolean => {
    const { ANALOG, INPUT, OUTPUT, ONEWIRE } = io.MODES;
    const mode = { analog: ANALOG, contact: INPUT, output: OUTPUT, "one-wire": ONEWIRE }[use];
    if (use === "contact" && !tellsLevels(io.version)) return false;
    const found = use === "analog" ? io.pins[io.analogPins[pin] ?? -1] : io.pins[pin];
    return found?.supportedModes?.includes(mode) === true;
  };
  let relays: ReadonlyMap<number, five.Relay> | null = null;
  io.once("ready", () => {
    relays = relaysOf(io, pins.outputs);
  });
  return {
    ready: () => relays !== null,
    receive: (chunk) => {
      const badFrames = parse(transport, io, chunk);
      return { messages: heard.splice(0), badFrames };
    },
    forgetPartial: () => io.buffer.splice(0),
    offers,
    askFirmware: () => io.sysexCommand([reportFirmware]),
    askPinState: (pin) => io.sysexCommand([pinStateQuery, pin]),
    setSampling: (samplingMilliseconds) => io.setSamplingInterval(samplingMilliseconds),
    // A pin that this board does not have stays unread; firmata-io would throw.
    makeAnalog: (channel) => {
      const pin = io.analogPins[channel];
      if (pin !== undefined) send(Uint8Array.of(setPinMode, pin, io.MODES.ANALOG));
    },
    reportAnalog: (channel) => {
      if (io.analogPins[channel] !== undefined) io.reportAnalogPin(channel, 1);
    },
    makeInput: (pin) => {
      if (has(pin)) io.pinMode(pin, io.MODES.INPUT);
    },
    reportLevels: (pin) => {
      if (has(pin)) io.reportDigitalPin(pin, 1);
    },
    makeOutput: (pin) => {
      if (has(pin)) io.pinMode(pin, io.MODES.OUTPUT);
    },
    writeOutputs: (levels) => {
      // A write carries the levels of eight pins. firmata-io would send the levels read from inputs along, which turns
      // their pull-ups on, and zero for an output it has not written yet.
      io.ports.fill(0);
      for (const [pin, level] of levels) io.ports[pin >> 3] = (io.ports[pin >> 3] ?? 0) | (level << (pin & 7));
      for (const [pin, level] of levels)
        if (level === 1) relays?.get(pin)?.close();
        else relays?.get(pin)?.open();
    },
    makeOneWire: (pin) => {
      if (offers("one-wire", pin)) io.sysexCommand([oneWireData, oneWireConfigure, pin, withoutParasitePower]);
    },
    askOneWire: ({ pin, command, data }) => {
      if (offers("one-wire", pin)) io.sysexCommand([oneWireData, command, pin, ...inSevenBits(data)]);
    },
    end: () => {
      clearTimeout(io.reportVersionTimeoutId);
      io.removeAllListeners();
      transport.removeAllListeners();
    },
  };
}

export interface Pins {
  readonly channels: readonly number[];
  readonly contacts: readonly number[];
  readonly outputs: readonly number[];
  /** Numbers that OneWire requests may bear. */
  readonly requestNumbers: readonly number[];
}

/** Eight-bit data as Firmata carries it: a stream of bits, lowest first, seven in a byte. Source: onewire.md. */
function inSevenBits(data: readonly number[]): number[] {
  const packed: number[] = [];
  let bits = 0;
  let count = 0;
  for (const byte of data) {
    bits |= byte << count;
    count += 8;
    for (; count >= 7; count -= 7) {
      packed.push(bits & 0x7f);
      bits >>= 7;
    }
  }
  if (count > 0) packed.push(bits & 0x7f);
  return packed;
}

function listen(io: Firmata, pins: Pins, heard: BoardMessage[]): void {
  io.on("error", () => {});
  io.on("queryfirmware", () => heard.push({ kind: "firmware" }));
  for (const channel of pins.channels)
    io.on(`analog-read-${channel}`, (code: number) => heard.push({ kind: "analog", channel, code }));
  for (const pin of pins.contacts)
    io.on(`digital-read-${pin}`, (level: number) => heard.push({ kind: "level", pin, level: level === 0 ? 0 : 1 }));
  for (const number of pins.requestNumbers)
    io.on(`1-wire-read-reply-${number}`, (bytes: number[]) => heard.push({ kind: "one-wire", number, bytes }));
  for (const pin of pins.outputs)
    io.on(`pin-state-${pin}`, () => {
      const state = io.pins[pin];
      const driven = state?.mode === io.MODES.OUTPUT;
      heard.push({ kind: "pin-state", pin, driven, level: driven && state.state === 1 ? 1 : 0 });
    });
}

/** Lets firmata-io parse; it throws on some messages that a flipped bit makes. Answers how many bad ones it met. */
function parse(transport: Transport, io: Firmata, chunk: Buffer): number {
  let badFrames = 0;
  try {
    transport.emit("data", chunk);
  } catch {
    badFrames += 1;
    io.buffer.length = 0;
  }
  if (io.buffer.length > longestMessage) {
    badFrames += 1;
    io.buffer.length = 0;
  }
  return badFrames;
}

function relaysOf(io: Firmata, pins: readonly number[]): ReadonlyMap<number, five.Relay> {
  // Without these it takes over standard input and Ctrl-C.
  const options: five.BoardOption & { sigint: boolean } = { io, repl: false, debug: false, sigint: false };
  const board = new five.Board(options);
  board.on("error", () => {});
  const relays = new Map<number, five.Relay>();
  for (const pin of pins) {
    if (io.pins[pin] === undefined) continue;
    // johnny-five takes the number 14 for pin 0; only by its name does A0 become pin 14.
    const channel = io.analogPins.indexOf(pin);
    relays.set(pin, new five.Relay({ board, pin: channel < 0 ? pin : `A${channel}` }));
  }
  return relays;
}
