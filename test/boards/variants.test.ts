/** Boards of devices that look alike: each proves its own registers and refuses those of its variant, before a value counts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { DeviceSite } from "../../src/model/site.ts";
import { beginProof, type Proof, proofAnswered, proofRead } from "../../src/protocol/modbus/proof.ts";
import { boardLibrary } from "../../src/site/boards.ts";
import { dataFolder } from "../../src/site/data-folder.ts";
import { resolveDevice } from "../../src/site/resolve-device.ts";

const test = suite("boards of variants");
const library = boardLibrary(`${dataFolder()}boards/`);

function deviceOf(name: string): DeviceSite {
  const board = library.modbus(name);
  assert.ok(board.ok);
  return resolveDevice({ name: "meter", board: name, address: 1, invert: false, ratio: 1 }, board.value, "", []);
}

/** Registers by function and address; any other reads 0, as those of a neighbour may. */
type Registers = Readonly<Record<string, number>>;

function proves(name: string, registers: Registers): boolean {
  let proof: Proof | null = beginProof(deviceOf(name));
  for (let steps = 0; proof !== null && steps < 100; steps += 1) {
    const read = proofRead(proof);
    if (read === null) return proof.step.kind === "proven";
    const words = Array.from(
      { length: read.count },
      (_, index) => registers[`${read.function}/${read.address + index}`] ?? 0,
    );
    proof = proofAnswered(proof, Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff])));
  }
  return false;
}

function float(code: number, address: number, value: number): Registers {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return { [`${code}/${address}`]: view.getUint16(0), [`${code}/${address + 1}`]: view.getUint16(2) };
}

const cases: readonly (readonly [string, Registers, proven: readonly string[], refused: readonly string[]])[] = [
  // Manual register 48261: hundredths of a hertz in one firmware, hertz in the other.
  ["DTSU666, scaled", float(3, 0x2044, 5001), ["chint-dtsu666"], ["chint-dtsu666-plain"]],
  ["DTSU666, plain", float(3, 0x2044, 50.01), ["chint-dtsu666-plain"], ["chint-dtsu666"]],
  // Frequency at 300056 and at 300052, in tenths.
  ["EM24 with RS-485", { "4/55": 500 }, ["carlo-gavazzi-em24-rs485"], ["carlo-gavazzi-em340", "carlo-gavazzi-em540"]],
  ["EM340", { "4/51": 500 }, ["carlo-gavazzi-em340"], ["carlo-gavazzi-em24-rs485"]],
  // Meter code at 464515; the frequency stands at the same place in all of them.
  ["SDM120", { ...float(4, 70, 50), "3/64514": 0x0020 }, ["eastron-sdm120", "eastron-sdm230"], []],
  ["SDM230", { ...float(4, 70, 50), "3/64514": 0x0030 }, ["eastron-sdm230"], ["eastron-sdm120"]],
];

for (const [name, registers, proven, refused] of cases)
  test(`${name} is told apart`, () => {
    for (const board of proven) assert.is(proves(board, registers), true, `${board} is proven`);
    for (const board of refused) assert.is(proves(board, registers), false, `${board} is refused`);
  });

test("every variant that a board names is a board, and says how it is told", () => {
  for (const name of library.names("modbus")) {
    const board = library.modbus(name);
    assert.ok(board.ok);
    for (const variant of board.value.variants) {
      assert.ok(library.names("modbus").includes(variant.board), `${name} names ${variant.board}`);
      assert.ok(variant.tell.length > 20);
    }
  }
});

test.run();
