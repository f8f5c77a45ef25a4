/** From the 10-bit value of an analog input to what is wired to it. Pure. */
import type { FirmataPoint } from "../../model/firmata.ts";

/** ADC of the ATmega328P: 10 bits (data sheet, section 24.1). */
export const highestCode = 1023;
/** So close to a rail a divider with a whole sensor never comes; choice: -40 °C on the boards' own thermistor is code 1010. */
const railCodes = 4;
const zeroCelsiusInKelvin = 273.15;
/** Shunt of the 4 to 20 mA inputs; choice: 220 Ω makes 4.4 V of 20 mA, so that an over-range is still seen below the 5 V rail. */
const shuntOhms = 220;
const supplyVolts = 5;
/** Outside of these a 4 to 20 mA transmitter reports its own fault (NAMUR NE 43). */
const lowestMilliamperes = 3.6;
const highestMilliamperes = 21;

export type Measured =
  | { readonly good: true; readonly value: number }
  | { readonly good: false; readonly fault: "broken-sensor" };

const broken: Measured = { good: false, fault: "broken-sensor" };

/**
 * Temperature [°C] of an NTC between input and ground with a series resistor to the supply, which is the ADC's reference
 * too. A cut cable is at the upper rail, a short or earth fault at the lower one.
 */
export function thermistorCelsius(code: number, divider: NonNullable<FirmataPoint["thermistor"]>): Measured {
  if (code <= railCodes || code >= highestCode - railCodes) return broken;
  // The ADC rounds down, so the middle of the step is half a code higher.
  const share = (code + 0.5) / (highestCode + 1);
  const ohms = (divider.seriesOhms * share) / (1 - share);
  const inverseKelvin =
    1 / (divider.nominalCelsius + zeroCelsiusInKelvin) + Math.log(ohms / divider.nominalOhms) / divider.betaKelvin;
  return { good: true, value: 1 / inverseKelvin - zeroCelsiusInKelvin };
}

/** Current [mA] of a 4 to 20 mA loop through the shunt. */
export function loopMilliamperes(code: number): Measured {
  const value = ((((code + 0.5) / (highestCode + 1)) * supplyVolts) / shuntOhms) * 1000;
  return value < lowestMilliamperes || value > highestMilliamperes ? broken : { good: true, value };
}
