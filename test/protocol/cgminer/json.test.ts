/** The tolerant reader: each known damage repaired, everything else refused, no number ever invented. */
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type JsonValue, parseTolerantJson } from "../../../src/protocol/cgminer/json.ts";
import { decodeReply, maximumReplyBytes, replyIsComplete } from "../../../src/protocol/cgminer/reply.ts";
import { recording } from "../recordings.ts";

const test = suite("tolerant json");
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
const check = { seed, numRuns: 2000 };

function parsed(text: string): JsonValue {
  const result = parseTolerantJson(text);
  assert.ok(result.ok, `${text}: ${JSON.stringify(result)}`);
  return result.value.value;
}

const refused = (text: string): void => assert.is(parseTolerantJson(text).ok, false, text);

test("known damage is repaired", () => {
  assert.equal(parsed('{"a":1,}'), { a: 1 });
  assert.equal(parsed('{"a":[,{"b":1}]}'), { a: [{ b: 1 }] });
  assert.equal(parsed('{"a":[{"b":1}{"b":2}]}'), { a: [{ b: 1 }, { b: 2 }] });
  assert.equal(parsed('{"id":"1""temp0":33}'), { id: "1", temp0: 33 });
  assert.equal(parsed('{"a":nan,"b":-inf,"c":NaN}'), { a: null, b: null, c: null });
  assert.equal(parsed(`{"a":"\\'2021\\'"}`), { a: "'2021'" });
  assert.equal(parsed(',"a":1}'), { a: 1 });
  assert.equal(parsed('"a":1}'), { a: 1 });
  assert.equal(parsed('{"e":["329":"text","330":"more"]}'), { e: { "329": "text", "330": "more" } });
  assert.equal(parsed('{"a":"line\nbreak",}'), { a: "line\nbreak" });
  assert.equal(parsed('{"a":"\\u0041\\n\\t\\r\\b\\f\\/",}'), { a: "A\n\t\r\b\f/" });
  assert.equal(parsed('{"a":true,"b":false,"c":null,}'), { a: true, b: false, c: null });
});

test("a cut end keeps what was whole: half a number, key or text is left out", () => {
  const whole = '{"S":[{"Power":3417,"Mode":"Normal","Rate":-1.5e3,"x":tru';
  const cutAt = (length: number): JsonValue => parsed(whole.slice(0, length));
  assert.equal(cutAt(whole.length), { S: [{ Power: 3417, Mode: "Normal", Rate: -1500 }] });
  assert.equal(cutAt(whole.indexOf("417")), { S: [{}] });
  assert.equal(cutAt(whole.indexOf('",')), { S: [{ Power: 3417 }] });
  assert.equal(cutAt(whole.indexOf("1.5e3")), { S: [{ Power: 3417, Mode: "Normal" }] });
  const result = parseTolerantJson(whole);
  assert.ok(result.ok && result.value.truncated);
});

test("what could be misread is refused", () => {
  for (const text of [
    "",
    "hello",
    '{"a":01,}',
    '{"a":1.2.3,}',
    '{"a":[01],}',
    '{"a":[7-8],}',
    '{"a":12O4,}',
    '{"a":1,b":2,}',
    '{"a":"x,"b":1}',
    '{"a":{"x":1,"y":2}',
    '{"a":1}}',
    '{"a":[1:2],}',
    '{"a":[{"x":1},"id":1}',
    '{"a":1,"a":2,}',
    '{"a":"\\u00zz",}',
    '{"a":maybe,}',
    `${"[".repeat(50)}1`,
  ])
    refused(text);
});

test("keys of Object.prototype are only keys", () => {
  const value = parsed('{"__proto__":{"polluted":1},"constructor":1,}');
  assert.is(Object.hasOwn(value as object, "constructor"), true);
  assert.is(({} as Record<string, unknown>)["polluted"], undefined);
});

/** Every number in a value, by its path. */
function numbersOf(value: JsonValue, path = "", found = new Map<string, number>()): Map<string, number> {
  if (typeof value === "number") found.set(path, value);
  else if (typeof value === "object" && value !== null)
    for (const [key, member] of Object.entries(value)) numbersOf(member as JsonValue, `${path}/${key}`, found);
  return found;
}

function neverInvents(original: string, damaged: string): void {
  const before = numbersOf(JSON.parse(original) as JsonValue);
  const result = parseTolerantJson(damaged);
  if (!result.ok) return;
  for (const [path, number] of numbersOf(result.value.value))
    assert.is(number, before.get(path), `${path} in ${damaged}`);
}

const replies = [
  JSON.stringify(JSON.parse(recording("microbt-m20sv10-20210322.22.REL/summary").toString())),
  JSON.stringify(JSON.parse(recording("bitmain-s19pro-stock-49.0.1.3/stats").toString())),
];

test("cut anywhere, no recorded reply yields a number it does not contain", () => {
  for (const reply of replies) for (let end = 1; end < reply.length; end += 1) neverInvents(reply, reply.slice(0, end));
});

test("with one bracket, brace, comma, colon or quote lost, no number moves or changes", () => {
  for (const reply of replies)
    for (let at = 0; at < reply.length; at += 1)
      if ('{}[],:"'.includes(reply.charAt(at))) neverInvents(reply, reply.slice(0, at) + reply.slice(at + 1));
});

test(`random bytes anywhere never throw (seed ${seed})`, () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  void fc.assert(
    fc.property(fc.constantFrom(...replies), bytes, fc.nat(), fc.nat({ max: 200 }), (reply, noise, where, lost) => {
      const at = where % reply.length;
      const damaged = Buffer.concat([Buffer.from(reply.slice(0, at)), noise, Buffer.from(reply.slice(at + lost))]);
      const decoded = decodeReply(damaged);
      assert.is(typeof decoded.ok, "boolean");
      replyIsComplete(damaged);
    }),
    check,
  );
});

test(`any valid document reads as JSON.parse reads it, also with a trailing comma (seed ${seed})`, () => {
  void fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (document) => {
      const text = JSON.stringify(document);
      // The reader leaves this word out at every depth.
      fc.pre(!text.includes("__proto__"));
      assert.equal(parsed(text), JSON.parse(text));
      if (Object.keys(document).length > 0) assert.equal(parsed(`${text.slice(0, -1)},}`), JSON.parse(text));
    }),
    check,
  );
});

test("a reply ends at NUL or with its last bracket, not at a bracket inside a text", () => {
  const complete = (text: string): boolean => replyIsComplete(Buffer.from(text));
  assert.is(complete('{"a":1}\0'), true);
  assert.is(complete('{"a":1}'), true);
  assert.is(complete('{"a":1}\n'), true);
  assert.is(complete('{"a":"}'), false);
  assert.is(complete('{"a":"\\"}'), false);
  assert.is(complete('{"a":[1}'), false);
  assert.is(complete('{"a":{"b":1}'), false);
  assert.is(complete(""), false);
});

test("decodeReply bounds, strips NUL, and names what is no miner", () => {
  const kindOf = (text: string | Buffer): string => {
    const decoded = decodeReply(Buffer.from(text));
    return decoded.ok ? "good" : decoded.error.kind;
  };
  assert.is(kindOf('{"a":1}\0rest'), "good");
  assert.is(kindOf("\0"), "empty");
  assert.is(kindOf("HTTP/1.1 400 Bad Request\r\n\r\n"), "other-protocol");
  assert.is(kindOf("<html></html>"), "other-protocol");
  assert.is(kindOf("[1,2]"), "malformed");
  assert.is(kindOf("nonsense"), "malformed");
  assert.is(kindOf(Buffer.alloc(maximumReplyBytes + 1, 0x20)), "too-long");
});

test.run();
