/** What a DS18B20 says: its scratchpad as a temperature or a fault. Pure. */
import { crc8 } from "./rom-code.ts";

/** Bytes of the scratchpad, checksum included. Source for all of this file: Maxim DS18B20 data sheet (19-7487). */
export const scratchpadBytes = 9;
/** Longest conversion, at 12 bits [ms]. */
export const conversionMilliseconds = 750;
/** The configuration byte is 0, two bits of resolution, and five ones: a shorted wire (all zero, with a valid checksum) is not. */
const configurationMask = 0x9f;
const configurationFixed = 0x1f;
/** What the register holds from power-on until the first conversion: 85 °C. */
const powerOnRaw = 0x0550;
const stepsPerKelvin = 16;
const lowestCelsius = -55;
const highestCelsius = 125;

export type Sensed =
  | { readonly good: true; readonly value: number }
  | { readonly good: false; readonly fault: "bad-frame" | "broken-sensor" | "no-value" | "out-of-range" };

/**
 * Temperature [°C] of the nine bytes. Nobody on the wire reads as ones everywhere, a short circuit as zeros: both are a
 * broken sensor. Exactly 85 °C is what a sensor says that has lost its supply, so that it is never believed: a coolant
 * that really passes 85 °C is bad for one reading, and every bath should have been cut off before.
 */
export function decodeScratchpad(bytes: readonly number[]): Sensed {
  if (bytes.length !== scratchpadBytes) return { good: false, fault: "bad-frame" };
  if (bytes.every((byte) => byte === 0xff)) return { good: false, fault: "broken-sensor" };
  if (crc8(bytes) !== 0) return { good: false, fault: "bad-frame" };
  const [low = 0, high = 0, , , configuration = 0] = bytes;
  if ((configuration & configurationMask) !== configurationFixed) return { good: false, fault: "broken-sensor" };
  // Below 12 bits the lowest bits are undefined.
  const undefinedBits = 3 - ((configuration >> 5) & 3);
  const unsigned = (((high << 8) | low) >> undefinedBits) << undefinedBits;
  if (unsigned === powerOnRaw) return { good: false, fault: "no-value" };
  const value = (unsigned > 0x7fff ? unsigned - 0x1_0000 : unsigned) / stepsPerKelvin;
  if (value < lowestCelsius || value > highestCelsius) return { good: false, fault: "out-of-range" };
  return { good: true, value };
}
