import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Durable } from "../../src/model/durable.ts";
import { durableAfterLateDisk, durableAtStart } from "../../src/runtime/start-state.ts";
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

const lived: Durable = {
  ...durableExample(3),
  trips: [trip("store"), trip("tank-1/leak")],
  lockout: { by: "console", sinceUnixMilliseconds: 7 },
  remoteStop: { source: "operator", id: "2" },
  order: { "dispatch/setpoint/container": { epoch: 1, sequence: 2 }, "site/setpoint/group": { epoch: 1, sequence: 1 } },
  asleepByUs: ["x-1", "x-2"],
  contactorOperations: { "branch-1": 1 },
};

function trip(name: string): Durable["trips"][number] {
  return { name, scope: "container", reason: { code: "leak", text: name }, trippedAtUnixMilliseconds: 1 };
}

test("of rises of protected loads the larger one stays, whoever measured it", () => {
  const { protectedRises: _, ...plain } = lived;
  const merged = (disk: Durable["protectedRises"], meanwhile: Durable["protectedRises"]) => {
    const stored = disk === undefined ? durableExample(40) : { ...durableExample(40), protectedRises: disk };
    const after = meanwhile === undefined ? plain : { ...plain, protectedRises: meanwhile };
    return durableAfterLateDisk({ ...good, durable: stored }, after, 1).protectedRises;
  };
  assert.is(merged(undefined, undefined), undefined);
  assert.equal(merged({ racks: 5000, ai: 1000 }, { racks: 4000, gpu: 7 }), { racks: 5000, ai: 1000, gpu: 7 });
  assert.equal(merged(undefined, { racks: 4000 }), { racks: 4000 });
  assert.equal(merged({ racks: 4000 }, undefined), { racks: 4000 });
});

test("what happened before a late disk answered is added to what it knew", () => {
  const durable: Durable = {
    ...durableExample(40),
    trips: [trip("tank-2/flow")],
    lockout: null,
    remoteStop: { source: "dispatch", id: "1" },
    order: { "dispatch/setpoint/container": { epoch: 1, sequence: 9 } },
    asleepByUs: ["x-2", "x-3"],
    contactorOperations: { "branch-1": 4 },
  };
  const after = durableAfterLateDisk({ durable, salvaged: false, restarts: 0 }, lived, 1);
  assert.equal(after, {
    revision: 41,
    trips: [trip("tank-2/flow"), trip("tank-1/leak")],
    lockout: lived.lockout,
    remoteStop: { source: "dispatch", id: "1", others: [{ source: "operator", id: "2" }] },
    order: {
      "dispatch/setpoint/container": { epoch: 1, sequence: 9 },
      "site/setpoint/group": { epoch: 1, sequence: 1 },
    },
    asleepByUs: ["x-2", "x-3", "x-1"],
    contactorOperations: { "branch-1": 5 },
  });
  const looping = durableAfterLateDisk({ durable, salvaged: true, restarts: 3 }, { ...lived, trips: [] }, 1);
  assert.equal(tripsOf(looping), ["tank-2/flow", "store", "restarts"]);
});

test("of a late disk that knew nothing, or nothing readable, what happened meanwhile is kept", () => {
  assert.is(durableAfterLateDisk({ durable: "unreadable", salvaged: false, restarts: 0 }, lived, 1), lived);
  const first = durableAfterLateDisk({ durable: "none", salvaged: false, restarts: 0 }, lived, 1);
  assert.equal(tripsOf(first), ["tank-1/leak"]);
  assert.equal(first.remoteStop, lived.remoteStop);
  assert.is(
    durableAfterLateDisk({ durable: "none", salvaged: false, restarts: 0 }, durableExample(3), 1).remoteStop,
    null,
  );
});

test.run();
