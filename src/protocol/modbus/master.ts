/** The Modbus RTU master of one line as a pure state machine: time is an input, bytes and results are outputs. Rules are numbered in the folder's README. */
import { beginsWith, encodeRequest, type ModbusRequest, requestLength, sameShape, shapeOf } from "./frame.ts";
import type {
  Exchange,
  LineAction,
  LineInput,
  LineState,
  Order,
  Outcome,
  UnitSettings,
  UnitState,
} from "./line-state.ts";
import { hearFailed, receive } from "./listening.ts";
import { backoffMilliseconds, failed, patienceOf } from "./unit-health.ts";
import { deliver, setExchange, settingsOf, setUnit, take, unitOf, type Work, wireMilliseconds } from "./work.ts";

/** Silence between frames. Source: Modbus over Serial Line V1.02, section 2.5.1.1: 3.5 characters, fixed at 1.75 ms above 19200 Bd. */
const silentCharacters = 3.5;
const silenceMilliseconds = 1.75;
/** The last piece of a reply may be held back this long by the adapter. Source: FTDI latency timer, 16 ms as delivered. */
const adapterLatencyMilliseconds = 16;
/** A line that never falls silent is spoken on nevertheless after this: only a write reveals that an adapter is gone. Choice. */
const longestWaitMilliseconds = 1000;
/** A unit that falls out of step again between its proof and the request, this many times in a row, has a second master or answers twice. Choice. */
const mostProofs = 2;
/** Priorities up to this one are never put off: writes, and the reads that prove them. Source: drivers/serial/device-run.ts. */
const lastUrgent = 1;
/** A read goes before more important ones when it is this long past its deadline. Choice: a second beside ages of several. */
const longestLateMilliseconds = 1000;
/** A timer this late means that this process stood still and bytes may wait unread. Choice: far above the jitter of timers. */
const stallMilliseconds = 50;

/** One input at `now` [ms, monotonic]. Every order gets exactly one `result`, in this step or a later one. */
export function stepLine(state: LineState, input: LineInput, now: number): { state: LineState; actions: LineAction[] } {
  const work: Work = { state, actions: [], now };
  switch (input.kind) {
    case "order":
      enqueue(work, input.order);
      break;
    case "received":
      receive(work, input.bytes, input.prompt);
      break;
    case "written":
      if (state.phase.kind === "waiting") setExchange(work, taken(state.phase.exchange, now));
      break;
    case "timer":
      expire(work);
      break;
    case "nonces": {
      const { unit: address, nonces } = input;
      const units = state.settings.units.map((unit) => (unit.unit === address ? { ...unit, nonces } : unit));
      work.state = { ...state, settings: { ...state.settings, units } };
      break;
    }
    case "opened":
      opened(work);
      break;
    case "lost":
      lost(work);
      break;
  }
  advance(work);
  return { state: work.state, actions: work.actions };
}

/** When the reply under way should be complete, as far as is known of its unit [ms]; null: none is. */
export function replyExpectedAt(state: LineState): number | null {
  if (state.phase.kind !== "waiting") return null;
  const { startedAt, request } = state.phase.exchange;
  const turnaround = unitOf(state, request.unit).turnaround?.usualMilliseconds ?? 0;
  return startedAt + wireMilliseconds(state, request) + turnaround;
}

/** When the next request may go out, if nothing is heard until then [ms]; null: none is ready, or the line is busy or left quiet. */
export function sendsAt({ phase, wakeAt }: LineState): number | null {
  return phase.kind === "free" ? wakeAt : null;
}

function enqueue(work: Work, order: Order): void {
  unitOf(work.state, order.request.unit);
  const queue = [...work.state.queue];
  const place = queue.findIndex((other) => goesBefore(order, other));
  queue.splice(place < 0 ? queue.length : place, 0, order);
  work.state = { ...work.state, queue };
}

function goesBefore(order: Order, other: Order): boolean {
  if (order.priority !== other.priority) return order.priority < other.priority;
  return (order.deadline ?? Number.POSITIVE_INFINITY) < (other.deadline ?? Number.POSITIVE_INFINITY);
}

/** Sends what may be sent, and sets the time of the next timer. */
function advance(work: Work): void {
  let wakeAt: number | null = null;
  const { phase } = work.state;
  if (phase.kind === "waiting") wakeAt = phase.exchange.deadline;
  else if (phase.kind === "quiet" && work.now < phase.until) wakeAt = phase.until;
  else {
    if (phase.kind === "quiet") work.state = { ...work.state, phase: { kind: "free" } };
    wakeAt = sendNext(work);
  }
  work.state = { ...work.state, wakeAt };
}

/** The first in the queue; but what has waited for too long goes before all that is not urgent, for a line asked for more than it carries must still ask for everything. */
function nextOrder({ state: { queue }, now }: Work): Order | undefined {
  const [first] = queue;
  if (first === undefined || first.priority <= lastUrgent) return first;
  return queue.find(({ deadline }) => deadline !== undefined && deadline < now - longestLateMilliseconds) ?? first;
}

function sendNext(work: Work): number | null {
  for (let order = nextOrder(work); order !== undefined; order = nextOrder(work)) {
    const unit = unitOf(work.state, order.request.unit);
    const settings = settingsOf(work.state, order.request.unit);
    const request = work.state.open ? chooseRequest(work, order, unit, settings) : null;
    if (request === null) {
      take(work, order);
      const fault = work.state.open ? unitOf(work.state, order.request.unit).lastFault : "line-lost";
      deliver(work, order, { kind: "failed", fault, persists: true }, work.now);
      continue;
    }
    const readyAt = work.state.activeAt + gapOf(work.state, settings);
    const wantedSince = work.state.wantedSince ?? work.now;
    work.state = { ...work.state, wantedSince };
    const latest = wantedSince + longestWaitMilliseconds;
    if (work.now < Math.min(readyAt, latest)) return Math.min(readyAt, latest);
    take(work, order);
    return send(work, order, request, unit);
  }
  work.state = { ...work.state, wantedSince: null };
  return null;
}

/** The order's own request, or first a nonce to a unit that may still be answering an older one; null: not to be asked at this time. */
function chooseRequest(work: Work, order: Order, unit: UnitState, settings: UnitSettings): ModbusRequest | null {
  if (work.now < unit.retryAt && !order.insist) return null;
  if (unit.sure || order.request.mode === "write") return order.request;
  if ((order.proofs ?? 0) >= mostProofs) {
    setUnit(work, settings.unit, { ...unit, lastFault: "bad-frame", badFrames: unit.badFrames + 1 });
    return null;
  }
  const stale = unit.stale.filter(({ expiresAt }) => expiresAt > work.now);
  // A device of a single shape of reply is in step once everything older has had its time.
  if (settings.nonces.length === 0 && stale.length === 0) return order.request;
  const nonce = settings.nonces.find((read) => !stale.some((reply) => sameShape(reply, shapeOf(read))));
  if (nonce !== undefined) return nonce;
  const freeAt = Math.min(...stale.map(({ expiresAt }) => expiresAt));
  setUnit(work, settings.unit, { ...unit, stale, retryAt: Math.max(freeAt, unit.retryAt) });
  return null;
}

function send(work: Work, order: Order, request: ModbusRequest, unit: UnitState): number {
  const { characterMilliseconds } = work.state.settings;
  const sent = encodeRequest(request);
  const deadline = work.now + wireMilliseconds(work.state, request) + patienceOf(unit) + adapterLatencyMilliseconds;
  const exchange: Exchange = {
    order,
    request,
    sent,
    startedAt: work.now,
    deadline,
    lastDeadline: deadline,
    brokeOff: false,
    ambiguous: false,
    taken: false,
    graced: false,
    received: new Uint8Array(0),
  };
  const activeAt = work.now + requestLength * characterMilliseconds;
  const phase = { kind: "waiting", exchange } as const;
  work.state = { ...work.state, phase, activeAt, wantedSince: null, unasked: new Uint8Array(0) };
  setUnit(work, request.unit, { ...unit, requests: unit.requests + 1 });
  work.actions.push({ kind: "write", bytes: sent });
  return deadline;
}

/** A port that takes the bytes late begins to send late: the deadline moves with it. */
function taken(exchange: Exchange, now: number): Exchange {
  const late = now - exchange.startedAt;
  return {
    ...exchange,
    taken: true,
    deadline: exchange.deadline + late,
    lastDeadline: exchange.lastDeadline + late,
  };
}

function expire(work: Work): void {
  const { phase } = work.state;
  if (phase.kind !== "waiting" || work.now < phase.exchange.deadline) return;
  const { exchange } = phase;
  if (!exchange.taken) {
    lost(work);
    work.actions.push({ kind: "reopen" });
    return;
  }
  if (!exchange.graced && work.now - exchange.deadline > stallMilliseconds) {
    const deadline = work.now + adapterLatencyMilliseconds;
    setExchange(work, { ...exchange, graced: true, deadline, lastDeadline: deadline });
    return;
  }
  giveUp(work, exchange);
}

/** Rule 5 and 6: after any fault the line is left quiet, the unit is unsure, and a unit that stays silent is asked ever more seldom. */
function giveUp(work: Work, exchange: Exchange): void {
  const { request, order, received, sent } = exchange;
  const heard = received.length - (beginsWith(received, sent) ? sent.length : 0);
  const fault = heard > 0 ? "bad-frame" : "no-reply";
  hearFailed(work, exchange);
  const unit = failed(unitOf(work.state, request.unit), request, fault, exchange.startedAt, work.now);
  const persists = unit.failuresInRow > 1;
  // A unit known to be silent gets no second silence: the nonce alone protects its values, and the others want the line.
  // Nor does one whose reply came broken: it has had its say.
  const quiet = persists || exchange.brokeOff ? 0 : unit.patienceMilliseconds;
  const cost = work.now - exchange.startedAt;
  const retryAt = persists ? work.now + backoffMilliseconds(unit.failuresInRow, cost) : unit.retryAt;
  setUnit(work, request.unit, { ...unit, retryAt, strayBytes: unit.strayBytes + heard });
  const phase = { kind: "quiet", until: work.now + quiet, unit: request.unit } as const;
  work.state = { ...work.state, phase, unasked: new Uint8Array(0) };
  deliver(work, order, { kind: "failed", fault, persists }, exchange.startedAt);
}

/** Rule 7: what a former owner of the port asked for may still be under way; every unit is unsure, since the loss or from the start. */
function opened(work: Work): void {
  const patience = work.state.settings.units.map((settings) => settings.responseTimeoutMilliseconds);
  for (const { unit } of work.state.settings.units) {
    const known = unitOf(work.state, unit);
    setUnit(work, unit, { ...known, failuresInRow: 0, retryAt: work.now });
  }
  const phase = { kind: "quiet", until: work.now + Math.max(0, ...patience), unit: null } as const;
  work.state = { ...work.state, open: true, phase, activeAt: work.now, echoing: false, unasked: new Uint8Array(0) };
}

/** Rule 8: the request under way and all that wait fail at once. */
function lost(work: Work): void {
  const { phase, queue } = work.state;
  for (const { unit } of work.state.settings.units) {
    setUnit(work, unit, { ...unitOf(work.state, unit), sure: false, lastFault: "line-lost" });
  }
  work.state = { ...work.state, open: false, phase: { kind: "free" }, queue: [], wantedSince: null };
  const outcome: Outcome = { kind: "failed", fault: "line-lost", persists: true };
  if (phase.kind === "waiting") {
    const { request, startedAt, order } = phase.exchange;
    const unit = unitOf(work.state, request.unit);
    setUnit(work, request.unit, failed(unit, request, "line-lost", startedAt, work.now));
    deliver(work, order, outcome, startedAt);
  }
  for (const order of queue) deliver(work, order, outcome, work.now);
}

function gapOf(state: LineState, settings: UnitSettings): number {
  const characters = silentCharacters * state.settings.characterMilliseconds;
  return Math.max(characters, silenceMilliseconds, settings.minimumGapMilliseconds);
}
