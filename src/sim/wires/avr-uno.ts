/** The processor of an Arduino Uno running a real firmware: pins in, pins out, a UART. Knows nothing of Firmata and nothing of wall-clock time. */
import {
  AVRADC,
  AVRIOPort,
  AVRUSART,
  adcConfig,
  avrInstruction,
  CPU,
  PinState,
  portBConfig,
  portCConfig,
  portDConfig,
  usart0Config,
} from "avr8js";
import { attachTimer0 } from "./avr-timer.ts";

/** Crystal of the Uno [Hz]; Arduino Uno R3 schematic. */
export const clockHertz = 16_000_000;
/** ATmega328P data sheet, section 8: 32 KiB of flash in 16-bit words, 2 KiB of SRAM. */
const flashWords = 16_384;
const sramBytes = 2_048;
/** A loop of the firmware that has not come round after so many instructions is not idling; choice: several times StandardFirmata's loop. */
const longestLoop = 6_000;

/** Pins 0 to 7 are port D, 8 to 13 port B, 14 to 19 (A0 to A5) port C; Arduino Uno R3 pinout. */
export const pinCount = 20;

export type OutputLevel = 0 | 1 | null;

export interface Uno {
  /** Runs until that many cycles have passed since the reset. */
  runUntil(cycle: number): void;
  readonly cycle: () => number;
  /** Bytes to the UART; they take their time on the wire. */
  receive(bytes: Uint8Array): void;
  /** Level at a pin that the firmware reads; an output wins over it. */
  setLevel(pin: number, level: boolean): void;
  setVolts(channel: number, volts: number): void;
  /** What the firmware drives the pin to; null while it does not drive it. */
  output(pin: number): OutputLevel;
}

/** A freshly reset Uno with `program` (Intel HEX decoded) in its flash; `transmit` gets each byte of its UART. */
export function createUno(program: Uint8Array, transmit: (byte: number) => void): Uno {
  const flash = new Uint16Array(flashWords);
  new Uint8Array(flash.buffer).set(program.subarray(0, flashWords * 2));
  const cpu = new CPU(flash, sramBytes);
  attachTimer0(cpu);
  const ports = [portDConfig, portBConfig, portCConfig].map((config) => new AVRIOPort(cpu, config));
  const portOf = (pin: number): { port: AVRIOPort | undefined; bit: number } =>
    pin < 8
      ? { port: ports[0], bit: pin }
      : pin < 14
        ? { port: ports[1], bit: pin - 8 }
        : { port: ports[2], bit: pin - 14 };
  const adc = new AVRADC(cpu, adcConfig);
  const uart = new AVRUSART(cpu, usart0Config, clockHertz);
  uart.onByteTransmit = transmit;
  const waiting: number[] = [];
  const feed = (): void => {
    const next = waiting[0];
    if (next !== undefined && uart.writeByte(next) === true) waiting.shift();
  };
  uart.onRxComplete = feed;
  return {
    runUntil: (cycle) => {
      feed();
      run(cpu, cycle);
    },
    cycle: () => cpu.cycles,
    receive: (bytes) => {
      waiting.push(...bytes);
    },
    setLevel: (pin, level) => {
      const { port, bit } = portOf(pin);
      port?.setPin(bit, level);
    },
    setVolts: (channel, volts) => {
      adc.channelValues[channel] = volts;
    },
    output: (pin) => {
      const { port, bit } = portOf(pin);
      const state = port?.pinState(bit);
      return state === PinState.High ? 1 : state === PinState.Low ? 0 : null;
    },
  };
}

/**
 * Firmware spins in its loop even when there is nothing to do. When one turn of the loop has changed neither memory nor
 * registers, every further turn would be the same until the next clock event: the time until then is skipped, which is
 * exact and saves nine tenths of the work.
 */
function run(cpu: CPU, until: number): void {
  const memory = Buffer.from(cpu.data.buffer, cpu.data.byteOffset, cpu.data.byteLength);
  const before = Buffer.alloc(memory.length);
  let marker = -1;
  let instructions = longestLoop;
  while (cpu.cycles < until) {
    if (cpu.pc === marker && memory.equals(before)) {
      const event: { cycles: number } | null = cpu["nextClockEvent"];
      cpu.cycles = Math.max(cpu.cycles, Math.min(until, event?.cycles ?? until));
      instructions = 0;
    } else if (cpu.pc === marker || instructions >= longestLoop) {
      marker = cpu.pc;
      memory.copy(before);
      instructions = 0;
    }
    avrInstruction(cpu);
    cpu.tick();
    instructions += 1;
  }
}

/** Bytes of an Intel HEX file with plain data records; throws on a bad record. */
export function decodeIntelHex(text: string): Uint8Array {
  const program = new Uint8Array(flashWords * 2);
  for (const line of text.split(/\r?\n/)) {
    if (line === "") continue;
    const record = Buffer.from(line.slice(1), "hex");
    const sum = record.reduce((total, byte) => (total + byte) & 0xff, 0);
    if (line[0] !== ":" || record.length < 5 || sum !== 0)
      throw new Error(`bad Intel HEX record: ${line.slice(0, 60)}`);
    if (record[3] === 0) program.set(record.subarray(4, -1), record.readUInt16BE(1));
  }
  return program;
}
