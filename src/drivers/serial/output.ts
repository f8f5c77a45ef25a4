/** One output of a Modbus device: what is wanted, and when it is to be written (again). */
import type { PointSite } from "../../model/site.ts";

/** Written again this often though nothing changed: a module that was reset has lost it. Choice: "every few seconds". */
const reassertMilliseconds = 5000;
/** After a write that failed, or was not found when read back [ms]. Choice: soon, without filling the line. */
const retryMilliseconds = 500;

export interface Output {
  readonly point: PointSite;
  /** It closes a contactor: that is a decision each time, so what was closed once and found open is not closed again by itself. */
  readonly closes: boolean;
  /** As the newest command said; differs from `wanted` where something else has opened it since. */
  commanded: 0 | 1 | null;
  /** Read back since it was commanded. */
  proven: boolean;
  /** Null: nobody has commanded it yet, so it stays as it is. */
  wanted: 0 | 1 | null;
  /** Just commanded: sent even to a device that has been silent. */
  fresh: boolean;
  pending: boolean;
  writeAt: number;
  writtenAt: number;
}

export function createOutput(point: PointSite, closes = false): Output {
  const never = Number.NEGATIVE_INFINITY;
  const times = { writeAt: never, writtenAt: never };
  return { point, closes, commanded: null, proven: false, wanted: null, fresh: false, pending: false, ...times };
}

/** A change is written at once; the same again changes nothing. */
export function wantOutput(output: Output, wanted: 0 | 1, now: number): void {
  if (output.commanded === wanted) return;
  output.commanded = wanted;
  output.proven = false;
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

/** A fresh port: what is wanted is written again, but a contactor that was closed is looked at first. */
export function outputOpened(output: Output, now: number): void {
  output.writeAt = staysAsFound(output) ? Number.POSITIVE_INFINITY : now;
}

/** Closed and proven so: never written again, for whatever opened it took the power of everything behind it. */
function staysAsFound({ closes, proven, wanted }: Output): boolean {
  return closes && proven && wanted === 1;
}

/** After a read that began at `startedAt` showed the point's `value`: an answer to a write proves nothing, this does. */
export function outputRead(output: Output, value: number, startedAt: number, now: number): void {
  if (output.wanted === null || output.pending || startedAt < output.writtenAt) return;
  if (value === output.wanted) {
    output.proven = true;
    if (staysAsFound(output)) output.writeAt = Number.POSITIVE_INFINITY;
    return;
  }
  // Found open: it stays so until whoever decides has opened it too, and closes it anew.
  if (staysAsFound(output)) output.wanted = 0;
  output.writeAt = Math.min(output.writeAt, Math.max(now, output.writtenAt + retryMilliseconds));
}
