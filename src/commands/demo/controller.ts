/** `weir run` as a child process of the demo: started, measured, started again when it dies, and never left behind. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { endChild } from "../../sim/demo/far-end-process.ts";
import type { ToWarden } from "../../sim/demo/warden.ts";

export interface ProcessFigures {
  readonly residentMegabytes: number;
  /** Of one core, since the process began. */
  readonly cpuRatio: number;
}

export interface Controller {
  readonly pid: number | null;
  /** Times it was started. */
  readonly starts: number;
  /** Last figures known, also of a process that has ended. */
  figures(): ProcessFigures | null;
  /** As `kill -9` does. */
  kill(): void;
  stop(): Promise<void>;
}

/** A service manager starts a dead controller again after some seconds; choice. */
const restartMilliseconds = 2000;
/** SIGTERM lets it shed first; the demo does not wait longer [ms]; choice. */
const stopMilliseconds = 8000;
/** USER_HZ of /proc/PID/stat on every Linux of today. Source: proc(5). */
const ticksPerSecond = 100;

/** Starts `weir run`; `died` is told of every end that nobody asked for. */
export function startController(
  options: { readonly sitePath: string; readonly dataFolder: string; readonly log: number },
  died: (cause: string) => void,
): Controller {
  const main = new URL("../../main.js", import.meta.url).pathname;
  const warden = fork(new URL("../../sim/demo/warden.js", import.meta.url), [], {
    stdio: ["ignore", options.log, options.log, "ipc"],
    execArgv: [],
    detached: true,
  });
  const guard = (message: ToWarden): void => {
    if (warden.connected) warden.send(message, () => {});
  };
  let child: ChildProcess | null = null;
  let startedAt = 0;
  let starts = 0;
  let stopping = false;
  let timer: NodeJS.Timeout | null = null;
  let last: ProcessFigures | null = null;
  const start = (): void => {
    const parameters = ["--enable-source-maps", main, "run", "--site", options.sitePath, "--data", options.dataFolder];
    const born = spawn(process.execPath, parameters, {
      stdio: ["ignore", options.log, options.log],
      // Ctrl-C is the demo's alone: it ends its children in order.
      detached: true,
    });
    child = born;
    startedAt = performance.now();
    starts += 1;
    guard({ pid: born.pid ?? null });
    born.once("exit", (code, signal) => {
      child = null;
      guard({ pid: null });
      if (stopping) return;
      died(signal ?? `exit ${code}`);
      timer = setTimeout(start, restartMilliseconds);
    });
  };
  start();
  return {
    get pid() {
      return child?.pid ?? null;
    },
    get starts() {
      return starts;
    },
    figures: () => {
      if (child?.pid !== undefined) last = measure(child.pid, performance.now() - startedAt) ?? last;
      return last;
    },
    kill: () => void child?.kill("SIGKILL"),
    stop: async () => {
      stopping = true;
      if (timer !== null) clearTimeout(timer);
      const ending = child;
      await endChild(ending, () => void ending?.kill("SIGTERM"), stopMilliseconds);
      await endChild(warden, () => warden.disconnect());
    },
  };
}

function measure(pid: number, aliveMilliseconds: number): ProcessFigures | null {
  const status = readProcess(pid, "status");
  const stat = readProcess(pid, "stat");
  if (status === null || stat === null) return null;
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  // The name in parentheses may hold blanks; utime and stime are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const seconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  return { residentMegabytes: kilobytes / 1024, cpuRatio: seconds / Math.max(0.001, aliveMilliseconds / 1000) };
}

function readProcess(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return null;
  }
}
