/** The closed loop itself: it repeats, it knows its names, and random hours of it violate nothing. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildSite } from "../../../src/sim/closed-loop/build-site.ts";
import { invariants } from "../../../src/sim/closed-loop/monitor.ts";
import { randomDay } from "../../../src/sim/closed-loop/random-life.ts";
import type { Scenario } from "../../../src/sim/closed-loop/scenario.ts";
import { strangers } from "../../../src/sim/closed-loop/targets.ts";
import { faultAt, runOf, smallScenario, violatedBy } from "./small-container.ts";

const test = suite("closed loop");

test("the same seed gives the same run, another one another", () => {
  const wanted = smallScenario(600, [faultAt(300, "pump-broken", "tank-1")]);
  const first = runOf(wanted);
  assert.equal(runOf(wanted), first);
  assert.not.equal(runOf({ ...wanted, seed: 2 }).measures, first.measures);
  assert.equal(violatedBy(first), []);
});

test("every invariant has a name of its own", () => {
  assert.is(new Set(invariants.map(({ name }) => name)).size, invariants.length);
});

test("names that the site does not have are found", () => {
  const wanted = smallScenario(60, [
    faultAt(1, "stuck", "pt100-a/nothing"),
    faultAt(1, "deaf", "m1-001"),
    faultAt(1, "leak"),
  ]);
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
  assert.equal(runOf({ ...day, durationSeconds: 2 * 3600 }).violations, []);
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
