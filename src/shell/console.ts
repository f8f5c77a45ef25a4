/** The debug shell on a serial port of the site file; reopened whenever it is lost. */
import { stat } from "node:fs/promises";
import { SerialPort } from "serialport";
import type { Clock } from "../model/driver.ts";
import type { ConsoleSite } from "../model/site.ts";
import type { ShellHost, ShellService } from "./host.ts";
import { runSession, type Session, usualDrainMilliseconds } from "./session.ts";

/** Between two attempts to open a port that is not there, and two looks whether it still is [ms]; choice. */
const retryMilliseconds = 2000;

/** Serves one shell session at a time on the console's port; never fails: a missing port is tried again. */
export function serveShellConsole(site: ConsoleSite, host: ShellHost, clock: Clock): ShellService {
  const server = new ConsoleServer(site, host, clock);
  return { stop: () => server.stop() };
}

class ConsoleServer {
  readonly #site: ConsoleSite;
  readonly #host: ShellHost;
  readonly #clock: Clock;
  #session: Session | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped: boolean;
  #serving: Promise<void>;

  constructor(site: ConsoleSite, host: ShellHost, clock: Clock) {
    this.#stopped = false;
    this.#site = site;
    this.#host = host;
    this.#clock = clock;
    this.#serving = this.#serve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#session?.stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const port = await open(this.#site);
    if (port !== null) await this.#serveOn(port);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#serving = this.#serve();
    }, retryMilliseconds);
  }

  async #serveOn(port: SerialPort): Promise<void> {
    const opened = await identityOf(this.#site.port);
    const session = runSession(
      port,
      this.#host,
      {
        way: "console",
        user: null,
        interactive: true,
        ascii: true,
        quits: false,
        drainMilliseconds: usualDrainMilliseconds,
      },
      this.#clock,
    );
    this.#session = session;
    if (this.#stopped) session.stop();
    // serialport may miss that its device has gone, and then reads nothing as fast as it can. A console writes only when
    // asked, so the device file is what tells.
    const watch = setInterval(() => {
      void identityOf(this.#site.port).then((current) => {
        if (current !== opened) session.stop();
      });
    }, retryMilliseconds);
    await session.ended;
    clearInterval(watch);
    this.#session = null;
    // Destroying its stream does not close a serialport.
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
  }
}

/** Null when it cannot be opened. */
function open(site: ConsoleSite): Promise<SerialPort | null> {
  const port = new SerialPort({ path: site.port, baudRate: site.baudRate, autoOpen: false });
  port.on("error", () => {});
  return new Promise((resolve) => port.open((error) => resolve(error === null ? port : null)));
}

/** Which device is behind the path; another one after a replug. */
function identityOf(path: string): Promise<string> {
  return stat(path).then(
    ({ dev, ino, rdev }) => `${dev} ${ino} ${rdev}`,
    () => "gone",
  );
}
