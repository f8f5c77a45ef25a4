/** What a fault, a late reply or a proven one makes of a unit. */
import { type ModbusRequest, type ReplyShape, sameShape, shapeOf } from "./frame.ts";
import type { LineFault, StaleReply, Turnaround, UnitState } from "./line-state.ts";

/** A reply that has not come after this never comes. Choice: twelve times the slowest documented reply (Carlo Gavazzi EM340: 500 ms). */
export const staleLifeMilliseconds = 6000;
/** So many expected replies are remembered: a busy second master must not fill the memory. Choice: more than a unit answers within their life at 9600 Bd in short frames. */
const longestStale = 200;
/** First and longest wait between tries of a silent unit. Choice: at most a twentieth of the line for a timeout of 500 ms. */
const firstBackoffMilliseconds = 500;
const longestBackoffMilliseconds = 10_000;
/** From one wait to the next. Choice: a glitch is over soon, and a dead unit is known as such after few tries. */
const backoffGrowth = 4;
/** A timeout learned from late replies: with this room above the latest one, and never longer than this [ms]. Choice: no documented reply takes over 500 ms. */
const patienceRoom = 1.5;
const longestPatienceMilliseconds = 2000;

/** A try may take this share of the line at most, for a unit that stays silent. Choice. */
const longestShare = 1 / 20;
/** What a silent unit that used to answer is given, in its slowest turnarounds and beyond. Source: Victron's Modbus driver, four times the latency. */
const turnarounds = 4;
const turnaroundRoomMilliseconds = 50;
/** Of so many tries of a silent unit one has its whole timeout: it may have become slow. Choice. */
const triesToPatience = 4;
/** How fast the slowest turnaround follows faster replies. Choice: within tens of requests. */
const following = 1 / 16;
/**
 * The usual turnaround is when a look at the port finds the whole reply five times of six: each look that does moves it this much
 * sooner, each reply that came later so much later [ms]. Choice: a step is a hundredth of a request at 115200 Bd.
 */
const soonerMilliseconds = 0.03;
const laterMilliseconds = 0.15;

/** Until a silent unit is tried again [ms], after a try that took the line for `cost`. */
export function backoffMilliseconds(failuresInRow: number, costMilliseconds: number): number {
  const longest = Math.max(longestBackoffMilliseconds, costMilliseconds / longestShare);
  return Math.min(longest, firstBackoffMilliseconds * backoffGrowth ** Math.max(0, failuresInRow - 2));
}

/** How long to wait for the next reply of `unit` [ms]: its whole timeout, but less for most tries of one that has gone silent. */
export function patienceOf(unit: UnitState): number {
  const { failuresInRow, turnaround, patienceMilliseconds } = unit;
  if (turnaround === null || failuresInRow < 2 || failuresInRow % triesToPatience === 1) return patienceMilliseconds;
  const learned = turnaround.slowestMilliseconds * turnarounds + turnaroundRoomMilliseconds;
  return Math.min(learned, patienceMilliseconds);
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
  if (request.mode === "read")
    stale.push({ ...shapeOf(request), sentAt, expiresAt: now + staleLifeMilliseconds, foreign: false });
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

/** After another master asked it: the answer to that is under way, and would look like one to a read of ours. */
export function askedByAnother(unit: UnitState, shape: ReplyShape, now: number): UnitState {
  const stale = unit.stale.filter(({ expiresAt }) => expiresAt > now);
  const expected = { ...shape, sentAt: now, expiresAt: now + staleLifeMilliseconds, foreign: true };
  return { ...unit, sure: false, stale: [...stale, expected].slice(-longestStale) };
}

/** After a reply that can only be the one asked for: a unit answers in order, so nothing older is under way any more. `wire`: what both frames take [ms]; `prompt`: it was heard as it came. */
export function inStep(
  unit: UnitState,
  latencyMilliseconds: number,
  wireMilliseconds: number,
  prompt: boolean,
): UnitState {
  return {
    ...unit,
    sure: true,
    stale: [],
    failuresInRow: 0,
    retryAt: Number.NEGATIVE_INFINITY,
    turnaround: learn(unit.turnaround, Math.max(0, latencyMilliseconds - wireMilliseconds), prompt),
    latencyMilliseconds,
  };
}

function learn(known: Turnaround | null, measured: number, prompt: boolean): Turnaround {
  if (known === null) return { usualMilliseconds: measured, slowestMilliseconds: measured };
  const { usualMilliseconds: usual, slowestMilliseconds: slowest } = known;
  return {
    usualMilliseconds: usualAfter(usual, measured, prompt),
    slowestMilliseconds: measured > slowest ? measured : slowest + (measured - slowest) * following,
  };
}

/** A reply that had not been looked for until then may have come sooner than it was seen. */
function usualAfter(usual: number, measured: number, prompt: boolean): number {
  if (measured < usual) return measured;
  return prompt ? Math.min(measured, usual + laterMilliseconds) : Math.max(0, usual - soonerMilliseconds);
}

/** After a reply of this shape came too late; null: none was expected. Those given up before it will not come any more. */
export function heardLate(unit: UnitState, shape: ReplyShape, now: number): UnitState | null {
  const index = unit.stale.findIndex((reply) => sameShape(reply, shape));
  const reply = unit.stale[index];
  if (reply === undefined) return null;
  const left = unit.stale.slice(index + 1);
  // What another master asked for says nothing of how long we have to wait.
  if (reply.foreign) return { ...unit, sure: false, stale: left };
  const needed = Math.min((now - reply.sentAt) * patienceRoom, longestPatienceMilliseconds);
  return {
    ...unit,
    stale: left,
    patienceMilliseconds: Math.max(unit.patienceMilliseconds, needed),
    lateReplies: unit.lateReplies + 1,
  };
}
