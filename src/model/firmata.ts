/** Firmata boards of a site: their pins as points. */
import type { PointName } from "./reading.ts";

export type FirmataPointKind = "thermistor" | "switch" | "relay" | "heartbeat" | "current-loop" | "one-wire";

export interface FirmataPoint {
  readonly name: PointName;
  readonly kind: FirmataPointKind;
  /** Arduino pin number; analog channel for `thermistor` and `current-loop`. */
  readonly pin: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly thermistor: {
    readonly seriesOhms: number;
    readonly nominalOhms: number;
    readonly nominalCelsius: number;
    readonly betaKelvin: number;
  } | null;
  /** `range`: values at 4 mA and at 20 mA; null leaves the milliamperes as they are. */
  readonly currentLoop: {
    readonly shuntOhms: number;
    readonly supplyVolts: number;
    readonly range: readonly [number, number] | null;
  } | null;
  /** ROM code of a DS18B20, 16 hexadecimal digits with the family code first; null where it is alone on its pin. */
  readonly romCode: string | null;
}

export interface FirmataSite {
  readonly name: string;
  readonly port: string;
  readonly board: string;
  readonly baudRate: number;
  readonly points: readonly FirmataPoint[];
}
