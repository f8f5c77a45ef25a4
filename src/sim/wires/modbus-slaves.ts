/** The devices of a simulated line: what each answers to a Modbus request. Register maps are its own, from the makers' documents, never those of the controller. */

import { type MeterFaults, meterQuantity } from "./meter-installation.ts";
import { createDrive, type DriveKind, driveKinds } from "./modbus-drives.ts";
import type { Answer, Slave } from "./modbus-slave.ts";
import { type SunspecKind, sunspecKinds, sunspecWord } from "./modbus-sunspec.ts";

const plainKinds = [
  "eastron-sdm630-v2",
  "janitza-umg96rm",
  "eletechsup-pta8d08",
  "waveshare-ai8",
  "waveshare-io8",
] as const;
export const slaveKinds = [...plainKinds, ...sunspecKinds, ...driveKinds] as const;
export type SlaveKind = (typeof slaveKinds)[number];
type PlainKind = (typeof plainKinds)[number] | SunspecKind;

/** Modbus Application Protocol V1.1b3, section 7. */
const illegalFunction: Answer = { kind: "exception", code: 1 };
const illegalAddress: Answer = { kind: "exception", code: 2 };

/** What an open PT100 input of this module reads. Source: register dump of a PTA8D08, 97.7 °C. */
const openInputCelsius = 97.7;

/** Where most SunSpec devices keep their marker. Source: SunSpec Device Information Model Specification. */
const usualBase = 40_000;

/** `base`: of a SunSpec device, the register of its marker. */
export function createSlave(name: string, kind: SlaveKind, address: number, base = usualBase): Slave {
  if (isDrive(kind)) return createDrive(name, kind, address);
  const values = new Map<string, number>();
  const outputs: Record<string, number> = {};
  let frozen: ReadonlyMap<string, number> | null = null;
  const faults = new Map<string, number>();
  let energyWattHours = 0;
  let energyAt: number | null = null;
  const isMeter = kind === "eastron-sdm630-v2" || kind === "janitza-umg96rm" || isSunspec(kind);
  if (kind === "waveshare-io8") for (let channel = 1; channel <= 8; channel += 1) outputs[`output${channel}`] = 0;

  const integrate = (now: number): void => {
    const hours = (now - (energyAt ?? now)) / 3_600_000;
    energyWattHours += Math.max(0, values.get("powerWatts") ?? 0) * hours;
    energyAt = now;
    values.set("energyImportWattHours", energyWattHours);
  };
  const value = (quantity: string): number => {
    const shown = frozen ?? values;
    return isMeter ? meterQuantity(shown, quantity, faults) : (shown.get(quantity) ?? 0);
  };
  const known = (quantity: string): boolean => (frozen ?? values).has(quantity);

  return {
    name,
    address,
    truth: (quantity, next) => {
      if (quantity === "energyImportWattHours") energyWattHours = next;
      if (quantity in outputs) outputs[quantity] = next;
      else values.set(quantity, next);
    },
    freeze: (on) => {
      frozen = on ? new Map(values) : null;
    },
    installed: (fault, next) => {
      if (next === null) faults.delete(fault);
      else faults.set(fault, next);
    },
    read: (code, start, count, now) => {
      if (isMeter) integrate(now);
      return readKind(kind, code, start - (isSunspec(kind) ? base : 0), count, { value, known, outputs, faults });
    },
    write: (code, start, next) => {
      if (kind !== "waveshare-io8" || code !== 5) return illegalFunction;
      if (start > 7) return illegalAddress;
      outputs[`output${start + 1}`] = next === 0xff00 ? 1 : 0;
      return { kind: "written" };
    },
    outputs: () => outputs,
  };
}

function isDrive(kind: SlaveKind): kind is DriveKind {
  return driveKinds.some((drive) => drive === kind);
}

function isSunspec(kind: SlaveKind): kind is SunspecKind {
  return sunspecKinds.some((sunspec) => sunspec === kind);
}

interface Shown {
  value(quantity: string): number;
  known(quantity: string): boolean;
  readonly outputs: Readonly<Record<string, number>>;
  readonly faults: MeterFaults;
}

function readKind(kind: PlainKind, code: number, start: number, count: number, shown: Shown): Answer {
  switch (kind) {
    case "eastron-sdm630-v2":
      // Input registers 30001 to 30382; start and count even. Source: Eastron SDM630Modbus protocol V1.7.
      if (code !== 4) return illegalFunction;
      if (start % 2 !== 0 || count % 2 !== 0 || count > 80 || start + count > 382) return illegalAddress;
      return floats(start, count, shown.faults, (register) => sdm630(register, shown));
    case "janitza-umg96rm":
      // Source: Janitza address list 1.040.034.n: functions 3 and 4 alike.
      if (code !== 3 && code !== 4) return illegalFunction;
      if (start < 19000 || start + count > 19122) return illegalAddress;
      return floats(start, count, shown.faults, (register) => umg96rm(register - 19000, shown));
    case "eletechsup-pta8d08":
      if (code !== 3) return illegalFunction;
      return words(start, count, (register) => pta8d08(register, shown));
    case "waveshare-ai8":
      if (code === 3) return words(start, count, (register) => (register >= 0x1000 && register < 0x1008 ? 3 : null));
      if (code !== 4) return illegalFunction;
      return words(start, count, (register) =>
        register < 8 ? Math.round(shown.value(`input${register + 1}Milliamperes`) * 1000) : null,
      );
    case "sunspec-meter-201-204":
    case "sunspec-meter-211-214":
      if (code !== 3 || start < 0) return illegalAddress;
      return words(start, count, (register) => sunspecWord(kind, register, shown.value));
    case "waveshare-io8": {
      if (code !== 1 && code !== 2) return illegalFunction;
      if (start + count > 8) return illegalAddress;
      const channels = Array.from({ length: count }, (_, index) => start + index + 1);
      return {
        kind: "bits",
        bits: channels.map((channel) =>
          code === 1 ? (shown.outputs[`output${channel}`] ?? 0) : shown.value(`input${channel}`),
        ),
      };
    }
  }
}

function sdm630(register: number, { value }: Shown): number {
  const phase = ((register % 6) >> 1) + 1;
  if (register < 6) return value(`voltage${phase}Volts`);
  if (register < 12) return value(`current${phase}Amperes`);
  if (register < 18) return value(`power${phase}Watts`);
  if (register >= 30 && register < 36) return value(`powerFactor${((register - 30) >> 1) + 1}Ratio`);
  switch (register) {
    case 52:
      return value("powerWatts");
    case 62:
      return value("powerFactorRatio");
    case 70:
      return value("frequencyHertz");
    case 72:
      return value("energyImportWattHours") / 1000;
    default:
      return 0;
  }
}

function umg96rm(offset: number, { value }: Shown): number {
  const phase = (n: number): number => ((offset - n) >> 1) + 1;
  if (offset < 6) return value(`voltage${phase(0)}Volts`);
  if (offset >= 12 && offset < 18) return value(`current${phase(12)}Amperes`);
  if (offset >= 20 && offset < 26) return value(`power${phase(20)}Watts`);
  if (offset === 26) return value("powerWatts");
  if (offset === 34) return value("powerWatts") / value("powerFactorRatio");
  if (offset === 50) return value("frequencyHertz");
  if (offset >= 62 && offset < 68) return value("energyImportWattHours") / 3;
  return 0;
}

function pta8d08(register: number, { value, known }: Shown): number | null {
  const channel = (register % 32) + 1;
  const quantity = `input${channel}Celsius`;
  const celsius = known(quantity) ? value(quantity) : openInputCelsius;
  if (register < 8) return Math.round(celsius * 10);
  // The resistance of a PT100 in 0.1 Ω: 100 Ω and 0.385 Ω/K (IEC 60751, linear part).
  return register >= 32 && register < 40 ? Math.round(1000 + 3.85 * celsius) : null;
}

/** float32 with the high word first (or as the meter was set), one in two registers. */
function floats(start: number, count: number, faults: MeterFaults, valueAt: (register: number) => number): Answer {
  const view = new DataView(new ArrayBuffer(4));
  return words(start, count, (register) => {
    view.setFloat32(0, valueAt(register - (register % 2)));
    const exchanged = faults.has("other-word-order") ? 1 : 0;
    return view.getUint16(((register + exchanged) % 2) * 2);
  });
}

function words(start: number, count: number, wordAt: (register: number) => number | null): Answer {
  const found = Array.from({ length: count }, (_, index) => wordAt(start + index));
  const present = found.filter((word) => word !== null);
  return present.length === found.length
    ? { kind: "words", words: present.map((word) => word & 0xffff) }
    : illegalAddress;
}
