/** DS18B20 sensors behind a board whose firmware offers OneWire: when each is asked, and what its answers come to. No I/O. */
import type { Milliseconds, PointName, Reading } from "../../model/reading.ts";
import { conversionMilliseconds, decodeScratchpad, scratchpadBytes } from "../../protocol/one-wire/ds18b20.ts";
import { romCodeBytes } from "../../protocol/one-wire/rom-code.ts";
import type { SlopeFilter } from "./filter.ts";

/** Commands of the sensor. Source: Maxim DS18B20 data sheet, function commands. */
const convertTemperature = 0x44;
const readScratchpad = 0xbe;
/** Bits of a OneWire command request. Source: Firmata protocol 2.5, onewire.md. */
const resetBit = 0x01;
const skipBit = 0x02;
const selectBit = 0x04;
const readBit = 0x08;
const writeBit = 0x20;
/** While a powered sensor converts it answers with zeros, and then with ones; nobody answers with ones. Source: data sheet, Convert T. */
const converting = 0x00;
/** Beyond the longest conversion, for a board that comes late to the next command [ms]; choice. */
const marginMilliseconds = 50;
/** A request's number comes back with its answer; each sensor has this many of its own, so that a late answer is not taken for the next. */
const numbersOfSensor = 16;

export interface OneWireRequest {
  readonly pin: number;
  /** Bits of the command request. */
  readonly command: number;
  /** Comes back with the answer. */
  readonly number: number;
  /** ROM code where one is selected, bytes to read, number, bytes to write: as the message has them, eight bits each. */
  readonly data: readonly number[];
}

export interface OneWireInput {
  readonly name: PointName;
  readonly pin: number;
  heardAt: Milliseconds;
  /** What to ask with this poll. `index` is the sensor's place among those of the board. */
  poll(now: Milliseconds, index: number): readonly OneWireRequest[];
  /** An answer to `number`. */
  take(number: number, bytes: readonly number[], now: Milliseconds): void;
  reading(): Reading | null;
  clear(): void;
}

/** Every number that a board's sensors may use. */
export function requestNumbers(sensors: number): number[] {
  return Array.from({ length: sensors * numbersOfSensor }, (_, number) => number);
}

/** Which sensor asked by that number. */
export function sensorOf(number: number): number {
  return Math.floor(number / numbersOfSensor);
}

/**
 * A conversion proves itself: its command is answered by the zeros of a busy sensor. Only then is the result read, when
 * the conversion must have ended; a reading is as old as its conversion. Without that proof an old result would pass as new.
 */
export function createOneWireInput(
  { name, pin, romCode }: { readonly name: PointName; readonly pin: number; readonly romCode: string | null },
  filter: SlopeFilter,
): OneWireInput {
  const rom = romCode === null ? [] : romCodeBytes(romCode);
  let turn = 0;
  /** A conversion whose command has not been answered yet; one under way; and a read of the result of one. */
  let starting: { readonly number: number; readonly at: Milliseconds } | null = null;
  let convertingSince: Milliseconds | null = null;
  let readOf: { readonly number: number; readonly at: Milliseconds } | null = null;
  let newest: Reading | null = null;
  const request = (index: number, write: number, read: number): OneWireRequest => {
    turn = (turn + 1) % numbersOfSensor;
    const number = index * numbersOfSensor + turn;
    const select = rom.length === 0 ? skipBit : selectBit;
    const data = [...rom, read, 0, number & 0xff, number >> 8, write];
    return { pin, number, command: resetBit | select | writeBit | readBit, data };
  };
  const input: OneWireInput = {
    name,
    pin,
    heardAt: -Infinity,
    poll: (now, index) => {
      const unanswered = readOf ?? starting;
      // Not before the next poll: what it would have told is lost, and it may still come.
      if (unanswered !== null) newest = filter.judge({ good: false, fault: "no-reply" }, now, unanswered.at);
      readOf = null;
      starting = null;
      const requests: OneWireRequest[] = [];
      if (convertingSince !== null) {
        if (now - convertingSince < conversionMilliseconds + marginMilliseconds) return [];
        const read = request(index, readScratchpad, scratchpadBytes);
        readOf = { number: read.number, at: convertingSince };
        requests.push(read);
        convertingSince = null;
      }
      const convert = request(index, convertTemperature, 1);
      starting = { number: convert.number, at: now };
      return [...requests, convert];
    },
    take: (number, bytes, now) => {
      if (number === readOf?.number) {
        newest = filter.judge(decodeScratchpad(bytes), now, readOf.at);
        readOf = null;
      } else if (number === starting?.number) {
        if (bytes[0] === converting) convertingSince = starting.at;
        else newest = filter.judge({ good: false, fault: "broken-sensor" }, now, starting.at);
        starting = null;
      } else return;
      input.heardAt = now;
    },
    reading: () => newest,
    clear: () => {
      filter.clear();
      starting = null;
      convertingSince = null;
      readOf = null;
      newest = null;
      input.heardAt = -Infinity;
    },
  };
  return input;
}
