/** One serial line for tests: the site's side from the real boards, the far end as a child process on a pseudo-terminal. */

import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../src/model/driver.ts";
import type { SiteFile } from "../../../src/model/generated/site.ts";
import type { LineSite } from "../../../src/model/site.ts";
import type { FromFarEnd, ToFarEnd } from "../../../src/sim/wires/far-end.ts";
import { boardLibrary } from "../../../src/site/boards.ts";
import { dataFolder } from "../../../src/site/data-folder.ts";
import { resolveWires } from "../../../src/site/resolve-lines.ts";
import { withDeadline } from "../../waiting.ts";

type Device = SiteFile["lines"][number]["devices"][number];
export type DeviceWords = Pick<Device, "name" | "board" | "address"> & Partial<Device>;

export const clock: Clock = { now: () => performance.now(), unixMilliseconds: () => Date.now() };

/** A line of the site file, resolved with the boards of this repository. */
export function resolveLine(port: string, baudRate: number, devices: readonly DeviceWords[]): LineSite {
  const whole = devices.map((device) => ({ invert: false, ratio: 1, ...device }));
  const line = { name: "line-1", port, baudRate, parity: "none", stopBits: 1, devices: whole };
  const findings: never[] = [];
  const file = { lines: [line], firmata: [] } as unknown as SiteFile;
  const { lines } = resolveWires(file, boardLibrary(`${dataFolder()}boards/`), findings);
  assert.deepEqual(findings, []);
  const [resolved] = lines;
  assert.ok(resolved !== undefined);
  return resolved;
}

export interface FarLine {
  readonly effects: () => Readonly<Record<string, number>>;
  truth(values: Readonly<Record<string, number>>): void;
  fault(target: string, fault: string, on: boolean, value?: number): void;
  /** As `kill -9` does it: no farewell. */
  kill(): Promise<void>;
}

/** Starts the far end and resolves when its line may be opened. Each board is played by the simulated device of its name. */
export async function startFarLine(link: string, baudRate: number, devices: readonly DeviceWords[]): Promise<FarLine> {
  const program = new URL("../../../src/sim/wires/modbus-line.js", import.meta.url);
  const child: ChildProcess = fork(program, { stdio: "inherit" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const send = (message: ToFarEnd): void => {
    child.send(message);
  };
  let effects: Readonly<Record<string, number>> = {};
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (message: FromFarEnd) => {
      if (message.type === "ready") resolve();
      else if (message.type === "failed") reject(new Error(message.text));
      else if (message.type === "effects") effects = message.values;
    });
  });
  const kinds = devices.map(({ name, board, address }) => ({ name, kind: board, address }));
  send({ type: "setup", setup: { link, baudRate, parity: "none", stopBits: 1, devices: kinds } });
  await withDeadline(ready, 5000, "far end ready");
  return {
    effects: () => effects,
    truth: (values) => send({ type: "truth", values }),
    fault: (target, fault, on, value) =>
      send({ type: "fault", target, fault, on, ...(value === undefined ? {} : { value }) }),
    kill: async () => {
      child.kill("SIGKILL");
      await withDeadline(ended, 5000, "far end ended");
      // What it left points to a number that the next pseudo-terminal of this machine, whoever opens it, will have.
      rmSync(link, { force: true });
    },
  };
}

/** A folder of its own, removed by `remove`. */
export function temporaryFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "weir-serial-"));
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
