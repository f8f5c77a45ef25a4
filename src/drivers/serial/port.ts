/** Keeps one serial port open: exclusive, opened by path, opened again when it is lost. Knows nothing of what is spoken on it. */
import assert from "node:assert/strict";
import { readSync, stat, writeSync } from "node:fs";
import { SerialPort } from "serialport";
import type { LineSite } from "../../model/site.ts";

/** Waits between attempts to open [ms]. Choice: a replugged adapter is back at once, a missing one costs nothing. */
const firstRetryMilliseconds = 100;
const longestRetryMilliseconds = 2000;
/** A port that does not even close in this time is left to itself [ms]. Choice. */
const closeMilliseconds = 1000;
/** How often a silent line is asked whether its path still leads to the same device [ms]. Choice: well below any age limit. */
const watchMilliseconds = 1000;
/** Bytes of one read: what the kernel holds for a terminal at most (N_TTY_BUF_SIZE). */
const readBytes = 4096;

export interface PortEvents {
  onOpened(): void;
  /** Something can be read, or the port is lost, which the next `read` tells. Called once for each `listen`. */
  onReadable(): void;
  /** It was open and is no more, or could not be opened; `problem` in the words of the system. */
  onLost(problem: string): void;
}

export interface KeptPort {
  /** What waits unread, without waiting for more; empty where nothing does, or the port is not open. */
  read(): Uint8Array;
  /** True when the system has taken all the bytes. False while the port is not open: its loss has been told. */
  write(bytes: Uint8Array): boolean;
  /** Asks for `onReadable`. */
  listen(): void;
  /** Gives the port up and opens it again. */
  reopen(problem: string): void;
  stop(): Promise<void>;
}

type OpenBinding = Awaited<ReturnType<(typeof SerialPort)["binding"]["open"]>>;
/** On systems with descriptors serialport opens a port so that no call on it ever blocks (O_NONBLOCK), and its poller tells from the event loop itself when it can be read. */
type OpenPort = Extract<OpenBinding, { readonly poller: unknown }>;

const nothing = new Uint8Array(0);

/**
 * Begins to open `line`'s port, for ever. Errors of the port are events, never exceptions.
 *
 * serialport opens, configures, locks and watches the port. Bytes are read and written here, on its descriptor that never
 * blocks: serialport's own streams take two turns through Node's thread pool for every piece of a reply, where a disk or a
 * resolver that hangs holds them up (measured, November 2026: 60 to 140 µs a piece), and read the end of an unplugged
 * adapter over and over again without telling.
 */
export function keepPortOpen(line: LineSite, events: PortEvents): KeptPort {
  const buffer = Buffer.alloc(readBytes);
  let port: OpenPort | null = null;
  let opening: Promise<OpenBinding> | null = null;
  let device: number | null = null;
  let listening = false;
  let heardSinceWatch = true;
  let retry: NodeJS.Timeout | null = null;
  let retryMilliseconds = firstRetryMilliseconds;
  let stopped = false;

  const attempt = (): void => {
    retry = null;
    const asked = SerialPort.binding.open({
      path: line.port,
      baudRate: line.baudRate,
      parity: line.parity,
      stopBits: line.stopBits,
      dataBits: 8,
      // One owner a line: a second one is refused by the system ("Cannot lock port").
      lock: true,
    });
    opening = asked;
    asked.then(
      (binding) => {
        opening = null;
        assert.ok("poller" in binding, "serial lines need a system with descriptors");
        if (!stopped) begin(binding);
      },
      (error: Error) => {
        opening = null;
        if (stopped) return;
        retryLater();
        events.onLost(error.message);
      },
    );
  };

  const begin = (fresh: OpenPort): void => {
    port = fresh;
    listening = false;
    heardSinceWatch = true;
    // Adapters that cannot do it, and pseudo-terminals, refuse: then bytes come up to 16 ms later.
    fresh.set({ brk: false, cts: false, dtr: true, rts: true, lowLatency: true }).catch(() => undefined);
    stat(line.port, (_, stats) => {
      if (port === fresh) device = stats?.rdev ?? null;
    });
    events.onOpened();
  };

  const retryLater = (): void => {
    retry = setTimeout(attempt, retryMilliseconds);
    retryMilliseconds = Math.min(retryMilliseconds * 2, longestRetryMilliseconds);
  };

  const lose = (problem: string): void => {
    const old = port;
    port = null;
    device = null;
    if (old === null || stopped) return;
    void closed(old).then(() => {
      if (!stopped) retryLater();
    });
    events.onLost(problem);
  };

  const watch = setInterval(() => {
    const watched = port;
    const silent = !heardSinceWatch;
    heardSinceWatch = false;
    if (watched === null || device === null || !silent) return;
    stat(line.port, (_, stats) => {
      if (port === watched && stats?.rdev !== device) lose("unplugged: its path is gone or leads elsewhere");
    });
  }, watchMilliseconds);

  attempt();
  return {
    read: () => {
      if (port === null) return nothing;
      const outcome = withoutBlocking(port, (number) => readSync(number, buffer, 0, readBytes, null));
      if (outcome.kind === "would-block") return nothing;
      if (outcome.kind === "failed" || outcome.count === 0) {
        lose(outcome.kind === "failed" ? outcome.problem : "hung up");
        return nothing;
      }
      heardSinceWatch = true;
      retryMilliseconds = firstRetryMilliseconds;
      return new Uint8Array(buffer.subarray(0, outcome.count));
    },
    write: (bytes) => {
      if (port === null) return false;
      const outcome = withoutBlocking(port, (number) => writeSync(number, bytes));
      if (outcome.kind === "failed") lose(outcome.problem);
      return outcome.kind === "done" && outcome.count === bytes.length;
    },
    listen: () => {
      const current = port;
      if (current === null || listening) return;
      listening = true;
      // An error here is one that the next read meets too.
      current.poller.once("readable", () => {
        if (port !== current) return;
        listening = false;
        events.onReadable();
      });
    },
    reopen: lose,
    stop: async () => {
      stopped = true;
      clearInterval(watch);
      if (retry !== null) clearTimeout(retry);
      const old = port;
      port = null;
      if (old !== null) await closed(old);
      await opening?.then(closed, () => undefined);
    },
  };
}

type Transfer =
  | { readonly kind: "done"; readonly count: number }
  | { readonly kind: "would-block" }
  | { readonly kind: "failed"; readonly problem: string };

/** What one system call on the port did. */
function withoutBlocking(port: OpenPort, transfer: (number: number) => number): Transfer {
  const number = port.fd;
  if (number === null) return { kind: "failed", problem: "closed" };
  try {
    return { kind: "done", count: transfer(number) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "EAGAIN" || code === "EINTR" ? { kind: "would-block" } : { kind: "failed", problem: message };
  }
}

/** Resolves when the port is closed, or has had its time for it. */
function closed(binding: OpenBinding): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(resolve, closeMilliseconds);
    const done = (): void => {
      clearTimeout(deadline);
      resolve();
    };
    binding.close().then(done, done);
  });
}
