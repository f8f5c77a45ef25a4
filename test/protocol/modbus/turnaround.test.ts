import { suite } from "uvu";
import * as assert from "uvu/assert";
import { replyExpectedAt } from "../../../src/protocol/modbus/master.ts";
import { sealed, VirtualLine } from "./virtual-line.ts";

const test = suite("Modbus master learning when replies come");

test("looks that find the whole reply come sooner by and by, one that finds a part of it later", () => {
  const line = new VirtualLine();
  for (let index = 0; index < 5; index += 1) line.read(1, 10);
  const expected = (): number => {
    line.order({ mode: "read", unit: 1, function: 4, address: 20, count: 2 });
    line.until(() => (line.state.phase.kind === "waiting" ? true : undefined));
    return (replyExpectedAt(line.state) ?? 0) - line.now;
  };
  /** The reply is found `late` ms after its time, by a look or as it came; how much later it is expected from then on. */
  const learned = (prompt: boolean, late: number): number => {
    line.dead.add(1);
    const before = expected();
    line.now += before + late;
    line.feed({ kind: "received", bytes: sealed([1, 4, 4, 1, 20, 1, 21]), prompt });
    const after = expected();
    line.feed({ kind: "received", bytes: sealed([1, 4, 4, 1, 20, 1, 21]), prompt: false });
    return after - before;
  };
  const found = learned(false, 0.1);
  assert.ok(found < 0 && found > -0.1, `${found} ms`);
  const missed = learned(true, 0.1);
  assert.ok(missed > 0 && missed < 0.3, `${missed} ms`);
  assert.ok(learned(true, 40) < 1, "one that was held up teaches little");
});

test.run();
