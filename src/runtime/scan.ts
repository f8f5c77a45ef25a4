/** One scan: freeze what is known, let the core decide, hand out what it decided. It waits for nothing and decides nothing. */
import type { Logger } from "pino";
import type { HostProcess } from "../drivers/host-process.ts";
import type { Watchdog } from "../drivers/watchdog.ts";
import type { Command, LocalCommand } from "../model/command.ts";
import type { Decision } from "../model/decision.ts";
import type { Clock, OutputRefusal } from "../model/driver.ts";
import type { Heartbeat, ProcessImage } from "../model/image.ts";
import type { MinerReport } from "../model/miner.ts";
import type { Milliseconds, PointName, Reading } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Store } from "../store/store.ts";
import { foreignFramesOf } from "./foreign-frames.ts";
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

/** Everything that can be known has been asked for once: every point read, good or bad, every machine's link has an answer or a fault. */
function isComplete(image: ProcessImage): boolean {
  const readings = Object.values(image.readings);
  if (readings.some((reading) => reading.quality === "bad" && reading.fault === "not-read-yet")) return false;
  return Object.values(image.miners).every((report) => report.at !== undefined || report.fault !== "not-read-yet");
}

/** Such warnings come at most this often. Choice. */
const warnMilliseconds = 10_000;

const neverHeard: Heartbeat = { at: null, epoch: 0, number: 0 };
const noBroker: Snapshot["broker"] = { state: "off", since: 0, url: "" };

/** Everything one scan may know, frozen before it. */
function freezeImage(setup: ScanSetup, local: readonly LocalCommand[], stopping: boolean): ProcessImage {
  const { site, clock, parts } = setup;
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
    foreignFrames: Object.freeze(parts.points.flatMap(({ driver }) => foreignFramesOf(driver.health()))),
    storedRevision: setup.store.storedRevision(),
    stopping,
  });
}

/** Machines and outputs get what is theirs; `heartbeat` is the level of the output that holds the timer relay. Answers what drivers refused. */
function command({ site, parts }: ScanSetup, decision: Decision, heartbeat: 0 | 1): OutputRefusal[] {
  for (const miner of parts.miners) {
    if (decision.acceptedMiners?.includes(miner.name) === true) miner.accept();
    const target = decision.minerTargets[miner.name];
    if (target !== undefined) miner.target(target);
  }
  const beating = site.heartbeatOutput === null ? {} : { [site.heartbeatOutput]: heartbeat };
  const outputs = Object.entries({ ...decision.outputs, ...beating });
  return parts.points.flatMap(({ driver, points }) =>
    driver.command(Object.fromEntries(outputs.filter(([point]) => points.has(point)))),
  );
}

/** Tells the log of each output that is refused, once while the refusal lasts. */
function watchRefusals({ logger }: ScanSetup): (refusals: readonly OutputRefusal[]) => void {
  let told: ReadonlySet<PointName> = new Set();
  return (refusals) => {
    for (const refusal of refusals)
      if (!told.has(refusal.point))
        logger.error(refusal, "An output cannot take what was decided; it stays as it was.");
    told = new Set(refusals.map(({ point }) => point));
  };
}

/** Tells the log, once, when all is known, and now and then of scans that were late or long. */
function watchScans({ logger, clock }: ScanSetup): (image: ProcessImage, took: number, late: Milliseconds) => void {
  let count = 0;
  let wasComplete = false;
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (image, took, late) => {
    count += 1;
    if (!wasComplete && isComplete(image)) {
      wasComplete = true;
      const counts = { points: Object.keys(image.readings).length, machines: Object.keys(image.miners).length };
      // The monotonic clock begins with the process.
      logger.info({ ...counts, sinceStartMilliseconds: image.now, scan: count }, "The first image is complete.");
    }
    const isBad = took >= longMilliseconds || late >= lateMilliseconds;
    if (!isBad || clock.now() - warnedAt < warnMilliseconds) return;
    warnedAt = clock.now();
    logger.warn({ tookMilliseconds: took, lateMilliseconds: late, scan: count }, "A scan was late or long.");
  };
}

export function createScanner(setup: ScanSetup): Scanner {
  const { site, parts, store, journal, inbox } = setup;
  const watch = watchScans(setup);
  const refused = watchRefusals(setup);
  let stopping = false;
  let heartbeat: 0 | 1 = 0;
  let submittedRevision = -1;
  let snapshot: Snapshot | null = null;
  let count = 0;
  let longest = 0;

  return {
    scan(isRegular, late) {
      const begun = performance.now();
      const local = inbox.take();
      const image = freezeImage(setup, local, stopping);
      const decision = setup.core.step(image);
      if (decision.durable.revision !== submittedRevision) store.save(decision.durable);
      submittedRevision = decision.durable.revision;
      if (isRegular) heartbeat = heartbeat === 0 ? 1 : 0;
      refused(command(setup, decision, heartbeat));
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
      watch(image, took, late);
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
