import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RemoteCommand } from "../../../src/model/command.ts";
import { type Bench, benchSite, startBench, startUnix } from "./bench.ts";

const test = suite("invariants of dispatch");
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
const { rampUpWattsPerSecond, rampDownWattsPerSecond, failsafeWatts } = benchSite().policy;
const ends = ["expired", "superseded", "cancelled", "failed"];

function prove<Values extends [unknown, ...unknown[]]>(property: fc.IProperty<Values>): void {
  void fc.assert(property, { seed, numRuns: 150, endOnFailure: false });
}

/** One thing that may happen before a scan. */
type Happening =
  | { readonly kind: "wait"; readonly milliseconds: number }
  | { readonly kind: "beat" }
  | { readonly kind: "wall"; readonly milliseconds: number }
  | { readonly kind: "trust"; readonly trusted: boolean }
  | { readonly kind: "store"; readonly ok: boolean }
  | {
      readonly kind: "setpoint";
      readonly watts: number;
      readonly ttl: number;
      readonly after: number;
      readonly source: RemoteCommand["source"];
      readonly target: boolean;
    }
  | { readonly kind: "group"; readonly watts: number; readonly ttl: number; readonly after: number }
  | { readonly kind: "control"; readonly action: "stop" | "release" | "resync" };

const watts = fc.integer({ min: 0, max: 400_000 });
const ttl = fc.integer({ min: 1, max: 120 });
const source = fc.constantFrom<RemoteCommand["source"]>("dispatch", "site", "operator");
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), milliseconds: fc.integer({ min: 1, max: 70_000 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("beat" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wall" as const), milliseconds: fc.integer({ min: -1e11, max: 1e11 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trust" as const), trusted: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("store" as const), ok: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("setpoint" as const),
      watts,
      ttl,
      after: watts,
      source,
      target: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("group" as const), watts, ttl, after: watts }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("control" as const),
      action: fc.constantFrom("stop" as const, "release" as const, "resync" as const),
    }),
  },
);
const story = fc.array(happening, { maxLength: 40 });

/** Lets it happen; the command it sends, if any. */
function happen(bench: Bench, what: Happening): RemoteCommand[] {
  switch (what.kind) {
    case "wait":
      bench.now += what.milliseconds;
      return [];
    case "beat":
      bench.beat();
      return [];
    case "wall":
      bench.unixOffset = startUnix + what.milliseconds;
      return [];
    case "trust":
      bench.trusted = what.trusted;
      return [];
    case "store":
      bench.storedOk = what.ok;
      return [];
    case "setpoint":
      return [bench.setpoint(figures(bench, what, what.target), { source: what.source })];
    case "group":
      return [bench.setpoint(figures(bench, what, false), { addressee: "group" })];
    case "control":
      return [bench.control(what.action)];
  }
}

function figures(bench: Bench, what: { watts: number; ttl: number; after: number }, target: boolean) {
  return {
    watts: what.watts,
    timeToLiveSeconds: what.ttl,
    issuedAt: bench.unixOffset + bench.now,
    expiresAt: bench.unixOffset + bench.now + 200_000,
    kind: target ? ("target" as const) : ("limit" as const),
    onExpiry: { mode: "limit" as const, watts: what.after },
  };
}

test(`11: without a command the ceiling never moves faster than the ramps, whatever expires or is lost (seed ${seed})`, () => {
  prove(
    fc.property(story, fc.integer({ min: 100, max: 2000 }), (happenings, step) => {
      const bench = startBench();
      for (const what of happenings) {
        if (what.kind === "wall" || what.kind === "trust") continue;
        const pause = what.kind === "wait" ? what.milliseconds : 0;
        if (pause === 0) bench.scan(...happen(bench, what));
        bench.scan();
        for (let passed = 0; passed < pause; passed += step) {
          const before = bench.scan().ceilingWatts;
          bench.now += step;
          const moved = bench.scan().ceilingWatts - before;
          assert.ok(moved <= (rampUpWattsPerSecond * step) / 1000 + 1e-6, `rose by ${moved} W in ${step} ms`);
          assert.ok(moved >= (-rampDownWattsPerSecond * step) / 1000 - 1e-6, `fell by ${-moved} W in ${step} ms`);
        }
      }
    }),
  );
});

test(`12: a setpoint has ended at the earlier of its expiry and its time to live, whatever the wall clock does (seed ${seed})`, () => {
  const jumps = fc.array(fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: -3e11, max: 3e11 })), {
    maxLength: 12,
  });
  prove(
    fc.property(ttl, ttl, jumps, (timeToLiveSeconds, expiresAfterSeconds, wallJumps) => {
      const bench = startBench();
      bench.takeControl(400_000);
      const command = bench.setpoint({
        timeToLiveSeconds,
        expiresAt: startUnix + expiresAfterSeconds * 1000,
        watts: 250_000,
      });
      bench.scan(command);
      const end = Math.min(timeToLiveSeconds, expiresAfterSeconds) * 1000;
      for (const [pause, jump] of wallJumps) {
        if (bench.now + pause >= end) break;
        bench.now += pause;
        bench.unixOffset = startUnix + jump;
        bench.scan();
      }
      bench.now = end;
      const scan = bench.scan();
      assert.is(scan.setpoints[0]?.state, "expired");
      assert.equal(scan.requests, []);
    }),
  );
});

test(`13 and 17: failsafe holds until a heartbeat and then a setpoint of this very boot (seed ${seed})`, () => {
  prove(
    fc.property(story, (happenings) => {
      const bench = startBench();
      let mode = "failsafe";
      let beatSince = Number.POSITIVE_INFINITY;
      let everControlled = false;
      for (const what of happenings) {
        if (what.kind === "beat") beatSince = Math.min(beatSince, bench.now);
        const commands = happen(bench, what);
        const scan = bench.scan(...commands);
        const accepted = scan.acknowledgements.some(({ state, id }) => state === "accepted" && id === commands[0]?.id);
        if (mode === "failsafe" && scan.mode === "controlled") {
          assert.ok(what.kind === "setpoint" && accepted, `left by ${what.kind}`);
          assert.ok(beatSince <= bench.now, "left without a heartbeat since failsafe began");
        }
        if (mode === "controlled" && scan.mode === "failsafe") beatSince = Number.POSITIVE_INFINITY;
        everControlled ||= scan.mode === "controlled";
        if (!everControlled) assert.ok(scan.ceilingWatts <= failsafeWatts, `${scan.ceilingWatts} W before control`);
        mode = scan.mode;
      }
    }),
  );
});

test(`14: any order and repetition of a log ends with its highest (epoch, sequence) (seed ${seed})`, () => {
  const log = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 50 })), {
    minLength: 1,
    maxLength: 15,
    selector: ([epoch, sequence]) => epoch * 100 + sequence,
  });
  prove(
    fc.property(log, fc.array(fc.nat(), { maxLength: 30 }), fc.infiniteStream(fc.nat()), (positions, repeats, keys) => {
      const bench = startBench();
      const commands = positions.map(([epoch, sequence]) =>
        bench.setpoint({ epoch, sequence, watts: epoch * 10_000 + sequence }),
      );
      const copies = repeats.flatMap((index) => commands[index % commands.length] ?? []);
      const shuffled = [...commands, ...copies]
        .map((command) => ({ command, key: keys.next().value ?? 0 }))
        .sort((one, other) => one.key - other.key);
      for (const { command } of shuffled) bench.scan(command);
      const highest = Math.max(...positions.map(([epoch, sequence]) => epoch * 10_000 + sequence));
      assert.equal(
        bench.scan().setpoints.map((setpoint) => setpoint.watts),
        [highest],
      );
    }),
  );
});

test(`15: every command is answered, and every accepted setpoint ends exactly once (seed ${seed})`, () => {
  prove(
    fc.property(story, fc.option(watts), (happenings, measured) => {
      const bench = startBench();
      bench.measuredWatts = measured;
      const answers = new Map<string, string[]>();
      const setpoints: string[] = [];
      const note = (scan: ReturnType<Bench["scan"]>): void => {
        for (const { id, state } of scan.acknowledgements)
          if (id !== null) answers.set(id, [...(answers.get(id) ?? []), state]);
      };
      for (const what of happenings) {
        const commands = happen(bench, what);
        note(bench.scan(...commands));
        for (const { id, kind } of commands) {
          assert.ok(id !== null && answers.has(id), "unanswered");
          if (id !== null && kind === "setpoint") setpoints.push(id);
        }
      }
      bench.now += 200_000;
      note(bench.scan());
      for (const id of setpoints) {
        const words = answers.get(id) ?? [];
        const accepted = words[0] === "accepted";
        assert.is(words.filter((word) => ends.includes(word)).length, accepted ? 1 : 0, words.join(", "));
        assert.ok(!accepted || ends.includes(words.at(-1) ?? ""), `something after the end: ${words.join(", ")}`);
      }
    }),
  );
});

test(`16: a group command never raises the ceiling (seed ${seed})`, () => {
  prove(
    fc.property(story, (happenings) => {
      const bench = startBench();
      for (const what of happenings) {
        if (what.kind !== "group") {
          bench.scan(...happen(bench, what));
          continue;
        }
        bench.scan();
        const before = bench.scan().ceilingWatts;
        bench.scan(...happen(bench, what));
        assert.ok(bench.scan().ceilingWatts <= before, "raised by a group");
      }
    }),
  );
});

test(`with the disk or the clock gone no command raises the ceiling (seed ${seed})`, () => {
  prove(
    fc.property(story, fc.boolean(), happening, (happenings, disk, what) => {
      fc.pre(what.kind === "setpoint" || what.kind === "control");
      const bench = startBench();
      for (const earlier of happenings) bench.scan(...happen(bench, earlier));
      bench.storedOk = !disk;
      bench.trusted = disk;
      bench.scan();
      const before = bench.scan().ceilingWatts;
      bench.scan(...happen(bench, what));
      assert.ok(bench.scan().ceilingWatts <= before, "raised");
    }),
  );
});

test(`cutting the time into more scans changes no ceiling (seed ${seed})`, () => {
  const pauses = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 20 });
  prove(
    fc.property(watts, watts, ttl, watts, pauses, (low, limit, timeToLiveSeconds, after, cuts) => {
      const [coarse, fine] = [startBench(), startBench()];
      for (const bench of [coarse, fine]) {
        bench.takeControl(400_000);
        bench.scan(bench.setpoint({ watts: low }));
        const onExpiry = { mode: "limit" as const, watts: after };
        bench.scan(bench.setpoint({ watts: limit, timeToLiveSeconds, rampUpWattsPerSecond: 3000, onExpiry }));
        bench.scan();
      }
      for (const cut of cuts) {
        fine.now += cut;
        fine.scan();
      }
      coarse.now = fine.now;
      const difference = Math.abs(coarse.scan().ceilingWatts - fine.scan().ceilingWatts);
      assert.ok(difference < 1e-6, `${difference} W apart`);
    }),
  );
});

test.run();
