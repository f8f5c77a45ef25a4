import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkBoard } from "../../src/site/board-rules.ts";
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

const identity: Meter["identity"][number] = {
  name: "code",
  function: 3,
  address: 0,
  registers: 1,
  expected: [],
  certain: true,
  remedy: "",
};

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
  [
    "a block larger than Modbus allows",
    (board) => Object.assign(board, { maximumRegisters: 126 }),
    "/maximumRegisters",
    /126/,
  ],
  [
    "a largest request that alignment forbids",
    (board) => Object.assign(board, { alignmentRegisters: 2, maximumRegisters: 61 }),
    "/maximumRegisters",
    /61 with alignmentRegisters 2/,
  ],
  [
    "a quantity in a unit it cannot have",
    (board) => Object.assign(board.points[0] ?? {}, { name: "voltage1Amperes" }),
    "/points/0/name",
    /voltage1Amperes \[A\]/,
  ],
  [
    "a quantity in a unit that weir does not have",
    (board) => Object.assign(board.points[0] ?? {}, { name: "power1Kilowatts" }),
    "/points/0/name",
    /power1Kilowatts \[no unit\]/,
  ],
  [
    "a mask on a float",
    (board) => Object.assign(board.points[0] ?? {}, { mask: "00FF" }),
    "/points/0/mask",
    /00FF for float32/,
  ],
  [
    "a mask of no bits",
    (board) => Object.assign(board.points[0] ?? {}, { type: "uint16", mask: "0000" }),
    "/points/0/mask",
    /0000/,
  ],
  [
    "bits that two points take from one word",
    (board) => {
      Object.assign(board.points[0] ?? {}, { type: "uint16", address: 100, mask: "0003" });
      Object.assign(board.points[1] ?? {}, { type: "uint16", address: 100, mask: "0002" });
    },
    "/points/1/address",
    /voltage2Volts at 100 lies on voltage1Volts at 100/,
  ],
  [
    "a float marked for settlement",
    (board) => Object.assign(board.points[8] ?? {}, { settlement: { resolutionWattHours: 1000 } }),
    "/points/8/settlement",
    /importWattHours: a float32 counter/,
  ],
  [
    "a settlement of no energy, by another resolution than its scale",
    (board) => Object.assign(board.points[0] ?? {}, { type: "int32", settlement: { resolutionWattHours: 5 } }),
    "/points/0/settlement",
    /voltage1Volts: (no energy|5 Wh)/,
  ],
  [
    "settlement by a meter that does not say which meter it is",
    (board) => Object.assign(board.points[8] ?? {}, { type: "int32", settlement: { resolutionWattHours: 1000 } }),
    "/points/8/settlement",
    /importWattHours without `serialNumber`/,
  ],
  [
    "an identity longer than a request",
    (board) => board.identity.push({ ...identity, registers: 61 }),
    "/identity/0/registers",
    /61 registers/,
  ],
  [
    "an expected answer of another length",
    (board) => board.requirements.push({ ...identity, expected: [{ raw: "00200020", meaning: "model" }] }),
    "/requirements/0/expected/0/raw",
    /00200020/,
  ],
  [
    "a setting of a channel that does not fit",
    (board) => Object.assign(board.points[0] ?? {}, { setting: { ...identity, registers: 61 } }),
    "/points/0/setting/registers",
    /61 registers/,
  ],
  [
    "an offset beyond the model it counts in",
    (board) =>
      Object.assign(board, {
        discovery: { bases: [40_000], marker: "53756E53", models: [{ id: 1, lengthRegisters: 66, meaning: "" }] },
      }),
    "/points/7/address",
    /frequencyHertz at 70/,
  ],
  [
    "a drive that does not show whether it runs",
    (board) => {
      board.kind = "drive";
      Object.assign(board.points[0] ?? {}, { type: "uint16", function: 3, writeFunction: 6 });
    },
    "/points",
    /no point (running|tripped)/,
  ],
  [
    "control words without the function that writes them",
    (board) =>
      Object.assign(board.points[0] ?? {}, { writeWords: { on: ["0001"], off: ["0000"], pauseMilliseconds: 0 } }),
    "/points/0/writeWords",
    /no writeFunction 6/,
  ],
  [
    "an output of a board that is only read",
    (board) => {
      board.readOnly = "no manual";
      Object.assign(board.points[0] ?? {}, { function: 3, writeFunction: 6 });
    },
    "/points/0/writeFunction",
    /6/,
  ],
  [
    "an output of some bits of a register",
    (board) => Object.assign(board.points[0] ?? {}, { type: "uint16", function: 3, writeFunction: 6, mask: "0004" }),
    "/points/0/writeFunction",
    /6 with a mask/,
  ],
  ["phases that its points deny", (board) => Object.assign(board, { phases: 1 }), "/phases", /1/],
  [
    "a delivered speed that cannot be set",
    (board) => Object.assign(board.serial ?? {}, { defaultBaudRate: 4800 }),
    "/serial/defaultBaudRate",
    /4800/,
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

test("two points may take different bits of one word", () => {
  const board = boardOf("modbus", "plain-meter");
  Object.assign(board.points[0] ?? {}, { type: "uint16", address: 100, mask: "0001" });
  Object.assign(board.points[1] ?? {}, { type: "uint16", address: 100, mask: "0002" });
  assert.equal(checkBoard(board), []);
});

test("a name is a quantity only by its whole first word, and distortion is a share", () => {
  const board = boardOf("modbus", "plain-meter");
  Object.assign(board.points[0] ?? {}, { name: "voltageDistortion1Percent" });
  Object.assign(board.points[1] ?? {}, { name: "currently" });
  assert.equal(checkBoard(board), []);
});

test("a variant is another board there is", () => {
  const library = boardLibrary(`${dataFolder()}boards/`);
  for (const name of library.names("modbus")) {
    const board = library.modbus(name);
    assert.ok(board.ok, name);
    for (const variant of board.value.variants) {
      assert.ok(library.modbus(variant.board).ok, `${name}: ${variant.board}`);
      assert.is.not(variant.board, name);
    }
  }
});

test.run();
