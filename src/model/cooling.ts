/** The words of cooling: what a site file says of pumps, fans, loops and heat customers. No behaviour but the full level of an output. */
import type { Milliseconds, PointName } from "./reading.ts";

export interface AgedPoint {
  readonly point: PointName;
  readonly maximumAgeMilliseconds: Milliseconds;
}

export interface Pump {
  /** 1 runs it; null where weir does not command it. */
  readonly output: PointName | null;
  /** 1: running. */
  readonly feedback: PointName | null;
  /** Takes over when the pump does not run or nothing flows. */
  readonly standby?: { readonly output: PointName; readonly feedback: PointName | null };
  /** Runs on for this long once its tank's machines sleep, then rests until they may wake; absent: it never rests. */
  readonly afterRunMilliseconds?: Milliseconds;
}

/** Coolant as it comes back from the heat exchanger: with the hot side it tells how much the flow carries. */
export interface TankInlet extends AgedPoint {
  /** Above this difference power is lowered, to nothing at the trip [K]. */
  readonly derateKelvin: number;
  readonly tripKelvin: number;
}

/** Cold fluid is thick: less of it flows, and only heat makes it thin. */
export interface WarmUp {
  /** Up to this the smaller flow and the smaller power count [°C]. */
  readonly coldCelsius: number;
  /** From this on the tank is judged as usual [°C]. */
  readonly warmCelsius: number;
  /** Flow that is enough for the smaller power [L/min]. */
  readonly coldLitersPerMinute: number;
  /** Power that cold fluid may be warmed with [W]. */
  readonly watts: number;
}

/** A fan of a dry cooler: a switch, or a drive with a speed. */
export interface Fan {
  readonly output: PointName | null;
  /** Speed reference in percent. */
  readonly speed: PointName | null;
  /** 1: running. */
  readonly feedback: PointName | null;
}

/** Tanks that share a dry cooler. */
export interface CoolingLoop {
  readonly name: string;
  readonly tanks: readonly string[];
  /** Air at the cooler; null: not measured, and the hottest counts. */
  readonly ambient: AgedPoint | null;
  /** The hottest air the cooler is built for [°C]: counts while the air is not known. */
  readonly hottestAmbientCelsius: number;
  readonly fans: readonly Fan[];
  /** What one fan at full speed adds to the cooler [W/K]. */
  readonly fanWattsPerKelvin: number;
  /** The cooler with all fans standing [W/K]. */
  readonly stillWattsPerKelvin: number;
  /** Heat exchangers of all tanks together, fluid to loop [W/K]. */
  readonly exchangerWattsPerKelvin: number;
  /** Hot-side fluid temperature the fans keep [°C]. */
  readonly targetCelsius: number;
  /** A drive is never told less than this while it turns [%]. */
  readonly minimumFanPercent: number;
  readonly heat: HeatCircuit | null;
}

/** A customer of the heat. */
export interface HeatCircuit {
  readonly name: string;
  /** Water to the customer. */
  readonly supply: AgedPoint;
  /** Normally open contact of the customer: 1 asks for heat. */
  readonly ready: PointName;
  /** Three-way valve: 100 % (or 1) to the customer, 0 to the dry cooler, where its spring leads too. */
  readonly valve: PointName;
  readonly wantedCelsius: number;
  /** The most the customer can take [W]: no more is asked for. */
  readonly mostWatts: number;
}

/** Whether an output takes percent: its name ends with the unit, as every point's does. */
export function takesPercent(output: PointName): boolean {
  return output.endsWith("Percent");
}

/** The full level of a cooling output. */
export function fullOf(output: PointName): number {
  return takesPercent(output) ? 100 : 1;
}
