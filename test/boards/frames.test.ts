import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BoardFile } from "../../src/model/generated/board.ts";
import type { DeviceSite } from "../../src/model/site.ts";
import { pointRead } from "../../src/protocol/modbus/blocks.ts";
import { encodeRequest, findReply } from "../../src/protocol/modbus/frame.ts";
import { decodePoint } from "../../src/protocol/modbus/registers.ts";
import { boardLibrary } from "../../src/site/boards.ts";
import { dataFolder } from "../../src/site/data-folder.ts";
import { resolveDevice } from "../../src/site/resolve-device.ts";

const test = suite("boards against frames");
const folder = fileURLToPath(new URL("../../../test/boards/frames/", import.meta.url));
const library = boardLibrary(`${dataFolder()}boards/`);

interface Example {
  readonly point: string;
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
  /** A value in the point's unit, or a fault. */
  readonly expected: string;
}

/** The lines of a file of frames; `#` begins a remark. */
function examplesOf(name: string): Example[] {
  const lines = readFileSync(`${folder}${name}.txt`, "utf8").split("\n");
  return lines.flatMap((line) => {
    if (line === "" || line.startsWith("#")) return [];
    const cells = line.split("|").map((cell) => cell.trim());
    assert.is(cells.length, 4, `${name}: ${line}`);
    const [point = "", request = "", reply = "", expected = ""] = cells;
    return [{ point, request: bytes(request), reply: bytes(reply), expected }];
  });
}

function bytes(hexadecimal: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hexadecimal.replaceAll(" ", ""), "hex"));
}

function boardOf(name: string): BoardFile {
  const board = library.modbus(name);
  assert.ok(board.ok, `boards/ has ${name}`);
  return board.value;
}

/** The device with every point read: those always wired as they are, free inputs as channels of their own names. */
function wholeDevice(name: string): DeviceSite {
  const board = boardOf(name);
  const free = board.points.filter(({ wired }) => wired === "by-site");
  const also = board.points.filter(({ wired }) => wired === "always").map((point) => point.name);
  const channels = free.map((point) => ({ point: point.name, name: point.name }));
  const findings: Parameters<typeof resolveDevice>[3] = [];
  const device = resolveDevice(
    { name: "device", board: name, address: 1, invert: false, ratio: 1, also, channels },
    board,
    "",
    findings,
  );
  assert.equal(findings, []);
  return device;
}

function check(example: Example, device: DeviceSite): void {
  const { expected, reply } = example;
  const point = device.points.find(({ name }) => name === `device/${example.point}`);
  assert.ok(point, example.point);
  const read = pointRead(device, point);
  assert.is(hexadecimal(encodeRequest(read)), hexadecimal(example.request), `request of ${example.point}`);
  const frame = findReply(reply, 0, read);
  assert.ok(
    frame?.kind === "read" && frame.end === reply.length,
    `reply of ${example.point} is whole, with a right checksum`,
  );
  const told = decodePoint(point, frame.data, read.address);
  if (told.ok) assertNear(told.value, Number(expected), example);
  else assert.is(told.fault, expected, example.point);
}

/** A float32 has seven digits. */
function assertNear(value: number, expected: number, { point }: Example): void {
  assert.ok(Math.abs(value - expected) <= Math.abs(expected) * 1e-6 + 1e-9, `${point}: ${value}, expected ${expected}`);
}

function hexadecimal(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}

const withFrames = readdirSync(folder).map((file) => file.replace(/\.txt$/, ""));

for (const name of withFrames)
  test(`${name}: frames become the values their source tells`, () => {
    const device = wholeDevice(name);
    for (const example of examplesOf(name)) check(example, device);
  });

test("every board has frames, and every point that is read without asking has one", () => {
  assert.equal(withFrames.sort(), [...library.names("modbus")].sort());
  for (const name of library.names("modbus")) {
    const proven = new Set(examplesOf(name).map(({ point }) => point));
    const missing = boardOf(name).points.filter((point) => !point.detail && !proven.has(point.name));
    assert.equal(
      missing.map((point) => point.name),
      [],
      name,
    );
  }
});

test("every kind of number that has a pattern for no value is proven by a frame of it", () => {
  for (const name of library.names("modbus")) {
    const board = boardOf(name);
    const faults = examplesOf(name).filter(({ expected }) => expected === "no-value");
    const typeOf = (point: string) => board.points.find((each) => each.name === point)?.type;
    const proven = new Set(faults.map(({ point }) => typeOf(point)));
    for (const { name: point, type, invalid } of board.points)
      assert.ok(invalid.length === 0 || proven.has(type), `${name}: no frame shows ${point} (${type}) without a value`);
  }
});

test.run();
