/** What a Firmata board file must keep that its schema cannot say: pins that are there, and that do not disturb each other. */
import type { FirmataBoardFile } from "../model/generated/firmata-board.ts";
import { unitOf } from "../model/units.ts";
import { crc8, romCodeBytes } from "../protocol/one-wire/rom-code.ts";
import { arduinoPins, lightPin, pinsOfPort, serialPins } from "./arduino.ts";
import { duplicates } from "./board-rules.ts";
import { pointerOf } from "./document.ts";
import type { Finding } from "./problem.ts";
import { quantityFinding } from "./quantities.ts";

type Point = FirmataBoardFile["points"][number];

/** A transmitter that reports its own fault drives so much (NAMUR NE 43) [mA]. */
const faultMilliamperes = 21;
/** Code of the 10-bit converter above which a driver takes the input for broken. */
const railShare = 1019 / 1024;

export function checkFirmataBoard(board: FirmataBoardFile): readonly Finding[] {
  return [
    ...duplicates(board.points),
    ...board.points.flatMap((point, index) => [
      ...checkPin(board, point, index),
      ...checkParts(point, index),
      ...quantityFinding(point.name, pointerOf("points", index, "name")),
    ]),
    ...clashes(board),
    ...sharedPorts(board),
  ];
}

function checkPin(board: FirmataBoardFile, point: Point, index: number): Finding[] {
  const { title, highestDigitalPin, analogChannels } = arduinoPins[board.arduino];
  const say = (found: string, expected: string, remedy: string): Finding[] => [
    { pointer: pointerOf("points", index, "pin"), found, expected, remedy },
  ];
  if (isAnalog(point)) {
    if (point.pin < analogChannels) return [];
    return say(
      `${point.name}: analog channel ${point.pin} of an ${title}`,
      `a channel from 0 to ${analogChannels - 1}: A0 is channel 0`,
      "write the number behind the A, or choose another `arduino`",
    );
  }
  if (serialPins.includes(point.pin))
    return say(
      `${point.name}: pin ${point.pin}, the serial port`,
      "any pin but 0 and 1: Firmata speaks through them",
      "wire it to another pin",
    );
  if (point.pin === lightPin)
    return say(
      `${point.name}: pin ${lightPin}, the board's own light`,
      "another pin: the firmware drives this one high and low after each reset, against a contact or with a relay",
      "wire it to another pin",
    );
  if (point.pin > highestDigitalPin)
    return say(
      `${point.name}: pin ${point.pin} of an ${title}`,
      `a digital pin up to ${highestDigitalPin}`,
      "correct the pin, or choose another `arduino`",
    );
  return [];
}

/** What each kind of point needs, and no other may have. */
function checkParts(point: Point, index: number): Finding[] {
  const findings: Finding[] = [];
  const say = (property: string | null, found: string, expected: string, remedy: string): void => {
    const pointer = property === null ? pointerOf("points", index) : pointerOf("points", index, property);
    findings.push({ pointer, found: `${point.name}: ${found}`, expected, remedy });
  };
  if (point.kind === "thermistor" && point.thermistor === undefined)
    say(
      null,
      "no `thermistor`",
      "divider and curve of the thermistor",
      "add `thermistor:` with seriesOhms, nominalOhms, nominalCelsius, betaKelvin",
    );
  if (point.kind === "current-loop" && point.currentLoop === undefined)
    say(null, "no `currentLoop`", "the shunt of the 4 to 20 mA input", "add `currentLoop:` with shuntOhms");
  if (point.kind !== "thermistor" && point.thermistor !== undefined)
    say("thermistor", `on a ${point.kind}`, "a point of kind thermistor", "correct the kind, or leave it out");
  if (point.kind !== "current-loop" && point.currentLoop !== undefined)
    say("currentLoop", `on a ${point.kind}`, "a point of kind current-loop", "correct the kind, or leave it out");
  if (point.kind !== "one-wire" && point.romCode !== undefined)
    say("romCode", `on a ${point.kind}`, "a point of kind one-wire", "correct the kind, or leave it out");
  if (point.minimum !== undefined && point.maximum !== undefined && point.minimum >= point.maximum)
    say("minimum", `${point.minimum}, maximum ${point.maximum}`, "a minimum below the maximum", "exchange them");
  const unit = unitOf(point.name);
  const wanted = unitOfKind(point);
  if (wanted !== undefined && unit !== wanted)
    say(
      "name",
      unit === null ? "no unit" : `in ${unit}`,
      wanted === null ? "a contact or an output has no unit" : `a name that ends with the unit ${wanted}`,
      wanted === "mA" ? "name it in Milliamperes, or add `range` to `currentLoop`" : "correct the name or the kind",
    );
  return [...findings, ...checkLoop(point, index), ...checkRomCode(point, index)];
}

/** Undefined: any unit. */
function unitOfKind(point: Point): string | null | undefined {
  switch (point.kind) {
    case "thermistor":
    case "one-wire":
      return "°C";
    case "current-loop":
      return point.currentLoop?.range === undefined ? "mA" : undefined;
    case "switch":
    case "relay":
    case "heartbeat":
      return null;
  }
}

function checkLoop({ name, currentLoop }: Point, index: number): Finding[] {
  if (currentLoop === undefined) return [];
  const { shuntOhms, supplyVolts, range } = currentLoop;
  const findings: Finding[] = [];
  const largest = Math.floor((supplyVolts * railShare * 1000) / faultMilliamperes);
  if (shuntOhms > largest)
    findings.push({
      pointer: pointerOf("points", index, "currentLoop", "shuntOhms"),
      found: `${name}: ${shuntOhms} Ω, at which ${faultMilliamperes} mA make ${((shuntOhms * faultMilliamperes) / 1000).toFixed(2)} V`,
      expected: `at most ${largest} Ω: beyond the supply of ${supplyVolts} V a broken transmitter looks like a full one`,
      remedy: "use 220 Ω or 150 Ω",
    });
  if (range !== undefined && range[0] === range[1])
    findings.push({
      pointer: pointerOf("points", index, "currentLoop", "range"),
      found: `${name}: ${range.join(", ")}`,
      expected: "two different values, at 4 mA and at 20 mA",
      remedy: "copy them from the transmitter's label",
    });
  return findings;
}

/** A ROM code ends with the checksum of the rest: a typing error shows. */
function checkRomCode({ name, romCode }: Point, index: number): Finding[] {
  if (romCode === undefined || crc8(romCodeBytes(romCode)) === 0) return [];
  return [
    {
      pointer: pointerOf("points", index, "romCode"),
      found: `${name}: ${romCode}, whose last byte does not fit`,
      expected: "a ROM code as the sensor tells it: the last byte is the checksum of the seven before it",
      remedy: "compare it digit by digit",
    },
  ];
}

/** One pin, one point; only sensors with their own ROM codes share one. */
function clashes(board: FirmataBoardFile): Finding[] {
  const { firstAnalogPin } = arduinoPins[board.arduino];
  const pinOf = (point: Point): number => (isAnalog(point) ? firstAnalogPin + point.pin : point.pin);
  return board.points.flatMap((point, index) => {
    const clash = board.points
      .slice(0, index)
      .find((other) => pinOf(other) === pinOf(point) && !mayShare(point, other));
    if (clash === undefined) return [];
    const bothOneWire = point.kind === "one-wire" && clash.kind === "one-wire";
    return [
      {
        pointer: pointerOf("points", index, "pin"),
        found: `${point.name} on the pin of ${clash.name}`,
        expected: bothOneWire ? "several sensors on a pin only with a `romCode` each" : "each pin once",
        remedy: bothOneWire ? "add the `romCode` of each" : "correct one; A0 and the digital pin behind it are one pin",
      },
    ];
  });
}

function mayShare(one: Point, other: Point): boolean {
  if (one.kind !== "one-wire" || other.kind !== "one-wire") return false;
  return one.romCode !== undefined && other.romCode !== undefined && one.romCode !== other.romCode;
}

/** Firmata writes eight pins at a time: a wrong bit in a write to a relay would set the pull-up of a contact beside it. */
function sharedPorts({ points }: FirmataBoardFile): Finding[] {
  const portOf = ({ pin }: Point): number => Math.floor(pin / pinsOfPort);
  return points.flatMap((point, index) => {
    if (!isOutput(point)) return [];
    const contact = points.find((other) => other.kind === "switch" && portOf(other) === portOf(point));
    if (contact === undefined) return [];
    const first = portOf(point) * pinsOfPort;
    return [
      {
        pointer: pointerOf("points", index, "pin"),
        found: `${point.name} on pin ${point.pin}, ${contact.name} on pin ${contact.pin}`,
        expected: `outputs and contacts on different ports: Firmata writes pins ${first} to ${first + pinsOfPort - 1} together`,
        remedy: "move one of them, for example contacts to pins 2 to 7 and outputs to pins 8 to 12",
      },
    ];
  });
}

function isAnalog({ kind }: Point): boolean {
  return kind === "thermistor" || kind === "current-loop";
}

function isOutput({ kind }: Point): boolean {
  return kind === "relay" || kind === "heartbeat";
}
