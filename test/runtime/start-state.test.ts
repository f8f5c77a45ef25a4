import { suite } from "uvu";
import * as assert from "uvu/assert";
import { durableAtStart } from "../../src/runtime/start-state.ts";
import { durableExample } from "../store/examples.ts";

const test = suite("state at the start");

const good = { durable: durableExample(4), salvaged: false, restarts: 0 };

function tripsOf(durable: ReturnType<typeof durableAtStart>): string[] {
  return typeof durable === "string" ? [] : durable.trips.map((trip) => trip.name);
}

test("what the disk knows is handed over as it is", () => {
  assert.is(durableAtStart(good, 1), good.durable);
  assert.is(durableAtStart({ ...good, restarts: 2 }, 1), good.durable);
  assert.is(durableAtStart({ ...good, durable: "none" }, 1), "none");
  assert.is(durableAtStart({ ...good, durable: "unreadable", restarts: 5 }, 1), "unreadable");
});

test("the third restart is a trip that is not on disk yet", () => {
  const durable = durableAtStart({ ...good, restarts: 3 }, 1);
  assert.equal(tripsOf(durable), ["restarts"]);
  assert.ok(typeof durable === "object" && durable.revision === 5);
  assert.equal(tripsOf(durableAtStart({ durable: "none", salvaged: false, restarts: 3 }, 1)), ["restarts"]);
});

test("a trip that stands already is not told twice", () => {
  const durable = durableAtStart({ ...good, restarts: 3 }, 1);
  assert.ok(typeof durable === "object");
  if (typeof durable === "object") assert.is(durableAtStart({ ...good, durable, restarts: 4 }, 2), durable);
});

test("a salvaged state keeps its order registers and is tripped", () => {
  const durable = durableAtStart({ ...good, salvaged: true }, 1);
  assert.equal(tripsOf(durable), ["store"]);
  assert.ok(typeof durable === "object");
  if (typeof durable === "object") assert.equal(durable.order, good.durable.order);
});

test.run();
