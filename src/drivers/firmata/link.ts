/** Keeps one serial port open for a board: opens, notices its loss, opens again. Knows nothing of Firmata. */
import { SerialPort } from "serialport";

/** Between two attempts to open a port that is not there [ms]; choice: a replugged adapter is back within a second. */
const retryMilliseconds = 500;
/** More than this not yet taken by the port means that it no longer takes anything [bytes]; choice: a second of a 57,600 Bd wire. */
const stuckBytes = 4096;

export interface LinkHandlers {
  opened(): void;
  bytes(chunk: Buffer): void;
  lost(): void;
}

export interface Link {
  start(): void;
  /** Bytes for the wire; dropped while the port is not open. */
  write(bytes: Uint8Array): void;
  /** Closes and opens again: the last cure for a silent board, and the end of a hang-up the port did not notice. */
  reopen(): void;
  stop(): Promise<void>;
}

export function openLink(site: { port: string; baudRate: number }, handlers: LinkHandlers): Link {
  let port: SerialPort | null = null;
  let retry: NodeJS.Timeout | null = null;
  let stopped = false;
  const again = (): void => {
    if (!stopped) retry = setTimeout(open, retryMilliseconds);
  };
  const drop = (lost: SerialPort): void => {
    if (port !== lost) return;
    port = null;
    lost.removeAllListeners("data");
    if (lost.isOpen) lost.close(() => {});
    handlers.lost();
    again();
  };
  const open = (): void => {
    // A port that once failed is a destroyed stream: each attempt is a new one. hupcl off leaves DTR as it is when the
    // port is closed, so that a restart of the program does not reset the board and drop its relays.
    const opening = new SerialPort({ path: site.port, baudRate: site.baudRate, autoOpen: false, hupcl: false });
    port = opening;
    opening.on("data", (chunk: Buffer) => {
      if (port === opening) handlers.bytes(chunk);
    });
    opening.on("close", () => drop(opening));
    opening.on("error", () => drop(opening));
    opening.open((error) => {
      if (error !== null) drop(opening);
      else if (port !== opening) opening.close(() => {});
      else handlers.opened();
    });
  };
  return {
    start: open,
    write: (bytes) => {
      if (port?.isOpen !== true) return;
      if (port.writableLength > stuckBytes) drop(port);
      else port.write(bytes);
    },
    reopen: () => {
      if (port !== null) drop(port);
    },
    stop: () => {
      stopped = true;
      if (retry !== null) clearTimeout(retry);
      const last = port;
      port = null;
      if (last?.isOpen !== true) return Promise.resolve();
      return new Promise((resolve) => last.close(() => resolve()));
    },
  };
}
