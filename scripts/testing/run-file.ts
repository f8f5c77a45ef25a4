/** One test file in a process group of its own, under a deadline; whatever is left of the group afterwards is a fault and is killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type FileReport, reportDescriptor } from "./outcome.ts";

const host = fileURLToPath(new URL("./host.js", import.meta.url));
/** Most of a file's output that is kept [characters]. Choice: bounds a test that prints in a loop. */
const outputLimit = 1_000_000;

/** Node's exit code for an await that never settles. Source: Node's documentation of process exit codes. */
const unsettledStatus = "13";

export interface FileLimits {
  /** A file that takes longer hangs [ms]. */
  readonly deadlineMilliseconds: number;
  /** Time for sockets and children that are already closing after the last test [ms]. */
  readonly closingMilliseconds: number;
}

export interface FileOutcome extends FileReport {
  readonly file: string;
  readonly milliseconds: number;
  readonly output: string;
}

/** Process groups that are running: for whoever must end them all. */
export const runningGroups = new Set<number>();

export function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // The group has ended by itself.
  }
}

/** Runs a compiled test file; never rejects. */
export async function runFile(file: string, compiled: string, limits: FileLimits): Promise<FileOutcome> {
  const { deadlineMilliseconds, closingMilliseconds } = limits;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--enable-source-maps", host, compiled, String(closingMilliseconds)], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  const closed = new Promise((resolve) => child.on("close", resolve).on("error", resolve));
  if (child.pid === undefined) return { ...nothing(file, ["the process did not start"]), milliseconds: 0, output: "" };
  const group = child.pid;
  runningGroups.add(group);
  const output = collect(child.stdout, child.stderr);
  const report = collect(child.stdio[reportDescriptor] as Readable);
  const faults: string[] = [];
  const timer = setTimeout(() => {
    faults.push(`not over after ${deadlineMilliseconds / 1000} s`);
    killGroup(group);
  }, deadlineMilliseconds);
  const status = await ended(child);
  clearTimeout(timer);
  const orphans = await endOrphans(group, closingMilliseconds);
  if (orphans.length > 0 && faults.length === 0) faults.push(`left processes running: ${orphans.join("; ")}`);
  runningGroups.delete(group);
  // What it wrote may still be on its way; a process that left the group may hold the pipes for ever.
  await Promise.race([closed, pause(closingMilliseconds, undefined, { ref: false })]);
  const told = lastReport(report());
  if (told === null && faults.length === 0)
    faults.push(
      status === "0" || status === unsettledStatus
        ? "ended before its tests were over: a promise never settles, or the process was ended"
        : `ended with ${status} before its tests were over`,
    );
  if (status !== "0" && faults.length === 0 && (told?.failed ?? 0) + (told?.faults.length ?? 0) === 0)
    faults.push(`ended with ${status}: an error outside the tests`);
  const sum = told ?? nothing(file, []);
  return {
    ...sum,
    file,
    faults: [...sum.faults, ...faults],
    milliseconds: performance.now() - startedAt,
    output: output(),
  };
}

function nothing(file: string, faults: readonly string[]): FileReport & { file: string } {
  return { file, passed: 0, failed: 0, skipped: 0, faults };
}

/** Exit code or signal, as a word. */
function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("exit", (code, signal) => resolve(signal ?? String(code)));
    child.on("error", (error) => resolve(error.message));
  });
}

/** Gathers text of streams, bounded. */
function collect(...streams: readonly (Readable | null)[]): () => string {
  let text = "";
  for (const stream of streams)
    stream?.setEncoding("utf8").on("data", (part: string) => {
      if (text.length < outputLimit) text += part;
    });
  return () => text;
}

function lastReport(text: string): FileReport | null {
  const line = text.trim().split("\n").at(0);
  return line === undefined || line === "" ? null : (JSON.parse(line) as FileReport);
}

/** Waits for the rest of a group to end, kills what does not, and names it. */
async function endOrphans(group: number, closingMilliseconds: number): Promise<string[]> {
  const until = performance.now() + closingMilliseconds;
  let members = groupMembers(group);
  while (members.length > 0 && performance.now() < until) {
    await pause(20);
    members = groupMembers(group);
  }
  if (members.length > 0) killGroup(group);
  return members;
}

/** Command lines of a group's living processes. */
function groupMembers(group: number): string[] {
  try {
    process.kill(-group, 0);
  } catch {
    return [];
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [readProc(`${name}/stat`), readProc(`${name}/cmdline`).replaceAll("\0", " ").trim()] as const)
    .filter(([facts]) => {
      const [state, , ofGroup] = facts.slice(facts.lastIndexOf(")") + 2).split(" ");
      return Number(ofGroup) === group && state !== "Z";
    })
    .map(([, command]) => command);
}

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, "utf8");
  } catch {
    return "";
  }
}
