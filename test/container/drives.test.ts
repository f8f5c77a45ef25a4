/** Pump and dry cooler run by drives: started by their words, kept at their speed, read back; what they say of themselves is compared with the flow and told. */
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../waiting.ts";
import { askShell } from "./ask-shell.ts";
import { type Container, startContainer } from "./container.ts";
import { pumpPercent } from "./site-file.ts";

const test = suite("a container with drives");

let container: Container;

test.before(async () => {
  container = await startContainer({ machines: 2, running: 1, drives: true });
  container.dispatcher.beat(true);
  container.startWeir();
  await container.online();
});

test.after(() => container.stop());

interface Points {
  readonly points: readonly { readonly name: string; readonly quality: string; readonly value?: number }[];
  readonly outputs: Readonly<Record<string, number>>;
}

async function points(): Promise<Points> {
  return JSON.parse(await askShell(join(container.data, "shell.sock"), "points"));
}

/** Waits until every point reads as it should, to a hundredth. */
async function reads(wanted: Readonly<Record<string, number>>): Promise<void> {
  let last: Points | null = null;
  const fits = async (): Promise<boolean> => {
    const shown = await points();
    last = shown;
    // Before the first scan is finished the shell refuses, and its answer has no points.
    if (!Array.isArray(shown.points)) return false;
    return Object.entries(wanted).every(([name, value]) => {
      const point = shown.points.find((each) => each.name === name);
      return point?.quality === "good" && Math.abs((point.value ?? Number.NaN) - value) < 0.01;
    });
  };
  await waitFor(fits, { within: 20_000, what: () => `${JSON.stringify(wanted)}; ${JSON.stringify(last)}` });
}

/** An event tells of the alarm; the newest one. */
const told = (subject: string) =>
  container.dispatcher.received.filter(({ topic, body }) => topic === "event" && body["subject"] === subject).at(-1)
    ?.body;
const alarm = (subject: string, within: number) =>
  waitFor(() => told(subject) !== undefined, { within, what: () => `${subject}; ${container.state()}` });

test("both are started, run at their speed, and show status, speed, current and no fault", async () => {
  await reads({
    "pump/run": 1,
    "pump/running": 1,
    "pump/speedReferencePercent": pumpPercent,
    "pump/motorRevolutionsPerMinute": 1500 * (pumpPercent / 100),
    "pump/motorAmperes": 12.3,
    "pump/lastFault": 0,
    "dry-cooler/run": 1,
    "dry-cooler/running": 1,
    "dry-cooler/speedReferencePercent": 100,
    "dry-cooler/outputHertz": 50,
    "dry-cooler/motorAmperes": 12.3,
    "dry-cooler/tripped": 0,
    "dry-cooler-2/running": 1,
    "dry-cooler-2/speedReferencePercent": 100,
    "dry-cooler-2/motorRevolutionsPerMinute": 1500,
  });
  const { outputs } = await points();
  assert.equal([outputs["pump/run"], outputs["dry-cooler/run"], outputs["dry-cooler-2/run"]], [1, 1, 1]);
  assert.equal(outputs["dry-cooler/speedReferencePercent"], 100);
  assert.equal([container.drives?.effects()["pump/speedPercent"]], [pumpPercent]);
});

test("the core slows both fans by a step, which their drives obey, and is obeyed again after somebody changed them", async () => {
  const speeds = (percent: number) =>
    reads({
      "dry-cooler/speedReferencePercent": percent,
      "dry-cooler/outputHertz": 50 * (percent / 100),
      "dry-cooler-2/speedReferencePercent": percent,
      "dry-cooler-2/motorRevolutionsPerMinute": 1500 * (percent / 100),
    });
  const effects = () => container.drives?.effects() ?? {};
  await waitFor(async () => (await points()).outputs["dry-cooler/speedReferencePercent"] === 95, {
    within: 45_000,
    what: () => `the first step down; ${container.state()}`,
  });
  await speeds(95);
  assert.ok(Math.abs((effects()["dry-cooler/speedPercent"] ?? 0) - 95) < 0.01);
  assert.ok(Math.abs((effects()["dry-cooler-2/speedPercent"] ?? 0) - 95) < 0.01);
  container.drives?.truth({ "dry-cooler/speedPercent": 20, "dry-cooler-2/speedPercent": 20 });
  await waitFor(() => effects()["dry-cooler/restored"] === 1 && effects()["dry-cooler-2/restored"] === 1, {
    within: 10_000,
    what: () => `both written over; ${JSON.stringify(effects())}`,
  });
  await speeds(95);
  // Hotter than the whole band: everything.
  container.coolingTruth({ "pt100-a/input1Celsius": 46, "pt100-b/input1Celsius": 46 });
  await speeds(100);
  container.coolingTruth({ "pt100-a/input1Celsius": 40, "pt100-b/input1Celsius": 40.2 });
});

test("a dry cooler whose drive trips is told", async () => {
  container.drives?.truth({ "dry-cooler/tripped": 1 });
  await alarm("drive-fault dry-cooler", 10_000);
  assert.match(JSON.stringify(told("drive-fault dry-cooler")), /The drive dry-cooler has tripped/);
});

test("a drive that runs while nothing flows is told, by its own running bit", async () => {
  container.coolingTruth({ "ai8/input1Milliamperes": 4.5 });
  await alarm("pump-flow-disagree tank-1", 30_000);
  container.coolingTruth({ "ai8/input1Milliamperes": 12 });
});

test("a pump whose drive trips stops the tank, and its fault number is told", async () => {
  container.drives?.truth({ "pump/tripped": 1 });
  await alarm("drive-fault pump", 10_000);
  assert.match(JSON.stringify(told("drive-fault pump")), /The drive pump has tripped with fault 1/);
  await waitFor(
    () => JSON.stringify(container.dispatcher.newest("state")?.body["trips"] ?? []).includes("tank-1/pump"),
    {
      within: 10_000,
      what: () => `the trip of the pump; ${container.state()}`,
    },
  );
});

test.run();
