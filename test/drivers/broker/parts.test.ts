import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createPacketGuard } from "../../../src/drivers/broker/broker-stream.ts";
import { Outbox, type Parcel } from "../../../src/drivers/broker/outbox.ts";
import { createRateBound } from "../../../src/drivers/broker/rate-bound.ts";

const test = suite("parts of the broker link");
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

/** A packet of MQTT with a body of so many bytes. */
function packet(bodyBytes: number): Buffer {
  const length: number[] = [];
  let left = bodyBytes;
  do {
    length.push((left % 128) | (left >= 128 ? 0x80 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.from([0x30, ...length, ...new Array<number>(bodyBytes).fill(0xff)]);
}

test(`packets up to the bound pass in any pieces, one larger does not (seed ${seed})`, () => {
  const bodies = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 });
  void fc.assert(
    fc.property(bodies, fc.integer({ min: 1, max: 50 }), (sizes, piece) => {
      const bytes = Buffer.concat(sizes.map(packet));
      const guard = createPacketGuard(300);
      for (let at = 0; at < bytes.length; at += piece) assert.ok(guard(bytes.subarray(at, at + piece)));
      assert.not(guard(packet(301)));
    }),
    { seed },
  );
  assert.not(createPacketGuard(300)(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x80])));
});

test("so many at once, so many a second", () => {
  const within = createRateBound(3, 2);
  const taken = (now: number): boolean => within(now);
  assert.equal([0, 0, 0, 0, 400, 500, 501, 1000].map(taken), [true, true, true, false, false, true, false, true]);
  assert.equal([60_000, 60_000, 60_000, 60_000].map(taken), [true, true, true, false]);
});

function parcel(number: number): Parcel {
  return { topic: String(number), payload: new Uint8Array() };
}

test("a backlog goes out in order, through a window, and again after a lost connection", () => {
  const outbox = new Outbox();
  const sent: string[] = [];
  const dones: (() => void)[] = [];
  const connect =
    () =>
    ({ topic }: Parcel, done: () => void): void => {
      sent.push(topic);
      dones.push(done);
    };
  for (let number = 0; number < 20; number += 1) outbox.add(parcel(number));
  outbox.open(connect());
  assert.is(sent.length, 16);
  dones[0]?.();
  dones[1]?.();
  assert.equal(sent.slice(16), ["16", "17"]);
  outbox.close();
  sent.length = 0;
  outbox.open(connect());
  assert.equal([sent[0], sent[15]], ["2", "17"]);
  dones[5]?.();
  assert.is(sent.length, 16, "an answer of the old connection counts for nothing");
  outbox.close();
});

test("a backlog is bounded: the oldest makes room", () => {
  const outbox = new Outbox();
  for (let number = 0; number < 600; number += 1) outbox.add(parcel(number));
  const sent: string[] = [];
  outbox.open(({ topic }, done) => {
    sent.push(topic);
    done();
  });
  assert.equal([outbox.dropped(), sent.length, sent[0], sent.at(-1)], [88, 512, "88", "599"]);
});

test.run();
