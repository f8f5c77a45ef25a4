/** Invariants 7, 8 and 9: every way through a thermal trip, its cause, resets, restarts and a store that is behind, with the whole core. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ControlState, startControl } from "../../../src/control/state.ts";
import { step } from "../../../src/control/step.ts";
import type { Command } from "../../../src/model/command.ts";
import type { Decision } from "../../../src/model/decision.ts";
import type { Durable } from "../../../src/model/durable.ts";
import { local, setpoint } from "../commands-for-tests.ts";
import { asleep, good, hashing, healthyReadings, powerBehind, siteForTests } from "../site-for-tests.ts";
import { explore, told } from "./explore.ts";

const test = suite("every state of a trip");
const scanMilliseconds = 5000;
const coolDownMilliseconds = 20_000;
const site = siteForTests({
  tanks: 1,
  machinesPerTank: 1,
  policy: { coolDownMilliseconds, goodAgainMilliseconds: 5000 },
});
const sensors = site.tanks[0]?.coolant.sensors ?? [];
/** Below the release, between release and trip, above the trip [°C]: near enough that the core believes the way from one to the next. */
const temperatures = [49, 55, 61] as const;
const [released, , tripped] = temperatures;
const trip = "tank-1/coolant";
const machine = "a-001";

interface Input {
  readonly celsius: (typeof temperatures)[number] | "lost";
  readonly what: "nothing" | "reset" | "setpoint" | "restart" | "store behind, reset";
}

interface State {
  readonly control: ControlState;
  readonly decision: Decision | null;
  readonly celsius: Input["celsius"];
  /** What is on disk. */
  readonly stored: Durable | "none";
  /** Since when the trip stands for this process, by the test's own book; null: it does not. */
  readonly since: number | null;
}

function next(before: State, { celsius, what }: Input): State {
  const now = before.control.now + scanMilliseconds;
  const restarted = what === "restart";
  const control = restarted ? startControl(site, before.stored, now - 1) : before.control;
  const sleeps = before.decision?.minerTargets[machine]?.mode === "sleep";
  const report = sleeps ? asleep(machine, now) : hashing(machine, now);
  const miners = { [machine]: report };
  const power = Object.fromEntries(site.branches.map(({ name }) => [name, powerBehind(site, name, miners)]));
  const readings = { ...healthyReadings(site, now, power) };
  for (const sensor of sensors)
    if (celsius === "lost") delete readings[sensor];
    else readings[sensor] = good(celsius, now);
  const { state, decision } = step(
    control,
    {
      now,
      wallClock: { unixMilliseconds: 1_795_390_000_000 + now, trusted: true },
      boot: "00".repeat(16),
      readings,
      miners,
      commands: commandsOf(what, now),
      heartbeat: { at: now, epoch: 1, number: now },
      storedRevision: what === "store behind, reset" ? control.durable.revision - 1 : control.durable.revision,
      stopping: false,
    },
    site,
  );
  const stands = decision.trips.some(({ name }) => name === trip);
  const stood = restarted ? null : before.since;
  return { control: state, decision, celsius, stored: state.durable, since: stands ? (stood ?? now) : null };
}

function commandsOf(what: Input["what"], now: number): readonly Command[] {
  const reset = local({ kind: "reset", trip }, now);
  if (what === "setpoint") return [setpoint(30_000, now)];
  // A storm: the second must find what the first one left.
  return what.endsWith("reset") ? [reset, local({ kind: "reset", trip }, now + 1)] : [];
}

function key({ control, celsius, since }: State): string {
  const { now, points, tanks, provenAt, machines } = control;
  const points_ = sensors.map((name) => {
    const point = points[name];
    const settling =
      point?.goodSince === null || point === undefined ? "" : Math.min(3, (now - point.goodSince) / scanMilliseconds);
    return `${point?.quality} ${settling} ${point?.losses.length} ${point?.latched}`;
  });
  return JSON.stringify([
    celsius,
    control.adopting,
    control.durable.trips.map(({ name }) => name),
    since === null ? null : Math.min(coolDownMilliseconds, now - since),
    points_,
    Math.min(8, (now - (provenAt[trip] ?? now)) / scanMilliseconds),
    tanks[0]?.held === null,
    machines[0]?.phase,
    machines[0]?.command,
  ]);
}

function check(before: State, { celsius, what }: Input, after: State): void {
  const { decision, control } = after;
  assert.ok(decision !== null, "the core decides");
  const stood =
    before.since !== null || (what === "restart" && before.control.durable.trips.some(({ name }) => name === trip));
  if (stood && after.since === null) {
    assert.match(what, /reset/, "only a person's reset ends a trip");
    // A jump that cannot be is not believed, neither up nor down.
    const believed = sensors.map((name) => control.points[name]?.value);
    assert.equal(new Set(believed), new Set([released]), `and its cause is gone (${celsius} is read)`);
    assert.ok(control.now - (before.since ?? control.now) >= coolDownMilliseconds, "and its cool-down is over");
    assert.is(decision.minerTargets[machine]?.mode === "run", false, "and nothing wakes before that is on disk");
  }
  const hot = sensors.every(
    (name) => control.points[name]?.quality === "good" && control.points[name]?.value === tripped,
  );
  if (hot) assert.ok(after.since !== null, "no reset, no restart and no setpoint wins against the cause");
  if (after.since !== null) {
    const allowed = decision.limits.filter(({ scope, source }) => scope === "tank/tank-1" && source === "trip");
    assert.ok(
      allowed.some(({ ceilingWatts }) => ceilingWatts === 0),
      "nothing is allowed where a trip stands",
    );
    assert.is(decision.minerTargets[machine]?.mode, "sleep", "its machine is told to sleep in the same scan");
    assert.is(decision.outputs["tank-1/pumpOn"], 1, "its pump runs on");
  }
  if (before.since === null && after.since !== null && what !== "restart")
    assert.is(celsius, tripped, "within the hysteresis nothing trips");
}

test("7, 8, 9: a trip ends only by a reset, with the cause gone and the cool-down over; nothing wakes before that is on disk", () => {
  const initial: State = {
    control: startControl(site, "none", 1000),
    decision: null,
    celsius: released,
    stored: "none",
    since: null,
  };
  const inputs = ([...temperatures, "lost"] as const).flatMap((celsius) =>
    (["nothing", "reset", "setpoint", "restart", "store behind, reset"] as const).map(
      (what): Input => ({ celsius, what }),
    ),
  );
  let resets = 0;
  const { states } = told(
    "trip and reset",
    explore({
      initial: [initial],
      inputs,
      next,
      key,
      check: (before, input, after) => {
        if (before.since !== null && after.since === null && input.what !== "restart") resets += 1;
        check(before, input, after);
      },
    }),
  );
  console.log(`${resets} transitions reset the trip`);
  assert.ok(states > 100 && resets > 0, `${states} states, ${resets} resets`);
});

test.run();
