import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RegisterType } from "../../../src/model/site.ts";
import { planBlocks, planNonces } from "../../../src/protocol/modbus/blocks.ts";
import { byteCountOf } from "../../../src/protocol/modbus/frame.ts";
import { widthOf } from "../../../src/protocol/modbus/registers.ts";
import { device, point } from "./points.ts";

const test = suite("block planning");
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
console.log(`seed ${seed}`);

const spans = (...parameters: Parameters<typeof device>) =>
  planBlocks(device(...parameters)).map(({ read }) => [read.function, read.address, read.count]);

test("gaps of up to eight registers are read along, larger ones begin a new block", () => {
  assert.equal(spans([point({ address: 0 }), point({ address: 9 })]), [[4, 0, 10]]);
  assert.equal(spans([point({ address: 10 }), point({ address: 0 })]), [
    [4, 0, 1],
    [4, 10, 1],
  ]);
});

test("a block keeps the device's largest request and alignment", () => {
  const many = Array.from({ length: 40 }, (_, index) => point({ address: 2 * index, type: "float32" }));
  assert.equal(spans(many, { maximumRegisters: 60, alignmentRegisters: 2 }), [
    [4, 0, 60],
    [4, 60, 20],
  ]);
  assert.equal(spans([point({ address: 5 })], { alignmentRegisters: 2 }), [[4, 4, 2]]);
});

test("each function and each poll time has blocks of its own", () => {
  const points = [
    point({ address: 0 }),
    point({ address: 1, function: 3 }),
    point({ address: 2, pollMilliseconds: 60_000 }),
  ];
  assert.is(planBlocks(device(points)).length, 3);
});

test("every point lies wholly in exactly one block, whatever the map", () => {
  const types: RegisterType[] = ["uint16", "int32", "float32", "uint64"];
  const points = fc.array(fc.record({ address: fc.integer({ min: 0, max: 400 }), type: fc.constantFrom(...types) }), {
    minLength: 1,
    maxLength: 60,
  });
  void fc.assert(
    fc.property(
      points,
      fc.constantFrom(8, 60, 125),
      fc.constantFrom(1, 2),
      (chosen, maximumRegisters, alignmentRegisters) => {
        const site = device(chosen.map(point), { maximumRegisters, alignmentRegisters });
        const blocks = planBlocks(site);
        assert.is(blocks.flatMap((block) => block.points).length, site.points.length);
        for (const { read, points: members } of blocks) {
          assert.ok(read.count <= maximumRegisters);
          assert.is(read.count % alignmentRegisters, 0);
          assert.is(read.address % alignmentRegisters, 0);
          for (const { address, type } of members) {
            assert.ok(address >= read.address && address + widthOf(type) <= read.address + read.count);
          }
        }
      },
    ),
    { seed },
  );
});

test("a point is read together with its power of ten, wherever that stands", () => {
  const reads = (address: number, scaleFactorAddress: number) =>
    planBlocks(device([point({ address, type: "int16", scaleFactorAddress })])).map(({ read }) => [
      read.address,
      read.count,
    ]);
  assert.equal(reads(18, 22), [[18, 5]]);
  assert.equal(reads(18, 10), [[10, 9]]);
});

test("nonces differ from each other in what their replies look like, and first come those no block's reply resembles", () => {
  const site = device([point({ address: 0, type: "float32" }), point({ address: 20 })]);
  const blocks = planBlocks(site);
  const shapes = planNonces(site, blocks).map(({ function: code, count }) => `${code} ${byteCountOf(code, count)}`);
  assert.is(new Set(shapes).size, shapes.length);
  assert.equal(shapes, ["4 2", "4 4"]);
  const meter = device(
    Array.from({ length: 9 }, (_, index) => point({ address: 2 * index, type: "float32" })),
    {
      alignmentRegisters: 2,
    },
  );
  const nonces = planNonces(meter, planBlocks(meter));
  assert.equal(
    nonces.map(({ count }) => count),
    [2, 4, 6, 8, 10, 12, 14, 16, 18],
  );
});

test("no register is defined twice in a board of this repository, and every bit is read by a bit function", () => {
  const folder = new URL("../../../../boards/", import.meta.url);
  for (const kind of ["meters/", "sensors/", "io/"]) {
    for (const name of readdirSync(new URL(kind, folder))) {
      const board = JSON.parse(readFileSync(new URL(`${kind}${name}`, folder), "utf8"));
      const places = new Set<string>();
      for (const { function: code, address, type, name: pointName } of board.points) {
        assert.is(code <= 2, type === "bit", `${name} ${pointName}`);
        for (let index = 0; index < widthOf(type); index += 1) {
          const place = `${code} ${address + index}`;
          assert.not(places.has(place), `${name} ${pointName}`);
          places.add(place);
        }
      }
    }
  }
});

test.run();
