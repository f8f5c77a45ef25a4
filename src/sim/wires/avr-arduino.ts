/** The processor of an Arduino running a real firmware: pins in, pins out, a UART. Knows nothing of Firmata and nothing of wall-clock time. */
import { AVRADC, AVRIOPort, type AVRPortConfig, AVRUSART, avrInstruction, CPU, PinState } from "avr8js";
import type { Chip } from "./avr-chips.ts";
import { attachTimer0 } from "./avr-timer.ts";

/** Crystal of the Uno, the Nano and the Mega [Hz]; schematics of the Arduino Uno R3, Nano 3.x and Mega 2560 R3. */
export const clockHertz = 16_000_000;
/** A loop of the firmware that has not come round after so many instructions is not idling; choice: several times StandardFirmata's loop on a Mega. */
const longestLoop = 20_000;

export type OutputLevel = 0 | 1 | null;

export interface Arduino {
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

/** A freshly reset board with `program` (Intel HEX decoded) in its flash; `transmit` gets each byte of its UART. */
export function createArduino(chip: Chip, program: Uint8Array, transmit: (byte: number) => void): Arduino {
  const flash = new Uint16Array(chip.flashWords);
  new Uint8Array(flash.buffer).set(program.subarray(0, chip.flashWords * 2));
  const cpu = new CPU(flash, chip.memoryBytes);
  attachTimer0(cpu, chip.overflowVector);
  const ports = new Map<AVRPortConfig, AVRIOPort>();
  for (const pin of chip.pins)
    if (pin !== null && !ports.has(pin.port)) ports.set(pin.port, new AVRIOPort(cpu, pin.port));
  const portOf = (pin: number): { port: AVRIOPort | undefined; bit: number } => {
    const found = chip.pins[pin] ?? null;
    return found === null ? { port: undefined, bit: 0 } : { port: ports.get(found.port), bit: found.bit };
  };
  const adc = new AVRADC(cpu, chip.adc);
  const uart = new AVRUSART(cpu, chip.usart, clockHertz);
  // The flag "data register empty" falls by a write to the register, not by its interrupt (data sheets, USART chapter);
  // avr8js lets it fall, and the serial port of an older Arduino core then never sends again.
  const dataRegisterEmpty: { constant?: boolean } = uart["UDRE"];
  dataRegisterEmpty.constant = true;
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

/** Bytes of an Intel HEX file with plain data records, which reach 64 KiB; throws on a bad record. */
export function decodeIntelHex(text: string): Uint8Array {
  const program = new Uint8Array(65_536);
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
