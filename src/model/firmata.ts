/** Firmata boards of a site: their pins as points. */
import type { PointName } from "./reading.ts";

export type FirmataPointKind = "thermistor" | "switch" | "relay" | "heartbeat" | "current-loop";

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
}

export interface FirmataSite {
  readonly name: string;
  readonly port: string;
  readonly board: string;
  readonly baudRate: number;
  readonly points: readonly FirmataPoint[];
}
