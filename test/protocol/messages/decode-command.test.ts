import { Encoder } from "cbor-x";
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadContract } from "../../../src/drivers/broker/load-contract.ts";
import type { RemoteCommand } from "../../../src/model/command.ts";
import { decodeCbor, encodeCbor } from "../../../src/protocol/messages/cbor.ts";
import { decodeCommand, decodeHeartbeat } from "../../../src/protocol/messages/decode-command.ts";

const test = suite("decoding commands");
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
const contract = loadContract();
const topic = "weir/v1/wolf-c07/command/dispatch/setpoint";
const id = "5f0c0e9a3b1d4c7e8f20a1b2c3d4e5f6";
const setpoint = {
  version: 1,
  id,
  container: "wolf-c07",
  epoch: 3,
  sequence: 1042,
  issuedAt: 1_795_390_000_000,
  expiresAt: 1_795_390_300_000,
  timeToLiveSeconds: 300,
  kind: "limit",
  watts: 250_000,
  onExpiry: { mode: "limit", watts: 100_000 },
  reason: "ecrs",
};

function decode(bytes: Uint8Array | string, change: { topic?: string; retained?: boolean; overRate?: boolean } = {}) {
  const arrival = { receivedAt: 5, retained: change.retained ?? false, overRate: change.overRate ?? false };
  const addressee = { container: "wolf-c07", site: "wolf" };
  return decodeCommand(change.topic ?? topic, Buffer.from(bytes), arrival, addressee, contract);
}

function rejectionOf(bytes: Uint8Array | string): RemoteCommand["rejection"] | undefined {
  return decode(bytes)?.rejection;
}

test("the contract's example is read from JSON and from CBOR of two encoders alike", () => {
  for (const bytes of [
    Buffer.from(JSON.stringify(setpoint)),
    encodeCbor(setpoint),
    new Encoder({ useRecords: false, variableMapSize: true }).encode(setpoint),
  ]) {
    const command = decode(bytes);
    assert.equal([command?.body, command?.rejection, command?.id], [setpoint, null, id]);
    assert.equal([command?.source, command?.kind, command?.addressee], ["dispatch", "setpoint", "container"]);
    assert.match(command?.digest ?? "", /^[0-9a-f]{64}$/);
  }
});

test("the first byte tells the encoding, and it is kept for the answer", () => {
  assert.is(decode(JSON.stringify(setpoint))?.encoding, "json");
  assert.is(decode(encodeCbor(setpoint))?.encoding, "cbor");
  assert.is(rejectionOf(Buffer.of(0xd2, 0x84)), "signature");
  for (const first of ["", " {}", "[]", "1", "\ufeff{}"]) assert.is(rejectionOf(first), "schema", first);
});

test("size before retained before encoding before shape; too many are not even decoded", () => {
  const large = `{"a":"${"x".repeat(16_400)}"}`;
  assert.is(decode(large, { retained: true })?.rejection, "size");
  assert.is(decode("[]", { retained: true })?.rejection, "retained");
  assert.equal(decode(JSON.stringify(setpoint), { retained: true })?.id, id);
  const unread = decode(JSON.stringify(setpoint), { overRate: true });
  assert.equal([unread?.rejection, unread?.id, unread?.body], ["rate", null, null]);
});

test("a wrong shape is told to its sender by the identifier, and nothing of it is used", () => {
  for (const change of [
    { watts: "250000" },
    { watts: 1.5 },
    { watts: -1 },
    { watts: null },
    { epoch: 2 ** 53 },
    { surprise: 1 },
    { version: 2 },
    { kind: "wish" },
    { timeToLiveSeconds: 0 },
    { timeToLiveSeconds: -5 },
    { timeToLiveSeconds: 86_401 },
    { onExpiry: { mode: "limit", watts: 1, more: 1 } },
    { container: "../../etc" },
  ]) {
    const command = decode(JSON.stringify({ ...setpoint, ...change }));
    assert.equal([command?.rejection, command?.id, command?.body], ["schema", id, null], JSON.stringify(change));
  }
  const { watts: _, ...without } = setpoint;
  assert.is(rejectionOf(JSON.stringify(without)), "schema");
  assert.is(decode(JSON.stringify({ ...setpoint, id: "no" }))?.id, null);
});

test("topics: own and group, sources and kinds; everything else is no command", () => {
  const group = decode(JSON.stringify(setpoint), { topic: "weir/v1/group/wolf/command/operator/setpoint" });
  assert.equal([group?.addressee, group?.source], ["group", "operator"]);
  const { kind: _, watts: __, onExpiry: ___, ...head } = setpoint;
  const schedule = {
    ...head,
    entries: [{ startsAt: 1_795_390_000_000, watts: 1000 }],
    endsAt: 1_795_390_900_000,
    afterEnd: { mode: "off" },
  };
  const planned = decode(JSON.stringify(schedule), { topic: "weir/v1/wolf-c07/command/dispatch/schedule" });
  assert.equal([planned?.kind, planned?.body, planned?.rejection], ["schedule", schedule, null]);
  const none = JSON.stringify({ ...schedule, entries: [] });
  assert.is(decode(none, { topic: "weir/v1/wolf-c07/command/dispatch/schedule" })?.rejection, "schema");
  const later = decode(JSON.stringify({ id, anything: [] }), { topic: "weir/v1/wolf-c07/command/site/config" });
  assert.equal([later?.kind, later?.body, later?.rejection, later?.id], ["config", null, null, id]);
  for (const other of [
    "weir/v1/wolf-c08/command/dispatch/setpoint",
    "weir/v1/group/other/command/dispatch/setpoint",
    "weir/v1/wolf-c07/command/anybody/setpoint",
    "weir/v1/wolf-c07/command/dispatch/wish",
    "weir/v1/wolf-c07/command/dispatch/setpoint/more",
    "weir/v1/wolf-c07/command/dispatch",
  ])
    assert.is(decode(JSON.stringify(setpoint), { topic: other }), null, other);
});

test("hostile JSON is refused: duplicate keys, however written, depth, NaN, broken texts, __proto__", () => {
  const text = JSON.stringify(setpoint);
  for (const hostile of [
    text.replace('"epoch":3', '"epoch":3,"epoch":4'),
    text.replace('"epoch":3', '"epoch":3,"\\u0065poch":4'),
    text.replace('{"mode":"limit"', '{"mode":"off","mode":"limit"'),
    text.replace("250000", "NaN"),
    text.replace("250000", "1e999"),
    text.replace("250000", "9007199254740993"),
    text.replace('"epoch":3', '"__proto__":{"admin":true},"epoch":3'),
    text.replace('"epoch":3', '"constructor":1,"epoch":3'),
    `${text}{}`,
    text.slice(0, -1),
    `{"a":${"[".repeat(8000)}${"]".repeat(8000)}}`,
    `{"a":${'{"a":'.repeat(2000)}1${"}".repeat(2000)}}`,
  ])
    assert.is(rejectionOf(hostile), "schema", hostile.slice(0, 120));
  assert.is(rejectionOf(Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}')])), "schema");
  assert.is(({} as { admin?: boolean }).admin, undefined);
});

test("hostile CBOR is refused: tags, claims, truncation, trailing bytes, NaN, big integers, indefinite lengths", () => {
  const good = Buffer.from(encodeCbor(setpoint));
  const withValue = (bytes: number[]): Buffer => {
    const { watts: _, ...rest } = setpoint;
    const map = Buffer.from(encodeCbor(rest));
    const first = map[0] ?? 0;
    return Buffer.concat([Buffer.of(first + 1), map.subarray(1), Buffer.from(encodeCbor("watts")), Buffer.from(bytes)]);
  };
  assert.is(rejectionOf(withValue([0x19, 0x03, 0xe8])), null, "the way values are put in is right");
  for (const [name, bytes] of Object.entries({
    "tag 0": withValue([0xc0, 0x61, 0x30]),
    "tag 1": withValue([0xc1, 0x19, 0x03, 0xe8]),
    "tag 2": withValue([0xc2, 0x42, 0x03, 0xe8]),
    "tag 27": withValue([0xd8, 0x1b, 0x80]),
    "tag 258": withValue([0xd9, 0x01, 0x02, 0x80]),
    NaN: withValue([0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
    "half NaN": withValue([0xf9, 0x7e, 0x00]),
    infinity: withValue([0xfa, 0x7f, 0x80, 0, 0]),
    "minus zero": withValue([0xfb, 0x80, 0, 0, 0, 0, 0, 0, 0]),
    u64: withValue([0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    "minus u64": withValue([0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    undefined: withValue([0xf7]),
    "claimed array": withValue([0x9a, 0xff, 0xff, 0xff, 0xff]),
    "claimed map": withValue([0xba, 0xff, 0xff, 0xff, 0xff]),
    "claimed text": withValue([0x7b, 0, 0, 0, 1, 0, 0, 0, 0]),
    "claimed bytes": withValue([0x5a, 0xff, 0xff, 0xff, 0xff]),
    "indefinite array": withValue([0x9f, 0x01, 0xff]),
    "indefinite text": withValue([0x7f, 0x61, 0x61, 0xff]),
    "indefinite map": Buffer.of(0xbf, 0xff),
    "reserved length": withValue([0x1c]),
    "not UTF-8": withValue([0x61, 0xff]),
    "integer key": Buffer.of(0xa1, 0x01, 0x01),
    "duplicate key": Buffer.of(0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02),
    "duplicate in depth": withValue([0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02]),
    __proto__: Buffer.concat([Buffer.of(0xa1), Buffer.from(encodeCbor("__proto__")), Buffer.of(0xa0)]),
    trailing: Buffer.concat([good, Buffer.of(0x00)]),
    "nested deep": Buffer.concat([withValue([]), Buffer.alloc(10_000, 0x81), Buffer.of(0)]),
    "nested maps": Buffer.concat([withValue([]), Buffer.from("a16161".repeat(3000), "hex"), Buffer.of(0)]),
  }))
    assert.is(rejectionOf(bytes), "schema", name);
  for (let length = 0; length < good.length; length += 1)
    assert.is(rejectionOf(good.subarray(0, length)), "schema", `truncated after ${length}`);
  assert.is(rejectionOf(Buffer.alloc(1024 * 1024, 0xa1)), "size");
});

test(`any bytes at all give an answer and never an exception (seed ${seed})`, () => {
  const begun = fc.constantFrom(0x7b, 0xa1, 0xb8, 0xd2, 0x00);
  const bytes = fc
    .tuple(begun, fc.uint8Array({ maxLength: 300 }))
    .map(([first, rest]) => Buffer.from([first, ...rest]));
  void fc.assert(
    fc.property(bytes, (hostile) => {
      const command = decode(hostile);
      assert.ok(command !== null && command.rejection !== null);
    }),
    { seed, numRuns: 2000 },
  );
});

test(`what is encoded comes back, in ours and in another decoder (seed ${seed})`, () => {
  const other = new Encoder({ useRecords: false });
  void fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as Parameters<typeof encodeCbor>[0];
      fc.pre(!JSON.stringify(plain).includes("__proto__"));
      const bytes = encodeCbor(plain);
      assert.equal(decodeCbor(bytes, { maximumDepth: 8 }), { ok: true, value: plain });
      // The other decoder makes BigInts of what is beyond 32 bits.
      const decoded: unknown = other.decode(bytes);
      assert.is(
        JSON.stringify(decoded, (_, part: unknown) => (typeof part === "bigint" ? Number(part) : part)),
        JSON.stringify(plain),
      );
    }),
    { seed, numRuns: 300 },
  );
});

test("RFC 8949 appendix A: integers", () => {
  for (const [value, hex] of [
    [0, "00"],
    [23, "17"],
    [24, "1818"],
    [1000, "1903e8"],
    [1_000_000, "1a000f4240"],
    [1_000_000_000_000, "1b000000e8d4a51000"],
    [-1, "20"],
    [-1000, "3903e7"],
    [1.1, "fb3ff199999999999a"],
  ] as const) {
    assert.is(Buffer.from(encodeCbor(value)).toString("hex"), hex);
    assert.equal(decodeCbor(Buffer.from(hex, "hex"), { maximumDepth: 1 }), { ok: true, value });
  }
});

test("a heartbeat is read strictly", () => {
  const beat = { version: 1, epoch: 3, number: 17 };
  for (const bytes of [Buffer.from(JSON.stringify(beat)), encodeCbor(beat)])
    assert.equal(decodeHeartbeat(bytes, 9, contract), { at: 9, epoch: 3, number: 17 });
  for (const wrong of [
    { ...beat, number: -1 },
    { ...beat, version: 2 },
    { epoch: 3, number: 1 },
  ])
    assert.is(decodeHeartbeat(Buffer.from(JSON.stringify(wrong)), 9, contract), null);
  assert.is(decodeHeartbeat(Buffer.alloc(20_000, 0x7b), 9, contract), null);
});

test.run();
