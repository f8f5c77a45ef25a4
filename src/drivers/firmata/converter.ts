/** The boards' analog inputs: what their converter's numbers can be, and what a reading of them comes to. Pure. */

/** Converter of the ATmega328P and the ATmega2560: 10 bits (data sheets, sections 24.1 and 26.1). */
export const highestCode = 1023;
/** So close to a rail an input with a whole sensor never comes; choice: -40 °C on the boards' own thermistor is code 1010. */
export const railCodes = 4;

export type Measured =
  | { readonly good: true; readonly value: number }
  | { readonly good: false; readonly fault: "broken-sensor" };

export const broken: Measured = { good: false, fault: "broken-sensor" };

/** Share of the supply at the input (0..1); the converter rounds down, so the middle of the step is half a code higher. */
export function shareOf(code: number): number {
  return (code + 0.5) / (highestCode + 1);
}
