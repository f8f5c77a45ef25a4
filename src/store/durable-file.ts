/** The newest durable state on disk, atomically replaced and checked when read; runs in the store's own process, where a call may hang. */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Durable } from "../model/durable.ts";
import { fail, type Result, succeed } from "../model/result.ts";

/** `damaged` keeps what the generation before knew: better than nothing for order registers, never enough to clear a latch. */
export type StateProblem =
  | { readonly kind: "absent" }
  | { readonly kind: "damaged"; readonly previous: Durable | null };

const stateName = "state";
const previousName = "state.previous";
const temporaryName = "state.new";
/** A damaged generation is kept under this name for whoever has to find out why. */
const damagedName = "state.damaged";

/** Larger files are damaged: the largest durable state of 1,000 machines is about 100 kB. Choice. */
const largestBytes = 4 * 1024 * 1024;

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function encode(durable: Durable): string {
  const body = JSON.stringify(durable);
  return `weir-state 1 ${digestOf(body)}\n${body}\n`;
}

function decode(text: string): Durable | null {
  const found = /^weir-state 1 ([0-9a-f]{64})\n(.*)\n$/.exec(text);
  const body = found?.[2];
  if (body === undefined || digestOf(body) !== found?.[1]) return null;
  return JSON.parse(body) as Durable;
}

function readGeneration(path: string): Durable | null | "absent" {
  if (!existsSync(path)) return "absent";
  try {
    const bytes = readFileSync(path);
    return bytes.length > largestBytes ? null : decode(bytes.toString("utf8"));
  } catch {
    // An input/output error of the medium is damage as much as a wrong checksum is.
    return null;
  }
}

/** Reads the state of a folder. Absent is told apart from damaged: the first start has none, a lost one counts as tripped. */
export function readDurable(folder: string): Result<Durable, StateProblem> {
  const newest = readGeneration(join(folder, stateName));
  if (newest !== null && newest !== "absent") return succeed(newest);
  const previous = readGeneration(join(folder, previousName));
  const wasDamaged = existsSync(join(folder, damagedName));
  if (newest === "absent" && previous === "absent" && !wasDamaged) return fail({ kind: "absent" });
  return fail({ kind: "damaged", previous: previous === "absent" ? null : previous });
}

/** Makes a name's change itself survive a power cut; writing the file alone does not. */
export function synchroniseFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Writes a whole file that is on disk, or is still the old one, whenever the power goes. */
export function writeWhole(folder: string, temporary: string, name: string, text: string): void {
  const handle = openSync(join(folder, temporary), "w", 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(join(folder, temporary), join(folder, name));
  synchroniseFolder(folder);
}

/** Replaces the state and keeps the generation before it; throws the file system's error. */
export function writeDurable(folder: string, durable: Durable): void {
  const state = join(folder, stateName);
  const previous = join(folder, previousName);
  if (existsSync(state)) {
    // A link, not a rename: at no moment is there no newest state.
    rmSync(previous, { force: true });
    linkSync(state, previous);
  }
  writeWhole(folder, temporaryName, stateName, encode(durable));
}

/** Puts a damaged newest generation aside, so that what is written next does not become its successor. */
export function putDamagedAside(folder: string): void {
  if (existsSync(join(folder, stateName))) renameSync(join(folder, stateName), join(folder, damagedName));
  synchroniseFolder(folder);
}
