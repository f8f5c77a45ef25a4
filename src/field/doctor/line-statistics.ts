/** What many reads of one line say about the line itself: errors by device and by length of the frame, and waits. */
import type { DeviceSite } from "../../model/site.ts";
import { pointRead } from "../../protocol/modbus/blocks.ts";
import type { ReadRequest } from "../../protocol/modbus/frame.ts";
import type { UnitState } from "../../protocol/modbus/line-state.ts";
import type { Heard } from "../conversation.ts";

export interface Sample {
  readonly device: string;
  readonly long: boolean;
  /** `silent`: nothing came; `garbled`: something that is no reply. */
  readonly outcome: "answered" | "silent" | "garbled";
  readonly milliseconds: number;
  /** When it ended [ms]. */
  readonly at: number;
  /** What was answered, hexadecimal; null: nothing was. */
  readonly data: string | null;
}

/** The shortest read that says something of a device; null: there is nothing to read. */
export function shortRead(device: DeviceSite): ReadRequest | null {
  const point = device.probe?.point ?? device.points[0];
  return point === undefined ? null : pointRead(device, point);
}

export interface Tally {
  readonly reads: number;
  readonly silent: number;
  readonly garbled: number;
  /** Median and longest of the answered ones [ms]; null: none was. */
  readonly usualMilliseconds: number | null;
  readonly longestMilliseconds: number | null;
}

export function sampleOf(device: string, long: boolean, { outcome, milliseconds, bytes }: Heard): Sample {
  const answered = outcome.kind === "data" || (outcome.kind === "failed" && outcome.fault === "refused-by-device");
  const kind = answered ? "answered" : bytes.length > 0 ? "garbled" : "silent";
  const data = outcome.kind === "data" ? Buffer.from(outcome.data).toString("hex") : null;
  return { device, long, outcome: kind, milliseconds, at: performance.now(), data };
}

export function tally(samples: readonly Sample[]): Tally {
  const waits = samples.filter(({ outcome }) => outcome === "answered").map(({ milliseconds }) => milliseconds);
  waits.sort((a, b) => a - b);
  return {
    reads: samples.length,
    silent: samples.filter(({ outcome }) => outcome === "silent").length,
    garbled: samples.filter(({ outcome }) => outcome === "garbled").length,
    usualMilliseconds: waits[Math.floor(waits.length / 2)] ?? null,
    longestMilliseconds: waits.at(-1) ?? null,
  };
}

/** Share of the reads that brought nothing usable, 0 to 1. */
export function errorRatio({ reads, silent, garbled }: Tally): number {
  return reads === 0 ? 0 : (silent + garbled) / reads;
}

/** Long frames must fail so much more often than short ones, so often at all, and so many times. Choice: chance reaches none of it on a sound line. */
const longAgainstShort = 3;
const leastLongRatio = 0.1;
const leastFailures = 4;

/** Frames fail the more often the longer they are: what an open end of the pair, or a bad one, does. */
export function failsWithLength(samples: readonly Sample[]): boolean {
  const long = tally(samples.filter((sample) => sample.long));
  const short = tally(samples.filter((sample) => !sample.long));
  if (short.reads < leastFailures || long.silent + long.garbled < leastFailures) return false;
  return errorRatio(long) >= leastLongRatio && errorRatio(long) >= longAgainstShort * errorRatio(short);
}

/** Hardly anything of this device is understood, but something always comes: two of them answer at once. */
const collidingRatio = 0.8;

export function collides({ requests, badFrames }: Pick<UnitState, "requests" | "badFrames">): boolean {
  return badFrames >= leastFailures && badFrames >= collidingRatio * requests;
}
