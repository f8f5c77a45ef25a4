/** What the Modbus master makes of received bytes: the reply it waits for, a late one, or noise. */
import {
  beginsWith,
  type ForeignRequest,
  type Frame,
  findForeignRequest,
  findReply,
  findUnasked,
  type ReadFrame,
  replyBeginsAt,
  replyLengthOf,
  sameShape,
  shapeOf,
} from "./frame.ts";
import type { Exchange } from "./line-state.ts";
import { askedByAnother, failed, heardLate, inStep } from "./unit-health.ts";
import { deliver, setExchange, setUnit, unitOf, type Work, wireMilliseconds } from "./work.ts";

/** Longest frame is 256 bytes (Modbus over Serial Line V1.02, section 2.5.1); two of them show every reply that is still whole. */
const longestBuffer = 512;
/** Pieces of a reply may come this far apart. Source: FTDI latency timer, 16 ms as delivered; twice. */
const pauseMilliseconds = 32;
/** "Server device busy": asking again helps. Source: Modbus Application Protocol V1.1b3, section 7. */
const busy = 6;

/** Takes what arrived, asked for or not. */
export function receive(work: Work, bytes: Uint8Array, prompt: boolean): void {
  work.state = { ...work.state, activeAt: Math.max(work.state.activeAt, work.now) };
  const { phase } = work.state;
  if (phase.kind !== "waiting") {
    receiveUnasked(work, bytes);
    return;
  }
  const received = join(phase.exchange.received, bytes);
  if (phase.exchange.ambiguous) {
    setExchange(work, { ...phase.exchange, received });
    return;
  }
  const exchange: Exchange = { ...phase.exchange, received };
  setExchange(work, exchange);
  const echoed = beginsWith(received, exchange.sent);
  // To a write the reply is the same bytes as the echo: where the adapter is known to hear itself, the second copy counts.
  const skip = echoed && (exchange.request.mode === "read" || work.state.echoing) ? exchange.sent.length : 0;
  const frame = findReply(received, skip, exchange.request);
  if (frame !== null) {
    if (isAmbiguous(work, exchange, frame, skip)) return;
    answered(work, exchange, frame, echoed, prompt);
    // Answers to these are still under way.
    hearForeign(work, received.subarray(skip, frame.start), exchange.sent);
    hearForeign(work, received.subarray(frame.end), exchange.sent);
  } else if (!hearLate(work, exchange)) breakOff(work, exchange, skip);
}

/**
 * Rule 9: another master asked the same unit for as much since our request. Whose reply this is cannot be told, and the other one may follow:
 * the exchange has failed.
 */
function isAmbiguous(work: Work, exchange: Exchange, frame: Frame, skip: number): boolean {
  const { request, received, sent } = exchange;
  if (frame.kind !== "read" || request.mode !== "read") return false;
  const { found } = foreignIn(received.subarray(skip, frame.start), sent);
  if (!found.some(({ unit, shape }) => unit === request.unit && sameShape(shape, shapeOf(request)))) return false;
  const rest = hearForeign(work, received.subarray(skip), sent);
  setExchange(work, { ...exchange, received: rest, ambiguous: true, deadline: work.now, lastDeadline: work.now });
  return true;
}

/** Rule 4: a reply that has begun, or has all its bytes, and is not right by the time its rest should be here, will not become right. */
function breakOff(work: Work, exchange: Exchange, skip: number): void {
  const { request, received, lastDeadline } = exchange;
  const begun = replyBeginsAt(received, skip, request);
  const missing = replyLengthOf(request) - (received.length - (begun < 0 ? skip : begun));
  if (begun < 0 && missing > 0) return;
  const rest = Math.max(0, missing) * work.state.settings.characterMilliseconds;
  const deadline = Math.min(lastDeadline, work.now + rest + pauseMilliseconds);
  setExchange(work, { ...exchange, deadline, brokeOff: begun >= 0 });
}

function foreignIn(bytes: Uint8Array, sent: Uint8Array | null) {
  const requests: ForeignRequest[] = [];
  let rest = bytes;
  for (let found = findForeignRequest(rest, sent); found !== null; found = findForeignRequest(rest, sent)) {
    rest = rest.slice(found.end);
    requests.push(found);
  }
  return { found: requests, rest };
}

/** Counts requests that are not ours: only a master sends them. What they ask one of our units for is expected from it. The result: what follows them. */
function hearForeign(work: Work, bytes: Uint8Array, sent: Uint8Array | null): Uint8Array {
  const { found, rest } = foreignIn(bytes, sent);
  for (const { unit: foreignUnit, shape } of found) {
    const { foreignRequests, foreignAt } = work.state;
    work.state = {
      ...work.state,
      foreignRequests: foreignRequests + 1,
      foreignAt: [...foreignAt.slice(-1), work.now],
      foreignUnit,
    };
    const unit = work.state.units[foreignUnit];
    if (unit !== undefined) setUnit(work, foreignUnit, askedByAnother(unit, shape, work.now));
  }
  return rest;
}

/** At the end of an exchange that failed: what else was in it? */
export function hearFailed(work: Work, exchange: Exchange): void {
  hearForeign(work, exchange.received, exchange.sent);
}

function answered(work: Work, exchange: Exchange, frame: Frame, echoed: boolean, prompt: boolean): void {
  const { order, request } = exchange;
  const unit = unitOf(work.state, request.unit);
  const wire = wireMilliseconds(work.state, request);
  const strayBytes = work.state.strayBytes + exchange.received.length - frame.end;
  const echoing = request.mode === "read" ? echoed : work.state.echoing;
  work.state = { ...work.state, phase: { kind: "free" }, strayBytes, echoing };
  if (frame.kind === "exception") {
    // An exception carries no length: it may belong to a read that was given up, and then the reply to this one still comes.
    const doubtful = unit.stale.some((reply) => reply.function === frame.function);
    const after = doubtful
      ? failed(unit, request, "refused-by-device", exchange.startedAt, work.now)
      : {
          ...inStep(unit, work.now - exchange.startedAt, wire, prompt),
          turnaround: unit.turnaround,
          lastFault: "refused-by-device" as const,
        };
    setUnit(work, request.unit, { ...after, exceptions: unit.exceptions + 1 });
    const persists = frame.code !== busy;
    deliver(work, order, { kind: "failed", fault: "refused-by-device", persists }, exchange.startedAt);
    return;
  }
  if (frame.kind === "written") {
    deliver(work, order, { kind: "written" }, exchange.startedAt);
    return;
  }
  setUnit(work, request.unit, inStep(unit, work.now - exchange.startedAt, wire, prompt));
  if (request === order.request) deliver(work, order, { kind: "data", data: frame.data }, exchange.startedAt);
  else {
    const proven = { ...order, proofs: (order.proofs ?? 0) + 1 };
    work.state = { ...work.state, queue: [proven, ...work.state.queue] };
  }
}

/** While a request is out, the reply to an older one may come: a unit answers in order, so the one asked for follows. */
function hearLate(work: Work, exchange: Exchange): boolean {
  const frame = findUnasked(exchange.received);
  // In the name of another unit it may as well be the asked one with a wrong address: that proves nothing about the other.
  if (frame === null || frame.unit !== exchange.request.unit || !noteUnasked(work, frame, 0)) return false;
  const { patienceMilliseconds } = unitOf(work.state, frame.unit);
  const deadline = Math.max(exchange.lastDeadline, work.now + patienceMilliseconds);
  const received = exchange.received.slice(frame.end);
  setExchange(work, { ...exchange, received, deadline, lastDeadline: Math.max(deadline, exchange.lastDeadline) });
  return true;
}

/** Rule 2: what comes unasked is dropped and counted; it only tells that a late reply is out, or that somebody else speaks. */
function receiveUnasked(work: Work, bytes: Uint8Array): void {
  const joined = hearForeign(work, join(work.state.unasked, bytes), null);
  work.state = { ...work.state, strayBytes: work.state.strayBytes + bytes.length, unasked: joined };
  const frame = findUnasked(joined);
  if (frame === null) return;
  work.state = { ...work.state, unasked: joined.slice(frame.end) };
  if (!noteUnasked(work, frame, 1)) return;
  const { phase } = work.state;
  if (phase.kind !== "quiet" || phase.unit !== frame.unit) return;
  // What the silence was for has come.
  if (unitOf(work.state, frame.unit).stale.length === 0) work.state = { ...work.state, phase: { kind: "free" } };
}

/**
 * True: a reply that was given up before. Anything else of a unit of ours comes from a fault or another master: the unit is unsure.
 * `unasked`: counts as so many such replies; none where the unit was asked, and may have answered with too few registers.
 */
function noteUnasked(work: Work, frame: ReadFrame, unasked: 0 | 1): boolean {
  const unit = work.state.units[frame.unit];
  if (unit === undefined) return false;
  const shape = { function: frame.function, byteCount: frame.data.length };
  const heard = heardLate(unit, shape, work.now);
  const unaskedAt = unasked === 0 ? unit.unaskedAt : [...unit.unaskedAt.slice(-1), work.now];
  setUnit(
    work,
    frame.unit,
    heard ?? { ...unit, sure: false, unaskedReplies: unit.unaskedReplies + unasked, unaskedAt },
  );
  return heard !== null;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes.length > longestBuffer ? bytes.slice(bytes.length - longestBuffer) : bytes;
}
