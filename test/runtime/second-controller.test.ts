/** A second master on a paced pseudo-terminal, through driver and image to the core's alarm. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startControl } from "../../src/control/state.ts";
import { step } from "../../src/control/step.ts";
import { openSerialLine } from "../../src/drivers/serial/serial-line.ts";
import type { Decision } from "../../src/model/decision.ts";
import { foreignFramesOf } from "../../src/runtime/foreign-frames.ts";
import { imageForTests, siteForTests } from "../control/site-for-tests.ts";
import {
  clock,
  type DeviceWords,
  resolveLine,
  startFarLine,
  temporaryFolder,
} from "../drivers/serial/line-under-test.ts";
import { waitFor } from "../waiting.ts";

const test = suite("second controller, from the wire to the alarm");
const folder = temporaryFolder();
test.after(folder.remove);

const meter: DeviceWords = { name: "meter", board: "eastron-sdm630-v2", address: 7, pollMilliseconds: 200 };

test("another master on the wires is an alarm that names line and unit, and nothing is raised", async () => {
  const port = folder.path("line");
  const far = await startFarLine(port, 19_200, [meter]);
  const driver = openSerialLine(resolveLine(port, 19_200, [meter]), clock);
  const site = siteForTests({ tanks: 1, machinesPerTank: 2 });
  let state = startControl(site, "none", clock.now());
  const decide = (): Decision => {
    const image = imageForTests(site, clock.now(), { foreignFrames: foreignFramesOf(driver.health()) });
    const stepped = step(state, image, site);
    state = stepped.state;
    return stepped.decision;
  };
  const alarm = () => decide().alarms.find(({ name }) => name === "second-controller line-1");
  const told = (): string => JSON.stringify([driver.health(), driver.readings()]);
  driver.start();
  await waitFor(() => driver.readings()["meter/frequencyHertz"]?.quality === "good", { within: 5000, what: told });
  assert.is(alarm(), undefined);
  far.fault("line", "second-master", true);
  await waitFor(() => alarm() !== undefined, { within: 8000, what: told });
  assert.match(alarm()?.reason.text ?? "", /on line-1: \d+ requests that are not ours, the last one to unit 7/);
  await driver.stop();
  await far.kill();
});

test.run();
