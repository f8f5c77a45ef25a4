import { suite } from "uvu";
import * as assert from "uvu/assert";
import { systemClock } from "../../src/runtime/clock.ts";
import { openInbox } from "../../src/runtime/inbox.ts";

const test = suite("inbox");

test("a command is taken once, asks for a scan, and its asker hears what the core made of it", async () => {
  let arrivals = 0;
  const inbox = openInbox(systemClock, () => {
    arrivals += 1;
  });
  const answer = inbox.submit({ kind: "lockout" }, "console");
  assert.is(arrivals, 1);
  const taken = inbox.take();
  assert.equal(
    taken.map(({ via, by, action }) => ({ via, by, action })),
    [{ via: "shell", by: "console", action: { kind: "lockout" } }],
  );
  assert.equal(inbox.take(), []);
  const ticket = taken[0]?.ticket ?? "";
  inbox.settle(taken, [{ ticket, done: true, text: "Locked out." }]);
  assert.equal(await answer, { ticket, done: true, text: "Locked out." });
});

test("tickets tell two equal commands apart", async () => {
  const inbox = openInbox(systemClock, () => {});
  const first = inbox.submit({ kind: "release" }, "console");
  const second = inbox.submit({ kind: "release" }, "console");
  const taken = inbox.take();
  const [a, b] = taken.map(({ ticket }) => ticket);
  inbox.settle(taken, [
    { ticket: b ?? "", done: false, text: "second" },
    { ticket: a ?? "", done: true, text: "first" },
  ]);
  assert.is((await first).text, "first");
  assert.is((await second).text, "second");
});

test("a command the core says nothing about is answered all the same", async () => {
  const inbox = openInbox(systemClock, () => {});
  const answer = inbox.submit({ kind: "reset", trip: "tank-1/flow" }, "socket:ann");
  inbox.settle(inbox.take(), []);
  assert.not((await answer).done);
});

test("a flood is refused at once, and the first ones stand", async () => {
  const inbox = openInbox(systemClock, () => {});
  const answers = Array.from({ length: 40 }, () => inbox.submit({ kind: "lockout" }, "console"));
  const taken = inbox.take();
  assert.is(taken.length, 32);
  assert.not((await (answers[32] ?? Promise.reject(new Error("no answer")))).done);
  inbox.settle(
    taken,
    taken.map(({ ticket }) => ({ ticket, done: true, text: "" })),
  );
  assert.ok((await (answers[0] ?? Promise.reject(new Error("no answer")))).done);
});

test.run();
