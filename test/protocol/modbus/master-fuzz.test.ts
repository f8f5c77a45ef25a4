import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Mischief, unitSettings, VirtualLine, wrongValues } from "./virtual-line.ts";

const test = suite("Modbus master under random faults");
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
console.log(`seed ${seed}`);

const mischief: fc.Arbitrary<Mischief> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Mischief>({ kind: "none" }) },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 5000 }).map((milliseconds): Mischief => ({ kind: "late", milliseconds })),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 150, max: 450 }).map((milliseconds): Mischief => ({ kind: "late", milliseconds })),
  },
  fc.constantFrom<Mischief[]>(
    { kind: "lost" },
    { kind: "truncate" },
    { kind: "corrupt" },
    { kind: "garbage" },
    { kind: "header" },
    { kind: "wrong-unit" },
    { kind: "short" },
    { kind: "twice" },
    { kind: "exception", code: 4 },
    { kind: "exception", code: 6 },
    { kind: "noise", bytes: 5 },
  ),
);

const step = fc.record({
  unit: fc.constantFrom(1, 2, 3),
  address: fc.constantFrom(10, 20, 30, 40),
  count: fc.constantFrom(2, 2, 2, 4),
  mischief,
  pauseMilliseconds: fc.constantFrom(0, 0, 5, 50, 400),
  port: fc.constantFrom("kept", "kept", "kept", "kept", "kept", "kept", "kept", "kept", "kept", "replugged"),
});

const units = [
  unitSettings(1),
  unitSettings(2, { minimumGapMilliseconds: 60 }),
  // Only two shapes of reply: nonces run out.
  unitSettings(3, { nonces: unitSettings(3).nonces.slice(1, 4) }),
];

/** 3,000 in `npm run soak -- serial`. */
const runs = Number(process.env["RUNS"] ?? 600);

test("not one wrong value in thousands of requests, and every unit is well again within twenty seconds", () => {
  let requests = 0;
  void fc.assert(
    fc.property(
      fc.array(step, { minLength: 20, maxLength: 60 }),
      fc.constantFrom("queues" as const, "drops" as const),
      fc.constantFrom(1, 4, 300),
      fc.boolean(),
      (steps, busySlave, pieceBytes, echo) => {
        const line = new VirtualLine({ units, busySlave, pieceBytes, echo });
        for (const { unit, address, count, mischief: next, pauseMilliseconds, port } of steps) {
          line.mischief = () => next;
          if (port === "replugged") {
            line.feed({ kind: "lost" });
            line.pass(100);
            line.feed({ kind: "opened" });
          }
          line.read(unit, address, count);
          line.pass(pauseMilliseconds);
        }
        line.mischief = () => ({ kind: "none" });
        const healedBy = line.now + 20_000;
        for (const unit of [1, 2, 3]) {
          while (line.read(unit, 50).outcome.kind !== "data") {
            line.pass(100);
            assert.ok(line.now < healedBy, `unit ${unit} is well again`);
          }
        }
        requests += line.results.length;
        const wrong = line.results.filter((result) => wrongValues(result).length > 0);
        assert.is(
          wrong.length,
          0,
          `${JSON.stringify(wrong[0])} after ${JSON.stringify(steps.map((s) => [s.unit, s.count, s.mischief, s.pauseMilliseconds, s.port]))}`,
        );
      },
    ),
    { seed, numRuns: runs, includeErrorInReport: true },
  );
  console.log(`${requests} requests`);
  assert.ok(requests > 34 * runs, `${requests} requests`);
});

test.run();
