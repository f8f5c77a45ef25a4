/** The Arduinos as their makers drew them: processor, memory, and which port bit each pin is. Data only, of the schematics and data sheets. */
import {
  type ADCConfig,
  ADCMuxInputType,
  type AVRPortConfig,
  adcConfig,
  portAConfig,
  portBConfig,
  portCConfig,
  portDConfig,
  portEConfig,
  portFConfig,
  portGConfig,
  portHConfig,
  portJConfig,
  portKConfig,
  portLConfig,
  usart0Config,
} from "avr8js";

export type ArduinoName = "uno" | "uno-2.5" | "nano" | "mega2560";

export interface Chip {
  /** File of the real firmware that set-up fetches into `.weir/`. */
  readonly firmware: string;
  /** Flash in 16-bit words. */
  readonly flashWords: number;
  /** SRAM and the extended registers below it, as avr8js counts [bytes]. */
  readonly memoryBytes: number;
  readonly overflowVector: number;
  readonly usart: typeof usart0Config;
  readonly adc: ADCConfig;
  /** Port and bit of each Arduino pin, by number; null is an analog input that is no digital pin. */
  readonly pins: readonly (PortBit | null)[];
}

interface PortBit {
  readonly port: AVRPortConfig;
  readonly bit: number;
}

/** `"D0 D1"` as port bits. */
function portBits(ports: Readonly<Record<string, AVRPortConfig>>, names: string): PortBit[] {
  return names.split(" ").map((name) => {
    const port = ports[name.slice(0, 1)];
    if (port === undefined) throw new Error(`no port ${name}`);
    return { port, bit: Number(name.slice(1)) };
  });
}

/** ATmega328P data sheet: flash 32 KiB, SRAM 2 KiB (section 8), vectors (section 12.4). */
const atmega328 = {
  flashWords: 16_384,
  memoryBytes: 2_048,
  overflowVector: 0x20,
  usart: usart0Config,
  adc: adcConfig,
} as const;

const smallPorts = { B: portBConfig, C: portCConfig, D: portDConfig };
/** Arduino Uno R3 pinout: 0 to 7 are port D, 8 to 13 port B, 14 to 19 (A0 to A5) port C. */
const unoPins = portBits(smallPorts, "D0 D1 D2 D3 D4 D5 D6 D7 B0 B1 B2 B3 B4 B5 C0 C1 C2 C3 C4 C5");

/**
 * ATmega2560 data sheet: flash 256 KiB, SRAM 8 KiB behind 256 bytes of extended registers (section 8), vectors (section
 * 14.1), sixteen analog inputs, the upper eight by MUX5 (section 26.8). avr8js has its ports, its 22-bit program counter,
 * EIND and RAMPZ, and leaves these numbers to us.
 */
const atmega2560 = {
  flashWords: 131_072,
  memoryBytes: 8_192 + 256,
  overflowVector: 0x2e,
  usart: { ...usart0Config, rxCompleteInterrupt: 0x32, dataRegisterEmptyInterrupt: 0x34, txCompleteInterrupt: 0x36 },
  adc: {
    ...adcConfig,
    adcInterrupt: 0x3a,
    numChannels: 16,
    muxInputMask: 0x3f,
    muxChannels: Object.fromEntries(
      Array.from({ length: 16 }, (_, channel) => [
        channel < 8 ? channel : channel - 8 + 0x20,
        { type: ADCMuxInputType.SingleEnded as const, channel },
      ]),
    ),
  },
} as const;

const megaPorts = {
  ...smallPorts,
  A: portAConfig,
  E: portEConfig,
  F: portFConfig,
  G: portGConfig,
  H: portHConfig,
  J: portJConfig,
  K: portKConfig,
  L: portLConfig,
};
/** Arduino Mega 2560 R3 pinout, ten pins a line; A0 is pin 54. */
const megaPins = [
  "E0 E1 E4 E5 G5 E3 H3 H4 H5 H6",
  "B4 B5 B6 B7 J1 J0 H1 H0 D3 D2",
  "D1 D0 A0 A1 A2 A3 A4 A5 A6 A7",
  "C7 C6 C5 C4 C3 C2 C1 C0 D7 G2",
  "G1 G0 L7 L6 L5 L4 L3 L2 L1 L0",
  "B3 B2 B1 B0 F0 F1 F2 F3 F4 F5",
  "F6 F7 K0 K1 K2 K3 K4 K5 K6 K7",
].flatMap((names) => portBits(megaPorts, names));

export const chips: Readonly<Record<ArduinoName, Chip>> = {
  uno: { ...atmega328, firmware: "StandardFirmata.cpp.hex", pins: unoPins },
  // StandardFirmata 2.5 as built for the Duemilanove, which has the Uno's processor, crystal and pins.
  "uno-2.5": { ...atmega328, firmware: "StandardFirmata-2.5.cpp.hex", pins: unoPins },
  // The Nano has two analog inputs more (A6 and A7), which are no digital pins.
  nano: { ...atmega328, firmware: "StandardFirmata-nano.cpp.hex", pins: [...unoPins, null, null] },
  mega2560: { ...atmega2560, firmware: "StandardFirmata-mega2560.cpp.hex", pins: megaPins },
};
