import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Bench, boot, startBench, startUnix, words } from "./bench.ts";

const test = suite("rejections of commands");

test("a command the link refused is answered with the link's reason", () => {
  const bench = startBench();
  for (const rejection of ["size", "retained", "schema", "signature", "key", "rate"] as const) {
    const command = bench.setpoint({}, { body: null, id: null, rejection });
    const [answer] = bench.scan(command).acknowledgements;
    assert.equal(answer, { id: null, state: "rejected", rejection, epoch: 0, sequence: 0, encoding: "json" });
  }
});

test("kinds that come later are unsupported, an unreadable body is schema", () => {
  const bench = startBench();
  assert.equal(words(bench.scan(bench.setpoint({}, { kind: "schedule", body: null }))), ["rejected schema"]);
  assert.equal(words(bench.scan(bench.setpoint({}, { kind: "config", body: null }))), ["rejected unsupported"]);
  assert.equal(words(bench.scan(bench.setpoint({}, { body: null }))), ["rejected schema"]);
  for (const kind of ["control", "schedule"] as const)
    assert.equal(words(bench.scan(bench.setpoint({}, { kind }))), ["rejected schema"]);
});

test("another container's command is refused, on the group's topic everything but `group`", () => {
  const bench = startBench();
  assert.equal(words(bench.scan(bench.setpoint({ container: "wolf-c08" }))), ["rejected container"]);
  assert.equal(words(bench.scan(bench.setpoint({ container: "group" }))), ["rejected container"]);
  const group = bench.setpoint({ container: "wolf-c07" }, { addressee: "group" });
  assert.equal(words(bench.scan(group)), ["rejected container"]);
});

test("a command for an earlier boot is refused, one for this boot taken", () => {
  const bench = startBench();
  assert.equal(words(bench.scan(bench.setpoint({ boot: "f".repeat(32) }))), ["rejected boot"]);
  assert.equal(words(bench.scan(bench.setpoint({ boot })))[0], "accepted");
});

test("the same bytes again get the same answer and have no second effect; other bytes are a conflict", () => {
  const bench = startBench();
  const command = bench.setpoint();
  const first = bench.scan(command);
  bench.now += 5000;
  const before = bench.state().slots;
  const again = bench.scan({ ...command, receivedAt: bench.now });
  assert.equal(again.acknowledgements, [first.acknowledgements[0]]);
  assert.equal(again.events, []);
  assert.equal(
    bench.state().slots.map(({ deadline }) => deadline),
    before.map(({ deadline }) => deadline),
  );
  assert.equal(words(bench.scan({ ...command, digest: "other" })), ["rejected conflict"]);
  const refused = bench.setpoint({ watts: 400_001 });
  assert.equal(words(bench.scan(refused)), ["rejected range"]);
  assert.equal(words(bench.scan(refused)), ["rejected range"]);
});

test("the last 256 identifiers are remembered and no more", () => {
  const bench = startBench();
  const first = bench.setpoint();
  bench.scan(first);
  for (let count = 0; count < 255; count += 1) bench.scan(bench.setpoint());
  assert.equal(words(bench.scan(first)), ["accepted"]);
  bench.scan(bench.setpoint());
  assert.equal(words(bench.scan(first)), ["rejected sequence"]);
  assert.is(bench.state().answers.length, 256);
});

test("epoch and sequence must grow; a higher epoch fences every kind of the same source", () => {
  const bench = startBench();
  bench.scan(bench.setpoint({ epoch: 5, sequence: 10 }));
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 5, sequence: 10 }))), ["rejected sequence"]);
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 5, sequence: 9 }))), ["rejected sequence"]);
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 4, sequence: 99 }))), ["rejected epoch"]);
  assert.equal(words(bench.scan(bench.control("stop"))), ["rejected epoch"]);
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 4 }, { addressee: "group" }))), ["rejected epoch"]);
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 1 }, { source: "site" })))[0], "accepted");
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 6, sequence: 0 })))[0], "accepted");
});

test("only accepted commands move the order", () => {
  const bench = startBench();
  bench.scan(bench.setpoint({ epoch: 7, sequence: 50, watts: 400_001 }));
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 1, sequence: 49 })))[0], "accepted");
});

test("an operator's command lowers the fence to its own epoch", () => {
  const bench = startBench();
  bench.scan(bench.setpoint({ epoch: 2 ** 53 - 1, sequence: 2 ** 53 - 1 }));
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 3 }))), ["rejected epoch"]);
  bench.scan(bench.setpoint({ epoch: 3 }, { source: "operator" }));
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 2 }))), ["rejected epoch"]);
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 3, sequence: 0 })))[0], "accepted");
});

test("an operator's command of a higher epoch leaves the others' order alone", () => {
  const bench = startBench();
  bench.scan(bench.setpoint({ epoch: 3, sequence: 50 }));
  bench.scan(bench.setpoint({ epoch: 4 }, { source: "operator" }));
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 3, sequence: 49 }))), ["rejected sequence"]);
});

test("the order survives a restart", () => {
  const order = { "dispatch/setpoint/container": { epoch: 5, sequence: 10 } };
  const durable = { revision: 9, trips: [], lockout: null, remoteStop: null, order, asleepByUs: [] };
  const bench = startBench(undefined, { ...durable, contactorOperations: {} });
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 5, sequence: 10 }))), ["rejected sequence"]);
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 4, sequence: 11 }))), ["rejected epoch"]);
  assert.equal(words(bench.scan(bench.setpoint({ epoch: 5, sequence: 11 })))[0], "accepted");
});

test("expired by the wall clock, expired by the time to live, issued in the future", () => {
  const bench = startBench();
  const times = { issuedAt: startUnix - 9000, expiresAt: startUnix };
  assert.equal(words(bench.scan(bench.setpoint(times))), ["rejected expired"]);
  const old = bench.setpoint({ timeToLiveSeconds: 2 });
  bench.now += 2000;
  assert.equal(words(bench.scan(old)), ["rejected expired"]);
  assert.equal(words(bench.scan(bench.setpoint({ issuedAt: startUnix + 60_000 }))), ["rejected future"]);
  assert.equal(words(bench.scan(bench.setpoint({ issuedAt: startUnix + 20_000 })))[0], "accepted");
});

test("with an untrusted clock lowering is obeyed and raising refused", () => {
  const bench = startBench();
  bench.takeControl(200_000);
  bench.trusted = false;
  const wrongTimes = { issuedAt: 0, expiresAt: 1 };
  assert.equal(words(bench.scan(bench.setpoint({ watts: 200_001, ...wrongTimes }))), ["rejected clock"]);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 150_000, ...wrongTimes })))[0], "accepted");
  assert.is(bench.scan().ceilingWatts, 150_000);
  assert.equal(words(bench.scan(bench.control("release"))), ["rejected clock"]);
  assert.equal(words(bench.scan(bench.control("stop")))[0], "accepted");
  assert.is(bench.scan().ceilingWatts, 0);
});

test("the same level again is no raise: it is renewed without clock and disk", () => {
  const bench = startBench();
  bench.takeControl(200_000);
  bench.trusted = false;
  bench.storedOk = false;
  bench.run(10_000);
  assert.is(words(bench.scan(bench.setpoint({ watts: 200_000 })))[0], "accepted");
});

test("what follows an order that may only lower is no raise either", () => {
  const raising = { watts: 40_000, timeToLiveSeconds: 1, onExpiry: { mode: "limit", watts: 300_000 } } as const;
  const untrusted = startBench();
  untrusted.takeControl(200_000);
  untrusted.trusted = false;
  assert.equal(words(untrusted.scan(untrusted.setpoint(raising)))[0], "accepted");
  const highest = (bench: Bench): number => {
    let most = 0;
    for (let second = 0; second < 200; second += 1) {
      bench.now += 1000;
      bench.beat();
      most = Math.max(most, bench.scan().ceilingWatts);
    }
    return most;
  };
  assert.is(highest(untrusted), 200_000, "without a trusted clock");
  const group = startBench();
  group.takeControl(300_000);
  group.scan(group.setpoint({ container: "group", watts: 50_000 }, { addressee: "group" }));
  group.scan(group.setpoint({ ...raising, container: "group" }, { addressee: "group" }));
  assert.is(highest(group), 50_000, "by a group's order");
});

test("with an untrusted clock failsafe is not left", () => {
  const bench = startBench();
  bench.trusted = false;
  bench.beat();
  bench.scan();
  assert.equal(words(bench.scan(bench.setpoint({ watts: 100_001 }))), ["rejected clock"]);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 90_000 })))[0], "accepted");
  const scan = bench.scan();
  assert.equal([scan.mode, scan.ceilingWatts], ["failsafe", 90_000]);
});

test("figures out of range are refused", () => {
  const bench = startBench();
  assert.equal(words(bench.scan(bench.setpoint({ watts: 400_001 }))), ["rejected range"]);
  assert.equal(words(bench.scan(bench.setpoint({ onExpiry: { mode: "limit", watts: 400_001 } }))), ["rejected range"]);
  assert.equal(words(bench.scan(bench.setpoint({ onExpiry: { mode: "limit" } }))), ["rejected range"]);
  const backwards = { issuedAt: startUnix + 2000, expiresAt: startUnix + 1000 };
  assert.equal(words(bench.scan(bench.setpoint(backwards))), ["rejected range"]);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 400_000 })))[0], "accepted");
});

test("what a group cannot have is unsupported: a schedule after expiry, a target, a control", () => {
  const bench = startBench();
  const scheduled = bench.setpoint({ onExpiry: { mode: "schedule" } }, { addressee: "group" });
  assert.equal(words(bench.scan(scheduled)), ["rejected unsupported"]);
  assert.equal(words(bench.scan(bench.setpoint({ kind: "target" }, { addressee: "group" }))), ["rejected unsupported"]);
  const control = bench.control("stop", { addressee: "group" });
  const body = control.body === null ? null : { ...control.body, container: "group" };
  assert.equal(words(bench.scan({ ...control, body })), ["rejected unsupported"]);
});

test("where the store fails a raise is refused and a lowering obeyed", () => {
  const bench = startBench();
  bench.takeControl(200_000);
  bench.storedOk = false;
  bench.run(3000);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 250_000 }))), ["rejected store"]);
  assert.equal(words(bench.scan(bench.control("release"))), ["rejected store"]);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 150_000 })))[0], "accepted");
  assert.is(bench.scan().ceilingWatts, 150_000);
});

test("a write in flight is no failure of the store: the raise waits", () => {
  const bench = startBench();
  bench.takeControl(200_000);
  bench.storedOk = false;
  bench.run(2999);
  assert.equal(words(bench.scan(bench.setpoint({ watts: 250_000 }))), ["accepted", "superseded", "limited store"]);
  assert.is(bench.scan().ceilingWatts, 200_000);
});

test("a lockout and a trip refuse releases and resets, not setpoints", () => {
  const bench = startBench();
  bench.trips = ["tank-1/coolant"];
  assert.equal(words(bench.scan(bench.control("reset"))), ["rejected tripped"]);
  assert.equal(words(bench.scan(bench.control("release"))), ["rejected tripped"]);
  assert.equal(words(bench.scan(bench.setpoint()))[0], "accepted");
  bench.lockout = true;
  assert.equal(words(bench.scan(bench.control("reset"))), ["rejected lockout"]);
  assert.equal(words(bench.scan(bench.control("release"))), ["rejected lockout"]);
  bench.trips = [];
  bench.lockout = false;
  assert.equal(words(bench.scan(bench.control("reset"))), ["rejected unsupported"]);
});

test("a control command that ends before it begins is out of range", () => {
  const bench = startBench();
  const command = bench.control("stop");
  const body =
    command.body === null ? null : { ...command.body, issuedAt: startUnix + 2000, expiresAt: startUnix + 1000 };
  assert.equal(words(bench.scan({ ...command, body })), ["rejected range"]);
});

test("commands of the shell are nobody's business here", () => {
  const bench = startBench();
  const local = { via: "shell", receivedAt: 0, by: "console", ticket: "1", action: { kind: "release" } } as const;
  assert.equal(bench.scan(local).acknowledgements, []);
});

test("an accepted command is an event in a person's words", () => {
  const bench = startBench();
  const setpoint = bench.setpoint({ reference: "event-77" }, { addressee: "group" });
  assert.is(bench.scan(setpoint).events[0]?.text, "dispatch (group): limit 200 kW for 300 s (test, event-77).");
  assert.is(bench.scan().setpoints[0]?.reason, "test, event-77");
  const stop = bench.control("stop", {}, "work on the feeder");
  assert.is(bench.scan(stop).events[0]?.text, "dispatch: stop (work on the feeder).");
});

test("a rejection is an event that names command and reason", () => {
  const bench = startBench();
  const command = bench.setpoint({ watts: 400_001 });
  const [event] = bench.scan(command).events;
  assert.equal(event, {
    kind: "command",
    severity: "warning",
    subject: command.id,
    text: "Command setpoint from dispatch refused: range.",
  });
});

test("every refusal of a flood is answered, but only some are events, and the rest are told as a number", () => {
  const bench = startBench();
  let told = 0;
  for (let count = 0; count < 100; count += 1) {
    const { acknowledgements, events } = bench.scan(bench.setpoint({ watts: 400_001 }));
    assert.equal(
      acknowledgements.map(({ rejection }) => rejection),
      ["range"],
    );
    told += events.length;
    bench.now += 50;
  }
  assert.is(told, 20);
  bench.now += 60_000;
  assert.equal(
    bench.scan().events.map(({ text }) => text),
    ["80 more commands were refused."],
  );
  assert.equal(bench.scan().events, []);
  assert.is(bench.scan(bench.setpoint({ watts: 400_001 })).events.length, 1);
});

test.run();
