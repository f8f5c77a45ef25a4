/** From the 10-bit value of an analog input to what a 4 to 20 mA transmitter says through a shunt. Pure. */
import type { FirmataPoint } from "../../model/firmata.ts";
import { broken, highestCode, type Measured, railCodes, shareOf } from "./converter.ts";

/** Outside of these a 4 to 20 mA transmitter reports its own fault (NAMUR NE 43). */
const lowestMilliamperes = 3.6;
const highestMilliamperes = 21;
const spanMilliamperes = 16;
const zeroMilliamperes = 4;

type Loop = NonNullable<FirmataPoint["currentLoop"]>;

/** In the unit of the point; in mA where no range is told. A rail is no current: beyond it nobody knows how much flows. */
export function loopValue(code: number, { shuntOhms, supplyVolts, range }: Loop): Measured {
  if (code >= highestCode - railCodes) return broken;
  const milliamperes = ((shareOf(code) * supplyVolts) / shuntOhms) * 1000;
  if (milliamperes < lowestMilliamperes || milliamperes > highestMilliamperes) return broken;
  if (range === null) return { good: true, value: milliamperes };
  const [atZero, atFull] = range;
  return {
    good: true,
    value: atZero + ((milliamperes - zeroMilliamperes) / spanMilliamperes) * (atFull - atZero),
  };
}

/** How much the whole range is, in the unit of the point. */
export function loopSpan({ range }: Loop): number {
  return range === null ? spanMilliamperes : Math.abs(range[1] - range[0]);
}
