/** Simulated SunSpec meters: a marker at a base address, a chain of models behind it, and what the meter's own model holds. */

export const sunspecKinds = ["sunspec-meter-201-204", "sunspec-meter-211-214"] as const;
export type SunspecKind = (typeof sunspecKinds)[number];

/** "SunS". Source: SunSpec Device Information Model Specification. */
const marker = [0x5375, 0x6e53];
const endOfChain = [0xffff, 0];
const notImplemented = 0x8000;
/** Models of an inverter's network settings: a stranger between the common model and the meter's. Source: SunSpec model 12, IPv4. */
const stranger = { id: 12, length: 98 };
/** Common model: its serial number stands at offset 50, 16 registers. Source: SunSpec model 1. */
const common = { id: 1, length: 66, serialOffset: 50, serialRegisters: 16 };
export const sunspecSerialNumber = "SIM-0042";

/** One word of the device at `register`, counted from its base; null: there is none. */
export function sunspecWord(kind: SunspecKind, register: number, value: (quantity: string) => number): number | null {
  const ints = kind === "sunspec-meter-201-204";
  const meter = ints ? { id: 203, length: 105 } : { id: 213, length: 124 };
  let rest = register;
  if (rest < marker.length) return marker[rest] ?? null;
  rest -= marker.length;
  for (const model of [common, stranger, meter]) {
    if (rest < model.length + 2) {
      if (rest < 2) return rest === 0 ? model.id : model.length;
      if (model === common) return commonWord(rest);
      if (model === stranger) return 0;
      return ints ? integerWord(rest, value) : floatWord(rest, value);
    }
    rest -= model.length + 2;
  }
  return endOfChain[rest] ?? null;
}

function commonWord(offset: number): number {
  const place = offset - common.serialOffset;
  if (place < 0 || place >= common.serialRegisters) return 0;
  const text = Buffer.from(sunspecSerialNumber.padEnd(2 * common.serialRegisters, "\0"), "latin1");
  return text.readUInt16BE(2 * place);
}

/** Powers of ten of current, voltage, frequency, power, power factor and energy; a maker's free choice. */
const scaleFactors = { current: -2, voltage: -1, frequency: -2, power: 1, powerFactor: -1, energy: 0 } as const;

/** Model 203. Source: sunspec/models 7abdf89, model_203.json. */
function integerWord(offset: number, value: (quantity: string) => number): number {
  const scaled = (quantity: string, exponent: number): number => Math.round(value(quantity) / 10 ** exponent);
  const phase = (first: number): number => offset - first + 1;
  if (offset >= 3 && offset <= 5) return scaled(`current${phase(3)}Amperes`, scaleFactors.current);
  if (offset >= 8 && offset <= 10) return scaled(`voltage${phase(8)}Volts`, scaleFactors.voltage);
  if (offset >= 19 && offset <= 21) return scaled(`power${phase(19)}Watts`, scaleFactors.power);
  const energy = Math.round(value("energyImportWattHours"));
  switch (offset) {
    case 6:
      return scaleFactors.current;
    case 15:
      return scaleFactors.voltage;
    case 16:
      return scaled("frequencyHertz", scaleFactors.frequency);
    case 17:
      return scaleFactors.frequency;
    case 18:
      return scaled("powerWatts", scaleFactors.power);
    case 22:
      return scaleFactors.power;
    case 33:
      return Math.round((100 * value("powerFactorRatio")) / 10 ** scaleFactors.powerFactor);
    case 37:
      return scaleFactors.powerFactor;
    // acc32: counts to 2^32 and begins again.
    case 46:
      return Math.floor(energy / 0x10000) % 0x10000;
    case 47:
      return energy % 0x10000;
    case 54:
      return scaleFactors.energy;
    default:
      return offset < 38 ? notImplemented : 0;
  }
}

/** Model 213. Source: sunspec/models 7abdf89, model_213.json: floats with the high word first, NaN where not implemented. */
function floatWord(offset: number, value: (quantity: string) => number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, floatValue(offset - (offset % 2), value));
  return view.getUint16((offset % 2) * 2);
}

function floatValue(offset: number, value: (quantity: string) => number): number {
  const phase = (first: number): number => (offset - first) / 2 + 1;
  if (offset >= 4 && offset <= 8) return value(`current${phase(4)}Amperes`);
  if (offset >= 12 && offset <= 16) return value(`voltage${phase(12)}Volts`);
  if (offset === 26) return value("frequencyHertz");
  if (offset === 28) return value("powerWatts");
  if (offset >= 30 && offset <= 34) return value(`power${phase(30)}Watts`);
  if (offset === 52) return value("powerFactorRatio");
  return offset === 68 ? value("energyImportWattHours") : Number.NaN;
}
