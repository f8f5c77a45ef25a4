/** Far end of a Firmata board: the real StandardFirmata firmware on a simulated Arduino, behind a pseudo-terminal. A process of its own. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Arduino, clockHertz, createArduino, decodeIntelHex } from "./avr-arduino.ts";
import { type ArduinoName, type Chip, chips } from "./avr-chips.ts";
import { createOneWireBus, type OneWireBus, type Sensor } from "./ds18b20.ts";
import { serveFarEnd } from "./far-end.ts";
import { createOneWireFeature, type OneWireFeature } from "./one-wire-firmware.ts";
import { openPty, type Pty } from "./pty.ts";

/**
 * Truth: `input0Ohms` (a sensor between A0 and ground, with `seriesOhms` to 5 V), `a0Volts`, `d4Level`.
 * Effects: `d8Level` of each pin the firmware drives; 0 as well where it does not, as with a relay module's pull-down.
 * A leading `NAME/` is allowed in truth, and is put before effects where the setup names the board.
 * Faults: `reset` (the button), `hang` (the processor stands still while on), `hangup` (the adapter is out while on),
 * `flip` (one bit of each `value`-th byte towards the controller is wrong while on).
 * With `oneWire`: truth `s0Celsius` of the first sensor and so on; faults with the sensor's index as target: `disconnect`,
 * `power-cut`, `disturb`; with the pin as target: `short`.
 */
export interface FirmataBoardSetup {
  /** Path of one's own that the controller opens as its port. */
  readonly port: string;
  readonly name?: string;
  /** Uno where absent. */
  readonly arduino?: ArduinoName;
  /** Resistor from 5 V to each analog channel with a resistive sensor [Ω]. */
  readonly seriesOhms?: Readonly<Record<string, number>>;
  /** By pin, serial numbers (six bytes) of the DS18B20 there; the firmware then offers OneWire. */
  readonly oneWire?: Readonly<Record<string, readonly (readonly number[])[]>>;
}

const supplyVolts = 5;
const firmwareFolder = new URL("../../../../.weir/", import.meta.url);
/**
 * How long the processor sleeps between two slices while bytes arrive, for how long after the last one, and otherwise
 * [ms]; choices: answers come within a few milliseconds, and an idle board costs 3 % of a core instead of 6 %.
 */
const busySliceMilliseconds = 2;
const busyMilliseconds = 30;
const idleSliceMilliseconds = 20;
/** Simulated time is lost rather than caught up beyond this [ms]; choice: a busy machine must not get busier. */
const longestCatchUpMilliseconds = 50;
const effectsMilliseconds = 1000;
/** Pins 0 and 1 are the UART's. */
const firstPin = 2;

/** A plain linear congruential generator (Numerical Recipes): a flipped bit must be the same in each run. */
function bitChooser(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 29;
  };
}

class Board {
  readonly #chip: Chip;
  readonly #program: Uint8Array;
  readonly #setup: FirmataBoardSetup;
  readonly #report: (values: Readonly<Record<string, number>>) => void;
  readonly #levels = new Map<number, boolean>();
  readonly #volts = new Map<number, number>();
  readonly #chooseBit = bitChooser();
  readonly #buses: ReadonlyMap<number, OneWireBus>;
  readonly #oneWire: OneWireFeature | null;
  #arduino: Arduino;
  #pty: Pty | null = null;
  #sent: number[] = [];
  #hung: boolean;
  #flipEvery = 0;
  #sentCount = 0;
  #ranAt = performance.now();
  #heardAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #reportedAt = 0;
  #reported = "";

  constructor(setup: FirmataBoardSetup, report: (values: Readonly<Record<string, number>>) => void) {
    this.#hung = false;
    this.#setup = setup;
    this.#chip = chips[setup.arduino ?? "uno"];
    this.#program = decodeIntelHex(readFileSync(fileURLToPath(new URL(this.#chip.firmware, firmwareFolder)), "utf8"));
    this.#report = report;
    const buses = Object.entries(setup.oneWire ?? {});
    this.#buses = new Map(buses.map(([pin, serials]) => [Number(pin), createOneWireBus(serials)]));
    this.#oneWire = buses.length === 0 ? null : createOneWireFeature(this.#buses, (bytes) => this.#send(bytes));
    this.#arduino = this.#fresh();
    this.plug();
    this.#slice();
  }

  plug(): void {
    this.#pty ??= openPty(this.#setup.port, (bytes) => {
      // A processor that stands still takes no message.
      if (this.#hung) return;
      this.#arduino.receive(this.#oneWire?.fromController(bytes, performance.now()) ?? bytes);
      if (!this.#isBusy()) this.#sliceAfter(0);
      this.#heardAt = performance.now();
    });
  }

  unplug(): void {
    this.#pty?.close();
    this.#pty = null;
  }

  reset(): void {
    this.#oneWire?.reset();
    this.#arduino = this.#fresh();
  }

  hang(on: boolean): void {
    this.#hung = on;
  }

  flip(every: number): void {
    this.#flipEvery = every;
  }

  /** By its place among all sensors, in the order of the setup. */
  sensor(index: number): Sensor | undefined {
    return [...this.#buses.values()].flatMap(({ sensors }) => sensors)[index];
  }

  short(pin: number, on: boolean): void {
    const bus = this.#buses.get(pin);
    if (bus !== undefined) bus.shorted = on;
  }

  setTruth(name: string, value: number): void {
    const sensor = this.sensor(Number(/^s(\d+)Celsius$/.exec(name)?.[1] ?? Number.NaN));
    if (sensor !== undefined) sensor.celsius = value;
    const [, kind, index, unit] = /^(?:.*\/)?(input|a|d)(\d+)(Ohms|Volts|Level)$/.exec(name) ?? [];
    const number = Number(index);
    if (kind === "d" && unit === "Level") {
      this.#levels.set(number, value !== 0);
      this.#arduino.setLevel(number, value !== 0);
    } else if (kind === "a" && unit === "Volts") this.#setVolts(number, value);
    else if (kind === "input" && unit === "Ohms") {
      const series = this.#setup.seriesOhms?.[number] ?? 0;
      this.#setVolts(number, Number.isFinite(value) ? (supplyVolts * value) / (value + series) : supplyVolts);
    }
  }

  #setVolts(channel: number, volts: number): void {
    this.#volts.set(channel, volts);
    this.#arduino.setVolts(channel, volts);
  }

  #fresh(): Arduino {
    const arduino = createArduino(this.#chip, this.#program, (byte) =>
      this.#send(this.#oneWire?.fromFirmware(byte) ?? [byte]),
    );
    for (const [pin, level] of this.#levels) arduino.setLevel(pin, level);
    for (const [channel, volts] of this.#volts) arduino.setVolts(channel, volts);
    return arduino;
  }

  #send(bytes: readonly number[]): void {
    for (const byte of bytes) this.#sent.push(this.#onTheWire(byte));
  }

  #onTheWire(byte: number): number {
    this.#sentCount += 1;
    if (this.#flipEvery === 0 || this.#sentCount % this.#flipEvery !== 0) return byte;
    return byte ^ (1 << this.#chooseBit());
  }

  #slice(): void {
    const now = performance.now();
    const elapsed = Math.min(now - this.#ranAt, longestCatchUpMilliseconds);
    this.#ranAt = now;
    if (!this.#hung) this.#arduino.runUntil(this.#arduino.cycle() + (elapsed * clockHertz) / 1000);
    if (this.#sent.length > 0) {
      this.#pty?.write(Buffer.from(this.#sent));
      this.#sent = [];
    }
    this.#tellEffects(now);
    this.#sliceAfter(this.#isBusy() ? busySliceMilliseconds : idleSliceMilliseconds);
  }

  #isBusy(): boolean {
    return performance.now() - this.#heardAt < busyMilliseconds;
  }

  #sliceAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#slice(), milliseconds);
  }

  #tellEffects(now: number): void {
    const driven: number[] = [];
    for (let pin = firstPin; pin < this.#chip.pins.length; pin += 1)
      driven.push(this.#arduino.output(pin) === 1 ? 1 : 0);
    const levels = driven.join("");
    if (levels === this.#reported && now - this.#reportedAt < effectsMilliseconds) return;
    this.#reported = levels;
    this.#reportedAt = now;
    const prefix = this.#setup.name === undefined ? "" : `${this.#setup.name}/`;
    const values: Record<string, number> = {};
    for (const [index, level] of driven.entries()) values[`${prefix}d${index + firstPin}Level`] = level;
    this.#report(values);
  }
}

let board: Board | null = null;

const { effects } = serveFarEnd({
  setup: async (setup) => {
    board = new Board(setup as FirmataBoardSetup, (values) => effects(values));
  },
  truth: (values) => {
    for (const [name, value] of Object.entries(values)) board?.setTruth(name, value);
  },
  fault: (target, fault, on, value) => {
    const sensor = board?.sensor(Number(target));
    if (fault === "short") board?.short(Number(target), on);
    else if (fault === "disconnect" && sensor !== undefined) sensor.disconnected = on;
    else if (fault === "disturb" && sensor !== undefined) sensor.disturbed = on;
    else if (fault === "power-cut" && on) sensor?.powerCut();
    if (fault === "reset" && on) board?.reset();
    else if (fault === "hang") board?.hang(on);
    else if (fault === "flip") board?.flip(on ? (value ?? 0) : 0);
    else if (fault === "hangup" && on) board?.unplug();
    else if (fault === "hangup") board?.plug();
  },
});
