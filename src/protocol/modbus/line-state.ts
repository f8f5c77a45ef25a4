/** The words of the Modbus master: what it is told, what it asks for, and what it remembers between two inputs. */
import type { Fault } from "../../model/reading.ts";
import type { ModbusRequest, ReadRequest, ReplyShape } from "./frame.ts";

/** One unit address of a line, as its board describes it. */
export interface UnitSettings {
  readonly unit: number;
  readonly minimumGapMilliseconds: number;
  readonly responseTimeoutMilliseconds: number;
  /** Reads whose replies tell apart; see `planNonces`. Empty: after a fault only time proves the unit in step. */
  readonly nonces: readonly ReadRequest[];
}

export interface LineSettings {
  /** One character on the wire, start, parity and stop bits included [ms]. */
  readonly characterMilliseconds: number;
  readonly units: readonly UnitSettings[];
}

/** A request with its place in the queue. `id` is the caller's own and comes back with the result. */
export interface Order {
  readonly id: number;
  /** Lower goes first; equal ones by deadline, then in order of arrival. */
  readonly priority: number;
  /** Also sent to a unit that has been silent, instead of waiting for its next try. */
  readonly insist: boolean;
  /** When the result is wanted [ms]: of equal priority the most urgent goes first. Absent: whenever there is time. */
  readonly deadline?: number;
  readonly request: ModbusRequest;
  /** How often its unit has been proven in step for it; the master's own. */
  readonly proofs?: number;
}

export type LineFault = Extract<Fault, "no-reply" | "bad-frame" | "refused-by-device" | "line-lost">;

export type Outcome =
  | { readonly kind: "data"; readonly data: Uint8Array }
  | { readonly kind: "written" }
  /** `persists`: the unit has failed at least twice in a row, or nothing was tried. */
  | { readonly kind: "failed"; readonly fault: LineFault; readonly persists: boolean };

export type LineInput =
  | { readonly kind: "order"; readonly order: Order }
  /** `prompt`: as they came; else they may have waited in the port. */
  | { readonly kind: "received"; readonly bytes: Uint8Array; readonly prompt: boolean }
  /** The system has taken the bytes of the last `write`. */
  | { readonly kind: "written" }
  | { readonly kind: "timer" }
  /** It is known how else the unit can be asked: see `UnitSettings`. */
  | { readonly kind: "nonces"; readonly unit: number; readonly nonces: readonly ReadRequest[] }
  | { readonly kind: "opened" }
  | { readonly kind: "lost" };

export type LineAction =
  | { readonly kind: "write"; readonly bytes: Uint8Array }
  /** `startedAt`: when the request began [ms]; the moment of the result where none was sent. */
  | { readonly kind: "result"; readonly order: Order; readonly outcome: Outcome; readonly startedAt: number }
  /** The port takes no bytes any more: close it, tell `lost`, open it again. */
  | { readonly kind: "reopen" };

/** A read that was given up: its reply may still come, and would look like that of any other read of its shape. */
export interface StaleReply extends ReplyShape {
  readonly sentAt: number;
  readonly expiresAt: number;
  /** Another master asked for it. */
  readonly foreign: boolean;
}

/** What is known of a unit. Counters since the start of the process. */
export interface UnitState {
  /** Its next reply is known to answer our next request. */
  readonly sure: boolean;
  readonly stale: readonly StaleReply[];
  readonly failuresInRow: number;
  readonly lastFault: LineFault;
  /** Not asked before this [ms], unless somebody insists. */
  readonly retryAt: number;
  /** Response timeout as learned from late replies [ms]. */
  readonly patienceMilliseconds: number;
  /** From the end of a request to its reply, the adapter's delay included [ms]; null: never heard. */
  readonly turnaround: Turnaround | null;
  readonly requests: number;
  readonly timeouts: number;
  readonly badFrames: number;
  readonly exceptions: number;
  readonly lateReplies: number;
  readonly strayBytes: number;
  /** Whole replies in its name that nobody asked for, sooner or later: it talks unasked, or answers another master. */
  readonly unaskedReplies: number;
  /** When the last two of them came [ms]; the older one first. */
  readonly unaskedAt: readonly number[];
  readonly latencyMilliseconds: number;
}

export interface Turnaround {
  /** Follows the fastest replies, so that listening begins early enough. */
  readonly usualMilliseconds: number;
  /** Follows the slowest ones, and forgets them slowly. */
  readonly slowestMilliseconds: number;
}

/** A request on the wire. `request` is the order's own, or a nonce that proves the unit in step first. */
export interface Exchange {
  readonly order: Order;
  readonly request: ModbusRequest;
  readonly sent: Uint8Array;
  readonly startedAt: number;
  /** When it is given up: at `lastDeadline`, or sooner when a reply has begun and broken off. */
  readonly deadline: number;
  readonly lastDeadline: number;
  /** Its own reply has begun to come: after the deadline nothing more of it does. */
  readonly brokeOff: boolean;
  /** Another master asked for the same meanwhile: no reply counts any more. */
  readonly ambiguous: boolean;
  readonly taken: boolean;
  /** The deadline has been moved once because this process itself was late. */
  readonly graced: boolean;
  readonly received: Uint8Array;
}

export type Phase =
  | { readonly kind: "free" }
  /** After a fault, or a fresh port: nothing is sent, so that what is still under way can arrive. */
  | { readonly kind: "quiet"; readonly until: number; readonly unit: number | null }
  | { readonly kind: "waiting"; readonly exchange: Exchange };

export interface LineState {
  readonly settings: LineSettings;
  readonly open: boolean;
  readonly phase: Phase;
  readonly queue: readonly Order[];
  readonly units: Readonly<Record<number, UnitState>>;
  /** When the line last carried a byte, as far as known [ms]. */
  readonly activeAt: number;
  /** Since when a request waits for silence [ms]; null: none does. */
  readonly wantedSince: number | null;
  /** The adapter hears itself: the first copy of a write is no proof. */
  readonly echoing: boolean;
  /** Bytes that came while nothing was asked; kept only to recognise late replies. */
  readonly unasked: Uint8Array;
  readonly strayBytes: number;
  /** Requests heard that are not ours: there is a second master. */
  readonly foreignRequests: number;
  /** When the last two of them came [ms], the older one first, and whom the last one asked. */
  readonly foreignAt: readonly number[];
  readonly foreignUnit: number | null;
  /** When the machine wants its `timer` input [ms]; null: only other inputs matter. */
  readonly wakeAt: number | null;
}

/** A closed line with every unit unsure. */
export function initialLine(settings: LineSettings): LineState {
  const units: Record<number, UnitState> = {};
  for (const { unit, responseTimeoutMilliseconds } of settings.units) {
    units[unit] = {
      sure: false,
      stale: [],
      failuresInRow: 0,
      lastFault: "line-lost",
      retryAt: Number.NEGATIVE_INFINITY,
      patienceMilliseconds: responseTimeoutMilliseconds,
      turnaround: null,
      requests: 0,
      timeouts: 0,
      badFrames: 0,
      exceptions: 0,
      lateReplies: 0,
      strayBytes: 0,
      unaskedReplies: 0,
      unaskedAt: [],
      latencyMilliseconds: 0,
    };
  }
  return {
    settings,
    open: false,
    phase: { kind: "free" },
    queue: [],
    units,
    activeAt: Number.NEGATIVE_INFINITY,
    wantedSince: null,
    echoing: false,
    unasked: new Uint8Array(0),
    strayBytes: 0,
    foreignRequests: 0,
    foreignAt: [],
    foreignUnit: null,
    wakeAt: null,
  };
}
