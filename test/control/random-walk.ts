/** Random lives of a small container: what a day can bring, as a list of happenings that fast-check can shrink. */
import fc from "fast-check";
import type { ControlState } from "../../src/control/state.ts";
import type { Command } from "../../src/model/command.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { ProcessImage } from "../../src/model/image.ts";
import type { Reading } from "../../src/model/reading.ts";
import type { Site } from "../../src/model/site.ts";
import { local, setpoint } from "./commands-for-tests.ts";
import { greenhouse, loopForTests } from "./cooling/loop-for-tests.ts";
import { type Plant, scan, startPlant } from "./plant-for-tests.ts";
import { good, type SiteWishes, siteForTests } from "./site-for-tests.ts";

export type Happening =
  | { readonly kind: "pass"; readonly seconds: number; readonly stepMilliseconds: number }
  | { readonly kind: "setpoint"; readonly watts: number; readonly seconds: number }
  | { readonly kind: "heartbeats"; readonly alive: boolean }
  | { readonly kind: "warm"; readonly tank: number; readonly kelvin: number }
  | { readonly kind: "flow"; readonly tank: number; readonly share: number }
  | { readonly kind: "lose"; readonly point: number; readonly how: Loss }
  | { readonly kind: "heal" }
  | { readonly kind: "meter"; readonly branch: number; readonly ratio: number }
  | { readonly kind: "deaf"; readonly machine: number; readonly deaf: boolean }
  | { readonly kind: "silent"; readonly machine: number; readonly silent: boolean }
  | { readonly kind: "store"; readonly works: boolean }
  | { readonly kind: "lockout" | "release" }
  | { readonly kind: "reset"; readonly trip: number }
  | { readonly kind: "weld"; readonly branch: number };

export type Loss = "missing" | "bad" | "not-a-number" | "stale" | "future";
export const losses: readonly Loss[] = ["missing", "bad", "not-a-number", "stale", "future"];

/** One thing that happens; time passes often. */
export const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      seconds: fc.integer({ min: 1, max: 40 }),
      stepMilliseconds: fc.constantFrom(50, 250, 1000, 1000, 1700),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("setpoint" as const),
      watts: fc.integer({ min: 0, max: 40_000 }),
      seconds: fc.integer({ min: 5, max: 600 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("heartbeats" as const), alive: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("warm" as const),
      tank: fc.nat(1),
      kelvin: fc.integer({ min: -8, max: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("flow" as const), tank: fc.nat(1), share: fc.constantFrom(0, 0.5, 1.2) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("lose" as const), point: fc.nat(40), how: fc.constantFrom(...losses) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("heal" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("meter" as const),
      branch: fc.nat(2),
      ratio: fc.constantFrom(0, 0.33, 0.66, 0.95, 1.1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("deaf" as const), machine: fc.nat(7), deaf: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("silent" as const), machine: fc.nat(7), silent: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("store" as const), works: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("lockout" as const, "release" as const, "release" as const) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reset" as const), trip: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("weld" as const), branch: fc.nat(1) }) },
);

const inletForTests = {
  point: "probe-4/inletCelsius",
  maximumAgeMilliseconds: 15_000,
  derateKelvin: 15,
  tripKelvin: 25,
};
/** The fluid of these lives is at 37 °C and above: it is thick at its coldest. */
const warmUpForTests = { coldCelsius: 30, warmCelsius: 42, coldLitersPerMinute: 60, watts: 6000 };

/** A random site of the small kind. */
export const wishes: fc.Arbitrary<SiteWishes> = fc.record({
  machinesPerTank: fc.integer({ min: 1, max: 4 }),
  sensorsPerTank: fc.integer({ min: 1, max: 3 }),
  hardwiredInterlock: fc.boolean(),
  branchMeters: fc.boolean(),
  voltages: fc.boolean(),
  currents: fc.boolean(),
  phases: fc.constantFrom("three" as const, "rotate" as const),
  tank: fc.constantFrom({}, { inlet: inletForTests }, { inlet: inletForTests, warmUp: warmUpForTests }),
  coolingLoops: fc.constantFrom([], [loopForTests()], [loopForTests({ heat: greenhouse })]),
  branchAmperes: fc.constantFrom(25, 63),
  policy: fc.record({
    minimumOffMilliseconds: fc.constantFrom(5000, 20_000),
    minimumOnMilliseconds: fc.constant(30_000),
    goodAgainMilliseconds: fc.constantFrom(3000, 10_000),
    coolDownMilliseconds: fc.constantFrom(2000, 20_000),
    contactorRecloseMilliseconds: fc.constantFrom(5000, 30_000),
  }),
  model: fc.record({ wakeMilliseconds: fc.constantFrom(5000, 20_000), hashesAfterPowerCycle: fc.boolean() }),
});

/** A scan as it went. */
export interface Scan {
  readonly site: Site;
  readonly before: ControlState;
  readonly image: ProcessImage;
  readonly after: ControlState;
  readonly decision: Decision;
}

/** Plays a life; `check` sees every scan. */
export function live(wanted: SiteWishes, happenings: readonly Happening[], check: (scan: Scan) => void): Plant {
  const plant = startPlant(siteForTests(wanted));
  const celsius = plant.site.tanks.map(() => 45);
  const goals = plant.site.tanks.map(() => 45);
  const pending: Command[] = [];
  const tick = (milliseconds: number): void => {
    const before = plant.state;
    for (const [index, goal] of goals.entries()) {
      const at = celsius[index] ?? 45;
      // Half a kelvin a second at most: faster than any tank, slower than what is not believed.
      celsius[index] = at + Math.max(-0.0005 * milliseconds, Math.min(0.0005 * milliseconds, goal - at));
    }
    const decision = scan(plant, milliseconds, pending.splice(0));
    if (plant.image !== null) check({ site: plant.site, before, image: plant.image, after: plant.state, decision });
  };
  for (const [index, { coolant }] of plant.site.tanks.entries())
    for (const point of coolant.sensors) plant.forced.set(point, (_, now) => good(celsius[index] ?? 45, now));
  for (let second = 0; second < 16; second += 1) tick(1000);
  for (const happens of happenings) apply(happens, plant, goals, pending, tick, celsius);
  return plant;
}

function apply(
  happens: Happening,
  plant: Plant,
  goals: number[],
  pending: Command[],
  tick: (milliseconds: number) => void,
  celsius: readonly number[],
): void {
  switch (happens.kind) {
    case "pass":
      for (let passed = 0; passed < happens.seconds * 1000; passed += happens.stepMilliseconds) {
        tick(happens.stepMilliseconds);
        if (happens.stepMilliseconds < 250 && passed > 5000) return;
      }
      return;
    case "setpoint":
      pending.push(setpoint(happens.watts, plant.now, { timeToLiveSeconds: happens.seconds }));
      return;
    case "heartbeats":
      plant.heartbeats = happens.alive;
      return;
    case "warm":
      goals[happens.tank] = Math.max(30, Math.min(62, (goals[happens.tank] ?? 45) + happens.kelvin));
      return;
    case "flow": {
      const flow = plant.site.tanks[happens.tank]?.flow;
      if (flow) plant.forced.set(flow.point, (_, now) => good(flow.minimumLitersPerMinute * happens.share, now));
      return;
    }
    case "lose": {
      const points = Object.keys(plant.state.points);
      const point = points[happens.point % points.length];
      if (point !== undefined) plant.forced.set(point, (truth, now) => lost(happens.how, truth ?? 0, now));
      return;
    }
    case "heal":
      plant.forced.clear();
      for (const [index, { coolant }] of plant.site.tanks.entries())
        for (const point of coolant.sensors) plant.forced.set(point, (_, now) => good(celsius[index] ?? 45, now));
      return;
    case "meter": {
      const meter = plant.site.branches[happens.branch]?.meter;
      if (meter) plant.forced.set(meter.powerWatts, (truth, now) => good((truth ?? 0) * happens.ratio, now));
      return;
    }
    case "deaf":
    case "silent": {
      const machine = plant.machines.get(plant.site.miners[happens.machine % plant.site.miners.length]?.name ?? "");
      if (machine === undefined) return;
      if (happens.kind === "deaf") machine.deaf = happens.deaf;
      else machine.silent = happens.silent;
      return;
    }
    case "store":
      plant.storedRevision = happens.works ? null : plant.state.durable.revision;
      return;
    case "lockout":
    case "release":
      pending.push(local({ kind: happens.kind }, plant.now));
      return;
    case "reset": {
      const { trips } = plant.state.durable;
      const trip = trips[happens.trip % Math.max(1, trips.length)];
      if (trip !== undefined) pending.push(local({ kind: "reset", trip: trip.name }, plant.now));
      return;
    }
    case "weld":
      plant.welded.add(`branch-${happens.branch + 1}`);
      return;
  }
}

/** A reading as a fault leaves it; null: the point is missing. */
export function lost(how: Loss, value: number, now: number): Reading | null {
  switch (how) {
    case "missing":
      return null;
    case "bad":
      return { quality: "bad", fault: "no-reply", at: now };
    case "not-a-number":
      return good(Number.NaN, now);
    case "stale":
      return good(value, now - 60_000);
    case "future":
      return good(value, now + 10);
  }
}
