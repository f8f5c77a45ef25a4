/** The order of start and of stop: what comes up after what, what is waited for and how long, and how the process ends. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { type HostProcess, startHostProcess } from "../drivers/host-process.ts";
import { createWatchdog, type Watchdog } from "../drivers/watchdog.ts";
import type { Clock } from "../model/driver.ts";
import type { Durable } from "../model/durable.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import { serveShellConsole } from "../shell/console.ts";
import type { ShellHost, ShellService } from "../shell/host.ts";
import { serveShellSocket } from "../shell/socket-server.ts";
import type { StoredState } from "../store/messages.ts";
import { openStore, type Store } from "../store/store.ts";
import { type Inbox, openInbox } from "./inbox.ts";
import { openJournal } from "./journal.ts";
import type { Core, Parts } from "./parts.ts";
import { commandSafeState } from "./safe-state.ts";
import { createScanner, type Scanner } from "./scan.ts";
import { type Schedule, startSchedule } from "./schedule.ts";
import { durableAfterLateDisk, durableAtStart } from "./start-state.ts";

/** How the process is to end: 0 as asked, 70 after something impossible, 75 to be started again, 1 not all was shed. */
export interface Ending {
  readonly exitCode: 0 | 1 | 70 | 75;
  readonly text: string;
}

export interface Controller {
  /** Resolves once everything is released and stored. */
  readonly ended: Promise<Ending>;
  /** SIGTERM or SIGINT: shed, then end. A second one does not wait for the shedding. */
  stop(): void;
  /** Something impossible happened: command the safe state and end. */
  abandon(): void;
}

export interface ControllerSetup {
  readonly site: Site;
  readonly folder: string;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Opens lines, boards, machines and the broker link; `urge` asks for a scan at once. */
  readonly openParts: (start: { readonly boot: string; readonly urge: () => void }) => Parts;
  readonly openCore: (durable: Durable | "none" | "unreadable", now: Milliseconds) => Core;
}

/** A disk that has not told its state by then counts as unreadable [ms]. Choice: a card's stall, within the start's 15 s hold. */
const storeDeadlineMilliseconds = 5_000;

/** After SIGTERM the shedding gets this long [ms]. Choice: above the core's own bound of 60 s, below systemd's TimeoutStopSec of 90 s. */
const shedDeadlineMilliseconds = 65_000;

/** For releasing ports and links, and for what is left to be stored, each [ms]. Choice. */
const releaseDeadlineMilliseconds = 3_000;

/** For the machines to hear of the safe state after something impossible [ms]. Choice: two round trips and a retry. */
const safeStateMilliseconds = 3_000;

/** Starts the controller of a checked site on a folder that is locked for it; throws, with nothing started, where `openParts` does. */
export function startController(setup: ControllerSetup): Controller {
  return new Running(setup);
}

class Running implements Controller {
  readonly ended: Promise<Ending>;
  readonly #setup: ControllerSetup;
  readonly #boot = randomBytes(16).toString("hex");
  readonly #store: Store;
  readonly #host: HostProcess;
  readonly #watchdog: Watchdog;
  readonly #inbox: Inbox;
  readonly #parts: Parts;
  readonly #shells: ShellService[] = [];
  #end: (ending: Ending) => void = () => {};
  #isEnding: boolean = false;
  #stopsAsked = 0;
  #schedule: Schedule | null = null;
  #scanner: Scanner | null = null;

  constructor(setup: ControllerSetup) {
    const { clock, logger } = setup;
    const urge = (): void => this.#schedule?.urge();
    this.#setup = setup;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#inbox = openInbox(clock, urge);
    this.#parts = setup.openParts({ boot: this.#boot, urge });
    this.#store = openStore(setup.folder, this.#boot, clock);
    this.#host = startHostProcess((text) => logger.warn(text));
    this.#watchdog = createWatchdog(this.#host);
    for (const { driver } of this.#parts.points) driver.start();
    for (const miner of this.#parts.miners) miner.start();
    this.#parts.broker?.start();
    void this.#serveShells();
    void this.#beginScans();
  }

  stop(): void {
    this.#stopsAsked += 1;
    if (this.#stopsAsked > 1) {
      this.#finish({ exitCode: 1, text: "Stopped at the second request, before everything was shed." });
      return;
    }
    this.#watchdog.stopping();
    this.#scanner?.beginStopping();
    this.#schedule?.urge();
    const text = `Stopped after ${shedDeadlineMilliseconds / 1000} s, before everything was shed.`;
    setTimeout(() => this.#finish({ exitCode: 1, text }), shedDeadlineMilliseconds);
  }

  abandon(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#schedule?.stop();
    const durable = commandSafeState(this.#setup.site, this.#parts, this.#scanner?.snapshot()?.decision ?? null);
    if (durable !== null) this.#store.save(durable);
    const text = "Something impossible happened: machines were told to sleep, cooling to run.";
    setTimeout(() => void this.#release(false).then(() => this.#end({ exitCode: 70, text })), safeStateMilliseconds);
  }

  async #serveShells(): Promise<void> {
    const { site, folder, clock, logger } = this.#setup;
    const host: ShellHost = {
      snapshot: () => this.#scanner?.snapshot() ?? null,
      submit: (action, by) => this.#inbox.submit(action, by),
    };
    if (site.console !== null) this.#shells.push(serveShellConsole(site.console, host, clock));
    try {
      this.#shells.push(await serveShellSocket(join(folder, "shell.sock"), host));
    } catch (error) {
      // The envelope does not depend on the shell: the controller runs without it.
      logger.warn({ reason: String(error) }, "The local shell cannot be served.");
    }
  }

  async #beginScans(): Promise<void> {
    const { site, clock, logger, version } = this.#setup;
    const late = pause(storeDeadlineMilliseconds, null, { ref: false });
    const stored = await Promise.race([this.#store.opened, late]);
    if (stored === null) this.#endWhenReadable();
    const state: StoredState = stored?.state ?? { durable: "unreadable", salvaged: false, restarts: 0 };
    const scanner = createScanner({
      site,
      version,
      clock,
      boot: this.#boot,
      core: this.#setup.openCore(durableAtStart(state, clock.unixMilliseconds()), clock.now()),
      parts: this.#parts,
      store: this.#store,
      journal: openJournal(this.#store, stored?.events ?? [], logger),
      inbox: this.#inbox,
      host: this.#host,
      watchdog: this.#watchdog,
      logger,
    });
    this.#scanner = scanner;
    if (this.#isEnding) return;
    if (this.#stopsAsked > 0) scanner.beginStopping();
    this.#schedule = startSchedule(clock, (isRegular, lateMilliseconds) => {
      scanner.scan(isRegular, lateMilliseconds);
      const mayEnd = this.#stopsAsked > 0 && scanner.snapshot()?.decision.mayEnd === true;
      if (mayEnd) this.#finish({ exitCode: 0, text: "Stopped as asked." });
    });
  }

  /** Only the next start can use what the disk knows; until then it must not be overwritten. The machines sleep meanwhile. */
  #endWhenReadable(): void {
    this.#store.keepAsItIs();
    const text = "The disk has told its state after all; the controller must be started again to use it.";
    void this.#store.opened.then(({ state }) => {
      const lived = this.#scanner?.snapshot()?.decision.durable;
      // A trip, a lockout or a stop of the meantime must not end with this process.
      if (lived !== undefined)
        this.#store.amend(durableAfterLateDisk(state, lived, this.#setup.clock.unixMilliseconds()));
      this.#finish({ exitCode: 75, text });
    });
  }

  #finish(ending: Ending): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#schedule?.stop();
    void this.#release(true).then(() => this.#end(ending));
  }

  async #release(clean: boolean): Promise<void> {
    const stops = [
      ...this.#shells.map((shell) => shell.stop()),
      ...(this.#parts.broker === null ? [] : [this.#parts.broker.stop()]),
      ...this.#parts.miners.map((miner) => miner.stop()),
      ...this.#parts.points.map(({ driver }) => driver.stop()),
    ];
    const released = Promise.allSettled(stops).then(() => this.#parts.stopShared());
    await Promise.race([released, pause(releaseDeadlineMilliseconds)]);
    await this.#store.close({ clean, deadlineMilliseconds: releaseDeadlineMilliseconds });
    this.#host.stop();
  }
}
