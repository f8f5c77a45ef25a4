/** From the 10-bit value of an analog input to the temperature of the thermistor wired to it. Pure. */
import type { FirmataPoint } from "../../model/firmata.ts";
import { broken, highestCode, type Measured, railCodes, shareOf } from "./converter.ts";

const zeroCelsiusInKelvin = 273.15;

/**
 * Temperature [°C] of an NTC between input and ground with a series resistor to the supply, which is the converter's
 * reference too. A cut cable is at the upper rail, a short or earth fault at the lower one.
 */
export function thermistorCelsius(code: number, divider: NonNullable<FirmataPoint["thermistor"]>): Measured {
  if (code <= railCodes || code >= highestCode - railCodes) return broken;
  const share = shareOf(code);
  const ohms = (divider.seriesOhms * share) / (1 - share);
  const inverseKelvin =
    1 / (divider.nominalCelsius + zeroCelsiusInKelvin) + Math.log(ohms / divider.nominalOhms) / divider.betaKelvin;
  return { good: true, value: 1 / inverseKelvin - zeroCelsiusInKelvin };
}
