/** The wire of a simulated line: what slaves answer, at the pace of the baud rate, with the faults of real lines. */
import { crc16 } from "../../model/crc16.ts";
import type { Answer, Slave } from "./modbus-slaves.ts";

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

interface ActiveFault {
  readonly value: number | undefined;
  readonly once: boolean;
}

/** A silence that ends a frame, with room for the pauses of a sending computer [ms]. */
const frameSilenceMilliseconds = 20;
const requestLength = 8;
const silentCharacters = 3.5;
const silenceMilliseconds = 1.75;

export function createBus(slaves: readonly Slave[], settings: BusSettings, written: (slave: Slave) => void): Bus {
  const { characterMilliseconds } = settings;
  const faults = new Map<string, ActiveFault>();
  const busyUntil = new Map<Slave, number>();
  let transmissions: Transmission[] = [];
  let request = new Uint8Array(0);
  let heardAt = Number.NEGATIVE_INFINITY;
  let babbledAt: number | null = null;
  let noise = 1;

  /** The fault's value where it is on; a fault for one reply is over with it. */
  const active = (target: string, fault: string): ActiveFault | null => {
    const key = `${target} ${fault}`;
    const found = faults.get(key) ?? null;
    if (found?.once === true) faults.delete(key);
    return found;
  };
  const random = (): number => {
    // Numerical Recipes' generator: noise need only look like noise, and be the same in every run.
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    return noise >>> 24;
  };
  const transmit = (bytes: Uint8Array, startsAt: number): number => {
    transmissions.push({ bytes, startsAt, sent: 0 });
    return startsAt + bytes.length * characterMilliseconds;
  };

  const answer = (frame: Uint8Array, now: number): void => {
    const endsAt = now + frame.length * characterMilliseconds;
    if (active("line", "echo") !== null) transmit(frame, now);
    const noisy = active("line", "noise");
    if (noisy !== null) transmit(Uint8Array.from({ length: noisy.value ?? 3 }, random), endsAt);
    const slave = slaves.find(({ address }) => address === frame[0]);
    if (slave === undefined || active(slave.name, "mute") !== null) return;
    const forced = active(slave.name, "exception");
    const short = active(slave.name, "short") !== null;
    const given: Answer =
      forced === null ? perform(slave, frame, now, short) : { kind: "exception", code: forced.value ?? 4 };
    if (given.kind === "written") written(slave);
    const silence = Math.max(silentCharacters * characterMilliseconds, silenceMilliseconds);
    const late = active(slave.name, "late")?.value ?? 0;
    const startsAt = endsAt + silence + settings.turnaroundMilliseconds + late;
    // A slave does one thing after the other: what it was asked meanwhile is answered after that.
    const from = Math.max(startsAt, busyUntil.get(slave) ?? 0);
    busyUntil.set(slave, transmit(spoil(slave.name, encode(frame, given)), from));
  };

  const spoil = (name: string, reply: Uint8Array): Uint8Array => {
    let bytes = reply;
    if (active(name, "wrong-unit") !== null) bytes = sealed([((bytes[0] ?? 0) % 247) + 1, ...bytes.slice(1, -2)]);
    if (active(name, "corrupt") !== null) bytes = bytes.map((byte, index) => (index === 3 ? byte ^ 0x10 : byte));
    const truncate = active(name, "truncate");
    if (truncate !== null) bytes = bytes.slice(0, -(truncate.value ?? 3));
    const garbage = active(name, "garbage");
    if (garbage !== null) {
      bytes = Uint8Array.from([...Array.from({ length: garbage.value ?? 3 }, random), ...bytes]);
    }
    return bytes;
  };

  return {
    receive: (bytes, now) => {
      if (now - heardAt > frameSilenceMilliseconds) request = new Uint8Array(0);
      heardAt = now;
      request = Uint8Array.from([...request, ...bytes]).slice(-256);
      while (request.length >= requestLength) {
        const frame = request.slice(0, requestLength);
        const whole = crc16(frame, 0, 6) === (frame[6] ?? 0) + 256 * (frame[7] ?? 0);
        request = whole ? request.slice(requestLength) : request.slice(1);
        if (whole) answer(frame, now);
      }
    },
    release: (now) => {
      const out: number[] = [];
      for (const transmission of transmissions) {
        const due = Math.floor((now - transmission.startsAt) / characterMilliseconds);
        const until = Math.min(transmission.bytes.length, Math.max(transmission.sent, due));
        out.push(...transmission.bytes.subarray(transmission.sent, until));
        transmission.sent = until;
      }
      transmissions = transmissions.filter(({ bytes, sent }) => sent < bytes.length);
      if (faults.has("line babble")) {
        const count = Math.floor((now - (babbledAt ?? now)) / characterMilliseconds);
        for (let index = 0; index < Math.min(count, 64); index += 1) out.push(random());
        if (count > 0 || babbledAt === null) babbledAt = now;
      } else babbledAt = null;
      return Uint8Array.from(out);
    },
    idle: () => transmissions.length === 0 && !faults.has("line babble"),
    fault: (target, fault, on, value) => {
      const once = fault.endsWith("-once");
      const name = once ? fault.slice(0, -"-once".length) : fault;
      const slave = slaves.find((candidate) => candidate.name === target);
      if (name === "freeze") slave?.freeze(on);
      else if (name === "lost-transformer") slave?.loseTransformer(on ? (value ?? 1) : null);
      else if (on) faults.set(`${target} ${name}`, { value, once });
      else faults.delete(`${target} ${name}`);
    },
  };
}

function perform(slave: Slave, frame: Uint8Array, now: number, short: boolean): Answer {
  const [, code = 0, addressHigh = 0, addressLow = 0, high = 0, low = 0] = frame;
  const address = addressHigh * 256 + addressLow;
  const last = high * 256 + low;
  if (code === 5 || code === 6) return slave.write(code, address, last);
  return slave.read(code, address, short ? Math.max(1, last - 2) : last, now);
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
