/** One far end as a child process: started, fed, watched, and started again with all it knew when it has died. */
import { type ChildProcess, fork } from "node:child_process";
import type { FromFarEnd, ToFarEnd } from "../wires/far-end.ts";

export interface FarEndProgram {
  /** `feeder`, `miners` ...: what screen and log call it. */
  readonly name: string;
  /** The compiled program. */
  readonly module: URL;
  /** Asked for at each start: what the far end should know then. */
  readonly setup: () => unknown;
  /** File descriptor its standard output and error go to. */
  readonly log: number;
  /** How long it stays away when it died [ms]; 6 s where absent. */
  readonly restartMilliseconds?: number;
}

export interface FarEndListener {
  effects(values: Readonly<Record<string, number>>): void;
  /** It died without being told to; it starts again by itself. */
  died(cause: string): void;
  /** It may be reached (again). */
  ready(): void;
}

export interface FarEndProcess {
  readonly name: string;
  readonly pid: number | null;
  readonly up: boolean;
  /** Resolves with null when it may be reached for the first time, else with why it cannot be set up. */
  readonly reachable: Promise<string | null>;
  truth(values: Readonly<Record<string, number>>): void;
  fault(target: string, fault: string, on: boolean, value?: number): void;
  /** As `kill -9` does. */
  kill(): void;
  stop(): Promise<void>;
}

/** How long a dead far end stays away, so that one can see what its loss does [ms]; choice. */
const restartMilliseconds = 6000;
/** A child that does not end by itself is killed after this [ms]; choice. */
const stopMilliseconds = 1500;

export function startFarEnd(program: FarEndProgram, listener: FarEndListener): FarEndProcess {
  const truth: Record<string, number> = {};
  const faults = new Map<string, Extract<ToFarEnd, { type: "fault" }>>();
  let child: ChildProcess | null = null;
  let up = false;
  let wasReady = false;
  let stopping = false;
  let timer: NodeJS.Timeout | null = null;
  let tell = (_problem: string | null): void => {};
  const reachable = new Promise<string | null>((resolve) => {
    tell = resolve;
  });

  const send = (message: ToFarEnd): void => {
    // A child that has just died is noticed by its exit; the message is part of the next start's.
    if (child?.connected === true) child.send(message, () => {});
  };
  const becomeReady = (): void => {
    up = true;
    wasReady = true;
    send({ type: "truth", values: truth });
    for (const fault of faults.values()) send(fault);
    tell(null);
    listener.ready();
  };
  const start = (): void => {
    const born = fork(program.module, [], {
      stdio: ["ignore", program.log, program.log, "ipc"],
      execArgv: [],
      // Ctrl-C is the demo's alone: it ends its children in order.
      detached: true,
    });
    child = born;
    born.on("message", (message: FromFarEnd) => {
      if (message.type === "effects") listener.effects(message.values);
      else if (message.type === "ready") becomeReady();
      else if (message.type === "failed") tell(`${program.name}: ${message.text}`);
    });
    born.on("error", () => {});
    born.once("exit", (code, signal) => {
      up = false;
      child = null;
      tell(`${program.name} ended before it could be reached (${signal ?? code})`);
      // What could not be set up once cannot be set up again.
      if (stopping || !wasReady) return;
      listener.died(signal ?? `exit ${code}`);
      timer = setTimeout(start, program.restartMilliseconds ?? restartMilliseconds);
    });
    send({ type: "setup", setup: program.setup() });
  };
  start();
  return {
    name: program.name,
    get pid() {
      return child?.pid ?? null;
    },
    get up() {
      return up;
    },
    reachable,
    truth: (values) => {
      const changed = Object.entries(values).filter(([name, value]) => truth[name] !== value);
      if (changed.length === 0) return;
      Object.assign(truth, values);
      if (up) send({ type: "truth", values: Object.fromEntries(changed) });
    },
    fault: (target, fault, on, value) => {
      const message = { type: "fault", target, fault, on, ...(value === undefined ? {} : { value }) } as const;
      if (on) faults.set(`${target}/${fault}`, message);
      else faults.delete(`${target}/${fault}`);
      if (up) send(message);
    },
    kill: () => void child?.kill("SIGKILL"),
    stop: () => {
      stopping = true;
      if (timer !== null) clearTimeout(timer);
      return endChild(child, () => child?.disconnect());
    },
  };
}

/** Asks a child to end, insists after a while, resolves when it is gone. */
export function endChild(
  child: ChildProcess | null,
  ask: () => void,
  patienceMilliseconds = stopMilliseconds,
): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const insist = setTimeout(() => child.kill("SIGKILL"), patienceMilliseconds);
    child.once("exit", () => {
      clearTimeout(insist);
      resolve();
    });
    ask();
  });
}
