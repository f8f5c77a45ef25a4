import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createPolling, type Polling } from "../../../src/drivers/serial/polling.ts";
import type { DeviceSite, LineSite } from "../../../src/model/site.ts";
import type { Order, Outcome } from "../../../src/protocol/modbus/line-state.ts";
import { device, point } from "../../protocol/modbus/points.ts";

const test = suite("polling of a line in virtual time");

const line = (...devices: DeviceSite[]): LineSite => ({
  name: "line",
  port: "/dev/null",
  baudRate: 9600,
  parity: "none",
  stopBits: 1,
  devices,
});
const words = (...values: number[]): Outcome => ({
  kind: "data",
  data: Uint8Array.from(values.flatMap((value) => [value >> 8, value & 0xff])),
});
const bits = (byte: number): Outcome => ({ kind: "data", data: Uint8Array.of(byte) });
const lost = (persists: boolean): Outcome => ({ kind: "failed", fault: "no-reply", persists });

/** The only order that is due. */
function only(polling: Polling, now: number): Order {
  const orders = polling.due(now);
  assert.is(orders.length, 1, JSON.stringify(orders));
  return orders[0] as Order;
}

const frequency = point({ name: "meter/frequency", address: 70 });
const power = point({ name: "meter/power", address: 0 });
const meter = device([power], {
  name: "meter",
  averagingMilliseconds: 200,
  probe: { point: frequency, minimum: 40, maximum: 70 },
});
const contact = point({ name: "io/leakDry", function: 2, type: "bit", address: 0, pollMilliseconds: 200 });
const coil = point({
  name: "io/contactor",
  function: 1,
  type: "bit",
  address: 0,
  writeFunction: 5,
  pollMilliseconds: 500,
});
const io = device([contact, coil], { name: "io", address: 2 });

test("values count only once the identity is proven, and again after each reconnect", () => {
  const polling = createPolling(line(meter), 0);
  const identity = only(polling, 0);
  assert.is(identity.request.address, 70);
  assert.equal(polling.due(10), []);
  polling.result(identity, words(500), 0, 20);
  assert.equal(polling.readings["meter/power"], { quality: "bad", fault: "identity-unproven", at: 20 });
  const again = only(polling, polling.nextDueAt());
  polling.result(again, words(50), 1020, 1040);
  const read = only(polling, 1040);
  assert.is(read.request.address, 0);
  polling.result(read, words(1234), 1050, 1080);
  assert.equal(polling.readings["meter/power"], { quality: "good", value: 1234, at: 850 });
  polling.opened(1100);
  assert.is(only(polling, 1100).request.address, 70);
});

test("a probe that shows impossible values in a usual read puts the device in doubt, with all its values; one without a grid does not", () => {
  const both = device([power, frequency, point({ name: "meter/energy", address: 200 })], {
    name: "meter",
    maximumRegisters: 100,
    probe: { point: frequency, minimum: 40, maximum: 70 },
  });
  const polling = createPolling(line(both), 0);
  polling.result(only(polling, 0), words(50), 0, 10);
  const reads = polling.due(10);
  assert.equal(
    reads.map(({ request }) => request.address),
    [0, 70, 200],
  );
  const [first, second, third] = reads as [Order, Order, Order];
  polling.result(first, words(1234), 10, 20);
  polling.result(second, words(0), 20, 30);
  polling.result(third, words(9), 30, 40);
  assert.is(polling.readings["meter/power"]?.quality, "good");
  assert.equal(polling.due(40), [], "still proven");
  const again = polling.due(1010) as [Order, Order, Order];
  polling.result(again[0], words(4321), 1010, 1020);
  polling.result(again[1], words(500), 1020, 1030);
  for (const name of ["meter/power", "meter/frequency", "meter/energy"])
    assert.equal(polling.readings[name], { quality: "bad", fault: "identity-unproven", at: 1030 });
  // Its answer was on the way: it does not count before the proof.
  polling.result(again[2], words(10), 1030, 1040);
  assert.is(polling.readings["meter/energy"]?.quality, "bad");
  polling.result(only(polling, 1040), words(50), 1040, 1050);
  const believed = polling.due(1050) as [Order, Order, Order];
  polling.result(believed[0], words(1234), 1050, 1060);
  assert.is(polling.readings["meter/power"]?.quality, "good");
});

test("one failure keeps the reading and asks again at once; the second turns it bad and the identity unproven", () => {
  const polling = createPolling(line(meter), 0);
  polling.result(only(polling, 0), words(50), 0, 10);
  polling.result(only(polling, 10), words(7), 10, 20);
  const second = only(polling, 1010);
  polling.result(second, lost(false), 1010, 1300);
  assert.is(polling.readings["meter/power"]?.quality, "good");
  const third = only(polling, 1300);
  polling.result(third, lost(true), 1300, 1600);
  assert.equal(polling.readings["meter/power"], { quality: "bad", fault: "no-reply", at: 1600 });
  assert.is(polling.reportedAt(1600), 1600);
  assert.is(only(polling, polling.nextDueAt()).request.address, 70);
});

test("a device that fell silent on a slow block is asked for its identity as soon as its fastest points would be", () => {
  const energy = point({ name: "meter/energy", address: 30, pollMilliseconds: 60_000 });
  const polling = createPolling(line(device([power, energy], { ...meter, points: [power, energy] })), 0);
  polling.result(only(polling, 0), words(50), 0, 10);
  const [fast, slow] = polling.due(10);
  assert.ok(fast && slow);
  polling.result(fast, words(7), 10, 20);
  polling.result(slow, lost(true), 20, 600);
  assert.is(polling.nextDueAt(), 1600);
  assert.is(only(polling, 1600).request.address, 70);
});

test("what a device refuses is bad, the rest of it stays good", () => {
  const far = point({ name: "io/far", function: 4, address: 500 });
  const polling = createPolling(line({ ...io, points: [contact, far] }), 0);
  const [first, second] = polling.due(0);
  assert.ok(first !== undefined && second !== undefined);
  const [bit, register] = first.request.function === 2 ? [first, second] : [second, first];
  polling.result(bit, bits(1), 0, 10);
  polling.result(register, { kind: "failed", fault: "refused-by-device", persists: true }, 10, 20);
  assert.is(polling.readings["io/leakDry"]?.quality, "good");
  assert.equal(polling.readings["io/far"], { quality: "bad", fault: "refused-by-device", at: 20 });
});

test("a contact that changes, or is no longer known, is urgent; the same again is not", () => {
  const polling = createPolling(line(device([contact], { name: "io" })), 0);
  assert.is(polling.result(only(polling, 0), bits(1), 0, 10), true);
  assert.is(polling.result(only(polling, 200), bits(1), 200, 210), false);
  assert.is(polling.result(only(polling, 400), bits(0), 400, 410), true);
  assert.is(polling.result(only(polling, 600), lost(true), 600, 610), true);
  assert.is(polling.result(only(polling, 800), lost(true), 800, 810), false);
});

test("every value of a point that is read each 100 ms is urgent: a scan follows at once", () => {
  const fast = point({ name: "meter/frequencyHertz", address: 0, pollMilliseconds: 100 });
  const polling = createPolling(line(device([fast], { name: "meter" })), 0);
  for (const at of [0, 100, 200]) assert.is(polling.result(only(polling, at), words(60), at, at + 10), true);
  const slow = createPolling(line(device([power], { name: "meter" })), 0);
  assert.is(slow.result(only(slow, 0), words(60), 0, 10), false);
});

test("a command is written at once, before reads, and counts when a later read shows it", () => {
  const polling = createPolling(line(io), 0);
  for (const order of polling.due(0)) polling.result(order, bits(0), 0, 10);
  polling.command({ "io/contactor": 1, "other/output": 1 }, 20);
  const write = only(polling, 20);
  assert.equal(write.request, { mode: "write", unit: 2, function: 5, address: 0, value: 1 });
  assert.is(write.insist, true);
  assert.is(polling.readings["io/contactor"]?.quality === "good" && polling.readings["io/contactor"]?.value, 0);
  polling.result(write, { kind: "written" }, 20, 40);
  const back = only(polling, 40);
  assert.equal([back.request.mode, back.request.function], ["read", 1]);
  assert.ok(back.priority > write.priority && back.priority < 2);
  polling.result(back, bits(1), 45, 60);
  assert.is(polling.readings["io/contactor"]?.quality === "good" && polling.readings["io/contactor"]?.value, 1);
  // The same again changes nothing; only the periodic re-assertion writes.
  polling.command({ "io/contactor": 1 }, 70);
  assert.ok(polling.due(70).every(({ request }) => request.mode === "read"));
});

test("a read that began before the write was answered says nothing about it; another one follows at once", () => {
  const polling = createPolling(line(device([coil], { name: "io", address: 2 })), 0);
  const early = only(polling, 0);
  polling.command({ "io/contactor": 1 }, 5);
  const write = only(polling, 5);
  polling.result(write, { kind: "written" }, 20, 40);
  polling.result(early, bits(0), 0, 41);
  const proof = only(polling, 41);
  assert.is(proof.request.mode, "read");
  polling.result(proof, bits(1), 45, 60);
  assert.equal(
    play(polling, 60, 4000, () => 1),
    [],
    "not written again before its time",
  );
});

/** Every order is answered after 10 ms; the coil shows `coilShows()`. Writes as [at, value]. */
function play(polling: Polling, from: number, to: number, coilShows: () => number, take = true): [number, number][] {
  const writes: [number, number][] = [];
  for (let now = from; now < to; now = Math.max(now + 1, polling.nextDueAt())) {
    for (const order of polling.due(now)) {
      const { request } = order;
      if (request.mode === "write") {
        writes.push([now, request.value]);
        polling.result(order, take ? { kind: "written" } : lost(true), now, now + 10);
      } else polling.result(order, bits(request.function === 1 ? coilShows() : 1), now, now + 10);
    }
  }
  return writes;
}

test("an output is written again every few seconds, soon when it is found changed, and at once after a reconnect", () => {
  const polling = createPolling(line(io), 0);
  polling.command({ "io/contactor": 1 }, 0);
  const calm = play(polling, 0, 20_000, () => 1);
  assert.ok(calm.length >= 4 && calm.length <= 5, JSON.stringify(calm));
  const found = play(polling, 20_000, 22_000, () => 0);
  assert.ok(found.length >= 3, JSON.stringify(found));
  const writes = play(polling, 22_000, 28_000, () => 1);
  const last = writes.at(-1)?.[0] ?? 0;
  polling.opened(last + 100);
  assert.ok(polling.due(last + 100).some(({ request }) => request.mode === "write"));
});

test("a contactor that was closed and is found open stays open until it is commanded anew", () => {
  const polling = createPolling(line(io), 0, new Set(["io/contactor"]));
  polling.command({ "io/contactor": 1 }, 0);
  assert.equal(
    play(polling, 0, 2000, () => 0).map(([, value]) => value),
    [1, 1, 1, 1],
    "not closed yet: tried again",
  );
  assert.equal(
    play(polling, 2000, 20_000, () => 1).filter(([at]) => at > 2500),
    [],
    "closed: not written any more",
  );
  polling.opened(20_000);
  polling.command({ "io/contactor": 1 }, 20_000);
  assert.ok(
    play(polling, 20_000, 30_000, () => 0).every(([, value]) => value === 0),
    "the module has lost it",
  );
  polling.command({ "io/contactor": 0 }, 30_000);
  polling.command({ "io/contactor": 1 }, 31_000);
  assert.ok(play(polling, 31_000, 32_000, () => 0).some(([, value]) => value === 1));
});

test("a write that fails is tried again, and what was commanded meanwhile wins", () => {
  const polling = createPolling(line(io), 0);
  for (const order of polling.due(0)) polling.result(order, bits(0), 0, 10);
  polling.command({ "io/contactor": 1 }, 20);
  const write = only(polling, 20);
  polling.command({ "io/contactor": 0 }, 25);
  assert.ok(
    polling.due(25).every(({ request }) => request.mode === "read"),
    "one write of an output at a time",
  );
  polling.result(write, lost(true), 20, 220);
  const next = polling.due(220).filter(({ request }) => request.mode === "write");
  assert.equal(
    next.map(({ request }) => request.mode === "write" && request.value),
    [0],
  );
  for (const order of next) polling.result(order, lost(true), 220, 420);
  const writes = play(polling, 420, 3000, () => 0, false);
  assert.ok(writes.length >= 4 && writes.length <= 6, JSON.stringify(writes));
});

test("nothing is written before somebody has commanded it", () => {
  const polling = createPolling(line(io), 0);
  assert.equal(
    play(polling, 0, 20_000, () => 0),
    [],
  );
});

test("the line has reported when its slowest device has", () => {
  const polling = createPolling(line(device([contact], { name: "a" }), device([power], { name: "b", address: 2 })), 0);
  const [first, second] = polling.due(0);
  assert.ok(first !== undefined && second !== undefined);
  polling.result(first, bits(1), 0, 500);
  assert.is(polling.reportedAt(900), 0);
  polling.result(second, lost(true), 0, 900);
  assert.is(polling.reportedAt(900), 500);
});

test("a device that is asked seldom has reported while nothing is due, and is silent from when it is", () => {
  const slow = point({ name: "b/energy", address: 0, pollMilliseconds: 60_000 });
  const polling = createPolling(line(device([slow], { name: "b" })), 0);
  polling.result(only(polling, 0), words(1), 0, 100);
  assert.is(polling.reportedAt(50_000), 50_000);
  assert.is(polling.reportedAt(64_000), 60_000);
  only(polling, 64_000);
  assert.is(polling.reportedAt(66_000), 60_000);
});

test("what is read often is wanted sooner, and a read that comes a whole poll time late is counted", () => {
  const fast = point({ name: "fast/power", address: 0, pollMilliseconds: 100 });
  const slow = point({ name: "fast/energy", address: 40, pollMilliseconds: 60_000 });
  const polling = createPolling(line(device([slow, fast], { name: "fast" })), 0);
  const wanted = (orders: readonly Order[]) => orders.map(({ request, deadline }) => [request.address, deadline]);
  const first = polling.due(0);
  assert.equal(
    wanted(first),
    [
      [40, 0],
      [0, 0],
    ],
    "what was never read is wanted at once",
  );
  for (const order of first) polling.result(order, words(1), 10, 20);
  const again = only(polling, 110);
  assert.equal(wanted([again]), [[0, 200]]);
  polling.result(again, words(2), 190, 195);
  assert.is(polling.lateReads(), 0);
  const late = only(polling, 205);
  assert.equal(wanted([late]), [[0, 300]]);
  polling.result(late, words(3), 301, 320);
  assert.is(polling.lateReads(), 1);
  assert.equal(wanted(polling.due(60_000)), [
    [40, 120_000],
    [0, 420],
  ]);
});

test("a SunSpec device is read where its model was found, and walked again after a reconnect", () => {
  const site = device([point({ name: "s/power", address: 2 })], {
    name: "s",
    discovery: { bases: [40_000], marker: "53756E53", models: [{ id: 203, lengthRegisters: 105, meaning: "wye" }] },
  });
  const located: DeviceSite[] = [];
  const polling = createPolling(line(site), 0, new Set(), (found) => located.push(found));
  for (const begun of [0, 1000]) {
    const marker = only(polling, begun);
    assert.equal([marker.request.address, located.length], [40_000, begun / 1000]);
    polling.result(marker, words(0x5375, 0x6e53), begun, begun + 10);
    const header = only(polling, begun + 10);
    assert.is(header.request.address, 40_002);
    polling.result(header, words(203, 105), begun + 10, begun + 20);
    const read = only(polling, begun + 20);
    assert.is(read.request.address, 40_004);
    polling.result(read, words(123), begun + 20, begun + 30);
    assert.equal(polling.readings["s/power"], { quality: "good", value: 123, at: begun + 20 });
    if (begun === 0) polling.opened(1000);
  }
  assert.is(located.at(-1)?.points[0]?.address, 40_004);
});

test("a setting that must be so and is not leaves every point of the device unproven", () => {
  const requirement = {
    name: "mode",
    function: 3,
    address: 0x1000,
    registers: 1,
    expected: [{ raw: "0003", meaning: "4-20 mA" }],
    certain: true,
    remedy: "set it",
  } as const;
  const polling = createPolling(line(device([power], { requirements: [requirement] })), 0);
  polling.result(only(polling, 0), words(0), 0, 10);
  assert.equal(polling.readings["meter/power"], { quality: "bad", fault: "identity-unproven", at: 10 });
  polling.result(only(polling, polling.nextDueAt()), words(3), 1010, 1020);
  assert.is(only(polling, 1020).request.address, 0);
});

test.run();
