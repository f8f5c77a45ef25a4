/** The points of a Firmata board by what they are: inputs with their filters, outputs with what is wanted and what the board says. */
import * as assert from "node:assert/strict";
import type { FirmataPoint } from "../../model/firmata.ts";
import type { Milliseconds, PointName, Reading } from "../../model/reading.ts";
import { loopSpan, loopValue } from "./current-loop.ts";
import {
  type AnalogFilter,
  type ContactFilter,
  createAnalogFilter,
  createContactFilter,
  createSlopeFilter,
} from "./filter.ts";
import { createOneWireInput, type OneWireInput } from "./one-wire.ts";
import { thermistorCelsius } from "./thermistor.ts";

/** A coolant's temperature does not change faster [K/s]; choice: ten times a tank's rise after a lost flow. */
const coolantSlope = 5;
/** Steps of the converter and of the wiring's hum [K]; choice: three codes at the hot end. */
const coolantNoise = 1;
/** What a transmitter's current may do at once, as a share of its range; choice: ten steps of the converter. */
const loopNoiseShare = 0.01;

export interface AnalogInput {
  readonly name: PointName;
  readonly channel: number;
  readonly filter: AnalogFilter;
  heardAt: Milliseconds;
}

export interface ContactInput {
  readonly name: PointName;
  readonly pin: number;
  readonly filter: ContactFilter;
  heardAt: Milliseconds;
}

export interface Output {
  readonly name: PointName;
  readonly pin: number;
  /** It holds a contactor closed: closing is a decision each time, so found open it is not closed again by itself. */
  readonly closes: boolean;
  /** As the newest command said; differs from `wanted` where something else has opened it since. */
  commanded: 0 | 1 | null;
  /** Read back since it was commanded. */
  proven: boolean;
  /** Null until the first command: the board is left as it is found. */
  wanted: 0 | 1 | null;
  /** As the board itself last said. */
  newest: Reading | null;
  heardAt: Milliseconds;
}

export interface BoardPoints {
  readonly analogs: readonly AnalogInput[];
  readonly contacts: readonly ContactInput[];
  readonly outputs: readonly Output[];
  readonly oneWires: readonly OneWireInput[];
}

export function sortPoints(
  points: readonly FirmataPoint[],
  samplingMilliseconds: Milliseconds,
  contactors: ReadonlySet<PointName>,
): BoardPoints {
  const analogs: AnalogInput[] = [];
  const contacts: ContactInput[] = [];
  const outputs: Output[] = [];
  const oneWires: OneWireInput[] = [];
  for (const point of points) {
    const { name, pin } = point;
    switch (point.kind) {
      case "thermistor":
      case "current-loop":
        analogs.push({ name, channel: pin, filter: filterOf(point, samplingMilliseconds), heardAt: -Infinity });
        break;
      case "one-wire":
        oneWires.push(
          createOneWireInput(
            { name, pin, romCode: point.romCode },
            createSlopeFilter({ ...point, slopePerSecond: coolantSlope, noise: coolantNoise }),
          ),
        );
        break;
      case "switch":
        contacts.push({ name, pin, filter: createContactFilter(), heardAt: -Infinity });
        break;
      case "relay":
      case "heartbeat":
        outputs.push({
          name,
          pin,
          closes: contactors.has(name),
          commanded: null,
          proven: false,
          wanted: null,
          newest: null,
          heardAt: -Infinity,
        });
        break;
    }
  }
  return { analogs, contacts, outputs, oneWires };
}

function filterOf(point: FirmataPoint, samplingMilliseconds: Milliseconds): AnalogFilter {
  const { thermistor, currentLoop, minimum, maximum } = point;
  const common = { samplingMilliseconds, minimum, maximum };
  if (thermistor !== null) {
    const measure = (code: number): ReturnType<typeof thermistorCelsius> => thermistorCelsius(code, thermistor);
    return createAnalogFilter({ ...common, measure, slopePerSecond: coolantSlope, noise: coolantNoise });
  }
  assert.ok(currentLoop !== null, `${point.name} has neither thermistor nor shunt`);
  // A transmitter may go from end to end within a second: flow does when a pump stops.
  const span = loopSpan(currentLoop);
  const measure = (code: number): ReturnType<typeof loopValue> => loopValue(code, currentLoop);
  return createAnalogFilter({ ...common, measure, slopePerSecond: span, noise: span * loopNoiseShare });
}
