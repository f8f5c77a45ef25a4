/** The order of one scan: all is read, decided, commanded and stored before the watchdog hears of it; where any of it fails it hears nothing. */
import { pino } from "pino";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startControl } from "../../src/control/state.ts";
import { step } from "../../src/control/step.ts";
import type { PointDriver } from "../../src/model/driver.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { openInbox } from "../../src/runtime/inbox.ts";
import { openJournal } from "../../src/runtime/journal.ts";
import { createScanner } from "../../src/runtime/scan.ts";
import type { Store } from "../../src/store/store.ts";
import { healthyReadings, siteForTests } from "../control/site-for-tests.ts";

const test = suite("one scan");

const stages = ["read", "decide", "store", "command", "record"] as const;
type Stage = (typeof stages)[number];

/** What a scan does, in order, up to the stage that fails, if one does. */
function trace(failing: Stage | null): readonly string[] {
  const done: string[] = [];
  const pass = (stage: Stage): void => {
    if (stage === failing) throw new Error(`${stage} fails`);
    done.push(stage);
  };
  const site = siteForTests();
  let state = startControl(site, "none", systemClock.now());
  const driver: PointDriver = {
    name: "line",
    start() {},
    readings() {
      pass("read");
      return healthyReadings(site, systemClock.now());
    },
    command() {
      pass("command");
      return [];
    },
    reportedAt: () => systemClock.now(),
    health: () => ({ name: "line", port: "none", state: "open", since: 0, devices: [] }),
    stop: () => Promise.resolve(),
  };
  const store: Store = {
    opened: Promise.resolve({ state: { durable: "none", salvaged: false, restarts: 0 }, events: [] }),
    save: () => pass("store"),
    log: () => {
      if (!done.includes("record")) pass("record");
    },
    keepAsItIs() {},
    amend() {},
    takeLogged: () => [],
    storedRevision: () => 0,
    health: () => ({ state: "good", text: "" }),
    processId: () => null,
    close: () => Promise.resolve(true),
  };
  const logger = pino({ enabled: false });
  const scanner = createScanner({
    site,
    version: "0",
    clock: systemClock,
    boot: "00",
    core: {
      step(image) {
        pass("decide");
        const stepped = step(state, image, site);
        state = stepped.state;
        return stepped.decision;
      },
    },
    parts: {
      points: [{ driver, points: new Set() }],
      miners: [],
      broker: null,
      stopShared: () => Promise.resolve(),
    },
    store,
    journal: openJournal(store, [], logger),
    inbox: openInbox(systemClock, () => {}),
    host: { notify() {}, isClockSynchronised: () => true, stop() {} },
    watchdog: { scanned: () => done.push("watchdog"), stopping() {} },
    logger,
  });
  try {
    scanner.scan(true, 0);
  } catch (error) {
    assert.is((error as Error).message, `${failing} fails`, "nothing is caught on the way");
  }
  return done;
}

test("24: the watchdog hears of a scan when everything else in it is done", () => {
  assert.equal(trace(null), [...stages, "watchdog"]);
});

test("24: a scan of which any part fails feeds no watchdog", () => {
  for (const failing of stages) assert.not.ok(trace(failing).includes("watchdog"), failing);
});

test.run();
