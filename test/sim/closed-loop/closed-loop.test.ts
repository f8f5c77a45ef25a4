/** The closed loop itself: it repeats, it sees what is wrong, and it visits what it claims to watch. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { realCore } from "../../../src/commands/simulate/real-core.ts";
import type { Decision } from "../../../src/model/decision.ts";
import { buildSite } from "../../../src/sim/closed-loop/build-site.ts";
import type { Core } from "../../../src/sim/closed-loop/core.ts";
import { invariants } from "../../../src/sim/closed-loop/monitor.ts";
import { randomDay } from "../../../src/sim/closed-loop/random-life.ts";
import { type RunResult, runScenario } from "../../../src/sim/closed-loop/run.ts";
import type { FaultName, Scenario, ScenarioEvent } from "../../../src/sim/closed-loop/scenario.ts";
import { strangers } from "../../../src/sim/closed-loop/targets.ts";

const test = suite("closed loop");

type State = ReturnType<(typeof realCore)["start"]>;

/** A small container for a short time, and what happens to it. */
function scenario(durationSeconds: number, events: readonly ScenarioEvent[]): Scenario {
  const day = randomDay(1);
  return {
    ...day,
    durationSeconds,
    plant: { ...day.plant, ambientCelsius: 25, dailySwingKelvin: 0, tankCelsius: 40 },
    site: {
      builder: {
        tanks: 2,
        machinesPerTank: 6,
        tanksWithoutCommands: 0,
        sensorsPerTank: 3,
        breakerShareRatio: 0.9,
        phases: "three",
        branchMeters: true,
        interlock: false,
        hashesAfterPowerCycle: true,
        sleepSeconds: 10,
        wakeSeconds: 60,
        rampUpWattsPerSecond: 2000,
        rampDownWattsPerSecond: 50_000,
        startsPerInterval: 2,
        failsafeWatts: 43_000,
      },
    },
    events: [...events],
  };
}

function run(wanted: Scenario, core: Core<State> = realCore): RunResult {
  const { builder } = wanted.site;
  if (builder === undefined) throw new Error("no builder");
  const result = runScenario(wanted, buildSite(builder), core);
  if (typeof result === "string") throw new Error(result);
  return result;
}

/** The real core with its decisions spoilt. */
function spoilt(spoil: (decision: Decision) => Decision): Core<State> {
  return {
    start: realCore.start,
    step: (state, image, site) => {
      const stepped = realCore.step(state, image, site);
      return { state: stepped.state, decision: spoil(stepped.decision) };
    },
  };
}

function fault(atSeconds: number, name: FaultName, target = ""): ScenarioEvent {
  return { atSeconds, fault: { fault: name, target } };
}

function violated(result: RunResult): readonly string[] {
  return result.violations.map(({ invariant }) => invariant);
}

test("the same seed gives the same run, another one another", () => {
  const wanted = scenario(600, [fault(300, "pump-broken", "tank-1")]);
  const first = run(wanted);
  assert.equal(run(wanted), first);
  assert.not.equal(run({ ...wanted, seed: 2 }).measures, first.measures);
  assert.equal(violated(first), []);
});

const spoilers: readonly {
  readonly name: string;
  readonly spoil: (decision: Decision) => Decision;
  readonly events: readonly ScenarioEvent[];
  readonly found: string;
}[] = [
  {
    name: "a core that never sheds overheats what stands around the machines",
    spoil: (decision) => ({ ...decision, minerTargets: {}, outputs: { ...decision.outputs, "io/contactor1": 1 } }),
    events: [fault(60, "pump-broken", "tank-1")],
    found: "lost-flow-sheds",
  },
  {
    name: "a core that stops a pump with machines running is seen",
    spoil: (decision) => ({ ...decision, outputs: { ...decision.outputs, "io/pump1": 0 } }),
    events: [],
    found: "cooling-stays-on",
  },
  {
    name: "a core that wakes everybody at once is seen",
    spoil: (decision) => ({
      ...decision,
      minerTargets: Object.fromEntries(Object.keys(decision.minerTargets).map((name) => [name, { mode: "run" }])),
    }),
    events: [],
    found: "staggered-starts",
  },
  {
    name: "a core that forgets its trips is seen",
    spoil: (decision) => ({ ...decision, trips: decision.at % 5000 === 0 ? [] : decision.trips }),
    events: [fault(60, "pump-broken", "tank-1")],
    found: "latches-hold",
  },
  {
    name: "a core whose ceiling jumps is seen",
    spoil: (decision) => ({ ...decision, ceilingWatts: decision.at > 200_000 ? 43_000 : 1000 }),
    events: [],
    found: "ramp-up-kept",
  },
  {
    name: "a core that answers nothing is seen",
    spoil: (decision) => ({ ...decision, acknowledgements: [] }),
    events: [
      {
        atSeconds: 60,
        setpoint: {
          from: "dispatch",
          order: "limit",
          watts: 20_000,
          timeToLiveSeconds: 600,
          renewed: false,
          onExpirySchedule: false,
          reason: "sced",
        },
      },
    ],
    found: "commands-answered",
  },
  {
    name: "a core that hides a weld is seen",
    spoil: (decision) => ({ ...decision, trips: decision.trips.filter(({ name }) => !name.endsWith("/contactor")) }),
    events: [fault(60, "contactor-welded", "branch-1"), fault(61, "pump-broken", "tank-1")],
    found: "welded-is-told",
  },
];

for (const { name, spoil, events, found } of spoilers)
  test(name, () => {
    assert.equal(violated(run(scenario(400, events))), [], "the real core holds");
    assert.ok(violated(run(scenario(400, events), spoilt(spoil))).includes(found));
  });

test("every invariant has a name of its own", () => {
  assert.is(new Set(invariants.map(({ name }) => name)).size, invariants.length);
});

test("names that the site does not have are found", () => {
  const wanted = scenario(60, [fault(1, "stuck", "pt100-a/nothing"), fault(1, "deaf", "m1-001"), fault(1, "leak")]);
  const { builder } = wanted.site;
  if (builder === undefined) throw new Error("no builder");
  assert.equal(
    strangers(wanted, buildSite(builder)).map(({ pointer }) => pointer),
    ["/events/0/fault/target", "/events/2/fault/target"],
  );
});

test("random hours of a random container violate nothing", () => {
  const seed = Number(process.env["SEED"] ?? 11);
  console.log(`seed ${seed}`);
  const day = randomDay(seed);
  assert.equal(run({ ...day, durationSeconds: 2 * 3600 }).violations, []);
});

test("a random container can be grown: as many machines, orders and ramps in proportion, the same weather", () => {
  const day = randomDay(11);
  const large = randomDay(11, 300);
  const [small, grown] = [day, large].map(({ site: { builder } }) => {
    if (builder === undefined) throw new Error("no builder");
    return { builder, site: buildSite(builder) };
  });
  if (small === undefined || grown === undefined) throw new Error("no containers");
  assert.is(grown.site.miners.length, 300);
  const ratio = 300 / small.site.miners.length;
  const close = (value: number, wanted: number): void => assert.ok(Math.abs(value / wanted - 1) < 1e-6);
  close(grown.builder.rampUpWattsPerSecond, small.builder.rampUpWattsPerSecond * ratio);
  close(grown.builder.rampDownWattsPerSecond, small.builder.rampDownWattsPerSecond * ratio);
  const watts = ({ events }: Scenario): readonly number[] => events.flatMap(({ setpoint }) => setpoint?.watts ?? []);
  assert.is(watts(large).length, watts(day).length);
  const whole = Math.max(...watts(large)) / grown.site.ratedWatts;
  assert.ok(whole > 0.9 && whole <= 1, `the largest order is ${whole} of the plates`);
  assert.equal(large.plant, day.plant);
});

test.run();
