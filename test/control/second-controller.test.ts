import { suite } from "uvu";
import * as assert from "uvu/assert";
import { judgeForeignFrames } from "../../src/control/plausibility/foreign-frames.ts";
import type { ForeignFrames } from "../../src/model/image.ts";
import { setpoint } from "./commands-for-tests.ts";
import { type Plant, run, scan, startPlant } from "./plant-for-tests.ts";
import { type SiteWishes, siteForTests } from "./site-for-tests.ts";

const test = suite("second controller on the lines");

const request = (at: readonly number[], line = "line-1"): ForeignFrames => ({
  line,
  kind: "request",
  from: "unit 7",
  count: 12,
  at,
});
const reply = (at: readonly number[], line = "line-1"): ForeignFrames => ({
  line,
  kind: "reply",
  from: "tank-sensors",
  count: 5,
  at,
});
const names = (frames: readonly ForeignFrames[], now: number): string[] =>
  judgeForeignFrames(frames, now).warnings.map(({ name }) => name);

test("two requests that are not ours within a minute are a second controller, until it has been silent for one", () => {
  const { warnings, holding } = judgeForeignFrames([request([90_000, 99_000])], 100_000);
  assert.equal(
    warnings.map(({ name, severity, reason: { code, text } }) => [name, severity, code, text]),
    [
      [
        "second-controller line-1",
        "alarm",
        "second-controller",
        "A second controller is on line-1: 12 requests that are not ours, the last one to unit 7 1 s ago. Take it off the line; nothing is raised until it has been silent for 60 s.",
      ],
    ],
  );
  assert.match(holding ?? "", "line-1");
  assert.equal(names([request([90_000, 99_000])], 158_999).length, 1);
  assert.equal(names([request([90_000, 99_000])], 159_001), []);
});

test("a single one, or two far apart, are an accident of the wire", () => {
  assert.equal(names([request([99_000])], 100_000), []);
  assert.equal(names([request([30_000, 99_000])], 100_000), []);
  assert.is(judgeForeignFrames([request([99_000])], 100_000).holding, null);
});

test("a device that talks unasked is named and stops nothing; one that answers a second controller is not accused", () => {
  const { warnings, holding } = judgeForeignFrames([reply([98_000, 99_000])], 100_000);
  assert.equal(
    warnings.map(({ name, severity, reason: { code } }) => [name, severity, code]),
    [["talks-unasked tank-sensors", "warning", "talks-unasked"]],
  );
  assert.is(holding, null);
  const at = [98_000, 99_000];
  assert.equal(names([request(at), reply(at)], 100_000), ["second-controller line-1"]);
  assert.equal(names([request(at, "line-2"), reply(at)], 100_000), [
    "second-controller line-2",
    "talks-unasked tank-sensors",
  ]);
});

const quick: SiteWishes = { policy: { minimumOffMilliseconds: 5000 }, model: { wakeMilliseconds: 10_000 } };
const alarmed = ({ decision }: Plant): boolean =>
  decision?.alarms.some(({ name }) => name === "second-controller line-1") === true;

test("nothing is raised while it lasts, what lowers is obeyed, and raises go on a minute after the last request", () => {
  const plant = startPlant(siteForTests({ ...quick, tanks: 1, machinesPerTank: 4 }));
  run(plant, 20);
  scan(plant, 1000, [setpoint(9000, plant.now + 1000)]);
  run(plant, 30);
  const running = (): number => [...plant.machines.values()].filter(({ mode }) => mode === "hashing").length;
  const before = running();
  assert.ok(before > 0 && before < 4, `${before} run`);
  const begun = plant.now;
  plant.foreignFrames = () => [request([plant.now - 1500, plant.now - 200])];
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  run(plant, 120);
  assert.ok(alarmed(plant));
  assert.is(running(), before, "no raise");
  assert.match(plant.decision?.binding.reason.text ?? "", "A second controller speaks on line-1");
  scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
  run(plant, 30);
  assert.is(running(), 0, "sheds go on");
  scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
  const last = plant.now;
  plant.foreignFrames = () => [request([begun, last - 1000].map((at) => Math.max(at, last - 2000)))];
  run(plant, 50);
  assert.is(running(), 0);
  run(plant, 300);
  assert.ok(!alarmed(plant));
  assert.ok(running() > 0, "raised again");
});

test("one machine that wakes on its own is an accident, two are somebody else: nothing is raised", () => {
  for (const [count, raised] of [
    [1, true],
    [2, false],
  ] as const) {
    const plant = startPlant(siteForTests({ ...quick, machinesPerTank: 2 }));
    run(plant, 20);
    scan(plant, 1000, [setpoint(1200, plant.now + 1000)]);
    run(plant, 30);
    for (const name of ["a-001", "b-001"].slice(0, count)) {
      const machine = plant.machines.get(name);
      if (machine) Object.assign(machine, { mode: "hashing", watts: 3400, target: "run", deaf: true });
    }
    run(plant, 5);
    scan(plant, 1000, [setpoint(40_000, plant.now + 1000)]);
    run(plant, 60);
    assert.is(plant.machines.get("b-002")?.mode === "hashing", raised, `${count} woke`);
    const told = plant.decision?.alarms.find(({ name }) => name === "second-controller")?.reason.text ?? "";
    assert.match(told, /woke without our doing/);
    assert.is(told.includes("Nothing is raised"), !raised, "what is told is what is done");
    if (!raised) assert.match(plant.decision?.binding.reason.text ?? "", /woke without our doing/);
  }
});

test.run();
