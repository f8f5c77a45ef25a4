import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sealed, VirtualLine, wrongValues } from "./virtual-line.ts";

const test = suite("a second master on the line, in virtual time");

test("what a second master asked for is never taken for our own reply, whenever it asks", () => {
  // Its slave drops a request that comes while it is busy: then only the foreign reply comes, where ours is waited for.
  for (const busySlave of ["drops", "queues"] as const)
    for (let lead = -60; lead <= 60; lead += 3) {
      const line = new VirtualLine({ busySlave });
      for (const address of [10, 20, 30]) line.read(1, address);
      const foreignAt = line.now + 100;
      line.foreignRequest(foreignAt, sealed([1, 4, 0, 90, 0, 2]));
      line.pass(100 + lead);
      for (const address of [10, 20, 30, 10, 20]) line.read(1, address);
      assert.is(line.state.foreignRequests, 1);
      const wrong = line.results.filter((result) => wrongValues(result).length > 0);
      assert.equal(wrong, [], `${busySlave}, asked ${lead} ms after it`);
      assert.ok(line.results.filter(({ outcome }) => outcome.kind === "data").length >= 6, `${lead}: goes on`);
    }
});

const foreign = sealed([1, 4, 0, 90, 0, 2]);
const replyFrom = (address: number): Uint8Array => sealed([1, 4, 4, 1, address, 1, address + 1]);

/** Orders a read of a unit that says only what is said here. */
function ordered(line: VirtualLine, address: number): void {
  line.dead.add(1);
  line.order({ mode: "read", unit: 1, function: 4, address, count: 2 });
}

const wrongOf = (line: VirtualLine) => line.results.filter((result) => wrongValues(result).length > 0);

test("when it asked for as much since our request, no reply counts: neither the first nor the second", () => {
  for (const replies of [[90], [10, 90], [90, 10]]) {
    const line = new VirtualLine();
    line.read(1, 10);
    ordered(line, 20);
    line.arrive(line.now + 20, foreign);
    for (const address of replies) line.arrive(line.now + 20, replyFrom(address));
    line.pass(1000);
    const last = line.results.at(-1)?.outcome;
    assert.equal(last, { kind: "failed", fault: "bad-frame", persists: false });
    line.dead.clear();
    for (const address of [10, 20]) assert.is(line.read(1, address).outcome.kind, "data");
    assert.equal(wrongOf(line), []);
  }
});

test("when it asks right behind our reply, its own is not taken for the next", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  ordered(line, 20);
  line.arrive(line.now + 20, Uint8Array.from([...replyFrom(20), ...foreign]));
  line.pass(40);
  ordered(line, 30);
  line.arrive(line.now + 20, replyFrom(90));
  line.pass(1000);
  assert.equal(
    line.results.map(({ outcome }) => outcome.kind),
    ["data", "data", "failed"],
  );
  assert.equal(wrongOf(line), []);
});

test.run();
