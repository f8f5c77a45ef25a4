/** `weir run` with a core that breaks after some scans: what no core of ours does on purpose. A program for a test. */

import { systemClock } from "../../src/runtime/clock.ts";
import { startController } from "../../src/runtime/controller.ts";
import { guardProcess } from "../../src/runtime/guard.ts";
import { openLog } from "../../src/runtime/logger.ts";
import { openCore, openParts } from "../../src/runtime/open-parts.ts";
import { loadSite } from "../../src/site/load-site.ts";
import { loadSecrets } from "../../src/site/secrets.ts";

const [, , sitePath = "", folder = "", lastGoodScan = "0"] = process.argv;
const site = loadSite(sitePath);
const secrets = loadSecrets(sitePath);
if (!site.ok || !secrets.ok) throw new Error("the test's site is wrong");

const log = openLog("info");
const controller = startController({
  site: site.value,
  folder,
  version: "0.0.0",
  clock: systemClock,
  logger: log.logger,
  openParts: (start) =>
    openParts(site.value, secrets.value, {
      ...start,
      folder,
      version: "0.0.0",
      clock: systemClock,
      onBrokerProblem: () => {},
    }),
  openCore: (durable, now) => {
    const core = openCore(site.value, durable, now);
    let scans = 0;
    return {
      step(image) {
        scans += 1;
        if (scans > Number(lastGoodScan)) throw new Error("a state that cannot be");
        return core.step(image);
      },
    };
  },
});
await guardProcess(controller, log);
