/** One output of a Modbus device: what is wanted, and when it is to be written (again). */
import type { OutputRefusal } from "../../model/driver.ts";
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
  commanded: number | null;
  /** Read back since it was commanded. */
  proven: boolean;
  /** 0 or 1, or a number to be kept in the unit of the point. Null: nobody has commanded it yet, so it stays as it is. */
  wanted: number | null;
  /** As last read; null: never. */
  seen: number | null;
  /** Which of the words is written next, where the switch is made of several. */
  step: number;
  /** Some of the words are written and some are not. */
  midway: boolean;
  /** Just commanded: sent even to a device that has been silent. */
  fresh: boolean;
  pending: boolean;
  writeAt: number;
  writtenAt: number;
}

export function createOutput(point: PointSite, closes = false): Output {
  const never = Number.NEGATIVE_INFINITY;
  const times = { writeAt: never, writtenAt: never };
  const known = { commanded: null, proven: false, wanted: null, seen: null } as const;
  return { point, closes, ...known, step: 0, midway: false, fresh: false, pending: false, ...times };
}

/** A number that is kept written from the first proof of its device on, until another is commanded. */
export function createSetpoint(point: PointSite, value: number): Output {
  return { ...createOutput(point), wanted: value };
}

/** What is written next. */
export function nextWord(output: Output, wanted: number): number {
  const words = wordsOf(output.point, wanted);
  return words[Math.min(output.step, words.length - 1)] ?? 0;
}

/** Raw words that bring what is wanted, in order. */
function wordsOf({ writeFunction, writeWords, scale, offset }: PointSite, wanted: number): readonly number[] {
  if (writeFunction === 5) return [wanted];
  if (writeWords !== null) return wanted === 1 ? writeWords.on : writeWords.off;
  return [Math.round((wanted - offset) / scale) & 0xffff];
}

/**
 * Registers are written only to a device that is proven to be the right one, and a switch made of words only when it is known how it
 * stands: the words that start a drive would stop one that runs. A coil is written at once, for it may open a contactor.
 */
export function mayWrite({ point, seen }: Output, proven: boolean): boolean {
  if (point.writeFunction === 5) return true;
  return proven && (point.writeWords === null || seen !== null);
}

/** A change is written at once; the same again changes nothing. What the output cannot take is refused: what it has stands. */
export function wantOutput(output: Output, wanted: number, now: number): OutputRefusal | null {
  if (output.commanded === wanted) return null;
  const { minimum, maximum } = rangeOf(output.point);
  const fits = isSwitch(output.point) ? wanted === 0 || wanted === 1 : wanted >= minimum && wanted <= maximum;
  if (!fits) return { point: output.point.name, value: wanted, minimum, maximum };
  output.commanded = wanted;
  output.proven = false;
  output.wanted = wanted;
  begin(output);
  output.fresh = true;
  output.writeAt = now;
  return null;
}

/** On or off, by a coil or by words; else a number. */
export function isSwitch({ writeFunction, writeWords }: PointSite): boolean {
  return writeFunction === 5 || writeWords !== null;
}

/** Numbers a register holds. */
const rawRanges = { int16: [-0x8000, 0x7fff], uint16: [0, 0xffff] } as const;

/** What may be commanded, in the unit of the point: what its board allows and its register holds. */
function rangeOf(point: PointSite): { readonly minimum: number; readonly maximum: number } {
  if (isSwitch(point)) return { minimum: 0, maximum: 1 };
  const raw = rawRanges[point.type === "int16" ? "int16" : "uint16"];
  const held = raw.map((number) => number * point.scale + point.offset);
  return {
    minimum: Math.max(Math.min(...held), point.minimum ?? Number.NEGATIVE_INFINITY),
    maximum: Math.min(Math.max(...held), point.maximum ?? Number.POSITIVE_INFINITY),
  };
}

/** All the words, but where it stands as it is wanted only the last one. */
function begin(output: Output): void {
  const { point, wanted, seen } = output;
  output.midway = false;
  output.step = wanted === null || seen !== wanted ? 0 : wordsOf(point, wanted).length - 1;
}

/** After a write of `value` was answered, or failed. What was commanded meanwhile goes out at once. */
export function outputResult(output: Output, value: number, written: boolean, now: number): void {
  output.pending = false;
  output.midway = false;
  if (written) output.writtenAt = now;
  else forget(output);
  if (output.wanted !== value) {
    output.writeAt = now;
    return;
  }
  const last = wordsOf(output.point, value).length - 1;
  if (written && output.step < last) {
    output.step += 1;
    output.midway = true;
    output.writeAt = now + (output.point.writeWords?.pauseMilliseconds ?? 0);
    return;
  }
  output.writeAt = now + (written ? reassertMilliseconds : retryMilliseconds);
}

/** A drive that was away may have lost its power: how it stands is read again before a word is written. */
function forget(output: Output): void {
  if (output.point.writeWords !== null) output.seen = null;
}

/** A fresh port: what is wanted is written again, but a contactor that was closed is looked at first. */
export function outputOpened(output: Output, now: number): void {
  forget(output);
  output.writeAt = staysAsFound(output) ? Number.POSITIVE_INFINITY : now;
}

/** Closed and proven so: never written again, for whatever opened it took the power of everything behind it. */
function staysAsFound({ closes, proven, wanted }: Output): boolean {
  return closes && proven && wanted === 1;
}

/** After a read that began at `startedAt` showed the point's `value`: an answer to a write proves nothing, this does. */
export function outputRead(output: Output, value: number, startedAt: number, now: number): void {
  const first = output.seen === null;
  output.seen = value;
  if (first) begin(output);
  if (output.wanted === null || output.pending || startedAt < output.writtenAt) return;
  // Between two words it reads back as neither.
  if (output.midway) return;
  if (Math.abs(value - output.wanted) <= toleranceOf(output.point)) {
    output.proven = true;
    if (staysAsFound(output)) output.writeAt = Number.POSITIVE_INFINITY;
    return;
  }
  // Found open: it stays so until whoever decides has opened it too, and closes it anew.
  if (staysAsFound(output)) output.wanted = 0;
  output.step = 0;
  output.writeAt = Math.min(output.writeAt, Math.max(now, output.writtenAt + retryMilliseconds));
}

/** A number is kept to the nearest step of its register. */
function toleranceOf(point: PointSite): number {
  return isSwitch(point) ? 0 : Math.abs(point.scale);
}
