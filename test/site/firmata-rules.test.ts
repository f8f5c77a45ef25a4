import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FirmataBoardFile } from "../../src/model/generated/firmata-board.ts";
import { boardLibrary } from "../../src/site/boards.ts";
import { checkFirmataBoard } from "../../src/site/firmata-rules.ts";
import { testBoards } from "./site-under-test.ts";

const test = suite("rules of Firmata boards");

type Point = FirmataBoardFile["points"][number];

/** The board of the tests: a thermistor on A0, a contact on pin 2, a relay on pin 8, the heartbeat on pin 9. */
function plainBoard(): FirmataBoardFile {
  const found = boardLibrary(testBoards).firmata("plain-uno");
  assert.ok(found.ok);
  return { ...structuredClone(found.value), points: structuredClone(found.value.points).slice(0, 4) };
}

/** Replaces parts of a point, or adds one where there is none at the place. */
function withPoint(index: number, change: Partial<Point>, arduino: FirmataBoardFile["arduino"] = "uno") {
  const board = plainBoard();
  board.arduino = arduino;
  board.points[index] = { name: "added", kind: "switch", pin: 3, ...board.points[index], ...change };
  return board;
}

const loop = { shuntOhms: 220, supplyVolts: 5 };
/** Checksums: of the maker's example in application note 27, its family code replaced. */
const romCode = "281CB801000000C6";
const sensor = { name: "bathCelsius", kind: "one-wire", pin: 3 } as const;

const cases: readonly (readonly [name: string, board: FirmataBoardFile, pointer: string, found: RegExp])[] = [
  ["a contact on the serial port", withPoint(1, { pin: 1 }), "/points/1/pin", /pin 1, the serial port/],
  ["a relay on the pin of the light", withPoint(2, { pin: 13 }), "/points/2/pin", /pin 13, the board's own light/],
  ["a contact on the pin of the light", withPoint(1, { pin: 13 }), "/points/1/pin", /pin 13, the board's own light/],
  ["a digital pin that an Uno has not", withPoint(2, { pin: 20 }), "/points/2/pin", /pin 20 of an Arduino Uno/],
  ["a digital use of a Nano's A6", withPoint(2, { pin: 20 }, "nano"), "/points/2/pin", /pin 20 of an Arduino Nano/],
  [
    "an analog channel that an Uno has not",
    withPoint(0, { pin: 6 }),
    "/points/0/pin",
    /analog channel 6 of an Arduino Uno/,
  ],
  [
    "an analog channel that a Mega has not",
    withPoint(0, { pin: 16 }, "mega2560"),
    "/points/0/pin",
    /analog channel 16/,
  ],
  ["a pin used twice", withPoint(3, { pin: 8 }), "/points/3/pin", /heartbeat on the pin of contactor/],
  ["A0 as a thermistor and as a contact", withPoint(1, { pin: 14 }), "/points/1/pin", /leakDry on the pin of coolant/],
  ["A0 of a Mega used twice", withPoint(1, { pin: 54 }, "mega2560"), "/points/1/pin", /on the pin of coolantCelsius/],
  ["a contact on a relay's port", withPoint(1, { pin: 10 }), "/points/2/pin", /contactor on pin 8, leakDry on pin 10/],
  ["a relay on a contact's port", withPoint(2, { pin: 7 }), "/points/2/pin", /contactor on pin 7, leakDry on pin 2/],
  [
    "a thermistor without its curve",
    withPoint(4, { kind: "thermistor", name: "bathCelsius", pin: 1 }),
    "/points/4",
    /no `thermistor`/,
  ],
  [
    "a current loop without its shunt",
    withPoint(4, { name: "flowMilliamperes", kind: "current-loop", pin: 1 }),
    "/points/4",
    /no `currentLoop`/,
  ],
  ["a shunt on a contact", withPoint(1, { currentLoop: loop }), "/points/1/currentLoop", /on a switch/],
  ["a ROM code on a contact", withPoint(1, { romCode }), "/points/1/romCode", /on a switch/],
  [
    "a thermistor's curve on a relay",
    withPoint(2, { thermistor: { seriesOhms: 1, nominalOhms: 1, nominalCelsius: 1, betaKelvin: 1 } }),
    "/points/2/thermistor",
    /on a relay/,
  ],
  [
    "a shunt that hides a broken transmitter",
    withPoint(4, { name: "flowMilliamperes", kind: "current-loop", pin: 1, currentLoop: { ...loop, shuntOhms: 250 } }),
    "/points/4/currentLoop/shuntOhms",
    /250 Ω, at which 21 mA make 5.25 V/,
  ],
  [
    "a shunt that hides it at the supply as measured",
    withPoint(4, {
      name: "flowMilliamperes",
      kind: "current-loop",
      pin: 1,
      currentLoop: { shuntOhms: 220, supplyVolts: 4.6 },
    }),
    "/points/4/currentLoop/shuntOhms",
    /220 Ω/,
  ],
  [
    "a range of nothing",
    withPoint(4, {
      name: "flowLitersPerMinute",
      kind: "current-loop",
      pin: 1,
      currentLoop: { ...loop, range: [5, 5] },
    }),
    "/points/4/currentLoop/range",
    /5, 5/,
  ],
  [
    "a loop without range that is not in milliamperes",
    withPoint(4, { name: "flowLitersPerMinute", kind: "current-loop", pin: 1, currentLoop: loop }),
    "/points/4/name",
    /in L\/min/,
  ],
  ["a temperature that is not in degrees", withPoint(0, { name: "coolantKelvin" }), "/points/0/name", /in K/],
  ["a contact with a unit", withPoint(1, { name: "leakVolts" }), "/points/1/name", /in V/],
  ["bounds the wrong way round", withPoint(0, { minimum: 90, maximum: 0 }), "/points/0/minimum", /90, maximum 0/],
  [
    "a ROM code with a typing error",
    withPoint(4, { ...sensor, romCode: "281CB801000001C6" }),
    "/points/4/romCode",
    /281C/,
  ],
  ["a name twice", withPoint(2, { name: "leakDry" }), "/points/2/name", /a second leakDry/],
];

for (const [name, board, pointer, found] of cases)
  test(`finds ${name}`, () => {
    const findings = checkFirmataBoard(board);
    const finding = findings.find((one) => one.pointer === pointer && found.test(one.found));
    assert.ok(finding !== undefined, JSON.stringify(findings));
    assert.ok(finding.expected.length > 0 && finding.remedy.length > 0);
  });

test("the plain board keeps every rule, also with an analog channel of a relay's number", () => {
  assert.equal(checkFirmataBoard(plainBoard()), []);
  const board = withPoint(4, { name: "loopMilliamperes", kind: "current-loop", pin: 2, currentLoop: loop });
  assert.equal(checkFirmataBoard(board), []);
});

test("sensors share a pin only with a ROM code each", () => {
  const share = (first: Partial<Point>, second: Partial<Point>): readonly string[] => {
    const board = plainBoard();
    board.points.push({ ...sensor, ...first }, { ...sensor, name: "otherCelsius", ...second });
    return checkFirmataBoard(board).map(({ expected }) => expected);
  };
  const another = "280102030405069E";
  assert.equal(share({ romCode }, { romCode: another }), []);
  assert.match(share({ romCode }, {}).join(), /a `romCode` each/);
  assert.match(share({ romCode }, { romCode }).join(), /a `romCode` each/);
  assert.equal(share({}, { pin: 4 }), []);
});

test.run();
