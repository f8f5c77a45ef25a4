/** Every rule of the closed loop sees the core that breaks it: a rule that nothing can violate watches nothing. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { realCore } from "../../../src/commands/simulate/real-core.ts";
import type { Decision } from "../../../src/model/decision.ts";
import type { ProcessImage } from "../../../src/model/image.ts";
import type { MinerTarget } from "../../../src/model/miner.ts";
import type { Core } from "../../../src/sim/closed-loop/core.ts";
import { invariants } from "../../../src/sim/closed-loop/monitor.ts";
import type { Builder, Scenario, ScenarioEvent } from "../../../src/sim/closed-loop/scenario.ts";
import { faultAt, limitAt, runOf, type State, smallScenario, violatedBy } from "./small-container.ts";

const test = suite("spoilt core");

type Spoil = (decision: Decision, image: ProcessImage) => Decision;

/** The real core with its decisions spoilt. */
function spoilt(spoil: Spoil): Core<State> {
  return {
    start: realCore.start,
    step: (state, image, site) => {
      const stepped = realCore.step(state, image, site);
      return { state: stepped.state, decision: spoil(stepped.decision, image) };
    },
  };
}

interface Spoiler {
  /** What such a core does. */
  readonly name: string;
  readonly spoil: Spoil;
  readonly events?: readonly ScenarioEvent[];
  /** Choice: the shortest in which it shows. */
  readonly seconds: number;
  readonly builder?: Partial<Builder>;
  readonly scenario?: (scenario: Scenario) => Scenario;
  /** Rules that see it. */
  readonly found: readonly string[];
}

/** Contactors stay closed, machines hear nothing. */
const neverSheds: Spoil = (decision) => ({
  ...decision,
  minerTargets: {},
  outputs: { ...decision.outputs, "io/contactor1": 1, "io/contactor2": 1 },
});

function tells({ minerTargets }: Decision, mode: "run" | "sleep"): Readonly<Record<string, MinerTarget>> {
  return Object.fromEntries(Object.keys(minerTargets).map((name) => [name, { mode }]));
}

const probe = "pt100-a/tank1HotCelsius";

/** A second pump in every tank, and nothing else. */
const standbyPumps: NonNullable<Builder["cooling"]> = {
  fans: 0,
  drives: false,
  ambient: false,
  targetCelsius: 42,
  standbyPumps: true,
  inlets: false,
  warmUp: false,
  inletDerateKelvin: 20,
};

const spoilers: readonly Spoiler[] = [
  {
    name: "a core that never sheds where the flow is lost overheats what stands around the machines",
    spoil: neverSheds,
    events: [faultAt(60, "pump-broken", "tank-1")],
    seconds: 400,
    found: ["lost-flow-sheds", "stagnant-fluid", "trip-takes-power"],
  },
  {
    name: "a core that never sheds a hot tank and stops the fans boils it",
    spoil: (decision, image) => ({
      ...neverSheds(decision, image),
      outputs: { ...neverSheds(decision, image).outputs, "io/fan": 0 },
    }),
    seconds: 900,
    scenario: (scenario) => ({ ...scenario, plant: { ...scenario.plant, tankCelsius: 57 } }),
    found: ["fluid-below-trip"],
  },
  {
    name: "a core that stops a pump with machines running",
    spoil: (decision) => ({ ...decision, outputs: { ...decision.outputs, "io/pump1": 0 } }),
    seconds: 60,
    found: ["cooling-stays-on"],
  },
  {
    name: "a core that leaves the standby at rest when its pump fails",
    spoil: (decision) => ({ ...decision, outputs: { ...decision.outputs, "io/standby1": 0 } }),
    events: [faultAt(60, "pump-broken", "tank-1")],
    seconds: 80,
    builder: { cooling: standbyPumps },
    found: ["standby-takes-over"],
  },
  {
    name: "a core that never sheds an overloaded branch",
    spoil: neverSheds,
    seconds: 150,
    builder: { breakerShareRatio: 1.2 },
    found: ["continuous-current"],
  },
  {
    name: "a core that never sheds what trips a breaker",
    spoil: neverSheds,
    seconds: 400,
    builder: { breakerShareRatio: 1.8, machinesPerTank: 7 },
    found: ["breaker-never-trips"],
  },
  {
    name: "a core that does not carry out its own ceiling",
    spoil: neverSheds,
    events: [limitAt(60, 10_000)],
    seconds: 200,
    found: ["ceiling-kept"],
  },
  {
    name: "a core whose ceiling jumps",
    spoil: (decision) => ({ ...decision, ceilingWatts: decision.at > 60_000 ? 43_000 : 1000 }),
    seconds: 70,
    found: ["ramp-up-kept"],
  },
  {
    name: "a core that stays above failsafe with no heartbeat and no order",
    spoil: (decision) => ({ ...decision, ceilingWatts: 40_000 }),
    seconds: 70,
    builder: { failsafeWatts: 10_000 },
    found: ["failsafe-holds"],
  },
  {
    name: "a core that wakes machines as soon as they sleep",
    spoil: (decision) => (decision.at < 120_000 ? decision : { ...decision, minerTargets: tells(decision, "run") }),
    events: [limitAt(60, 10_000)],
    seconds: 130,
    found: ["minimum-off-time"],
  },
  {
    name: "a core that wakes everybody at once",
    spoil: (decision) => ({ ...decision, minerTargets: tells(decision, "run") }),
    seconds: 60,
    found: ["staggered-starts"],
  },
  {
    name: "a core that adds more to a generator than one step",
    spoil: (decision) => ({ ...decision, minerTargets: tells(decision, "run") }),
    seconds: 60,
    builder: {
      generator: {
        largestStepUpWatts: 8000,
        largestStepDownWatts: 50_000,
        stepGapSeconds: 10,
        minimumLoadWatts: 0,
        stages: [],
      },
    },
    found: ["generator-steps"],
  },
  {
    name: "a core that adds more to a limited connection than its step",
    spoil: (decision) => ({ ...decision, minerTargets: tells(decision, "run") }),
    seconds: 60,
    builder: { largestStepUp: { watts: 8000, intervalSeconds: 30 } },
    found: ["connection-steps"],
  },
  {
    name: "a core that wakes what somebody else has put to sleep",
    spoil: (decision) => ({
      ...decision,
      minerTargets: { ...decision.minerTargets, ...(decision.at > 50_000 ? { "m1-001": { mode: "run" } } : {}) },
    }),
    seconds: 60,
    scenario: (scenario) => ({ ...scenario, startAsleep: ["m1-001"] }),
    found: ["wakes-only-own"],
  },
  {
    name: "a core that wakes machines in a tank that is tripped",
    spoil: (decision) => ({
      ...decision,
      minerTargets: { ...decision.minerTargets, ...(decision.at > 90_000 ? { "m1-001": { mode: "run" } } : {}) },
    }),
    events: [faultAt(60, "leak", "tank-1")],
    seconds: 100,
    found: ["nothing-raised-while-held"],
  },
  {
    name: "a core that forgets its trips",
    spoil: (decision) => ({ ...decision, trips: decision.at % 5000 === 0 ? [] : decision.trips }),
    events: [faultAt(60, "leak", "tank-1")],
    seconds: 100,
    found: ["latches-hold"],
  },
  {
    name: "a core that opens a contactor and closes it again",
    spoil: (decision) => ({
      ...decision,
      outputs: {
        ...decision.outputs,
        ...(decision.at < 50_000 ? {} : { "io/contactor1": decision.at < 60_000 ? 0 : 1 }),
      },
    }),
    seconds: 70,
    found: ["contactor-order"],
  },
  {
    name: "a core that hides a weld",
    spoil: (decision) => ({ ...decision, trips: decision.trips.filter(({ name }) => !name.endsWith("/contactor")) }),
    events: [faultAt(60, "contactor-welded", "branch-1"), faultAt(61, "pump-broken", "tank-1")],
    seconds: 120,
    found: ["welded-is-told"],
  },
  {
    name: "a core that drops its limits when a value is lost",
    spoil: (decision, { readings }) => (probe in readings ? decision : { ...decision, limits: [] }),
    events: [faultAt(60, "missing", probe)],
    seconds: 70,
    found: ["loss-never-raises"],
  },
  {
    name: "a core that raises its ceiling when a value is lost",
    spoil: (decision, { readings }) => ({
      ...decision,
      ceilingWatts: decision.ceilingWatts + (probe in readings ? 0 : 1),
    }),
    events: [faultAt(60, "missing", probe)],
    seconds: 70,
    found: ["loss-never-raises"],
  },
  {
    name: "a core that answers nothing",
    spoil: (decision) => ({ ...decision, acknowledgements: [] }),
    events: [limitAt(30, 20_000)],
    seconds: 40,
    found: ["commands-answered"],
  },
  {
    name: "a core that tells the end of a command twice",
    spoil: (decision) => ({ ...decision, acknowledgements: decision.acknowledgements.flatMap((one) => [one, one]) }),
    events: [limitAt(30, 20_000), limitAt(40, 10_000)],
    seconds: 60,
    found: ["commands-answered"],
  },
  {
    name: "a core that loses count of its power",
    spoil: (decision) => ({ ...decision, power: { ...decision.power, reservedWatts: Number.NaN } }),
    seconds: 10,
    found: ["figures-are-finite"],
  },
  {
    name: "a core that never sheds for the contract",
    spoil: neverSheds,
    seconds: 1900,
    builder: { contract: { watts: 25_000, intervalMinutes: 15 } },
    found: ["contract-kept"],
  },
];

for (const { name, spoil, seconds, events = [], builder = {}, scenario = (one: Scenario) => one, found } of spoilers)
  test(`${name} is seen`, () => {
    const wanted = scenario(smallScenario(seconds, events, builder));
    assert.equal(violatedBy(runOf(wanted)), [], "the real core holds");
    const enough = (violations: readonly { readonly invariant: string }[]): boolean =>
      found.every((rule) => violations.some(({ invariant }) => invariant === rule));
    const seen = violatedBy(runOf(wanted, spoilt(spoil), { until: enough }));
    assert.equal(
      found.filter((rule) => !seen.includes(rule)),
      [],
      `seen: ${seen.join(", ")}`,
    );
  });

test("there is no rule without a core that breaks it", () => {
  const broken = new Set(spoilers.flatMap(({ found }) => found));
  assert.equal(
    invariants.map(({ name }) => name).filter((name) => !broken.has(name)),
    [],
  );
});

test.run();
