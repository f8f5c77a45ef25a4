/** Units of one line do not pay for each other's faults: in virtual time, where no busy machine can be the cause. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Mischief, VirtualLine, wrongValues } from "./virtual-line.ts";

const test = suite("units of one line");

/** As late as the quiet after a timeout lasts, and a little more. Later ones may meet the other unit's reply on the wire: two transmitters at once, which no master can mend. */
const lateMilliseconds = [195, 210, 300, 390, 405, 450];
const faults: readonly Mischief[] = [
  ...(["lost", "truncate", "corrupt", "garbage", "header", "wrong-unit", "short", "twice"] as const).map((kind) => ({
    kind,
  })),
  { kind: "exception", code: 2 },
  { kind: "noise", bytes: 6 },
  ...lateMilliseconds.map((milliseconds) => ({ kind: "late", milliseconds }) as const),
];
const counts = ["timeouts", "badFrames", "exceptions", "unaskedReplies", "lateReplies"] as const;

for (const fault of faults) {
  test(`${Object.values(fault).join(" ")}: whatever befalls one unit's reply, the other loses no request and no good name`, () => {
    for (const pieceBytes of [1, 3, 300]) {
      const line = new VirtualLine({ pieceBytes });
      line.read(1, 10);
      line.read(2, 10);
      const before = line.state.units[2];
      // The first unit's reply; the other one is asked right behind it.
      let befallen = 0;
      line.mischief = (unit) => {
        if (unit !== 1 || befallen > 0) return { kind: "none" };
        befallen += 1;
        return fault;
      };
      for (let index = 0; index < 40; index += 1) line.read(1 + (index % 2), 10 * (index % 5));
      line.pass(5000);
      assert.is(befallen, 1);
      assert.equal(line.results.flatMap(wrongValues), []);
      const others = line.results.filter(({ order }) => order.request.unit === 2);
      assert.is(others.length, 21);
      assert.equal(new Set(others.map(({ outcome }) => outcome.kind)), new Set(["data"]));
      for (const count of counts) assert.is(line.state.units[2]?.[count], before?.[count], count);
    }
  });
}

test.run();
