/** The controller's side of the store: hands over the newest state and the events, waits for nothing, and replaces a store process that hangs. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Clock } from "../model/driver.ts";
import type { Durable } from "../model/durable.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { LoggedEvent } from "../model/snapshot.ts";
import type { EventEntry, NewEntry } from "./event-log.ts";
import type { FromStore, StoredState, ToStore } from "./messages.ts";

/** An event on its way to the disk. */
export type NewEvent = Omit<LoggedEvent, "number">;

export interface StoreHealth {
  readonly state: "good" | "slow" | "failed";
  /** What the disk last said against it; empty while it is good. */
  readonly text: string;
}

export interface Store {
  /** What the disk knew; never rejects. Whoever waits for it sets the deadline. */
  readonly opened: Promise<{ readonly state: StoredState; readonly events: readonly LoggedEvent[] }>;
  /** Replaces the state to be stored; older ones that were not written yet are skipped. */
  save(durable: Durable): void;
  log(event: NewEvent): void;
  /** Nothing is written any more in this start: what the disk knows must stand until it could be read. */
  keepAsItIs(): void;
  /** The one state that is written all the same: what the disk knew, once that is known, and what came to it. */
  amend(durable: Durable): void;
  /** Events that reached the disk since the last call, with their numbers, oldest first. */
  takeLogged(): readonly LoggedEvent[];
  /** Newest revision known to be on disk; -1 while that is not known. */
  storedRevision(): number;
  health(): StoreHealth;
  /** Identifier of the store's process, for the log; null while there is none. */
  processId(): number | null;
  /** Writes what is pending and, where asked to, notes a clean stop; bounded by the deadline. True when all is on disk. */
  close(end: { readonly clean: boolean; readonly deadlineMilliseconds: Milliseconds }): Promise<boolean>;
}

/** Without an answer for this long the disk is called slow. Choice: DESIGN principle 1 and the scan of one second. */
const slowMilliseconds = 1_000;

/** Without an answer for this long the process is killed and replaced. Choice: cards stall for seconds while they erase. */
const hungMilliseconds = 10_000;

/** Pause before a refused request is sent again, or a dead process is replaced. Choice. */
const retryMilliseconds = 1_000;

/** Events that may wait for a slow disk, and that go with one request. Choice: a trip of everything makes about 200. */
const largestWaiting = 1_000;
const largestBatch = 100;

/** Longest text of an event that is stored. Choice. */
const largestTextLength = 600;

/** From util-linux, part of every Debian; it takes the store down with a controller that was killed, even a stopped one. */
const setpriv = "/usr/bin/setpriv";

function startProcess(): ChildProcess {
  const program = fileURLToPath(new URL("./store-process.js", import.meta.url));
  const options = { stdio: ["ignore", "ignore", "inherit", "ipc"] as ["ignore", "ignore", "inherit", "ipc"] };
  if (!existsSync(setpriv)) return fork(program, [], { ...options, execArgv: [] });
  return fork(program, [], { ...options, execPath: setpriv, execArgv: ["--pdeathsig", "KILL", process.execPath] });
}

/** Opens the store of a data folder. `boot` tells this start's events from every other's. */
export function openStore(folder: string, boot: string, clock: Clock): Store {
  return new StoreProcess(folder, boot, clock);
}

class StoreProcess implements Store {
  readonly opened: Store["opened"];
  readonly #folder: string;
  readonly #boot: string;
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  #resolveOpened: (value: Awaited<Store["opened"]>) => void = () => {};
  #hasOpened: boolean = false;
  #child: ChildProcess | null = null;
  #asked: { readonly message: ToStore; readonly at: Milliseconds } | null = null;
  #notBefore: Milliseconds = 0;
  #isOpen: boolean = false;
  #isKept: boolean = false;
  #wanted: Durable | null = null;
  #storedRevision = -1;
  #waiting: NewEntry[] = [];
  #logged: LoggedEvent[] = [];
  #sequence = 0;
  #lost = 0;
  #problem = "";
  #closing: { readonly clean: boolean } | null = null;
  #closed: (() => void) | null = null;

  constructor(folder: string, boot: string, clock: Clock) {
    this.#folder = folder;
    this.#boot = boot;
    this.#clock = clock;
    this.opened = new Promise((resolve) => {
      this.#resolveOpened = resolve;
    });
    this.#timer = setInterval(() => this.#tend(), retryMilliseconds / 4);
    this.#tend();
  }

  keepAsItIs(): void {
    this.#isKept = true;
    this.#wanted = null;
    this.#waiting = [];
  }

  save(durable: Durable): void {
    if (this.#isKept) return;
    this.#wanted = durable;
    this.#ask();
  }

  amend(durable: Durable): void {
    this.#wanted = durable;
    this.#ask();
  }

  log(event: NewEvent): void {
    if (this.#isKept) return;
    if (this.#waiting.length >= largestWaiting) {
      this.#lost += 1;
      return;
    }
    this.#enqueue(event);
    this.#ask();
  }

  takeLogged(): readonly LoggedEvent[] {
    const logged = this.#logged;
    this.#logged = [];
    return logged;
  }

  storedRevision(): number {
    return this.#storedRevision;
  }

  health(): StoreHealth {
    const waited = this.#asked === null ? 0 : this.#clock.now() - this.#asked.at;
    if (this.#problem !== "") return { state: "failed", text: this.#problem };
    if (waited > slowMilliseconds) return { state: "slow", text: `The disk has not answered for ${waited} ms.` };
    return { state: "good", text: "" };
  }

  processId(): number | null {
    return this.#child?.pid ?? null;
  }

  async close(end: { readonly clean: boolean; readonly deadlineMilliseconds: Milliseconds }): Promise<boolean> {
    this.#closing = { clean: end.clean };
    const done = await new Promise<boolean>((resolve) => {
      const deadline = setTimeout(() => resolve(false), end.deadlineMilliseconds);
      this.#closed = () => {
        clearTimeout(deadline);
        resolve(true);
      };
      this.#ask();
    });
    clearInterval(this.#timer);
    this.#child?.removeAllListeners();
    this.#child?.kill("SIGKILL");
    this.#child = null;
    return done;
  }

  #enqueue(event: NewEvent): void {
    this.#sequence += 1;
    const text = event.text.slice(0, largestTextLength);
    this.#waiting.push({ ...event, text, boot: this.#boot, sequence: this.#sequence });
  }

  /** Once in a while: starts a process where there is none, kills one that hangs, sends what is pending. */
  #tend(): void {
    const now = this.#clock.now();
    if (this.#asked !== null && now - this.#asked.at > hungMilliseconds) {
      this.#problem = `The disk has not answered for ${hungMilliseconds / 1000} s; its process is replaced.`;
      this.#child?.kill("SIGKILL");
    }
    if (this.#child === null && now >= this.#notBefore) this.#start();
    this.#ask();
  }

  #start(): void {
    const child = startProcess();
    this.#child = child;
    this.#asked = null;
    this.#isOpen = false;
    child.on("message", (message: FromStore) => this.#answered(message));
    child.on("error", (error) => {
      this.#problem = `The store's process cannot be started or reached: ${error.message}`;
    });
    child.on("exit", () => {
      if (this.#problem === "") this.#problem = "The store's process has ended.";
      this.#child = null;
      this.#asked = null;
      this.#notBefore = this.#clock.now() + retryMilliseconds;
    });
  }

  /** Sends the next request; nothing while one is unanswered. */
  #ask(): void {
    if (this.#child === null || this.#asked !== null || this.#clock.now() < this.#notBefore) return;
    const message = this.#next();
    if (message === null) return;
    this.#asked = { message, at: this.#clock.now() };
    // The channel queues without blocking; a broken one ends in `exit`.
    this.#child.send(message, () => {});
  }

  #next(): ToStore | null {
    if (!this.#isOpen) return { type: "open", folder: this.#folder, boot: this.#boot };
    if (this.#wanted !== null || this.#waiting.length > 0)
      return { type: "write", durable: this.#wanted, entries: this.#waiting.slice(0, largestBatch) };
    if (this.#closing?.clean) return { type: "close" };
    if (this.#closing !== null) this.#closed?.();
    return null;
  }

  #answered(message: FromStore): void {
    const asked = this.#asked?.message;
    this.#asked = null;
    this.#problem = message.type === "failed" ? message.text : "";
    switch (message.type) {
      case "failed":
        this.#notBefore = this.#clock.now() + retryMilliseconds;
        return;
      case "opened":
        this.#open(message);
        break;
      case "written":
        if (asked?.type === "write") this.#written(asked.durable, message.entries);
        break;
      case "closed":
        this.#closed?.();
        return;
    }
    this.#ask();
  }

  #open(message: { readonly state: StoredState; readonly events: readonly LoggedEvent[] }): void {
    this.#isOpen = true;
    if (this.#hasOpened) return;
    this.#hasOpened = true;
    const { durable, salvaged } = message.state;
    if (typeof durable === "object" && !salvaged) this.#storedRevision = durable.revision;
    // A first start knows nothing that had to be on disk: revision 0 stands by being absent.
    if (durable === "none") this.#storedRevision = 0;
    this.#resolveOpened({ state: message.state, events: message.events.map(withoutOrigin) });
  }

  #written(durable: Durable | null, entries: readonly EventEntry[]): void {
    if (durable !== null) {
      this.#storedRevision = durable.revision;
      if (this.#wanted === durable) this.#wanted = null;
    }
    const stored = new Set(entries.map((entry) => entry.sequence));
    this.#waiting = this.#waiting.filter((entry) => !stored.has(entry.sequence));
    this.#logged.push(...entries.map(withoutOrigin));
    if (this.#lost > 0 && this.#waiting.length < largestBatch) {
      const text = `${this.#lost} events were lost while the disk did not answer.`;
      this.#lost = 0;
      const unixMilliseconds = this.#clock.unixMilliseconds();
      this.#enqueue({ unixMilliseconds, kind: "alarm", severity: "warning", subject: "store", text });
    }
  }
}

function withoutOrigin(entry: LoggedEvent): LoggedEvent {
  const { number, unixMilliseconds, kind, severity, subject, text } = entry;
  return { number, unixMilliseconds, kind, severity, subject, text };
}
