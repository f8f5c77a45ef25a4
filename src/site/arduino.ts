/** Which pins the three Arduinos have, as Firmata numbers them. Data only. */
import type { FirmataBoardFile } from "../model/generated/firmata-board.ts";

export interface ArduinoPins {
  readonly title: string;
  /** Digital pins are numbered from 0 up to this. */
  readonly highestDigitalPin: number;
  readonly analogChannels: number;
  /** Pin of analog channel 0; the others follow. */
  readonly firstAnalogPin: number;
}

/** Sources: pinouts of Arduino Uno R3, Nano 3.x and Mega 2560 R3; Firmata's Boards.h counts alike, as each firmware's own capability reply says. */
export const arduinoPins: Readonly<Record<FirmataBoardFile["arduino"], ArduinoPins>> = {
  uno: { title: "Arduino Uno", highestDigitalPin: 19, analogChannels: 6, firstAnalogPin: 14 },
  // A6 and A7 are inputs of the converter and nothing else.
  nano: { title: "Arduino Nano", highestDigitalPin: 19, analogChannels: 8, firstAnalogPin: 14 },
  mega2560: { title: "Arduino Mega 2560", highestDigitalPin: 69, analogChannels: 16, firstAnalogPin: 54 },
};

/** Pins 0 and 1 are the serial port that Firmata speaks through. */
export const serialPins: readonly number[] = [0, 1];
/** The pin of the board's own light: StandardFirmata blinks its version on it after each reset (measured in avr8js, November 2026: high for 0.2 s). */
export const lightPin = 13;
/** Firmata reports and writes so many pins at once, whatever ports the processor has. Source: Firmata protocol 2.x, digital I/O message. */
export const pinsOfPort = 8;
