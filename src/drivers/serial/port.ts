/** Keeps one serial port open: exclusive, opened by path, opened again when it is lost. Knows nothing of what is spoken on it. */
import { stat } from "node:fs";
import { SerialPort } from "serialport";
import type { LineSite } from "../../model/site.ts";

/** Waits between attempts to open [ms]. Choice: a replugged adapter is back at once, a missing one costs nothing. */
const firstRetryMilliseconds = 100;
const longestRetryMilliseconds = 2000;
/** A port that does not even close in this time is left to itself [ms]. Choice. */
const closeMilliseconds = 1000;
/** How often a silent line is asked whether its path still leads to the same device [ms]. Choice: well below any age limit. */
const watchMilliseconds = 1000;

export interface PortEvents {
  onOpened(): void;
  onBytes(bytes: Uint8Array): void;
  /** The system has taken the bytes of the last write. */
  onWritten(): void;
  /** It was open and is no more, or could not be opened; `problem` in the words of the system. */
  onLost(problem: string): void;
}

export interface KeptPort {
  /** Silently dropped while the port is not open: its loss has been told. */
  write(bytes: Uint8Array): void;
  /** Gives the port up and opens it again. */
  reopen(problem: string): void;
  stop(): Promise<void>;
}

/** Begins to open `line`'s port, for ever. Errors of the port are events, never exceptions. */
export function keepPortOpen(line: LineSite, events: PortEvents): KeptPort {
  let port: SerialPort | null = null;
  let device: number | null = null;
  let heardSinceWatch = true;
  let retry: NodeJS.Timeout | null = null;
  let retryMilliseconds = firstRetryMilliseconds;
  let stopped = false;

  const attempt = (): void => {
    retry = null;
    const fresh = new SerialPort({
      path: line.port,
      baudRate: line.baudRate,
      parity: line.parity,
      stopBits: line.stopBits,
      dataBits: 8,
      // One owner a line: a second one is refused by the system ("Cannot lock port").
      lock: true,
      autoOpen: false,
    });
    port = fresh;
    const lose = (problem: string): void => {
      if (port === fresh) loseCurrent(problem);
    };
    fresh.on("error", (error: Error) => lose(error.message));
    fresh.on("close", () => lose("closed by the system"));
    fresh.open((error) => {
      if (port !== fresh) return;
      if (error !== null) {
        lose(error.message);
        return;
      }
      // Adapters that cannot do it, and pseudo-terminals, refuse: then bytes come up to 16 ms later.
      const setting = { brk: false, lowLatency: true };
      fresh.set(setting, () => undefined);
      fresh.on("data", (bytes: Buffer) => {
        if (port !== fresh) return;
        heardSinceWatch = true;
        retryMilliseconds = firstRetryMilliseconds;
        events.onBytes(bytes);
      });
      stat(line.port, (_, stats) => {
        if (port === fresh) device = stats?.rdev ?? null;
      });
      events.onOpened();
    });
  };

  const loseCurrent = (problem: string): void => {
    const old = port;
    port = null;
    device = null;
    if (old === null || stopped) return;
    void closed(old).then(() => {
      if (stopped) return;
      retry = setTimeout(attempt, retryMilliseconds);
      retryMilliseconds = Math.min(retryMilliseconds * 2, longestRetryMilliseconds);
    });
    events.onLost(problem);
  };

  // serialport can miss an unplugged adapter and read its end for ever; a path that leads elsewhere shows it.
  const watch = setInterval(() => {
    const watched = port;
    const silent = !heardSinceWatch;
    heardSinceWatch = false;
    if (watched === null || device === null || !silent) return;
    stat(line.port, (_, stats) => {
      if (port === watched && stats?.rdev !== device) loseCurrent("unplugged: its path is gone or leads elsewhere");
    });
  }, watchMilliseconds);

  attempt();
  return {
    write: (bytes) => {
      const current = port;
      if (current?.isOpen !== true) return;
      current.write(bytes, (error) => {
        if (error === null || error === undefined) {
          if (port === current) events.onWritten();
        } else if (port === current) loseCurrent(error.message);
      });
    },
    reopen: loseCurrent,
    stop: async () => {
      stopped = true;
      clearInterval(watch);
      if (retry !== null) clearTimeout(retry);
      const old = port;
      port = null;
      if (old !== null) await closed(old);
    },
  };
}

/** Resolves when `port` is closed, or has had its time for it. */
function closed(port: SerialPort): Promise<void> {
  port.removeAllListeners();
  // Whatever it still has to say concerns nobody.
  port.on("error", () => undefined);
  return new Promise((resolve) => {
    const deadline = setTimeout(resolve, closeMilliseconds);
    const done = (): void => {
      clearTimeout(deadline);
      resolve();
    };
    if (port.isOpen) port.close(done);
    else if (port.opening) port.once("open", () => port.close(done));
    else done();
  });
}
