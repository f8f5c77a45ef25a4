import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ReadRequest } from "../../../src/protocol/modbus/frame.ts";
import {
  characterMilliseconds,
  type Mischief,
  sealed,
  unitSettings,
  VirtualLine,
  wrongValues,
} from "./virtual-line.ts";

const test = suite("Modbus master in virtual time");

/** The n-th answer meets `mischief`, every other one is well. */
const once =
  (answer: number, mischief: Mischief) =>
  (_: number, number: number): Mischief =>
    number === answer ? mischief : { kind: "none" };

/** Reads of one unit with the same length: nothing in their replies tells them apart. */
function readAround(line: VirtualLine, requests: number): void {
  for (let index = 0; index < requests; index += 1) line.read(1, 10 + 10 * (index % 5));
}

const allRight = (line: VirtualLine): void => assert.equal(line.results.flatMap(wrongValues), []);
const outcomes = (line: VirtualLine): string[] =>
  line.results.map(({ outcome }) => (outcome.kind === "failed" ? outcome.fault : outcome.kind));

test("one late reply of the same shape: zero wrong values afterwards, one request lost", () => {
  for (const milliseconds of [195, 210, 300, 390, 405, 450, 700, 1500, 4000]) {
    for (const busySlave of ["queues", "drops"] as const) {
      const line = new VirtualLine({ busySlave });
      line.read(1, 10);
      line.mischief = once(3, { kind: "late", milliseconds });
      readAround(line, 60);
      line.pass(10_000);
      line.mischief = () => ({ kind: "none" });
      readAround(line, 60);
      allRight(line);
      const good = outcomes(line).filter((outcome) => outcome === "data").length;
      assert.ok(
        good >= 60,
        `${good} good of ${line.results.length} after a reply ${milliseconds} ms late (${busySlave})`,
      );
      assert.equal(new Set(outcomes(line).slice(-60)), new Set(["data"]));
    }
  }
});

test("a unit that is always too late brings timeouts until its lateness is learned, and never a wrong value", () => {
  const line = new VirtualLine();
  line.mischief = () => ({ kind: "late", milliseconds: 350 });
  for (let index = 0; index < 100; index += 1) {
    line.read(1, 10 + 10 * (index % 5));
    line.pass(100);
  }
  allRight(line);
  assert.is(outcomes(line).at(-1), "data");
  assert.ok((line.state.units[1]?.lateReplies ?? 0) > 0);
});

test("a late reply of one unit does not disturb another", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  line.read(2, 10);
  line.mischief = once(5, { kind: "late", milliseconds: 420 });
  line.read(1, 20);
  for (let index = 0; index < 40; index += 1) line.read(1 + (index % 2), 10 * (index % 5));
  allRight(line);
  assert.ok(outcomes(line).filter((outcome) => outcome !== "data").length <= 2, outcomes(line).join());
});

const shapes: readonly { readonly name: string; readonly mischief: Mischief; readonly faults: readonly string[] }[] = [
  { name: "lost", mischief: { kind: "lost" }, faults: ["no-reply"] },
  { name: "truncated", mischief: { kind: "truncate" }, faults: ["bad-frame"] },
  { name: "corrupted", mischief: { kind: "corrupt" }, faults: ["bad-frame"] },
  { name: "garbage in front", mischief: { kind: "garbage" }, faults: [] },
  { name: "garbage that looks like a header", mischief: { kind: "header" }, faults: [] },
  { name: "answered by another unit", mischief: { kind: "wrong-unit" }, faults: ["bad-frame"] },
  { name: "fewer registers than asked, checksum right", mischief: { kind: "short" }, faults: ["bad-frame"] },
  { name: "exception", mischief: { kind: "exception", code: 2 }, faults: ["refused-by-device"] },
  { name: "noise instead", mischief: { kind: "noise", bytes: 6 }, faults: ["bad-frame"] },
  { name: "sent twice", mischief: { kind: "twice" }, faults: [] },
];

for (const { name, mischief, faults } of shapes) {
  test(`a reply ${name}: at most that request fails, the next are right`, () => {
    for (const pieceBytes of [1, 3, 300]) {
      const line = new VirtualLine({ pieceBytes });
      line.read(1, 10);
      line.mischief = once(3, mischief);
      readAround(line, 20);
      allRight(line);
      assert.equal(
        outcomes(line).filter((outcome) => outcome !== "data"),
        faults,
      );
    }
  });
}

test("an adapter that hears itself changes nothing for reads", () => {
  const line = new VirtualLine({ echo: true });
  readAround(line, 20);
  allRight(line);
  assert.equal(new Set(outcomes(line)), new Set(["data"]));
});

test("with an adapter that hears itself, a dead device does not acknowledge a write", () => {
  const line = new VirtualLine({ echo: true });
  line.read(1, 10);
  line.dead.add(1);
  const { outcome } = line.ask({ mode: "write", unit: 1, function: 5, address: 3, value: 1 });
  assert.is(outcome.kind, "failed");
  line.dead.delete(1);
  line.pass(1000);
  assert.is(line.ask({ mode: "write", unit: 1, function: 5, address: 3, value: 1 }).outcome.kind, "written");
});

test("a write is answered only by its own address and value", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  const write = { mode: "write", unit: 1, function: 6, address: 7, value: 300 } as const;
  assert.is(line.ask(write).outcome.kind, "written");
  line.dead.add(1);
  const id = line.order({ ...write, value: 301 });
  line.arrive(line.now + 40, sealed([1, 6, 0, 7, 1, 0x2c]));
  const { outcome } = line.until(() => line.results.find(({ order }) => order.id === id));
  assert.is(outcome.kind, "failed");
});

test("what arrives while nothing is asked is dropped and counted", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  line.pass(100);
  // A whole reply of the shape of the next request, with somebody else's values.
  line.arrive(line.now + 1, sealed([1, 4, 4, 0xde, 0xad, 0xbe, 0xef]));
  line.pass(50);
  assert.is(line.state.strayBytes, 9);
  line.read(1, 20);
  allRight(line);
});

test("nothing is sent before the line was silent for 3.5 characters, 1.75 ms, and what the device wants", () => {
  for (const minimumGapMilliseconds of [0, 60]) {
    const units = [unitSettings(1, { minimumGapMilliseconds })];
    const line = new VirtualLine({ units });
    readAround(line, 10);
    const [, ...later] = line.seen;
    for (const { at } of later) {
      const endedAt = Math.max(...line.results.map((result) => result.at).filter((other) => other <= at), 0);
      assert.ok(at - endedAt >= Math.max(3.5 * characterMilliseconds, minimumGapMilliseconds) - 1e-6);
    }
  }
});

test("a line that babbles is spoken on nevertheless, at most a second later", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  for (let index = 0; index < 4000; index += 1) line.arrive(line.now + index, Uint8Array.of(0x41));
  const begun = line.now;
  line.order({ mode: "read", unit: 1, function: 4, address: 20, count: 2 });
  line.pass(1100);
  assert.ok(line.seen.some(({ at }) => at > begun && at <= begun + 1100));
  line.pass(5000);
  assert.is(line.read(1, 30).outcome.kind, "data");
  allRight(line);
});

test("a dead unit is asked ever more seldom and costs the others little; it is found again within ten seconds", () => {
  const line = new VirtualLine();
  line.dead.add(1);
  let good = 0;
  const endsAt = line.now + 60_000;
  while (line.now < endsAt) {
    line.order({ mode: "read", unit: 1, function: 4, address: 10, count: 2 });
    if (line.read(2, 10).outcome.kind === "data") good += 1;
    line.pass(20);
  }
  const tries = line.seen.filter(({ bytes }) => bytes[0] === 1).length;
  assert.ok(tries <= 14, `${tries} tries in a minute`);
  // One read of the live unit takes about 40 ms on the wire, and 20 ms of pause.
  assert.ok(good > 800, `${good} reads of the live unit`);
  line.dead.clear();
  const backAt = line.now;
  while (line.read(1, 10).outcome.kind !== "data") {
    line.pass(100);
    assert.ok(line.now - backAt < 10_500, "found again");
  }
  allRight(line);
});

/** Share of the time that tries of unit 1 hold the line, and how long each took, while it is asked for `minutes` as often as it may be. */
function triesOf(line: VirtualLine, minutes: number): { readonly share: number; readonly milliseconds: number[] } {
  const begun = line.now;
  const before = line.results.length;
  while (line.now < begun + minutes * 60_000) {
    line.read(1, 10);
    line.pass(200);
  }
  const milliseconds = line.results
    .slice(before)
    .flatMap(({ at, startedAt }) => (at > startedAt ? [at - startedAt] : []));
  return { share: milliseconds.reduce((sum, one) => sum + one, 0) / (line.now - begun), milliseconds };
}

test("a unit that was never heard takes a twentieth of the line at most, however long its timeout", () => {
  const line = new VirtualLine({ units: [unitSettings(1, { responseTimeoutMilliseconds: 1500 })] });
  line.dead.add(1);
  triesOf(line, 2);
  const { share, milliseconds } = triesOf(line, 10);
  assert.ok(share < 0.055, `${share} of the line`);
  assert.ok(milliseconds.every((each) => each >= 1500));
});

test("a unit that has gone silent is given little time for most of its tries, and all of it for some", () => {
  const line = new VirtualLine({ units: [unitSettings(1, { responseTimeoutMilliseconds: 1500 })] });
  readAround(line, 5);
  line.dead.add(1);
  const { milliseconds } = triesOf(line, 5);
  const short = milliseconds.filter((each) => each < 300).length;
  assert.ok(short > milliseconds.length / 2, milliseconds.join());
  assert.ok(milliseconds.slice(5).some((each) => each >= 1500));
  line.dead.clear();
  const backAt = line.now;
  while (line.read(1, 10).outcome.kind !== "data") {
    line.pass(100);
    assert.ok(line.now - backAt < 12_000, "found again");
  }
});

test("once it is known how else a unit can be asked, it need not wait for older replies to be out", () => {
  const healed = (told: boolean): number => {
    const line = new VirtualLine({ units: [unitSettings(1, { nonces: [] })] });
    if (told) line.feed({ kind: "nonces", unit: 1, nonces: unitSettings(1).nonces });
    line.read(1, 10);
    line.mischief = once(2, { kind: "lost" });
    line.read(1, 20);
    const begun = line.now;
    while (line.read(1, 30).outcome.kind !== "data") line.pass(50);
    allRight(line);
    return line.now - begun;
  };
  assert.ok(healed(false) > 5000);
  assert.ok(healed(true) < 1000);
});

test("a silent unit answers a request at once with its last fault, without the line, unless somebody insists", () => {
  const line = new VirtualLine();
  line.dead.add(1);
  for (let index = 0; index < 6; index += 1) line.read(1, 10);
  const sent = line.seen.length;
  const { outcome, order, startedAt, at } = line.read(1, 10);
  assert.equal(outcome, { kind: "failed", fault: "no-reply", persists: true });
  assert.is(startedAt, at);
  assert.is(line.seen.length, sent);
  line.ask({ mode: "write", unit: order.request.unit, function: 5, address: 0, value: 0 }, true);
  assert.is(line.seen.length, sent + 1);
});

test("only a second failure in a row persists", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  line.dead.add(1);
  assert.equal(line.read(1, 10).outcome, { kind: "failed", fault: "no-reply", persists: false });
  assert.equal(line.read(1, 10).outcome, { kind: "failed", fault: "no-reply", persists: true });
});

test("a lost port fails the request under way and all that wait at once, and what was under way never counts", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  line.read(2, 10);
  line.mischief = () => ({ kind: "late", milliseconds: 100 });
  line.order({ mode: "read", unit: 1, function: 4, address: 20, count: 2 });
  line.order({ mode: "read", unit: 2, function: 4, address: 20, count: 2 });
  line.pass(50);
  line.feed({ kind: "lost" });
  assert.equal(outcomes(line).slice(2), ["line-lost", "line-lost"]);
  assert.equal(line.read(1, 30).outcome, { kind: "failed", fault: "line-lost", persists: true });
  line.feed({ kind: "opened" });
  line.mischief = () => ({ kind: "none" });
  const openedAt = line.now;
  const before = line.seen.length;
  line.read(1, 30);
  line.read(2, 30);
  // What a former owner asked for may still arrive: silence first, then a nonce proves each unit in step before its values count.
  assert.ok(line.seen.slice(before).every(({ at }) => at >= openedAt + 200));
  assert.is(line.seen.length, before + 4);
  allRight(line);
});

test("a port that does not take the bytes is given up and opened again", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  line.takesBytes = false;
  assert.is(line.read(1, 20).outcome.kind, "failed");
  assert.is(line.reopens.length, 1);
  assert.is(line.state.open, false);
  line.takesBytes = true;
  line.feed({ kind: "opened" });
  assert.is(line.read(1, 30).outcome.kind, "data");
});

test("after a fault the line is left quiet for as long as a reply may take, then the unit is asked with another length", () => {
  for (const [mischief, quiet] of [
    [{ kind: "lost" }, 200],
    // A reply that came has had its say.
    [{ kind: "corrupt" }, 0],
  ] as const) {
    const line = new VirtualLine();
    line.read(1, 10);
    line.mischief = once(3, mischief);
    line.read(1, 20);
    const failedAt = line.now;
    const before = line.seen.length;
    line.read(2, 30);
    line.read(1, 30);
    const later = line.seen.slice(before);
    assert.ok(later.every(({ at }) => at >= failedAt + quiet));
    assert.ok((later[0]?.at ?? 0) < failedAt + quiet + 20);
    const counts = later.filter(({ bytes }) => bytes[0] === 1).map(({ bytes }) => bytes[5]);
    assert.is(counts.length, 2);
    assert.is.not(counts[0], 2);
    assert.is(counts[1], 2);
  }
});

test("a reply that comes broken, or breaks off, is given up when its rest should be there, not at the timeout", () => {
  for (const mischief of [
    { kind: "corrupt" },
    { kind: "truncate" },
    { kind: "short" },
    { kind: "wrong-unit" },
  ] as const) {
    for (const pieceBytes of [1, 300]) {
      const line = new VirtualLine({ units: [unitSettings(1, { responseTimeoutMilliseconds: 1000 })], pieceBytes });
      line.read(1, 10);
      line.mischief = once(3, mischief);
      const { startedAt, at, outcome } = line.read(1, 20, 4);
      assert.equal(outcome, { kind: "failed", fault: "bad-frame", persists: false });
      assert.ok(at - startedAt < 100, `${mischief.kind} given up after ${at - startedAt} ms`);
      readAround(line, 10);
      allRight(line);
    }
  }
});

test("noise before a reply that is still to come does not make it be given up", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  line.mischief = () => ({ kind: "late", milliseconds: 100 });
  line.order({ mode: "read", unit: 1, function: 4, address: 20, count: 2 });
  line.pass(5);
  line.feed({ kind: "received", bytes: Uint8Array.of(0x55, 0xaa, 0x01), prompt: true });
  line.pass(400);
  assert.is(line.results.at(-1)?.outcome.kind, "data");
});

test("a second master is counted, whenever it speaks; our own echo, replies and noise are none", () => {
  const line = new VirtualLine({ echo: true });
  readAround(line, 5);
  line.arrive(line.now + 20, sealed([1, 4, 2, 0, 1]));
  line.arrive(
    line.now + 40,
    Uint8Array.from({ length: 64 }, (_, index) => index),
  );
  line.pass(100);
  assert.is(line.state.foreignRequests, 0);
  // While nothing is asked, to a unit of ours and to one that is not.
  line.arrive(line.now + 10, sealed([1, 3, 0, 0, 0, 10]));
  line.arrive(line.now + 50, sealed([77, 4, 1, 0, 0, 60]));
  line.pass(100);
  assert.is(line.state.foreignRequests, 2);
  // While our own request is out, and instead of its reply.
  line.order({ mode: "read", unit: 1, function: 4, address: 20, count: 2 });
  line.arrive(line.now + 12, sealed([2, 4, 0, 0, 0, 2]));
  line.pass(500);
  assert.is(line.state.foreignRequests, 3);
  line.dead.add(2);
  line.order({ mode: "read", unit: 2, function: 4, address: 20, count: 2 });
  line.arrive(line.now + 12, sealed([2, 4, 0, 0, 0, 3]));
  line.pass(1000);
  assert.is(line.state.foreignRequests, 4);
  allRight(line);
});

test("a unit that talks unasked is told from one that is late", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  for (let index = 1; index <= 3; index += 1) line.arrive(line.now + 300 * index, sealed([2, 3, 4, 1, 2, 3, 4]));
  line.pass(1000);
  assert.is(line.state.units[2]?.unaskedReplies, 3);
  assert.is(line.state.units[1]?.unaskedReplies, 0);
  line.mischief = once(3, { kind: "late", milliseconds: 300 });
  line.read(1, 20);
  line.pass(1000);
  assert.is(line.state.units[1]?.lateReplies, 1);
  assert.is(line.state.units[1]?.unaskedReplies, 0);
});

test("a process that stood still reads what waits before it gives up", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  line.dead.add(1);
  const id = line.order({ mode: "read", unit: 1, function: 4, address: 20, count: 2 });
  line.pass(10);
  // Standing still for two seconds: the timer comes first, the bytes right after it.
  line.now += 2000;
  line.feed({ kind: "timer" });
  line.feed({ kind: "received", bytes: sealed([1, 4, 4, 1, 20, 1, 21]), prompt: true });
  const result = line.results.find(({ order }) => order.id === id);
  assert.is(result?.outcome.kind, "data");
  allRight(line);
});

test("of equal priority the most urgent goes first", () => {
  const line = new VirtualLine();
  const request: ReadRequest = { mode: "read", unit: 1, function: 4, address: 10, count: 2 };
  const deadlines = [undefined, 900, 300, 900, 100];
  deadlines.forEach((deadline, id) => {
    line.feed({
      kind: "order",
      order: {
        id,
        priority: id === 3 ? 0 : 3,
        insist: false,
        request,
        ...(deadline === undefined ? {} : { deadline }),
      },
    });
  });
  line.pass(3000);
  assert.equal(
    line.results.map(({ order }) => order.id),
    [3, 4, 2, 1, 0],
  );
});

test("requests of higher priority go first, equal ones in order", () => {
  const line = new VirtualLine();
  const read = (address: number): ReadRequest => ({ mode: "read", unit: 1, function: 4, address, count: 2 });
  const ids = [line.order(read(10), 3), line.order(read(20), 3), line.order(read(30), 0), line.order(read(40), 3)];
  line.pass(3000);
  const [first, second, third, fourth] = ids;
  assert.equal(
    line.results.map(({ order }) => order.id),
    [third, first, second, fourth],
  );
});

test("a late exception does not pass for the answer to a nonce, whose own reply still comes", () => {
  const line = new VirtualLine();
  line.read(1, 10, 1);
  line.dead.add(1);
  line.read(1, 20);
  line.order({ mode: "read", unit: 1, function: 4, address: 30, count: 1 });
  line.until(() => (line.state.phase.kind === "waiting" ? true : undefined));
  line.pass(10);
  line.feed({ kind: "received", bytes: sealed([1, 0x84, 2]), prompt: true });
  line.order({ mode: "read", unit: 1, function: 4, address: 40, count: 1 });
  line.until(() => (line.state.phase.kind === "waiting" ? true : undefined));
  line.pass(10);
  line.feed({ kind: "received", bytes: sealed([1, 4, 2, 1, 0]), prompt: true });
  line.dead.delete(1);
  line.pass(5000);
  line.read(1, 50, 1);
  allRight(line);
});

test("a unit that always answers twice is never believed, and does not hold up the others", () => {
  const line = new VirtualLine({ pieceBytes: 1 });
  line.mischief = (unit) => (unit === 1 ? { kind: "twice" } : { kind: "none" });
  for (let index = 0; index < 20; index += 1) {
    const begun = line.now;
    const { outcome } = line.read(1, 10 + index);
    if (outcome.kind === "failed") assert.equal(outcome, { kind: "failed", fault: "bad-frame", persists: true });
    assert.is(line.read(2, 20).outcome.kind, "data");
    assert.ok(line.now - begun < 1500);
  }
  assert.ok((line.state.units[1]?.badFrames ?? 0) > 5);
  allRight(line);
});

test("a device of a single shape of reply is in step again once older replies have had their time", () => {
  const units = [unitSettings(1, { nonces: [{ mode: "read", unit: 1, function: 4, address: 0, count: 2 }] })];
  const line = new VirtualLine({ units });
  line.read(1, 10);
  line.mischief = once(3, { kind: "late", milliseconds: 3000 });
  line.read(1, 20);
  const begun = line.now;
  while (line.read(1, 30).outcome.kind !== "data") line.pass(50);
  assert.ok(line.now - begun < 7000, `again after ${line.now - begun} ms`);
  allRight(line);
});

test.run();
