/** The event log on disk: numbered without gaps, appended, bounded, its torn tail repaired; runs in the store's own process. */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { LoggedEvent } from "../model/snapshot.ts";
import { synchroniseFolder } from "./durable-file.ts";

/** One record: the event, and which of the controller's starts told it as its how-manieth: repetitions are recognised by these. */
export interface EventEntry extends LoggedEvent {
  readonly boot: string;
  readonly sequence: number;
}

export type NewEntry = Omit<EventEntry, "number">;

export interface EventLog {
  /** Number of the last event on disk; 0 when there is none. */
  lastNumber(): number;
  /** Newest last, of those kept; at most `count`. */
  newest(count: number): readonly EventEntry[];
  /** On disk when it returns; entries that are there already are not written again. Throws the file system's error. */
  append(entries: readonly NewEntry[]): readonly EventEntry[];
}

const segmentPattern = /^events-(\d{12})\.log$/;

function segmentName(firstNumber: number): string {
  return `events-${String(firstNumber).padStart(12, "0")}.log`;
}

function encode(entry: EventEntry): string {
  const body = JSON.stringify(entry);
  return `${crc32(body).toString(16).padStart(8, "0")} ${body}\n`;
}

function decode(line: string): EventEntry | null {
  const body = line.slice(9);
  if (line.slice(0, 9) !== `${crc32(body).toString(16).padStart(8, "0")} `) return null;
  return JSON.parse(body) as EventEntry;
}

interface Segment {
  readonly path: string;
  readonly entries: readonly EventEntry[];
  /** Where the sound records end; anything behind was torn by a power cut. */
  readonly soundBytes: number;
}

function readSegment(path: string): Segment {
  const bytes = readFileSync(path);
  const entries: EventEntry[] = [];
  let soundBytes = 0;
  let from = 0;
  for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
    const entry = decode(bytes.toString("utf8", from, end));
    from = end + 1;
    if (entry === null) continue;
    entries.push(entry);
    soundBytes = from;
  }
  return { path, entries, soundBytes };
}

/** Opens the log of a folder and repairs its tail. `segmentBytes` and `segments` bound it; throws the file system's error. */
export function openEventLog(folder: string, bounds: { segmentBytes: number; segments: number }): EventLog {
  const numbers = (): number[] =>
    readdirSync(folder)
      .map((name) => segmentPattern.exec(name)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b);

  let recent: EventEntry[] = [];
  let last = 0;
  let segment: number | null = null;
  for (const first of numbers()) {
    const read = readSegment(join(folder, segmentName(first)));
    recent = [...recent, ...read.entries].slice(-largestRecent);
    // An empty segment still tells the number it was begun for.
    last = read.entries.at(-1)?.number ?? Math.max(last, first - 1);
    segment = first;
  }
  if (segment !== null) {
    const path = join(folder, segmentName(segment));
    truncateSync(path, readSegment(path).soundBytes);
  }

  /** The segment the next record belongs into, opened for appending. */
  const openSegment = (): number => {
    if (segment !== null) {
      const handle = openSync(join(folder, segmentName(segment)), "a", 0o600);
      if (fstatSync(handle).size < bounds.segmentBytes) return handle;
      closeSync(handle);
    }
    segment = last + 1;
    const handle = openSync(join(folder, segmentName(segment)), "a", 0o600);
    synchroniseFolder(folder);
    for (const old of numbers().slice(0, -bounds.segments)) rmSync(join(folder, segmentName(old)));
    return handle;
  };

  const isStored = (entry: NewEntry): boolean =>
    recent.some((stored) => stored.boot === entry.boot && stored.sequence === entry.sequence);

  return {
    lastNumber: () => last,
    newest: (count) => (count > 0 ? recent.slice(-count) : []),
    append(entries) {
      const fresh = entries
        .filter((entry) => !isStored(entry))
        .map((entry, index) => ({ number: last + 1 + index, ...entry }));
      if (fresh.length > 0) {
        const handle = openSegment();
        const before = fstatSync(handle).size;
        try {
          writeSync(handle, fresh.map(encode).join(""));
          fdatasyncSync(handle);
        } catch (error) {
          // A half-written record must not be followed by a sound one.
          truncateSync(join(folder, segmentName(segment ?? last + 1)), before);
          throw error;
        } finally {
          closeSync(handle);
        }
        last += fresh.length;
        recent = [...recent, ...fresh].slice(-largestRecent);
      }
      return recent.filter((stored) =>
        entries.some((entry) => entry.boot === stored.boot && entry.sequence === stored.sequence),
      );
    },
  };
}

/** Entries kept at hand, for the shell's `events` after a start and to recognise repetitions. Choice: more than one batch. */
const largestRecent = 512;

/** Whether a folder has ever held a log: then a missing state is a lost one, not a first start. */
export function hasEventLog(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => segmentPattern.test(name));
}
