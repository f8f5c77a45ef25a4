/** One scan: freeze what is known, let the core decide, hand out what it decided. It waits for nothing and decides nothing. */
import type { Logger } from "pino";
import type { HostProcess } from "../drivers/host-process.ts";
import type { Watchdog } from "../drivers/watchdog.ts";
import type { Command, LocalCommand } from "../model/command.ts";
import type { Decision } from "../model/decision.ts";
import type { Clock } from "../model/driver.ts";
import type { Heartbeat, ProcessImage } from "../model/image.ts";
import type { MinerReport } from "../model/miner.ts";
import type { Milliseconds, PointName, Reading } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Store } from "../store/store.ts";
import type { Inbox } from "./inbox.ts";
import type { Journal } from "./journal.ts";
import type { Core, Parts } from "./parts.ts";

export interface ScanSetup {
  readonly site: Site;
  readonly version: string;
  readonly clock: Clock;
  readonly boot: string;
  readonly core: Core;
  readonly parts: Parts;
  readonly store: Store;
  readonly journal: Journal;
  readonly inbox: Inbox;
  readonly host: HostProcess;
  readonly watchdog: Watchdog;
  readonly logger: Logger;
}

export interface Scanner {
  /** `isRegular`: a scan of the one-second grid, which toggles the heartbeat output. */
  scan(isRegular: boolean, lateMilliseconds: Milliseconds): void;
  snapshot(): Snapshot | null;
  /** From the next scan on the core sheds what must not run unattended. */
  beginStopping(): void;
}

/** A scan that takes longer, or begins later, is told in the log. Choice: a tenth and a half of the period. */
const longMilliseconds = 100;
const lateMilliseconds = 500;

/** Such warnings come at most this often. Choice. */
const warnMilliseconds = 10_000;

const neverHeard: Heartbeat = { at: null, epoch: 0, number: 0 };
const noBroker: Snapshot["broker"] = { state: "off", since: 0, url: "" };

export function createScanner(setup: ScanSetup): Scanner {
  const { site, clock, parts, store, journal, inbox } = setup;
  let stopping = false;
  let heartbeatLevel: 0 | 1 = 0;
  let submittedRevision = -1;
  let snapshot: Snapshot | null = null;
  let count = 0;
  let longest = 0;
  let warnedAt = Number.NEGATIVE_INFINITY;

  const freeze = (local: readonly LocalCommand[]): ProcessImage => {
    const remote = parts.broker?.takeCommands() ?? [];
    const commands: Command[] = [...remote, ...local].sort((a, b) => a.receivedAt - b.receivedAt);
    const readings: Record<PointName, Reading> = {};
    for (const { driver } of parts.points) Object.assign(readings, driver.readings());
    const miners: Record<string, MinerReport> = {};
    for (const miner of parts.miners) miners[miner.name] = miner.report();
    return Object.freeze({
      now: clock.now(),
      wallClock: {
        unixMilliseconds: clock.unixMilliseconds(),
        trusted: site.clock === "always" || setup.host.isClockSynchronised(),
      },
      boot: setup.boot,
      readings: Object.freeze(readings),
      miners: Object.freeze(miners),
      commands: Object.freeze(commands),
      heartbeat: parts.broker?.heartbeat() ?? neverHeard,
      storedRevision: store.storedRevision(),
      stopping,
    });
  };

  const handOut = (decision: Decision, isRegular: boolean): void => {
    if (decision.durable.revision !== submittedRevision) store.save(decision.durable);
    submittedRevision = decision.durable.revision;
    for (const miner of parts.miners) {
      const target = decision.minerTargets[miner.name];
      if (target !== undefined) miner.target(target);
    }
    if (isRegular) heartbeatLevel = heartbeatLevel === 0 ? 1 : 0;
    const heartbeat = site.heartbeatOutput === null ? {} : { [site.heartbeatOutput]: heartbeatLevel };
    const outputs = Object.entries({ ...decision.outputs, ...heartbeat });
    for (const { driver, points } of parts.points)
      driver.command(Object.fromEntries(outputs.filter(([point]) => points.has(point))));
  };

  const warnWhenLong = (took: Milliseconds, late: Milliseconds): void => {
    if ((took < longMilliseconds && late < lateMilliseconds) || clock.now() - warnedAt < warnMilliseconds) return;
    warnedAt = clock.now();
    setup.logger.warn({ tookMilliseconds: took, lateMilliseconds: late, scan: count }, "A scan was late or long.");
  };

  return {
    scan(isRegular, late) {
      const begun = performance.now();
      const local = inbox.take();
      const image = freeze(local);
      const decision = setup.core.step(image);
      handOut(decision, isRegular);
      journal.record(decision.events, image.wallClock.unixMilliseconds);
      inbox.settle(local, decision.outcomes);
      const took = Math.round((performance.now() - begun) * 10) / 10;
      count += 1;
      longest = Math.max(longest, took);
      snapshot = {
        container: site.container,
        version: setup.version,
        image,
        decision,
        lines: parts.points.map(({ driver }) => driver.health()),
        broker: parts.broker?.state() ?? noBroker,
        store: { state: store.health().state, storedRevision: store.storedRevision() },
        scan: { count, lastMilliseconds: took, longestMilliseconds: longest },
        events: journal.newest(),
      };
      parts.broker?.publish(snapshot);
      warnWhenLong(took, late);
      setup.watchdog.scanned(
        image.now,
        parts.points.map(({ driver }) => driver.reportedAt()),
      );
    },
    snapshot: () => snapshot,
    beginStopping() {
      stopping = true;
    },
  };
}
