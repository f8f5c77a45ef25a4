import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FixedRead } from "../../../src/model/device.ts";
import type { DeviceSite } from "../../../src/model/site.ts";
import { beginProof, type Proof, proofAnswered, proofRead } from "../../../src/protocol/modbus/proof.ts";
import { device, point } from "./points.ts";

const test = suite("proof of a device");

const fixed = (address: number, raw: string, more: Partial<FixedRead> = {}): FixedRead => ({
  name: "code",
  function: 3,
  address,
  registers: 1,
  expected: [{ raw, meaning: "right" }],
  certain: true,
  remedy: "look at its plate",
  ...more,
});

/** Registers by address; what is not there is refused. The addresses asked, and the proof's end (null: unproven). */
function prove(site: DeviceSite, registers: Readonly<Record<number, number>>): { asked: number[]; end: Proof | null } {
  const asked: number[] = [];
  let proof: Proof | null = beginProof(site);
  for (let steps = 0; proof !== null && steps < 200; steps += 1) {
    const read = proofRead(proof);
    if (read === null) return { asked, end: proof };
    asked.push(read.address);
    const words = Array.from({ length: read.count }, (_, index) => registers[read.address + index]);
    const data = words.includes(undefined)
      ? null
      : Uint8Array.from(words.flatMap((word = 0) => [word >> 8, word & 0xff]));
    proof = proofAnswered(proof, data);
  }
  return { asked, end: proof };
}

const probe = { point: point({ name: "meter/frequency", address: 70 }), minimum: 40, maximum: 70 };

test("a device without identity, settings and probe is taken as it is", () => {
  assert.equal(prove(device([point({})]), {}).asked, []);
  assert.is(prove(device([point({})]), {}).end?.step.kind, "proven");
});

test("identity and settings are read before the probe; another answer, or none, is another device", () => {
  const site = device([point({})], { identity: [fixed(11, "0150")], requirements: [fixed(253, "0000")], probe });
  const right = { 11: 0x150, 253: 0, 70: 50 };
  assert.equal(prove(site, right).asked, [11, 253, 70]);
  assert.is(prove(site, right).end?.step.kind, "proven");
  assert.is(prove(site, { ...right, 11: 0x151 }).end, null);
  assert.is(prove(site, { ...right, 253: 5 }).end, null);
  assert.is(prove(site, { ...right, 70: 39 }).end, null);
  assert.is(prove(site, { 11: 0x150, 70: 50 }).end, null);
});

test("what is uncertain, or has no right answer, proves nothing and is not asked", () => {
  const identity = [fixed(11, "0150", { certain: false }), fixed(12, "", { expected: [] })];
  assert.equal(prove(device([point({})], { identity }), {}).asked, []);
});

const sunspec = device([point({ name: "meter/power", address: 18, scaleFactorAddress: 22 })], {
  discovery: {
    bases: [40_000, 50_000, 0],
    marker: "53756E53",
    models: [{ id: 203, lengthRegisters: 105, meaning: "three phases" }],
  },
  probe: { ...probe, point: point({ name: "meter/frequency", address: 16, scaleFactorAddress: 17 }) },
});
const chain = (base: number, ...models: readonly (readonly [number, number])[]): Record<number, number> => {
  const registers: Record<number, number> = { [base]: 0x5375, [base + 1]: 0x6e53 };
  let header = base + 2;
  for (const [id, length] of models) {
    registers[header] = id;
    registers[header + 1] = length;
    header += 2 + length;
  }
  return registers;
};

test("a SunSpec device is walked to its model, and its addresses count from there", () => {
  const registers = { ...chain(50_000, [1, 66], [203, 105], [0xffff, 0]), [50_086]: 5000, [50_087]: -2 & 0xffff };
  const { asked, end } = prove(sunspec, registers);
  assert.equal(asked, [40_000, 50_000, 50_002, 50_070, 50_086]);
  assert.is(end?.step.kind, "proven");
  assert.is(end?.device.discovery, null);
  assert.equal(
    end?.device.points.map(({ address, scaleFactorAddress }) => [address, scaleFactorAddress]),
    [[50_088, 50_092]],
  );
});

test("no marker, no such model, a chain without end: unproven, in few steps", () => {
  assert.is(prove(sunspec, {}).end, null);
  assert.is(prove(sunspec, chain(0, [1, 66], [0xffff, 0])).end, null);
  const endless = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [40_002 + index, index % 2]));
  const { asked, end } = prove(sunspec, { ...chain(40_000), ...endless });
  assert.is(end, null);
  assert.ok(asked.length < 50, `${asked.length} reads`);
  const beyond = prove(sunspec, chain(50_000, [1, 0xfff0]));
  assert.is(beyond.end, null);
  assert.ok(
    beyond.asked.every((address) => address < 0xffff),
    beyond.asked.join(),
  );
});

test.run();
