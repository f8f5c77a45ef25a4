import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createSlopeFilter } from "../../../src/drivers/firmata/filter.ts";
import { createOneWireInput, type OneWireRequest, sensorOf } from "../../../src/drivers/firmata/one-wire.ts";

const test = suite("one DS18B20, asked and answered");

/** The scratchpad of 25.0625 °C (data sheet, table 1), with its checksum. */
const warm = [0x91, 0x01, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10, 0x70];
const busy = [0x00];
const nobody = [0xff];
const place = 2;

function sensor(romCode: string | null = null) {
  const filter = createSlopeFilter({ minimum: null, maximum: null, slopePerSecond: 5, noise: 1 });
  return createOneWireInput({ name: "tank-io/bathCelsius", pin: 3, romCode }, filter);
}

/** The function command is the last byte written. */
const commandsOf = (requests: readonly OneWireRequest[]): number[] => requests.map(({ data }) => data.at(-1) ?? 0);

function single(requests: readonly OneWireRequest[]): OneWireRequest {
  const [request] = requests;
  assert.is(requests.length, 1);
  assert.ok(request !== undefined);
  return request;
}

test("a conversion is started, waited for, and read together with the start of the next", () => {
  const input = sensor();
  const start = single(input.poll(1000, place));
  assert.is(sensorOf(start.number), place);
  // Reset, skip ROM, write and read: one byte back, the number, Convert T.
  assert.equal([start.command, start.data], [0x2b, [1, 0, start.number & 0xff, start.number >> 8, 0x44]]);
  input.take(start.number, busy, 1010);
  assert.equal(input.poll(1500, place), []);
  const [read, next] = input.poll(2000, place);
  assert.equal(commandsOf([read, next].filter((each) => each !== undefined)), [0xbe, 0x44]);
  input.take(read?.number ?? -1, warm, 2010);
  assert.equal(input.reading(), { quality: "good", value: 25.0625, at: 1000 });
});

test("with a ROM code the sensor is selected by it", () => {
  const { command, data } = single(sensor("280102030405069E").poll(0, place));
  assert.is(command, 0x2d);
  assert.equal(data.slice(0, 8), [0x28, 1, 2, 3, 4, 5, 6, 0x9e]);
});

test("a conversion that nobody confirms is not read: an old result must not pass as new", () => {
  const input = sensor();
  input.take(single(input.poll(1000, place)).number, nobody, 1010);
  assert.equal(input.reading(), { quality: "bad", fault: "broken-sensor", at: 1000 });
  assert.equal(commandsOf(input.poll(2000, place)), [0x44]);
});

test("an answer that does not come is no reply, and one that comes late is not taken", () => {
  const input = sensor();
  const first = single(input.poll(1000, place));
  const second = single(input.poll(1500, place));
  assert.equal(input.reading(), { quality: "bad", fault: "no-reply", at: 1000 });
  input.take(first.number, busy, 1510);
  assert.is(input.heardAt, -Infinity);
  input.take(second.number, busy, 1520);
  const [read] = input.poll(2500, place);
  input.take(first.number, warm, 2510);
  assert.is(input.reading()?.quality, "bad");
  input.take(read?.number ?? -1, warm, 2520);
  assert.equal(input.reading(), { quality: "good", value: 25.0625, at: 1500 });
});

test("another life of the board knows nothing of before", () => {
  const input = sensor();
  const start = single(input.poll(1000, place));
  input.clear();
  input.take(start.number, busy, 1010);
  assert.equal(commandsOf(input.poll(2000, place)), [0x44]);
  assert.is(input.reading(), null);
});

test.run();
