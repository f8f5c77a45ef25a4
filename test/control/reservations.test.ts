/** What is not yet drawn but may come: contactors that close wait for the ramp, and old reports tell nothing about new power. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { local, setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant } from "./plant-for-tests.ts";
import { good, type SiteWishes, siteForTests } from "./site-for-tests.ts";

const test = suite("reservations");

/** A container whose first contactor has opened under a trip that was reset. */
function reset(wishes: SiteWishes): Plant {
  const plant = startPlant(siteForTests(wishes));
  run(plant, 20);
  for (const [name, machine] of plant.machines) machine.deaf = name.startsWith("a-");
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => good(0, now));
  run(plant, 14);
  assert.is(plant.contactors.get("branch-1"), false);
  for (const machine of plant.machines.values()) machine.deaf = false;
  plant.forced.clear();
  run(plant, 3);
  scan(plant, 1000, [local({ kind: "reset", trip: "tank-1/flow" }, plant.now)]);
  assert.is(plant.decision?.outcomes[0]?.done, true);
  return plant;
}

test("a contactor closes only once the ramp has come up to the peak of everything behind it", () => {
  const plant = reset({
    policy: { coolDownMilliseconds: 1000, contactorRecloseMilliseconds: 30_000, rampUpWattsPerSecond: 50 },
  });
  scan(plant, 1000, [setpoint(3000, plant.now + 1000)]);
  run(plant, 40);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  const peakWatts = 4 * 3600;
  let closedAt: number | null = null;
  run(plant, 900, ({ ceilingWatts }) => {
    if (closedAt !== null || plant.contactors.get("branch-1") !== true) return;
    closedAt = plant.now;
    assert.ok(ceilingWatts >= peakWatts, `${ceilingWatts} W`);
  });
  assert.ok(closedAt !== null);
});

test("a report from before its contactor closed tells nothing about a machine", () => {
  const plant = reset({ policy: { coolDownMilliseconds: 1000, contactorRecloseMilliseconds: 10_000 } });
  const at = plant.now;
  plant.reports.set("a-001", (truth) => ({ ...truth, at, mode: "asleep", powerWatts: 20 }));
  for (let second = 0; second < 20 && plant.contactors.get("branch-1") !== true; second += 1) scan(plant);
  assert.is(plant.contactors.get("branch-1"), true);
  scan(plant);
  assert.ok(plant.now - at < 30_000, "young enough to count otherwise");
  const view = plant.decision?.miners.find(({ name }) => name === "a-001");
  assert.is(view?.accountedWatts, 3600);
});

test("a meter is not doubted for what waking machines do not draw yet", () => {
  const plant = startPlant(
    siteForTests({
      policy: { minimumOffMilliseconds: 1000, startsPerInterval: 8 },
      model: { wakeMilliseconds: 60_000 },
    }),
  );
  run(plant, 20);
  scan(plant, 1000, [setpoint(2000, plant.now + 1000)]);
  run(plant, 30);
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  let waking = 0;
  run(plant, 40, ({ alarms, miners }) => {
    waking = Math.max(waking, miners.filter(({ phase }) => phase === "waking").length);
    assert.not.ok(alarms.some(({ name }) => name.startsWith("meter-below-account")));
  });
  assert.ok(waking >= 4, `${waking} waking`);
});

test("the fastest of the orders below sets the way down", () => {
  const plant = startPlant(siteForTests());
  run(plant, 20);
  const slow = setpoint(2000, plant.now + 1000, { rampDownWattsPerSecond: 1 });
  const quick = { ...setpoint(10_000, plant.now + 1000), source: "operator" } as const;
  scan(plant, 1000, [slow, quick]);
  assert.ok(run(plant, 5).ceilingWatts <= 10_000);
});

test.run();
