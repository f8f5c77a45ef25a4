/** A Modbus line in virtual time: the master at one end, slaves with faults at the other. A register's value tells its origin: (unit << 8) | address. */
import { crc16 } from "../../../src/model/crc16.ts";
import type { ModbusRequest, ReadRequest } from "../../../src/protocol/modbus/frame.ts";
import {
  initialLine,
  type LineAction,
  type LineInput,
  type LineState,
  type Order,
  type Outcome,
  type UnitSettings,
} from "../../../src/protocol/modbus/line-state.ts";
import { stepLine } from "../../../src/protocol/modbus/master.ts";

/** What happens to the n-th answer of a slave. Delays in ms. */
export type Mischief =
  | {
      readonly kind: "none" | "lost" | "truncate" | "corrupt" | "garbage" | "header" | "wrong-unit" | "short" | "twice";
    }
  | { readonly kind: "exception"; readonly code: number }
  | { readonly kind: "noise"; readonly bytes: number }
  | { readonly kind: "late"; readonly milliseconds: number };

export interface Result {
  readonly order: Order;
  readonly outcome: Outcome;
  readonly startedAt: number;
  readonly at: number;
}

export interface VirtualLineOptions {
  readonly units?: readonly UnitSettings[];
  /** What a slave does with a request that comes while it is still busy. */
  readonly busySlave?: "queues" | "drops";
  readonly echo?: boolean;
  /** Bytes of a reply come in pieces of this many. */
  readonly pieceBytes?: number;
}

interface Event {
  readonly at: number;
  readonly input: LineInput;
}

/** 9600 Bd, 8N1. */
export const characterMilliseconds = 10 / 9.6;
const turnaroundMilliseconds = 10;

export function unitSettings(unit: number, more: Partial<UnitSettings> = {}): UnitSettings {
  const nonces = [1, 2, 3, 4, 5, 6].map(
    (count): ReadRequest => ({ mode: "read", unit, function: 4, address: 0, count }),
  );
  return { unit, minimumGapMilliseconds: 0, responseTimeoutMilliseconds: 200, nonces, ...more };
}

export class VirtualLine {
  now = 0;
  state: LineState;
  readonly results: Result[] = [];
  /** Requests as the slaves saw them. */
  readonly seen: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  readonly reopens: number[] = [];
  readonly dead = new Set<number>();
  /** The port takes what is written to it. */
  takesBytes = true;
  readonly coils = new Map<string, number>();
  readonly registers = new Map<string, number>();
  /** Asked for each answer. */
  mischief: (unit: number, answer: number) => Mischief = () => ({ kind: "none" });
  private readonly events: Event[] = [];
  private readonly foreign: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  private readonly busyUntil = new Map<number, number>();
  private answers = 0;
  private lastId = 0;
  private readonly options: VirtualLineOptions;

  constructor(options: VirtualLineOptions = {}) {
    this.options = options;
    this.state = initialLine({ characterMilliseconds, units: options.units ?? [unitSettings(1), unitSettings(2)] });
    this.feed({ kind: "opened" });
  }

  feed(input: LineInput): void {
    const { state, actions } = stepLine(this.state, input, this.now);
    this.state = state;
    for (const action of actions) this.act(action);
  }

  order(request: ModbusRequest, priority = 3, insist = false): number {
    this.lastId += 1;
    this.feed({ kind: "order", order: { id: this.lastId, priority, insist, request } });
    return this.lastId;
  }

  /** The result of a request, however long it takes. */
  ask(request: ModbusRequest, insist = false): Result {
    const id = this.order(request, 3, insist);
    return this.until(() => this.results.find(({ order }) => order.id === id));
  }

  read(unit: number, address: number, count = 2): Result {
    return this.ask({ mode: "read", unit, function: 4, address, count });
  }

  /** Time passes until the condition holds; throws when nothing can happen any more, or after ten virtual minutes. */
  until<Value>(condition: () => Value | undefined): Value {
    const endsAt = this.now + 600_000;
    for (;;) {
      const value = condition();
      if (value !== undefined) return value;
      if (!this.next(endsAt)) throw new Error(`nothing more happens at ${this.now} ms: ${JSON.stringify(this.state)}`);
    }
  }

  pass(milliseconds: number): void {
    const endsAt = this.now + milliseconds;
    while (this.next(endsAt)) {}
    this.now = endsAt;
  }

  /** Something arrives at `at`, whoever sent it. */
  arrive(at: number, bytes: Uint8Array): void {
    this.events.push({ at, input: { kind: "received", bytes, prompt: true } });
    this.events.sort((a, b) => a.at - b.at);
  }

  /** A second master begins to send at `at`; the slave answers it as anybody. */
  foreignRequest(at: number, bytes: Uint8Array): void {
    this.foreign.push({ at: at + bytes.length * characterMilliseconds, bytes });
  }

  private next(endsAt: number): boolean {
    const [foreign] = this.foreign;
    const upcoming = Math.min(
      this.events[0]?.at ?? Number.POSITIVE_INFINITY,
      this.state.wakeAt ?? Number.POSITIVE_INFINITY,
    );
    if (foreign !== undefined && foreign.at <= Math.min(endsAt, upcoming)) {
      this.foreign.shift();
      this.now = Math.max(this.now, foreign.at);
      this.answer(foreign.bytes, this.now);
      this.feed({ kind: "received", bytes: foreign.bytes, prompt: true });
      return true;
    }
    const event = this.events[0];
    const wakeAt = this.state.wakeAt ?? Number.POSITIVE_INFINITY;
    const at = Math.max(this.now, Math.min(event?.at ?? Number.POSITIVE_INFINITY, wakeAt));
    if (at > endsAt || at === Number.POSITIVE_INFINITY) return false;
    this.now = at;
    if (event !== undefined && event.at <= wakeAt) {
      this.events.shift();
      this.feed(event.input);
    } else this.feed({ kind: "timer" });
    return true;
  }

  private act(action: LineAction): void {
    if (action.kind === "result") this.results.push({ ...action, at: this.now });
    else if (action.kind === "reopen") this.reopens.push(this.now);
    else {
      if (!this.takesBytes) return;
      this.seen.push({ at: this.now, bytes: action.bytes });
      this.events.unshift({ at: this.now, input: { kind: "written" } });
      this.answer(action.bytes);
    }
  }

  private answer(request: Uint8Array, endsAt = this.now + request.length * characterMilliseconds): void {
    if (this.options.echo === true) this.arrive(endsAt, request);
    const unit = request[0] ?? 0;
    if (this.dead.has(unit)) return;
    const busyUntil = this.busyUntil.get(unit) ?? 0;
    if (busyUntil > this.now && this.options.busySlave === "drops") return;
    this.answers += 1;
    const mischief = this.mischief(unit, this.answers);
    const late = mischief.kind === "late" ? mischief.milliseconds : 0;
    const from = Math.max(endsAt + 3.5 * characterMilliseconds + turnaroundMilliseconds + late, busyUntil);
    const bytes = spoil(this.reply(request, mischief), mischief);
    this.busyUntil.set(unit, from + bytes.length * characterMilliseconds);
    const piece = this.options.pieceBytes ?? bytes.length;
    for (let start = 0; start < bytes.length; start += Math.max(1, piece)) {
      const end = Math.min(bytes.length, start + Math.max(1, piece));
      this.arrive(from + end * characterMilliseconds, bytes.slice(start, end));
    }
  }

  private reply(request: Uint8Array, mischief: Mischief): Uint8Array {
    const [unit = 0, code = 0, high = 0, low = 0, third = 0, fourth = 0] = request;
    if (mischief.kind === "exception") return sealed([unit, code | 0x80, mischief.code]);
    const address = high * 256 + low;
    const last = third * 256 + fourth;
    if (code === 5) this.coils.set(`${unit}/${address}`, last === 0 ? 0 : 1);
    if (code === 6) this.registers.set(`${unit}/${address}`, last);
    if (code === 5 || code === 6) return request;
    const count = mischief.kind === "short" ? Math.max(1, last - 1) : last;
    if (code <= 2) {
      const bytes: number[] = new Array(Math.ceil(count / 8)).fill(0);
      for (let bit = 0; bit < count; bit += 1) {
        const on = this.coils.get(`${unit}/${address + bit}`) ?? 0;
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (on << (bit & 7));
      }
      return sealed([unit, code, bytes.length, ...bytes]);
    }
    const words = Array.from({ length: count }, (_, index) => originOf(unit, address + index));
    return sealed([unit, code, count * 2, ...words.flatMap((word) => [word >> 8, word & 0xff])]);
  }
}

export function originOf(unit: number, address: number): number {
  return ((unit << 8) | address) & 0xffff;
}

/** Registers of a read's data that do not come from where they were asked for. */
export function wrongValues({ order: { request }, outcome }: Result): number[] {
  if (outcome.kind !== "data" || request.mode !== "read" || request.function <= 2) return [];
  const { data } = outcome;
  const words = Array.from(
    { length: data.length / 2 },
    (_, index) => (data[2 * index] ?? 0) * 256 + (data[2 * index + 1] ?? 0),
  );
  const wrong = words.filter((word, index) => word !== originOf(request.unit, request.address + index));
  return words.length === request.count ? wrong : words;
}

export function sealed(bytes: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(bytes));
  return Uint8Array.from([...bytes, crc & 0xff, crc >> 8]);
}

function spoil(reply: Uint8Array, mischief: Mischief): Uint8Array {
  switch (mischief.kind) {
    case "none":
    case "late":
    case "exception":
    case "short":
      return reply;
    case "lost":
      return new Uint8Array(0);
    case "truncate":
      return reply.slice(0, -2);
    case "corrupt":
      return reply.map((byte, index) => (index === 3 ? byte ^ 0x20 : byte));
    case "garbage":
      return Uint8Array.from([0x55, 0xaa, 0x00, ...reply]);
    case "header":
      return Uint8Array.from([...reply.slice(0, 3), ...reply]);
    case "wrong-unit":
      // Of no unit on the line: a reply in the name of another one cannot be told from its own.
      return sealed([(reply[0] ?? 0) + 100, ...reply.slice(1, -2)]);
    case "twice":
      return Uint8Array.from([...reply, ...reply]);
    case "noise":
      return Uint8Array.from({ length: mischief.bytes }, (_, index) => (index * 37 + 11) & 0xff);
  }
}
