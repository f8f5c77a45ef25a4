/** A link's report: the same one while nothing has changed, another one whatever has. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Known, reporter } from "../../../src/drivers/miners/observed.ts";

const test = suite("report of a link");

const known: Known = {
  last: { observation: { mode: "hashing", setting: "run", powerWatts: 3_300, powerSource: "measured" }, at: 1_000 },
  fault: undefined,
  command: null,
  ownLimitWatts: null,
  provenResponse: undefined,
  pools: undefined,
};

test("while all parts are the same it is the same report", () => {
  const report = reporter("m1");
  assert.is(report(known), report({ ...known }));
});

test("whichever part is another, it is told at once", () => {
  const command = { target: { mode: "sleep" }, sentAt: 2_000, attempts: 1 } as const;
  const changes: readonly Partial<Known>[] = [
    { last: { observation: { mode: "asleep", setting: "sleep", powerSource: "unknown" }, at: 3_000 } },
    { last: undefined },
    { fault: "no-reply" },
    { command },
    { command: { ...command, readBackAt: 4_000 } },
    { ownLimitWatts: 2_000 },
    { provenResponse: { milliseconds: 700, samples: 12, of: "machine" } },
    { pools: "lost" },
  ];
  const report = reporter("m1");
  for (const change of changes) {
    const before = report(known);
    const changed = report({ ...known, ...change });
    assert.not.equal(changed, before);
    assert.equal(changed, reporter("m1")({ ...known, ...change }));
    assert.equal(report(known), before);
  }
});

test.run();
