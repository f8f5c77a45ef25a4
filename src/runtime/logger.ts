/** The program's log: JSON lines on standard error, written behind the scan's back and bounded when nobody reads them. */
import { destination, type Logger, pino } from "pino";

export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Lines that wait for a reader; beyond it lines are dropped, never the scan delayed [B]. Choice. */
const largestBacklogBytes = 1024 * 1024;

export interface ProgramLog {
  readonly logger: Logger;
  /** Hands over what is buffered; for the end of the process. */
  flush(): void;
}

/** Opens the log. Nothing secret may be handed to it: it knows no secrets to hide. */
export function openLog(level: LogLevel): ProgramLog {
  const stream = destination({ dest: 2, sync: false, maxLength: largestBacklogBytes });
  // A reader that went away must not take the controller with it.
  stream.on("error", () => {});
  const flush = (): void => {
    try {
      stream.flushSync();
    } catch {
      // Not opened yet, or nobody reads: there is nothing left to tell it to.
    }
  };
  return { logger: pino({ level, base: null, timestamp: () => `,"time":${Date.now()}` }, stream), flush };
}
