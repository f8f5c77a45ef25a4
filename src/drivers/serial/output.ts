/** One output of a Modbus device: what is wanted, and when it is to be written (again). */
import type { PointSite } from "../../model/site.ts";

/** Written again this often though nothing changed: a module that was reset has lost it. Choice: "every few seconds". */
const reassertMilliseconds = 5000;
/** After a write that failed, or was not found when read back [ms]. Choice: soon, without filling the line. */
const retryMilliseconds = 500;

export interface Output {
  readonly point: PointSite;
  /** Null: nobody has commanded it yet, so it stays as it is. */
  wanted: 0 | 1 | null;
  /** Just commanded: sent even to a device that has been silent. */
  fresh: boolean;
  pending: boolean;
  writeAt: number;
  writtenAt: number;
}

export function createOutput(point: PointSite): Output {
  const never = Number.NEGATIVE_INFINITY;
  return { point, wanted: null, fresh: false, pending: false, writeAt: never, writtenAt: never };
}

/** A change is written at once; the same again changes nothing. */
export function wantOutput(output: Output, wanted: 0 | 1, now: number): void {
  if (output.wanted === wanted) return;
  output.wanted = wanted;
  output.fresh = true;
  output.writeAt = now;
}

/** After a write of `value` was answered, or failed. What was commanded meanwhile goes out at once. */
export function outputResult(output: Output, value: 0 | 1, written: boolean, now: number): void {
  output.pending = false;
  if (written) output.writtenAt = now;
  if (output.wanted !== value) output.writeAt = now;
  else output.writeAt = now + (written ? reassertMilliseconds : retryMilliseconds);
}

/** After a read that began at `startedAt` showed the point's `value`: an answer to a write proves nothing, this does. */
export function outputRead(output: Output, value: number, startedAt: number, now: number): void {
  if (output.wanted === null || output.pending || startedAt < output.writtenAt || value === output.wanted) return;
  output.writeAt = Math.min(output.writeAt, Math.max(now, output.writtenAt + retryMilliseconds));
}
