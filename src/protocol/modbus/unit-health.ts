/** What a fault, a late reply or a proven one makes of a unit. */
import { type ModbusRequest, type ReplyShape, sameShape, shapeOf } from "./frame.ts";
import type { LineFault, StaleReply, UnitState } from "./line-state.ts";

/** A reply that has not come after this never comes. Choice: twelve times the slowest documented reply (Carlo Gavazzi EM340: 500 ms). */
export const staleLifeMilliseconds = 6000;
/** First and longest wait between tries of a silent unit. Choice: at most a twentieth of the line for a timeout of 500 ms. */
const firstBackoffMilliseconds = 500;
const longestBackoffMilliseconds = 10_000;
/** A timeout learned from late replies: with this room above the latest one, and never longer than this [ms]. Choice: no documented reply takes over 500 ms. */
const patienceRoom = 1.5;
const longestPatienceMilliseconds = 2000;

export function backoffMilliseconds(failuresInRow: number): number {
  return Math.min(longestBackoffMilliseconds, firstBackoffMilliseconds * 2 ** Math.max(0, failuresInRow - 2));
}

/** After a request that was given up. The reply to a read stays expected, so that it is known when it comes. */
export function failed(
  unit: UnitState,
  request: ModbusRequest,
  fault: LineFault,
  sentAt: number,
  now: number,
): UnitState {
  const stale: StaleReply[] = unit.stale.filter(({ expiresAt }) => expiresAt > now);
  if (request.mode === "read") stale.push({ ...shapeOf(request), sentAt, expiresAt: now + staleLifeMilliseconds });
  return {
    ...unit,
    sure: false,
    stale,
    failuresInRow: unit.failuresInRow + 1,
    lastFault: fault,
    timeouts: unit.timeouts + (fault === "no-reply" ? 1 : 0),
    badFrames: unit.badFrames + (fault === "bad-frame" ? 1 : 0),
  };
}

/** After a reply that can only be the one asked for: a unit answers in order, so nothing older is under way any more. */
export function inStep(unit: UnitState, latencyMilliseconds: number): UnitState {
  return { ...unit, sure: true, stale: [], failuresInRow: 0, retryAt: Number.NEGATIVE_INFINITY, latencyMilliseconds };
}

/** After a reply of this shape came too late; null: none was expected. Those given up before it will not come any more. */
export function heardLate(unit: UnitState, shape: ReplyShape, now: number): UnitState | null {
  const index = unit.stale.findIndex((reply) => sameShape(reply, shape));
  const reply = unit.stale[index];
  if (reply === undefined) return null;
  const needed = Math.min((now - reply.sentAt) * patienceRoom, longestPatienceMilliseconds);
  return {
    ...unit,
    stale: unit.stale.slice(index + 1),
    patienceMilliseconds: Math.max(unit.patienceMilliseconds, needed),
    lateReplies: unit.lateReplies + 1,
  };
}
