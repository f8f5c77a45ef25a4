/** The scan must stay far below its second: a mean over many scans of a big container. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startControl } from "../../src/control/state.ts";
import { step } from "../../src/control/step.ts";
import { imageForTests, siteForTests } from "./site-for-tests.ts";

const test = suite("performance of a scan");

test("a scan of 300 machines takes well below a millisecond on average", () => {
  const site = siteForTests({
    tanks: 4,
    machinesPerTank: 75,
    ratedWatts: 1_200_000,
    feederAmperes: 2500,
    branchAmperes: 630,
    policy: { failsafeWatts: 700_000 },
  });
  let state = startControl(site, "none", 0);
  let usedMilliseconds = 0;
  const [batches, perBatch, warming] = [14, 50, 4];
  for (let batch = 0; batch < batches; batch += 1) {
    // Images are made beforehand, and the clock is asked once a batch: neither is part of a scan.
    const images = Array.from({ length: perBatch }, (_, index) =>
      imageForTests(site, (batch * perBatch + index + 1) * 1000),
    );
    const begin = process.cpuUsage();
    for (const image of images) state = step(state, image, site).state;
    const used = process.cpuUsage(begin);
    if (batch >= warming) usedMilliseconds += (used.user + used.system) / 1000;
  }
  const measured = (batches - warming) * perBatch;
  const mean = usedMilliseconds / measured;
  // The bound leaves room for a small and busy machine.
  assert.ok(mean < 3, `mean ${mean.toFixed(3)} ms`);
  console.log(`mean ${mean.toFixed(3)} ms`);
});

test.run();
