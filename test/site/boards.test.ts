import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkBoard, checkFirmataBoard } from "../../src/site/board-rules.ts";
import { boardLibrary } from "../../src/site/boards.ts";
import { dataFolder } from "../../src/site/data-folder.ts";
import type { Finding } from "../../src/site/problem.ts";
import { testBoards } from "./site-under-test.ts";

const test = suite("boards");

for (const folder of [`${dataFolder()}boards/`, testBoards])
  for (const kind of ["modbus", "firmata", "miner"] as const)
    test(`every ${kind} file of ${folder.includes("/test/") ? "the tests" : "the installation"} keeps every rule`, () => {
      const library = boardLibrary(folder);
      for (const name of library.names(kind)) library[kind](name);
      assert.equal(library.problems(), []);
      assert.is(library.documents().length, library.names(kind).length);
    });

function boardOf<Kind extends "modbus" | "firmata">(kind: Kind, name: string) {
  const found = boardLibrary(testBoards)[kind](name);
  assert.ok(found.ok, name);
  return structuredClone(found.value) as Extract<
    ReturnType<ReturnType<typeof boardLibrary>[Kind]>,
    { ok: true }
  >["value"];
}

type Meter = ReturnType<typeof boardOf<"modbus">>;

const cases: readonly (readonly [name: string, damage: (board: Meter) => void, pointer: string, found: RegExp])[] = [
  [
    "a name twice",
    (board) => Object.assign(board.points[1] ?? {}, { name: "voltage1Volts" }),
    "/points/1/name",
    /a second voltage1Volts/,
  ],
  [
    "two points on one register",
    (board) => Object.assign(board.points[1] ?? {}, { address: 1 }),
    "/points/1/address",
    /voltage2Volts at 1 lies on voltage1Volts at 0/,
  ],
  [
    "a point longer than a request",
    (board) => Object.assign(board, { maximumRegisters: 1 }),
    "/points/0/type",
    /2 registers/,
  ],
  [
    "a point beyond the last register",
    (board) => Object.assign(board.points[8] ?? {}, { address: 65_535 }),
    "/points/8/address",
    /65535/,
  ],
  [
    "a point that is not aligned",
    (board) => Object.assign(board, { alignmentRegisters: 4 }),
    "/points/1/address",
    /voltage2Volts: 2/,
  ],
  [
    "a number read as a bit",
    (board) => Object.assign(board.points[0] ?? {}, { function: 2 }),
    "/points/0/type",
    /float32 by function 2/,
  ],
  [
    "a write that does not match the read",
    (board) => Object.assign(board.points[0] ?? {}, { writeFunction: 6 }),
    "/points/0/writeFunction",
    /6/,
  ],
  [
    "bounds the wrong way round",
    (board) => Object.assign(board.points[0] ?? {}, { minimum: 600 }),
    "/points/0/minimum",
    /600, maximum 500/,
  ],
  ["a scale of nothing", (board) => Object.assign(board.points[0] ?? {}, { scale: 0 }), "/points/0/scale", /0/],
  [
    "half an invalid pattern",
    (board) => Object.assign(board.points[0] ?? {}, { invalid: ["FFFF"] }),
    "/points/0/invalid",
    /FFFF/,
  ],
  [
    "an unknown probe point",
    (board) => Object.assign(board.probe ?? {}, { point: "frequenzyHertz" }),
    "/probe/point",
    /frequenzyHertz/,
  ],
  [
    "a probe that nothing passes",
    (board) => Object.assign(board.probe ?? {}, { minimum: 80 }),
    "/probe/minimum",
    /80, maximum 70/,
  ],
  ["a meter without power", (board) => board.points.splice(6, 1), "/points", /no point powerWatts/],
];

function assertFound(findings: readonly Finding[], pointer: string, found: RegExp): void {
  assert.ok(
    findings.some((one) => one.pointer === pointer && found.test(one.found)),
    JSON.stringify(findings),
  );
}

for (const [name, damage, pointer, found] of cases)
  test(`finds ${name}`, () => {
    const board = boardOf("modbus", "plain-meter");
    assert.equal(checkBoard(board), []);
    damage(board);
    assertFound(checkBoard(board), pointer, found);
  });

test("finds a Firmata pin used twice, but not an analog channel of the same number", () => {
  const board = boardOf("firmata", "plain-uno");
  Object.assign(board.points[2] ?? {}, { pin: 0 });
  assert.equal(checkFirmataBoard(board), []);
  Object.assign(board.points[3] ?? {}, { pin: 0 });
  assertFound(checkFirmataBoard(board), "/points/3/pin", /pin 0, like contactor/);
});

test("finds a thermistor without its curve", () => {
  const board = boardOf("firmata", "plain-uno");
  delete board.points[0]?.thermistor;
  assertFound(checkFirmataBoard(board), "/points/0", /no `thermistor`/);
});

test.run();
