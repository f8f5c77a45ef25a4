/** Invariants 13 and 17: every way through start, failsafe and control, with heartbeats and setpoints that come, stay away, are repeated or cannot be trusted. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dispatchLimits } from "../../../src/control/dispatch/limits.ts";
import { receiveCommands } from "../../../src/control/dispatch/receive.ts";
import { type DispatchState, startDispatch } from "../../../src/control/dispatch/state.ts";
import type { RemoteCommand } from "../../../src/model/command.ts";
import type { Heartbeat } from "../../../src/model/image.ts";
import { setpointWith } from "../commands-for-tests.ts";
import { benchSite, boot, startUnix } from "../dispatch/bench.ts";
import { explore, told } from "./explore.ts";

const test = suite("every state of failsafe");
const site = benchSite();
const { failsafeWatts, heartbeatTimeoutMilliseconds: timeout, rampUpWattsPerSecond } = site.policy;
/** A third of the heartbeat's time, so that ages differ; and more than all of it. */
const steps = [timeout / 3, timeout + 1] as const;

/** A setpoint that has waited for its scan for so long [ms]. */
const sentBefore = timeout / 6;

const beats = ["none", "new", "repeated"] as const;
const orders = ["none", "container", "group", "clock not trusted", "store behind", "sent before"] as const;

interface Input {
  readonly afterMilliseconds: number;
  readonly beat: (typeof beats)[number];
  readonly order: (typeof orders)[number];
}

interface State {
  readonly now: number;
  readonly dispatch: DispatchState;
  readonly heartbeat: Heartbeat;
  readonly mode: "failsafe" | "controlled";
  readonly ceilingWatts: number;
  /** When the newest heartbeat of this failsafe came that no silence has followed; null: none. Kept by the test, from the inputs alone. */
  readonly beatSince: number | null;
  readonly serial: number;
}

function next(before: State, { afterMilliseconds, beat, order }: Input): State {
  const now = before.now + afterMilliseconds;
  const { heartbeat: last } = before;
  const number = beat === "repeated" ? last.number : last.number + 1;
  const heartbeat: Heartbeat = beat === "none" ? last : { at: now, epoch: 1, number };
  const serial = before.serial + 1;
  const storedOk = order !== "store behind";
  const commands = order === "none" ? [] : [commandOf(order, now, serial)];
  const image = {
    now,
    wallClock: { unixMilliseconds: startUnix + now, trusted: order !== "clock not trusted" },
    boot,
    readings: {},
    miners: {},
    commands,
    heartbeat,
    storedRevision: storedOk ? serial : 0,
    stopping: false,
  };
  const context = {
    trips: [],
    firm: { promisedWatts: 0, meteredWatts: null },
    lockout: false,
    storedOk,
    durableRevision: serial - 1,
  };
  const received = receiveCommands(before.dispatch, image, site, context);
  const limited = dispatchLimits(received.dispatch, image, site);
  const counts = beat === "new" || (beat === "repeated" && last.at === null);
  const lastAt = before.dispatch.heartbeat.at;
  const silent = lastAt === null || now - lastAt > timeout;
  const was = before.mode === "failsafe" && !silent ? before.beatSince : null;
  return {
    now,
    dispatch: limited.dispatch,
    heartbeat,
    mode: limited.mode,
    ceilingWatts: Math.min(site.ratedWatts, ...limited.limits.map((limit) => limit.ceilingWatts)),
    beatSince: counts ? (was ?? now) : was,
    serial,
  };
}

function commandOf(order: Input["order"], now: number, serial: number): RemoteCommand {
  const addressee = order === "group" ? "group" : "container";
  const receivedAt = order === "sent before" ? now - sentBefore : now;
  const issuedAt = startUnix + receivedAt;
  return setpointWith({
    id: serial.toString(16).padStart(32, "0"),
    receivedAt,
    addressee,
    body: {
      container: addressee === "group" ? "group" : site.container,
      sequence: serial,
      issuedAt,
      expiresAt: issuedAt + 7_200_000,
      timeToLiveSeconds: 7200,
      watts: 90_000,
      onExpiry: { mode: "limit", watts: 50_000 },
    },
  });
}

/** Ages in steps that are told apart; older than the timeout is old. */
function age(at: number | null, now: number): string {
  return at === null ? "never" : Math.min(timeout + 1, Math.round((now - at) / 1000) * 1000).toString();
}

function key({ now, dispatch, mode, beatSince }: State): string {
  const { failsafe, heartbeat, slots, storeBehindSince } = dispatch;
  return [
    mode,
    failsafe?.cause,
    age(failsafe?.heartbeatSince ?? null, now),
    age(heartbeat.at, now),
    heartbeat.epoch,
    age(beatSince, now),
    slots.map(({ name, expired, waitsForRevision }) => `${name} ${expired} ${waitsForRevision === null}`).join(),
    storeBehindSince === null,
  ].join(" ");
}

function check(before: State, input: Input, after: State): void {
  const { now } = after;
  const heardAt = after.dispatch.heartbeat.at;
  if (before.mode === "failsafe" && after.mode === "controlled") {
    // A write in flight is no failure yet: what the setpoint raises waits for the disk itself.
    const inFlight = input.order === "store behind" && before.dispatch.storeBehindSince === null;
    const inTime = input.order === "sent before" && now - sentBefore >= (after.beatSince ?? now);
    assert.ok(
      input.order === "container" || inFlight || inTime,
      "a trusted, storable setpoint to this container ends failsafe",
    );
    assert.ok(after.beatSince !== null, "a heartbeat of this very cycle came first");
    assert.ok(now - certainNumber(heardAt) <= timeout, "and has not fallen silent since");
  }
  if (heardAt === null) assert.is(after.mode, "failsafe", "nobody controls who was never heard");
  else if (now - heardAt > timeout) assert.is(after.mode, "failsafe", "silence is failsafe");
  if (after.dispatch.failsafe?.cause === "start")
    assert.ok(after.ceilingWatts <= failsafeWatts, `the start allows ${after.ceilingWatts} W`);
  if (after.mode === "failsafe" && before.mode === "failsafe") {
    const most = Math.max(before.ceilingWatts, failsafeWatts) + (rampUpWattsPerSecond * (now - before.now)) / 1000;
    assert.ok(after.ceilingWatts <= most, "failsafe does not jump up");
  }
}

function certainNumber(value: number | null): number {
  assert.ok(value !== null, "a heartbeat was heard");
  return value;
}

test("17: no path leads from failsafe to control but a heartbeat and then a setpoint, in this cycle", () => {
  const start: State = {
    now: 0,
    dispatch: startDispatch(null, 0),
    heartbeat: { at: null, epoch: 0, number: 0 },
    mode: "failsafe",
    ceilingWatts: 0,
    beatSince: null,
    serial: 0,
  };
  const inputs = steps.flatMap((afterMilliseconds) =>
    beats.flatMap((beat) => orders.map((order): Input => ({ afterMilliseconds, beat, order }))),
  );
  const modes = new Set<string>();
  const { states } = told(
    "failsafe",
    explore({
      initial: [start],
      inputs,
      next,
      key,
      check: (before, input, after) => {
        modes.add(`${before.mode} ${after.mode} ${after.dispatch.failsafe?.cause ?? ""}`);
        check(before, input, after);
      },
    }),
  );
  assert.ok(states > 50, `${states} states`);
  for (const passage of ["failsafe controlled ", "controlled failsafe heartbeat", "failsafe failsafe start"])
    assert.ok(modes.has(passage), `${passage} was walked`);
});

test.run();
