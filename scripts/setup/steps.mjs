/** What every set-up step shares: where the repository lies, progress lines, running a tool, one set-up at a time. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
/** Downloads and stamps; ignored by git. */
export const cache = `${root}.weir/`;

/** A set-up step that cannot go on: the message says what to do about it. */
export class SetupFailure extends Error {}

/** One line on standard error, so that standard output belongs to the program alone. */
export function progress(text) {
  process.stderr.write(`weir: ${text}\n`);
}

/** Runs a tool to its end; what it prints goes to standard error, or comes back where `quiet`. */
export function runTool(command, parameters, { quiet = true, environment = {} } = {}) {
  const ended = spawnSync(command, parameters, {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: "utf8",
    stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", 2, 2],
    maxBuffer: 64 * 1024 * 1024,
  });
  return {
    good: ended.status === 0,
    status: ended.status ?? 1,
    output: `${ended.stdout ?? ""}${ended.stderr ?? ""}${ended.error ? ended.error.message : ""}`.trim(),
  };
}

/** npm as a command and its first parameters: the very npm that runs this script, where there is one. */
export function npm(...parameters) {
  const own = process.env.npm_execpath;
  const quiet = ["--no-fund", "--no-audit", "--no-update-notifier", "--loglevel=error"];
  return own?.endsWith("npm-cli.js")
    ? runTool(process.execPath, [own, ...parameters, ...quiet])
    : runTool("npm", [...parameters, ...quiet]);
}

/** The text of a file, or null where it cannot be read. */
export function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** Runs the work while holding a lock, so that two commands started at once do not install or build over each other. */
export function oneAtATime(work) {
  const lock = `${cache}setup.lock`;
  mkdirSync(cache, { recursive: true });
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  if (!takeLock(lock)) {
    progress("waiting for another set-up to end");
    do Atomics.wait(waiting, 0, 0, 200);
    while (!takeLock(lock));
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const holder = Number(readIfThere(lock));
    // An empty file is a holder that has not written its number yet.
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
    return false;
  }
}

function isAlive(processId) {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
