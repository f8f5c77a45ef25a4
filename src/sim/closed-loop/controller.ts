/** The controller's process around the core: images, scans, the disk, its death and its return. The watchdog chain beside it. */
import type { Command } from "../../model/command.ts";
import type { Decision } from "../../model/decision.ts";
import type { Heartbeat, ProcessImage } from "../../model/image.ts";
import type { MinerReport } from "../../model/miner.ts";
import type { Readings } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import type { Core } from "./core.ts";
import type { Faults } from "./faults.ts";
import type { RestartEvent } from "./scenario.ts";
import { type Disk, openDisk } from "./store.ts";
import { controllerClock } from "./wall-clock.ts";

export interface Seen {
  readonly now: number;
  readonly readings: Readings;
  readonly miners: Readonly<Record<string, MinerReport>>;
  readonly commands: readonly Command[];
  readonly heartbeat: Heartbeat;
}

export interface Scan {
  readonly image: ProcessImage;
  readonly decision: Decision;
  /** When the process that made it started. */
  readonly startedAt: number;
  /** The same scan with other readings: what would have been decided. Changes nothing. */
  instead(readings: Readings): Decision;
}

export interface Controller {
  /** When this process started; null: it is down. */
  startedAt(): number | null;
  /** One scan; null: no process is there to make it. */
  scan(seen: Seen): Scan | null;
  kill(event: RestartEvent, now: number): void;
  /** It is told to end, and does when its core says that it may. */
  end(event: RestartEvent, now: number): void;
  /** When the last scan was made. */
  scannedAt(): number;
}

/** Restarts count as a loop within this [ms]. Source: DESIGN section 3. */
const loopMilliseconds = 600_000;

export function openController<State>(core: Core<State>, site: Site, faults: Faults): Controller {
  const disk: Disk = openDisk(faults);
  let process: { state: State; readonly startedAt: number; readonly boot: string } | null = null;
  let backAt = 0;
  let boots = 0;
  let unreadable = false;
  let scannedAt = 0;
  let ending: RestartEvent | null = null;
  const deaths: number[] = [];

  const start = (now: number): { state: State; readonly startedAt: number; readonly boot: string } => {
    boots += 1;
    const durable = unreadable ? "unreadable" : (disk.content(now) ?? "none");
    unreadable = false;
    const restarts = deaths.filter((at) => now - at < loopMilliseconds).length;
    const { unixMilliseconds } = controllerClock(faults, now);
    return {
      state: core.start(site, { durable, restarts }, now, unixMilliseconds),
      startedAt: now,
      boot: boots.toString(16).padStart(32, "0"),
    };
  };
  const die = (event: RestartEvent, now: number): void => {
    process = null;
    ending = null;
    backAt = now + event.outageSeconds * 1000;
    unreadable = event.store === "unreadable";
    deaths.push(now);
  };
  return {
    startedAt: () => process?.startedAt ?? null,
    scannedAt: () => scannedAt,
    kill(event, now) {
      die(event, now);
      disk.crash(now);
    },
    end(event) {
      if (process !== null) ending = event;
    },
    scan({ now, ...seen }) {
      if (process === null && now < backAt) return null;
      process ??= start(now);
      const image: ProcessImage = {
        now,
        wallClock: controllerClock(faults, now),
        boot: process.boot,
        ...seen,
        storedRevision: disk.storedRevision(now),
        stopping: ending !== null,
      };
      const { state: before, startedAt } = process;
      const { state, decision } = core.step(before, image, site);
      process.state = state;
      scannedAt = now;
      disk.save(decision.durable, now);
      if (ending !== null && decision.mayEnd) die(ending, now);
      return {
        image,
        decision,
        startedAt,
        instead: (readings) => core.step(before, { ...image, readings }, site).decision,
      };
    },
  };
}
