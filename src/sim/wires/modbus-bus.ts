/** The wire of a simulated line: what slaves answer, at the pace of the baud rate, with the faults of real lines. */
import { crc16 } from "../../model/crc16.ts";
import { meterFaults } from "./meter-installation.ts";
import type { Answer, Slave } from "./modbus-slave.ts";

export interface BusSettings {
  /** One character on the wire [ms]. */
  readonly characterMilliseconds: number;
  /** From the end of a request and its silence to the first byte of the reply [ms]. */
  readonly turnaroundMilliseconds: number;
}

export interface Bus {
  /** Bytes of the controller. */
  receive(bytes: Uint8Array, now: number): void;
  /** Bytes that are through by `now`; to be called every millisecond or so. */
  release(now: number): Uint8Array;
  /** Nothing is under way: `release` need not be called until the next request. */
  idle(): boolean;
  /** A fault of one device, or with `line` of the whole line; a name ending in `-once` is for the next reply only. */
  fault(target: string, fault: string, on: boolean, value: number | undefined): void;
}

/** Reply underway: its first byte is on the wire one character after `startsAt`. */
interface Transmission {
  readonly bytes: Uint8Array;
  readonly startsAt: number;
  sent: number;
}

/** A silence that ends a frame, with room for the pauses of a sending computer [ms]. */
const frameSilenceMilliseconds = 20;
/** Babble of one release at most, after a pause of this process [bytes]. */
const longestBabble = 64;
/** How often a second master asks [ms]. */
const secondMasterMilliseconds = 130;
const requestLength = 8;
const silentCharacters = 3.5;
const silenceMilliseconds = 1.75;

/** The faults that are on, by `target name`. */
class Faults {
  private readonly active = new Map<string, { readonly value: number | undefined; readonly once: boolean }>();

  set(target: string, fault: string, on: boolean, value: number | undefined): void {
    const once = fault.endsWith("-once");
    const key = `${target} ${once ? fault.slice(0, -"-once".length) : fault}`;
    if (on) this.active.set(key, { value, once });
    else this.active.delete(key);
  }

  /** The fault's value (or the usual one) where it is on, else null; a fault for one reply is over with it. */
  take(target: string, fault: string, usual: number): number | null {
    const key = `${target} ${fault}`;
    const found = this.active.get(key);
    if (found?.once === true) this.active.delete(key);
    return found === undefined ? null : (found.value ?? usual);
  }

  has(target: string, fault: string): boolean {
    return this.active.has(`${target} ${fault}`);
  }
}

/** Numerical Recipes' generator: noise need only look like noise, and be the same in every run. */
function createNoise(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
}

/** A bus with `slaves`; `written` is called when one of them has obeyed a write. */
export function createBus(slaves: readonly Slave[], settings: BusSettings, written: (slave: Slave) => void): Bus {
  const { characterMilliseconds } = settings;
  const faults = new Faults();
  const noise = createNoise();
  const busyUntil = new Map<Slave, number>();
  const chatteredAt = new Map<Slave, number>();
  let transmissions: Transmission[] = [];
  let request: Uint8Array = new Uint8Array(0);
  let heardAt = Number.NEGATIVE_INFINITY;
  let babbledAt: number | null = null;
  let interferedAt = Number.NEGATIVE_INFINITY;

  const transmit = (bytes: Uint8Array, startsAt: number): number => {
    transmissions.push({ bytes, startsAt, sent: 0 });
    return startsAt + bytes.length * characterMilliseconds;
  };
  const answer = (frame: Uint8Array, now: number): void => {
    const endsAt = now + frame.length * characterMilliseconds;
    if (faults.has("line", "echo")) transmit(frame, now);
    const noisy = faults.take("line", "noise", 3);
    if (noisy !== null) transmit(Uint8Array.from({ length: noisy }, noise), endsAt);
    const replies = slaves
      .filter((slave) => slave.address === frame[0] && faults.take(slave.name, "mute", 0) === null)
      .filter((slave) => now - (busyUntil.get(slave) ?? 0) >= (faults.take(slave.name, "needs-silence", 60) ?? 0))
      .map((slave) => replyOf(slave, frame, now, endsAt));
    const [first, ...others] = replies;
    if (first === undefined) return;
    let { bytes } = first;
    for (const other of others) bytes = collided(bytes, other.bytes);
    const reflected = faults.take("line", "reflections", 20);
    if (reflected !== null) bytes = reflect(bytes, reflected, noise);
    busyUntil.set(first.slave, transmit(bytes, first.from));
  };
  const replyOf = (slave: Slave, frame: Uint8Array, now: number, endsAt: number) => {
    const given = obey(slave, frame, now, faults);
    if (given.kind === "written") written(slave);
    const silence = Math.max(silentCharacters * characterMilliseconds, silenceMilliseconds);
    const late = faults.take(slave.name, "late", 0) ?? 0;
    // A slave does one thing after the other: what it was asked meanwhile is answered after that.
    const from = Math.max(endsAt + silence + settings.turnaroundMilliseconds + late, busyUntil.get(slave) ?? 0);
    return { slave, bytes: spoil(slave.name, encode(frame, given), faults, noise), from };
  };
  /** A second controller: asks the first slave now and then, without looking whether the line is free. */
  const interfere = (now: number): void => {
    const [slave] = slaves;
    if (slave === undefined || !faults.has("line", "second-master") || now < interferedAt + secondMasterMilliseconds)
      return;
    interferedAt = now;
    const frame = sealed([slave.address, 3, 0, 0, 0, 2]);
    const endsAt = transmit(frame, now);
    transmit(encode(frame, perform(slave, frame, now)), endsAt + settings.turnaroundMilliseconds);
  };
  /** Devices that send a value by themselves, as some do until they are told not to. */
  const chatter = (now: number): void => {
    for (const slave of slaves) {
      const every = faults.take(slave.name, "talks-unasked", 300);
      if (every === null || now < (chatteredAt.get(slave) ?? 0) + every) continue;
      chatteredAt.set(slave, now);
      const frame = sealed([slave.address, 3, 0, 0, 0, 2]);
      transmit(encode(frame, { kind: "words", words: [1, 2] }), now);
    }
  };
  const babble = (now: number): number[] => {
    if (!faults.has("line", "babble")) {
      babbledAt = null;
      return [];
    }
    const count = Math.floor((now - (babbledAt ?? now)) / characterMilliseconds);
    if (count > 0 || babbledAt === null) babbledAt = now;
    return Array.from({ length: Math.min(count, longestBabble) }, noise);
  };

  return {
    receive: (bytes, now) => {
      if (now - heardAt > frameSilenceMilliseconds) request = new Uint8Array(0);
      heardAt = now;
      request = Uint8Array.from([...request, ...bytes]).slice(-256);
      while (request.length >= requestLength) {
        const frame = request.slice(0, requestLength);
        const whole = crc16(frame, 0, 6) === (frame[6] ?? 0) + 256 * (frame[7] ?? 0);
        request = request.slice(whole ? requestLength : 1);
        if (whole) answer(frame, now);
      }
    },
    release: (now) => {
      interfere(now);
      chatter(now);
      const out: number[] = [];
      for (const transmission of transmissions) {
        const due = Math.floor((now - transmission.startsAt) / characterMilliseconds);
        const until = Math.min(transmission.bytes.length, Math.max(transmission.sent, due));
        out.push(...transmission.bytes.subarray(transmission.sent, until));
        transmission.sent = until;
      }
      transmissions = transmissions.filter(({ bytes, sent }) => sent < bytes.length);
      return Uint8Array.from([...out, ...babble(now)]);
    },
    idle: () =>
      transmissions.length === 0 &&
      !["babble", "second-master"].some((name) => faults.has("line", name)) &&
      !slaves.some(({ name }) => faults.has(name, "talks-unasked")),
    fault: (target, fault, on, value) => {
      const slave = slaves.find((candidate) => candidate.name === target);
      if (fault === "freeze") slave?.freeze(on);
      else if (meterFaults.some((name) => name === fault)) slave?.installed(fault, on ? (value ?? 1) : null);
      else faults.set(target, fault, on, value);
    },
  };
}

/** What the slave answers, with the faults that make another answer of it. */
function obey(slave: Slave, frame: Uint8Array, now: number, faults: Faults): Answer {
  const code = faults.take(slave.name, "exception", 4);
  if (code !== null) return { kind: "exception", code };
  const isWrite = frame[1] === 5 || frame[1] === 6;
  if (isWrite && faults.take(slave.name, "disobey", 0) !== null) return { kind: "written" };
  const answer = perform(slave, frame, now);
  // Two registers less than asked, of two one: what it has it sends, whatever its map says of such a request.
  const short = answer.kind === "words" && faults.take(slave.name, "short", 0) !== null;
  return short ? { ...answer, words: answer.words.slice(0, Math.max(1, answer.words.length - 2)) } : answer;
}

/** The faults that a right reply meets on its way. */
function spoil(name: string, reply: Uint8Array, faults: Faults, noise: () => number): Uint8Array {
  let bytes = reply;
  if (faults.take(name, "wrong-unit", 0) !== null) bytes = sealed([((bytes[0] ?? 0) % 247) + 1, ...bytes.slice(1, -2)]);
  if (faults.take(name, "corrupt", 0) !== null) bytes = bytes.map((byte, index) => (index === 3 ? byte ^ 0x10 : byte));
  const missing = faults.take(name, "truncate", 3);
  if (missing !== null) bytes = bytes.slice(0, -missing);
  const garbage = faults.take(name, "garbage", 3);
  if (garbage !== null) bytes = Uint8Array.from([...Array.from({ length: garbage }, noise), ...bytes]);
  return bytes;
}

/** Two drivers on one pair, the second a character later: where either pulls low, the line is low. */
function collided(first: Uint8Array, second: Uint8Array): Uint8Array {
  const length = Math.max(first.length, second.length + 1);
  return Uint8Array.from(
    { length },
    (_, index) => (first[index] ?? 0xff) & (index === 0 ? 0xff : (second[index - 1] ?? 0xff)),
  );
}

/** The longer the frame, the likelier one of its bytes meets an echo of the open end. */
function reflect(bytes: Uint8Array, spared: number, noise: () => number): Uint8Array {
  const hit = noise() % 100 < bytes.length - spared;
  const place = noise() % bytes.length;
  return hit ? bytes.map((byte, index) => (index === place ? byte ^ 0x08 : byte)) : bytes;
}

function perform(slave: Slave, frame: Uint8Array, now: number): Answer {
  const [, code = 0, addressHigh = 0, addressLow = 0, high = 0, low = 0] = frame;
  const address = addressHigh * 256 + addressLow;
  const last = high * 256 + low;
  if (code === 5 || code === 6) return slave.write(code, address, last);
  return slave.read(code, address, last, now);
}

function encode(frame: Uint8Array, answer: Answer): Uint8Array {
  const [unit = 0, code = 0] = frame;
  switch (answer.kind) {
    case "written":
      return frame;
    case "exception":
      return sealed([unit, code | 0x80, answer.code]);
    case "words":
      return sealed([unit, code, answer.words.length * 2, ...answer.words.flatMap((word) => [word >> 8, word & 0xff])]);
    case "bits": {
      const bytes: number[] = new Array(Math.ceil(answer.bits.length / 8)).fill(0);
      answer.bits.forEach((bit, index) => {
        bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit === 0 ? 0 : 1 << (index & 7));
      });
      return sealed([unit, code, bytes.length, ...bytes]);
    }
  }
}

function sealed(bytes: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(bytes));
  return Uint8Array.from([...bytes, crc & 0xff, crc >> 8]);
}
