import { suite } from "uvu";
import * as assert from "uvu/assert";
import { allHold, type Check, summaryLines } from "../../../src/commands/demo/checks.ts";
import type { SentSetpoint } from "../../../src/commands/demo/dispatcher.ts";
import { playStory, type StoryWorld, type Until } from "../../../src/commands/demo/story.ts";

const test = suite("the demo's story");

/** How a container behaves; the good one is all true. */
interface Behaviour {
  readonly obeys: boolean;
  readonly acknowledges: boolean;
  readonly shedsOnLostFlow: boolean;
  readonly latches: boolean;
  readonly refusesEarlyReset: boolean;
  readonly survivesBroker: boolean;
}

const good: Behaviour = {
  obeys: true,
  acknowledges: true,
  shedsOnLostFlow: true,
  latches: true,
  refusesEarlyReset: true,
  survivesBroker: true,
};

const ratedWatts = 350_000;
const stepMilliseconds = 50;

/** A container of two tanks in virtual time: good enough to tell the story's claims apart. */
function play(behaviour: Behaviour, seconds: number): Promise<readonly Check[]> {
  let now = 0;
  let setpoint = 120_000;
  let broken = false;
  let tripped = false;
  let brokerDownUntil = 0;
  const tankWatts = [60_000, 60_000];
  const sent: SentSetpoint[] = [];
  const checks: Check[] = [];
  const brokerUp = (): boolean => now >= brokerDownUntil;
  const reports = (): boolean => brokerUp() && (behaviour.survivesBroker || brokerDownUntil === 0);
  const step = (): void => {
    now += stepMilliseconds;
    if (broken && behaviour.latches) tripped = true;
    tankWatts.forEach((watts, tank) => {
      const shed = tank === 1 && (tripped || broken) && behaviour.shedsOnLostFlow;
      const goal = shed ? 0 : behaviour.obeys ? (setpoint - 15_000) / 2 : ratedWatts / 2;
      tankWatts[tank] = watts + Math.max(-5000, Math.min(1000, goal - watts));
    });
  };
  const feederWatts = (): number => 15_000 + (tankWatts[0] ?? 0) + (tankWatts[1] ?? 0);
  const until: Until = async (condition, deadline) => {
    while (!condition()) {
      if (now >= deadline) return false;
      step();
    }
    return true;
  };
  const world: StoryWorld = {
    now: () => now,
    told: () => ({
      watts: reports() ? feederWatts() : null,
      ceilingWatts: setpoint,
      telemetryAt: reports() ? now : null,
      online: reports(),
      completeAt: now > 3000 ? 3000 : null,
      mode: "controlled",
      trips: tripped ? ["tank-2/flow"] : [],
    }),
    truth: () => ({
      feederWatts: feederWatts(),
      tankWatts: (tank) => tankWatts[tank] ?? 0,
      flowLitersPerMinute: (tank) => (tank === 1 && broken ? 0 : 690),
    }),
    dispatcher: {
      sent,
      take: () => {},
      stop: () => {},
      setpoint: (watts) => {
        setpoint = watts;
        const acknowledgements = behaviour.acknowledges ? [{ state: "accepted", rejection: null, at: now + 80 }] : [];
        const one = { id: String(sent.length), watts, publishedAt: now, acknowledgements };
        sent.push(one);
        return one;
      },
    },
    breakPump: (_, value) => {
      broken = value;
    },
    mayStopBroker: true,
    killBroker: () => {
      brokerDownUntil = now + 6000;
    },
    brokerUp,
    shell: async () => {
      const done = !broken || !behaviour.refusesEarlyReset;
      if (done) tripped = false;
      return { done, text: "" };
    },
    say: () => {},
    report: (found) => void checks.push(...found),
    limits: { ratedWatts, failsafeWatts: 120_000, minimumLitersPerMinute: 300 },
  };
  return playStory(world, until, seconds * 1000).then(() => checks);
}

function verdicts(checks: readonly Check[]): Record<string, boolean | null> {
  return Object.fromEntries(checks.map((check) => [check.name, check.holds]));
}

test("a good container lets every claim hold within 110 s", async () => {
  const checks = await play(good, 110);
  assert.equal(
    checks.filter((check) => check.holds !== true),
    [],
  );
  assert.ok(allHold(checks));
});

for (const [fault, claim] of [
  ["obeys", "setpoint obeyed"],
  ["acknowledges", "acknowledged"],
  ["shedsOnLostFlow", "lost flow shed"],
  ["latches", "trip latched"],
  ["refusesEarlyReset", "trip latched"],
  ["survivesBroker", "broker outage"],
] as const)
  test(`without "${fault}" the claim "${claim}" does not hold`, async () => {
    const checks = await play({ ...good, [fault]: false }, 200);
    assert.is(verdicts(checks)[claim], false);
    assert.not.ok(allHold(checks));
  });

test("a short demo says what it did not play, and still judges what it did", async () => {
  const checks = await play(good, 35);
  const found = verdicts(checks);
  assert.is(found["setpoint obeyed"], true);
  assert.is(found["lost flow shed"], null);
  assert.ok(allHold(checks));
  assert.ok(summaryLines(checks).some((line) => line.includes("lost flow shed") && line.includes("not played")));
});

test("a demo that played nothing is not good", () => {
  assert.not.ok(allHold([{ name: "x", holds: null, text: "", figures: {} }]));
});

test.run();
