/** What a line heard that is not ours, as the process image shows it. It judges nothing. */
import type { LineHealth } from "../model/driver.ts";
import type { ForeignFrames } from "../model/image.ts";

/** One entry for the requests of another master, one for each device that talks unasked; none where nothing was heard. */
export function foreignFramesOf(health: LineHealth): ForeignFrames[] {
  const { name: line, foreignRequests = 0, foreignAt = [], foreignUnit, devices } = health;
  const talkers = devices.flatMap(({ name, unaskedReplies = 0, unaskedAt = [] }): ForeignFrames[] =>
    unaskedReplies > 0 ? [{ line, kind: "reply", from: name, count: unaskedReplies, at: unaskedAt }] : [],
  );
  if (foreignRequests === 0) return talkers;
  return [{ line, kind: "request", from: `unit ${foreignUnit}`, count: foreignRequests, at: foreignAt }, ...talkers];
}
