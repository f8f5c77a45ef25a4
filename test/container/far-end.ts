/** A far end of a wire as a child process of a test: started, fed, faulted, killed and started again when the test says so. */
import { type ChildProcess, fork } from "node:child_process";
import { rmSync } from "node:fs";
import type { FromFarEnd, ToFarEnd } from "../../src/sim/wires/far-end.ts";
import { waitFor } from "../waiting.ts";

type Values = Readonly<Record<string, number>>;

export interface FarEnd {
  truth(values: Values): void;
  /** Newest effects by name. */
  effects(): Values;
  /** What it drew or drove counts no more. */
  forget(): void;
  fault(target: string, fault: string, on: boolean, value?: number): void;
  /** As `kill -9` does; resolves when it is gone. */
  kill(): Promise<void>;
  /** A fresh process with the same setup, or with another one, and the newest truth. */
  start(other?: object): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A killed pseudo-terminal leaves its link behind, and the system soon gives what it led to to somebody else; a path of
 * /dev/serial/by-id vanishes with its adapter.
 */
function removeLink(setup: object): void {
  if ("link" in setup && typeof setup.link === "string") rmSync(setup.link, { force: true });
}

/** Starts `src/sim/wires/PROGRAM.ts`; resolves once it may be reached. */
export async function startFarEnd(program: string, setup: object): Promise<FarEnd> {
  const truth: Record<string, number> = {};
  const effects: Record<string, number> = {};
  let child: ChildProcess | null = null;
  let isUp = false;

  const send = (message: ToFarEnd): void => {
    if (child?.connected === true) child.send(message, () => {});
  };
  const ended = (born: ChildProcess): boolean => born.exitCode !== null || born.signalCode !== null;

  const farEnd: FarEnd = {
    truth(values) {
      const changed = Object.entries(values).filter(([name, value]) => truth[name] !== value);
      if (changed.length === 0) return;
      Object.assign(truth, values);
      if (isUp) send({ type: "truth", values: Object.fromEntries(changed) });
    },
    effects: () => effects,
    forget() {
      for (const name of Object.keys(effects)) delete effects[name];
    },
    fault: (target, fault, on, value) =>
      send({ type: "fault", target, fault, on, ...(value === undefined ? {} : { value }) }),
    async kill() {
      const dying = child;
      isUp = false;
      dying?.kill("SIGKILL");
      if (dying !== null) await waitFor(() => ended(dying), { within: 5_000, what: `end of ${program}` });
      removeLink(setup);
    },
    async start(other = setup) {
      const module = new URL(`../../src/sim/wires/${program}.js`, import.meta.url);
      const born = fork(module, [], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
      child = born;
      let failure = "";
      born.on("message", (message: FromFarEnd) => {
        if (message.type === "effects") Object.assign(effects, message.values);
        else if (message.type === "ready") isUp = true;
        else if (message.type === "failed") failure = message.text;
      });
      send({ type: "setup", setup: other });
      await waitFor(() => isUp || failure !== "" || ended(born), { within: 10_000, what: `${program} to be ready` });
      if (!isUp) throw new Error(`${program} could not be started: ${failure}`);
      send({ type: "truth", values: truth });
    },
    async stop() {
      const ending = child;
      if (ending === null || ended(ending)) return;
      ending.disconnect();
      const isEnded = (): boolean => ended(ending);
      await waitFor(isEnded, { within: 2_000, what: `end of ${program}` }).catch(() => farEnd.kill());
    },
  };
  await farEnd.start();
  return farEnd;
}
