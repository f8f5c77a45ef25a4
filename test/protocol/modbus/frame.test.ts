import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeRequest, findReply, type ReadRequest, replyLengthOf } from "../../../src/protocol/modbus/frame.ts";
import { sealed } from "./virtual-line.ts";

const test = suite("Modbus frames");
const bytes = (hexadecimal: string): Uint8Array => Uint8Array.from(Buffer.from(hexadecimal.replaceAll(" ", ""), "hex"));
const read = (function_: 1 | 2 | 3 | 4, address: number, count: number, unit = 1): ReadRequest => ({
  mode: "read",
  unit,
  function: function_,
  address,
  count,
});

test("requests are the bytes of the makers' documents", () => {
  assert.equal(encodeRequest(read(4, 0, 2)), bytes("01 04 00 00 00 02 71 CB"));
  assert.equal(encodeRequest(read(4, 0, 8)), bytes("01 04 00 00 00 08 F1 CC"));
  // Modbus Application Protocol V1.1b3, section 6.5: coil 173 on.
  const coil = encodeRequest({ mode: "write", unit: 1, function: 5, address: 172, value: 1 });
  assert.equal(coil.subarray(0, 6), bytes("01 05 00 AC FF 00"));
  const off = encodeRequest({ mode: "write", unit: 1, function: 5, address: 172, value: 0 });
  assert.equal(off.subarray(4, 6), Uint8Array.of(0, 0));
  // Section 6.6: register 2 set to 3.
  const register = encodeRequest({ mode: "write", unit: 1, function: 6, address: 1, value: 3 });
  assert.equal(register.subarray(0, 6), bytes("01 06 00 01 00 03"));
});

test("a reply counts only with unit, function, byte count and checksum all right", () => {
  const request = read(4, 0, 2);
  const reply = bytes("01 04 04 43 66 33 34 1B 38");
  const found = findReply(reply, 0, request);
  assert.is(found?.kind, "read");
  assert.equal(found?.kind === "read" && found.data, Uint8Array.of(0x43, 0x66, 0x33, 0x34));
  assert.is(replyLengthOf(request), reply.length);
  assert.is(findReply(reply, 0, read(3, 0, 2)), null);
  assert.is(findReply(reply, 0, read(4, 0, 1)), null);
  assert.is(findReply(reply, 0, read(4, 0, 4)), null);
  assert.is(findReply(reply, 0, read(4, 0, 2, 2)), null);
  for (let index = 0; index < reply.length * 8; index += 1) {
    const flipped = reply.map((byte, place) => (place === index >> 3 ? byte ^ (1 << (index & 7)) : byte));
    assert.is(findReply(flipped, 0, request), null, `bit ${index}`);
  }
  // A right checksum over the expected length does not make up for a wrong byte count.
  assert.is(findReply(sealed([1, 4, 6, 1, 2, 3, 4]), 0, request), null);
});

test("a reply is found behind anything, and not before it is whole", () => {
  const reply = bytes("01 04 04 43 66 33 34 1B 38");
  const late = Uint8Array.from([1, 4, 4, 9, 0xff, ...reply]);
  for (let length = 0; length < late.length; length += 1) {
    assert.is(findReply(late.subarray(0, length), 0, read(4, 0, 2)), null, `${length} bytes`);
  }
  assert.is(findReply(late, 0, read(4, 0, 2))?.end, late.length);
});

test("an exception answers the function it names", () => {
  const exception = sealed([1, 0x84, 2]);
  assert.equal(findReply(exception, 0, read(4, 0, 2)), { kind: "exception", function: 4, code: 2, start: 0, end: 5 });
  assert.is(findReply(exception, 0, read(3, 0, 2)), null);
});

test("bits take a byte for eight", () => {
  assert.is(replyLengthOf(read(2, 0, 8)), 6);
  assert.is(replyLengthOf(read(2, 0, 9)), 7);
  assert.is(findReply(sealed([1, 2, 1, 5]), 0, read(2, 0, 8))?.kind, "read");
});

test.run();
