/** Frames on the serial lines that are not ours: a second controller, or a device that talks unasked. Says so; what follows from it is decided elsewhere. */
import type { ForeignFrames } from "../../model/image.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Warning } from "../envelopes/finding.ts";
import { seconds } from "../figures.ts";

/** Two such frames within this are no accident of a wire, and it is over when none has come for as long. Choice: whoever polls a line asks more often. */
const standingMilliseconds = 60_000;

export interface JudgedFrames {
  readonly warnings: readonly Warning[];
  /** Why nothing may rise; null: no second controller is on the lines. */
  readonly holding: string | null;
}

/** Judges what the lines heard by `now`. A device that answers a second controller is not accused itself. */
export function judgeForeignFrames(frames: readonly ForeignFrames[], now: Milliseconds): JudgedFrames {
  const standing = frames.filter(({ at }) => stands(at, now));
  const masters = standing.filter(({ kind }) => kind === "request");
  const talkers = standing.filter(
    (frame) => frame.kind === "reply" && !masters.some(({ line }) => line === frame.line),
  );
  return {
    warnings: [...masters.map((master) => masterWarning(master, now)), ...talkers.map(talkerWarning)],
    holding:
      masters.length === 0
        ? null
        : `A second controller speaks on ${masters.map(({ line }) => line).join(", ")}; nothing is raised while it does.`,
  };
}

function stands(at: readonly Milliseconds[], now: Milliseconds): boolean {
  const [older, newer] = [Math.min(...at), Math.max(...at)];
  return at.length > 1 && now - newer < standingMilliseconds && newer - older < standingMilliseconds;
}

function masterWarning({ line, from, count, at }: ForeignFrames, now: Milliseconds): Warning {
  const ago = seconds(now - Math.max(...at));
  const text = `A second controller is on ${line}: ${count} requests that are not ours, the last one to ${from} ${ago} ago. Take it off the line; nothing is raised until it has been silent for ${seconds(standingMilliseconds)}.`;
  return { name: `second-controller ${line}`, severity: "alarm", reason: { code: "second-controller", text } };
}

function talkerWarning({ line, from, count }: ForeignFrames): Warning {
  const text = `${from} talks on ${line} without being asked (${count} replies): switch its automatic reports off.`;
  return { name: `talks-unasked ${from}`, severity: "warning", reason: { code: "talks-unasked", text } };
}
