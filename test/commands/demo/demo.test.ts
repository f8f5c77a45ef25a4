import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../waiting.ts";

const test = suite("weir demo");

const main = fileURLToPath(new URL("../../../src/main.js", import.meta.url));
/** Start, ramp and curtailment on a loaded machine of two cores. */
const seconds = 42;

interface RunningDemo {
  readonly child: ChildProcess;
  readonly lines: Record<string, unknown>[];
  readonly ended: () => number | string | null;
}

const left: ChildProcess[] = [];
/** Run folders of these demos, and of no other. */
const folder = mkdtempSync(join(tmpdir(), "weir-test-"));
test.after(() => {
  for (const child of left) if (child.exitCode === null) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function startDemo(parameters: readonly string[]): RunningDemo {
  const child = spawn(process.execPath, [main, "demo", "--json", ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: folder },
  });
  left.push(child);
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  return { child, lines, ended: () => child.exitCode ?? child.signalCode };
}

/** All processes below one, by their ids. */
function descendants(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  const text = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  const children = text === "" ? [] : text.split(" ").map(Number);
  return [...children, ...children.flatMap(descendants)];
}

function alive(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    const path = `/proc/${pid}/stat`;
    // A zombie has ended; it only waits for somebody to ask.
    return existsSync(path) && !/\) Z /.test(readFileSync(path, "utf8"));
  });
}

function phase(demo: RunningDemo, name: string): number {
  const machines = demo.lines.at(-1)?.["machines"];
  return typeof machines === "object" && machines !== null ? ((machines as Record<string, number>)[name] ?? 0) : 0;
}

test("a short demo obeys its setpoint on the meter and leaves no process behind", async () => {
  const demo = startDemo(["--seconds", String(seconds)]);
  await waitFor(() => phase(demo, "hashing") > 0, { within: 30_000, what: "machines on the screen" });
  const children = descendants(demo.child.pid ?? 0);
  // Three lines, a board, three groups of machines, the broker, the controller with its store and helper, the warden.
  assert.ok(children.length >= 10, `only ${children.length} processes of their own`);
  await waitFor(() => demo.ended() !== null, { within: (seconds + 30) * 1000, what: "the end of the demo" });
  const summary = demo.lines.find((line) => line["type"] === "summary");
  const checks = summary?.["checks"] as { name: string; holds: boolean | null; text: string }[] | undefined;
  const verdicts = Object.fromEntries((checks ?? []).map((check) => [check.name, check.holds]));
  const told = JSON.stringify(summary);
  for (const name of ["complete image", "acknowledged", "ceiling met", "setpoint obeyed", "hottest tank", "breakers"])
    assert.is(verdicts[name], true, `${name} in ${told}`);
  assert.is(demo.ended(), 0);
  assert.equal(alive(children), []);
});

test("a demo that is killed takes every process with it", async () => {
  const demo = startDemo(["--seconds", "300"]);
  await waitFor(() => phase(demo, "hashing") > 0, { within: 30_000, what: "machines on the screen" });
  const children = descendants(demo.child.pid ?? 0);
  demo.child.kill("SIGKILL");
  await waitFor(() => alive(children).length === 0, {
    within: 15_000,
    what: () => `the end of processes ${alive(children).join(", ")}`,
  });
});

test.run();
